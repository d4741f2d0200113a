//! All of one team.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::domain::{
    Activity, ActivityId, AssessmentId, Assignment, Connection, EventId, OpportunityId, ParkedEvent,
    Reconciliation, StageId, Team, TriggerStage,
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
