//! The store in memory, for tests.
//!
//! Behaves as the table does, conformance suite included; forgets everything with the process.

mod activities;
mod reconciling;
mod rows;

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use jiff::Timestamp;

use rows::Rows;

use super::{Error, Page, Recorded, Store, TeamContext, page};
use crate::clock::Clock;
use crate::domain::{
    Activity, ActivityId, Assignment, CallGrant, CallRequest, Connection, OAuthAttempt, OpenAssignment,
    OpportunityId, ParkedEvent, Reconciliation, ResultId, StageId, Team, TeamId, TriggerStage,
};

/// A store that lives as long as the process.
pub struct MemoryStore {
    teams: Mutex<BTreeMap<TeamId, Rows>>,
    attempts: Mutex<BTreeMap<String, OAuthAttempt>>,
    launches: Mutex<BTreeMap<String, Timestamp>>,
    walk: Mutex<Option<String>>,
    clock: Arc<dyn Clock>,
}

impl MemoryStore {
    /// An empty store; the clock decides what has expired.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let (teams, attempts, launches) = (Mutex::default(), Mutex::default(), Mutex::default());
        Self { teams, attempts, launches, walk: Mutex::default(), clock }
    }

    fn teams(&self) -> MutexGuard<'_, BTreeMap<TeamId, Rows>> {
        self.teams.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Compares the version a write names with the present one, 0 standing for an absent item.
fn next_version(present: Option<u64>, named: u64) -> Recorded {
    if present.unwrap_or(0) == named { Recorded::Done { version: named + 1 } } else { Recorded::Conflict }
}

#[async_trait]
impl Store for MemoryStore {
    async fn load_team(&self, team: &TeamId) -> Result<Option<TeamContext>, Error> {
        Ok(self.teams().get(team).and_then(|rows| {
            Some(TeamContext {
                team: rows.team.clone()?,
                connection: rows.connection.clone(),
                trigger_stages: rows.trigger_stages.values().cloned().collect(),
            })
        }))
    }

    async fn record_team(&self, team: &Team) -> Result<Recorded, Error> {
        let mut teams = self.teams();
        let row = &mut teams.entry(team.id.clone()).or_default().team;
        let recorded = next_version(row.as_ref().map(|row| row.version), team.version);
        if let Recorded::Done { version } = recorded {
            *row = Some(Team { version, ..team.clone() });
        }
        Ok(recorded)
    }

    async fn record_connection(&self, connection: &Connection) -> Result<Recorded, Error> {
        let mut teams = self.teams();
        let row = &mut teams.entry(connection.team.clone()).or_default().connection;
        let recorded = next_version(row.as_ref().map(|row| row.version), connection.version);
        if let Recorded::Done { version } = recorded {
            let last_event_at = row.as_ref().and_then(|row| row.last_event_at);
            let last_refused_at = row.as_ref().and_then(|row| row.last_refused_at);
            *row = Some(Connection { version, last_event_at, last_refused_at, ..connection.clone() });
        }
        Ok(recorded)
    }

    async fn record_event_seen(&self, team: &TeamId, at: Timestamp) -> Result<(), Error> {
        self.change_connection(team, |one| one.last_event_at = one.last_event_at.max(Some(at)));
        Ok(())
    }

    async fn record_event_refused(&self, team: &TeamId, at: Timestamp) -> Result<(), Error> {
        self.change_connection(team, |one| one.last_refused_at = one.last_refused_at.max(Some(at)));
        Ok(())
    }

    async fn forget_deliveries(&self, team: &TeamId) -> Result<(), Error> {
        self.change_connection(team, |one| (one.last_event_at, one.last_refused_at) = (None, None));
        Ok(())
    }

    async fn connected_teams(&self, cursor: Option<&str>, limit: usize) -> Result<Page<TeamId>, Error> {
        let limit = page::checked_limit(limit)?;
        let after = cursor.map(page::parse_after_team).transpose()?;
        let start = after.as_ref().map_or(Bound::Unbounded, Bound::Excluded);
        let teams = self.teams();
        let connected =
            teams.range::<TeamId, _>((start, Bound::Unbounded)).filter(|(_, rows)| rows.connection.is_some());
        let rows = connected.map(|(team, _)| team.clone()).take(limit + 1).collect();
        Ok(page::cut(rows, limit, page::after_team))
    }

    async fn reserve_calls(&self, team: &TeamId, request: CallRequest) -> Result<CallGrant, Error> {
        Ok(request.reserve(&mut self.teams().entry(team.clone()).or_default().call_slot))
    }

    async fn hold_calls(&self, team: &TeamId, slot: Timestamp) -> Result<(), Error> {
        let mut teams = self.teams();
        let present = &mut teams.entry(team.clone()).or_default().call_slot;
        *present = (*present).max(Some(slot));
        Ok(())
    }

    async fn remove_connection(&self, team: &TeamId) -> Result<(), Error> {
        if let Some(rows) = self.teams().get_mut(team) {
            rows.connection = None;
        }
        Ok(())
    }

    async fn record_oauth_attempt(&self, attempt: &OAuthAttempt) -> Result<(), Error> {
        let mut attempts = self.attempts.lock().unwrap_or_else(PoisonError::into_inner);
        attempts.insert(attempt.state_hash.clone(), attempt.clone());
        Ok(())
    }

    async fn take_oauth_attempt(&self, state_hash: &str) -> Result<Option<OAuthAttempt>, Error> {
        let taken = self.attempts.lock().unwrap_or_else(PoisonError::into_inner).remove(state_hash);
        Ok(taken.filter(|attempt| attempt.expires_at > self.clock.now()))
    }

