//! A table that fails from a chosen call on, for good or for a while.
//!
//! For the ledger that is what the end of the process is: whatever was not on record by then never will be,
//! a lease stays, and what the run did to the outside has been done.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use jiff::Timestamp;
use lever_integration::domain::{
    Activity, ActivityId, Assignment, CallGrant, CallRequest, Connection, OAuthAttempt, OpenAssignment,
    OpportunityId, ParkedEvent, Reconciliation, ResultId, StageId, Team, TeamId, TriggerStage,
};
use lever_integration::setup::Parts;
use lever_integration::store::{Error, Page, Recorded, Store, TeamContext};

use crate::World;

/// Whether the first call that fails takes effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Last {
    /// It does not.
    Undone,
    /// It does; only its answer is lost.
    Done,
}

/// Passes so many calls on, then fails.
pub struct FailingStore {
    inner: Arc<dyn Store>,
    calls: AtomicUsize,
    passes: usize,
    failures: usize,
    last: Last,
}

/// What becomes of a call.
enum Turn {
    Pass,
    LoseAnswer,
    Fail,
}

impl World {
    /// No event of one invitation makes more calls of the table.
    pub const CALLS_MAX: usize = 10;
    /// No event of two invitations makes more.
    pub const CALLS_OF_TWO: usize = 24;

    /// The parts of the system with a table that answers `calls` calls and then none.
    pub fn failing(&self, calls: usize, last: Last) -> Parts {
        let parts = &self.local.parts;
        Parts {
            config: parts.config.clone(),
            secret: parts.secret.clone(),
            store: Arc::new(FailingStore::after(Arc::clone(&parts.store), calls, last)),
            queue: Arc::clone(&parts.queue),
            clock: Arc::clone(&parts.clock),
        }
    }
}

impl FailingStore {
    /// A table that answers `calls` calls and then none.
    pub fn after(inner: Arc<dyn Store>, calls: usize, last: Last) -> Self {
        Self { inner, calls: AtomicUsize::new(0), passes: calls, failures: usize::MAX, last }
    }

    /// The same table, but it fails only so often and then answers again.
    #[must_use]
    pub fn for_calls(self, failures: usize) -> Self {
        Self { failures, ..self }
    }

    fn turn(&self) -> Turn {
        let number = self.calls.fetch_add(1, Ordering::SeqCst);
        let Some(failure) = number.checked_sub(self.passes).filter(|failure| *failure < self.failures) else {
            return Turn::Pass;
        };
        match (failure, self.last) {
            (0, Last::Done) => Turn::LoseAnswer,
            (0, Last::Undone) | (1.., Last::Done | Last::Undone) => Turn::Fail,
        }
    }

    async fn during<T>(&self, call: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        match self.turn() {
            Turn::Pass => call.await,
            Turn::LoseAnswer => call.await.and(Err(Error::Unreachable)),
            Turn::Fail => Err(Error::Unreachable),
        }
    }
}

