//! All of one team.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::MemoryStore;
use crate::domain::{
    Activity, ActivityId, AssessmentId, Assignment, Connection, EventId, OpportunityId, ParkedEvent,
    Reconciliation, StageId, Team, TeamId, TriggerStage,
};

#[derive(Default)]
pub(super) struct Rows {
    pub(super) team: Option<Team>,
    pub(super) connection: Option<Connection>,
    pub(super) trigger_stages: BTreeMap<StageId, TriggerStage>,
    pub(super) assignments: BTreeMap<(OpportunityId, AssessmentId), Assignment>,
    pub(super) parked: BTreeMap<EventId, ParkedEvent>,
    pub(super) activity: BTreeMap<(Timestamp, ActivityId), Activity>,
    pub(super) call_slot: Option<Timestamp>,
    pub(super) reconciliation: Option<Reconciliation>,
}

impl MemoryStore {
    /// Changes the connection of a team, if it has one.
    pub(super) fn change_connection(&self, team: &TeamId, change: impl FnOnce(&mut Connection)) {
        if let Some(connection) = self.teams().get_mut(team).and_then(|rows| rows.connection.as_mut()) {
            change(connection);
        }
    }
}