    async fn record_launch(&self, link_hash: &str, expires_at: Timestamp) -> Result<Recorded, Error> {
        let mut launches = self.launches.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        launches.retain(|_, until| *until > now);
        Ok(match launches.insert(link_hash.to_owned(), expires_at) {
            None => Recorded::Done { version: 1 },
            Some(_) => Recorded::Conflict,
        })
    }

    async fn record_trigger_stage(&self, team: &TeamId, stage: &TriggerStage) -> Result<(), Error> {
        let mut teams = self.teams();
        let stages = &mut teams.entry(team.clone()).or_default().trigger_stages;
        let row = stages.entry(stage.stage.clone()).or_insert_with(|| stage.clone());
        row.text.clone_from(&stage.text);
        Ok(())
    }

    async fn remove_trigger_stage(&self, team: &TeamId, stage: &StageId) -> Result<(), Error> {
        if let Some(rows) = self.teams().get_mut(team) {
            rows.trigger_stages.remove(stage);
        }
        Ok(())
    }

    async fn load_assignments(
        &self,
        team: &TeamId,
        opportunity: &OpportunityId,
    ) -> Result<Vec<Assignment>, Error> {
        let teams = self.teams();
        let rows = teams.get(team).into_iter().flat_map(|rows| rows.assignments.values());
        Ok(rows.filter(|row| row.opportunity == *opportunity).cloned().collect())
    }

    async fn find_assignments(&self, team: &TeamId, result: &ResultId) -> Result<Vec<Assignment>, Error> {
        let teams = self.teams();
        let rows = teams.get(team).into_iter().flat_map(|rows| rows.assignments.values());
        let follows = |row: &&Assignment| row.mirror().is_some_and(|mirror| mirror.result == *result);
        Ok(rows.filter(follows).cloned().collect())
    }

    async fn record_assignment(&self, assignment: &Assignment) -> Result<Recorded, Error> {
        let mut teams = self.teams();
        let rows = &mut teams.entry(assignment.team.clone()).or_default().assignments;
        let key = (assignment.opportunity.clone(), assignment.assessment.clone());
        let recorded = next_version(rows.get(&key).map(|row| row.version), assignment.version);
        if let Recorded::Done { version } = recorded {
            rows.insert(key, Assignment { version, ..assignment.clone() });
        }
        Ok(recorded)
    }

    async fn open_assignments(
        &self,
        team: &TeamId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<OpenAssignment>, Error> {
        reconciling::open_assignments(self, team, cursor, limit)
    }

    async fn assigned_opportunities(
        &self,
        team: &TeamId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<OpportunityId>, Error> {
        reconciling::assigned_opportunities(self, team, cursor, limit)
    }

    async fn erase_opportunity(&self, team: &TeamId, opportunity: &OpportunityId) -> Result<(), Error> {
        reconciling::erase_opportunity(self, team, opportunity);
        Ok(())
    }

    async fn load_reconciliation(&self, team: &TeamId) -> Result<Option<Reconciliation>, Error> {
        Ok(self.teams().get(team).and_then(|rows| rows.reconciliation.clone()))
    }

    async fn record_reconciliation(&self, reconciliation: &Reconciliation) -> Result<Recorded, Error> {
        Ok(reconciling::record(self, reconciliation))
    }

    async fn load_walk(&self) -> Result<Option<String>, Error> {
        Ok(self.walk.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    async fn record_walk(&self, cursor: Option<&str>) -> Result<(), Error> {
        *self.walk.lock().unwrap_or_else(PoisonError::into_inner) = cursor.map(str::to_owned);
        Ok(())
    }

    async fn park_event(&self, parked: &ParkedEvent) -> Result<(), Error> {
        let mut teams = self.teams();
        let rows = &mut teams.entry(parked.team.clone()).or_default().parked;
        rows.insert(parked.event.clone(), parked.clone());
        Ok(())
    }

    async fn parked_events(&self, team: &TeamId, limit: usize) -> Result<Vec<ParkedEvent>, Error> {
        let limit = page::checked_limit(limit)?;
        let teams = self.teams();
        let rows = teams.get(team).into_iter().flat_map(|rows| rows.parked.values());
        Ok(rows.take(limit).cloned().collect())
    }

    async fn remove_parked_event(&self, parked: &ParkedEvent) -> Result<(), Error> {
        if let Some(rows) = self.teams().get_mut(&parked.team) {
            rows.parked.retain(|event, kept| *event != parked.event || kept.parked_at != parked.parked_at);
        }
        Ok(())
    }

    async fn record_activity(&self, activity: &Activity) -> Result<(), Error> {
        activities::record(self, activity);
        Ok(())
    }

    async fn record_new_activity(&self, activity: &Activity) -> Result<(), Error> {
        activities::record_new(self, activity);
        Ok(())
    }

    async fn load_activity(
        &self,
        team: &TeamId,
        at: Timestamp,
        id: &ActivityId,
    ) -> Result<Option<Activity>, Error> {
        Ok(activities::load(self, team, at, id))
    }

    async fn team_activity(
        &self,
        team: &TeamId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Activity>, Error> {
        activities::list(self, team, cursor, limit)
    }

    async fn opportunity_activity(
        &self,
        team: &TeamId,
        opportunity: &OpportunityId,
        limit: usize,
    ) -> Result<Vec<Activity>, Error> {
        activities::list_of_opportunity(self, team, opportunity, limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use crate::store::conformance;

    #[tokio::test]
    async fn the_store_in_memory_conforms() {
        let clock = Arc::new(ManualClock::at("2026-03-01T09:00:00Z".parse().unwrap()));
        let store = MemoryStore::new(clock.clone());
        conformance::run(&store, &clock).await.unwrap();
    }
}