#[async_trait]
impl Store for FailingStore {
    async fn load_team(&self, team: &TeamId) -> Result<Option<TeamContext>, Error> {
        self.during(self.inner.load_team(team)).await
    }
    async fn record_team(&self, team: &Team) -> Result<Recorded, Error> {
        self.during(self.inner.record_team(team)).await
    }
    async fn record_connection(&self, connection: &Connection) -> Result<Recorded, Error> {
        self.during(self.inner.record_connection(connection)).await
    }
    async fn record_event_seen(&self, team: &TeamId, at: Timestamp) -> Result<(), Error> {
        self.during(self.inner.record_event_seen(team, at)).await
    }
    async fn forget_deliveries(&self, team: &TeamId) -> Result<(), Error> {
        self.during(self.inner.forget_deliveries(team)).await
    }
    async fn connected_teams(&self, cursor: Option<&str>, limit: usize) -> Result<Page<TeamId>, Error> {
        self.during(self.inner.connected_teams(cursor, limit)).await
    }
    async fn reserve_calls(&self, team: &TeamId, request: CallRequest) -> Result<CallGrant, Error> {
        self.during(self.inner.reserve_calls(team, request)).await
    }
    async fn hold_calls(&self, team: &TeamId, slot: Timestamp) -> Result<(), Error> {
        self.during(self.inner.hold_calls(team, slot)).await
    }
    async fn remove_connection(&self, team: &TeamId) -> Result<(), Error> {
        self.during(self.inner.remove_connection(team)).await
    }
    async fn record_oauth_attempt(&self, attempt: &OAuthAttempt) -> Result<(), Error> {
        self.during(self.inner.record_oauth_attempt(attempt)).await
    }
    async fn take_oauth_attempt(&self, state_hash: &str) -> Result<Option<OAuthAttempt>, Error> {
        self.during(self.inner.take_oauth_attempt(state_hash)).await
    }
    async fn record_launch(&self, link_hash: &str, expires_at: Timestamp) -> Result<Recorded, Error> {
        self.during(self.inner.record_launch(link_hash, expires_at)).await
    }
    async fn record_trigger_stage(&self, team: &TeamId, stage: &TriggerStage) -> Result<(), Error> {
        self.during(self.inner.record_trigger_stage(team, stage)).await
    }
    async fn remove_trigger_stage(&self, team: &TeamId, stage: &StageId) -> Result<(), Error> {
        self.during(self.inner.remove_trigger_stage(team, stage)).await
    }
    async fn load_assignments(
        &self,
        team: &TeamId,
        opportunity: &OpportunityId,
    ) -> Result<Vec<Assignment>, Error> {
        self.during(self.inner.load_assignments(team, opportunity)).await
    }
    async fn find_assignments(&self, team: &TeamId, result: &ResultId) -> Result<Vec<Assignment>, Error> {
        self.during(self.inner.find_assignments(team, result)).await
    }
    async fn record_assignment(&self, assignment: &Assignment) -> Result<Recorded, Error> {
        self.during(self.inner.record_assignment(assignment)).await
    }
    async fn record_event_refused(&self, team: &TeamId, at: Timestamp) -> Result<(), Error> {
        self.during(self.inner.record_event_refused(team, at)).await
    }
    async fn open_assignments(
        &self,
        team: &TeamId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<OpenAssignment>, Error> {
        self.during(self.inner.open_assignments(team, cursor, limit)).await
    }
    async fn assigned_opportunities(
        &self,
        team: &TeamId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<OpportunityId>, Error> {
        self.during(self.inner.assigned_opportunities(team, cursor, limit)).await
    }
    async fn erase_opportunity(&self, team: &TeamId, opportunity: &OpportunityId) -> Result<(), Error> {
        self.during(self.inner.erase_opportunity(team, opportunity)).await
    }
    async fn load_reconciliation(&self, team: &TeamId) -> Result<Option<Reconciliation>, Error> {
        self.during(self.inner.load_reconciliation(team)).await
    }
    async fn record_reconciliation(&self, reconciliation: &Reconciliation) -> Result<Recorded, Error> {
        self.during(self.inner.record_reconciliation(reconciliation)).await
    }
    async fn load_walk(&self) -> Result<Option<String>, Error> {
        self.during(self.inner.load_walk()).await
    }
    async fn record_walk(&self, cursor: Option<&str>) -> Result<(), Error> {
        self.during(self.inner.record_walk(cursor)).await
    }
    async fn park_event(&self, parked: &ParkedEvent) -> Result<(), Error> {
        self.during(self.inner.park_event(parked)).await
    }
    async fn parked_events(&self, team: &TeamId, limit: usize) -> Result<Vec<ParkedEvent>, Error> {
        self.during(self.inner.parked_events(team, limit)).await
    }
    async fn remove_parked_event(&self, parked: &ParkedEvent) -> Result<(), Error> {
        self.during(self.inner.remove_parked_event(parked)).await
    }
    async fn record_activity(&self, activity: &Activity) -> Result<(), Error> {
        self.during(self.inner.record_activity(activity)).await
    }
    async fn record_new_activity(&self, activity: &Activity) -> Result<(), Error> {
        self.during(self.inner.record_new_activity(activity)).await
    }
    async fn load_activity(
        &self,
        team: &TeamId,
        at: Timestamp,
        id: &ActivityId,
    ) -> Result<Option<Activity>, Error> {
        self.during(self.inner.load_activity(team, at, id)).await
    }
    async fn team_activity(
        &self,
        team: &TeamId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Activity>, Error> {
        self.during(self.inner.team_activity(team, cursor, limit)).await
    }
    async fn opportunity_activity(
        &self,
        team: &TeamId,
        opportunity: &OpportunityId,
        limit: usize,
    ) -> Result<Vec<Activity>, Error> {
        self.during(self.inner.opportunity_activity(team, opportunity, limit)).await
    }
}
