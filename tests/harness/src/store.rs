//! The table behind the gate.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use lever_integration::domain::{
    Activity, ActivityId, Assignment, CallGrant, CallRequest, Connection, ConnectionState, OAuthAttempt,
    OpenAssignment, OpportunityId, ParkedEvent, Reconciliation, ResultId, StageId, Team, TeamId,
    TriggerStage,
};
use lever_integration::store::{Error, Page, Recorded, Store, TeamContext};
use sim_kit::guarded::Guarded;

use crate::gate::{Fault, Gate, Side, Verdict};

/// A table whose every call waits at the gate.
pub struct GatedStore {
    inner: Arc<dyn Store>,
    gate: Gate,
    /// Every access token that was ever stored, with whose it was.
    stored: Guarded<BTreeMap<String, TeamId>>,
}

impl GatedStore {
    /// The table `inner` behind `gate`.
    pub fn new(inner: Arc<dyn Store>, gate: Gate) -> Self {
        Self { inner, gate, stored: Guarded::default() }
    }

    /// Every access token that was ever stored, with whose it was.
    pub fn stored_tokens(&self) -> Guarded<BTreeMap<String, TeamId>> {
        self.stored.clone()
    }

    async fn during<T>(
        &self,
        call: &'static str,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let verdict = self.gate.pass(call, Side::Before).await;
        if verdict == Verdict::Fail(Fault::Newer) && call.starts_with("load_") {
            return Err(Error::Newer { item: "planned", attribute: "schema_version" });
        }
        if let Some(error) = failure(verdict) {
            return Err(error);
        }
        let outcome = work.await;
        match failure(self.gate.pass(call, Side::After).await) {
            Some(error) => outcome.and(Err(error)),
            None => outcome,
        }
    }

    async fn versioned(
        &self,
        call: &'static str,
        work: impl Future<Output = Result<Recorded, Error>>,
    ) -> Result<Recorded, Error> {
        let verdict = self.gate.pass(call, Side::Before).await;
        if verdict == Verdict::Fail(Fault::Conflict) {
            return Ok(Recorded::Conflict);
        }
        if let Some(error) = failure(verdict) {
            return Err(error);
        }
        let outcome = work.await;
        match failure(self.gate.pass(call, Side::After).await) {
            Some(error) => outcome.and(Err(error)),
            None => outcome,
        }
    }
}

fn failure(verdict: Verdict) -> Option<Error> {
    match verdict {
        Verdict::Fail(Fault::Unreachable) => Some(Error::Unreachable),
        Verdict::Fail(Fault::Throttled) => Some(Error::Throttled),
        Verdict::Fail(Fault::Conflict | Fault::Newer | Fault::Answer(..) | Fault::Late | Fault::Twice)
        | Verdict::Go => None,
    }
}

#[async_trait]
impl Store for GatedStore {
    async fn load_team(&self, team: &TeamId) -> Result<Option<TeamContext>, Error> {
        self.during("load_team", self.inner.load_team(team)).await
    }
    async fn record_team(&self, team: &Team) -> Result<Recorded, Error> {
        self.versioned("record_team", self.inner.record_team(team)).await
    }
    async fn record_connection(&self, connection: &Connection) -> Result<Recorded, Error> {
        let recorded = self.versioned("record_connection", async {
            let recorded = self.inner.record_connection(connection).await?;
            if let (Recorded::Done { .. }, ConnectionState::Active(tokens)) = (recorded, &connection.state) {
                self.stored.lock().insert(tokens.access.expose().to_owned(), connection.team.clone());
            }
            Ok(recorded)
        });
        recorded.await
    }
    async fn record_event_seen(&self, team: &TeamId, at: Timestamp) -> Result<(), Error> {
        self.during("record_event_seen", self.inner.record_event_seen(team, at)).await
    }
    async fn forget_deliveries(&self, team: &TeamId) -> Result<(), Error> {
        self.during("forget_deliveries", self.inner.forget_deliveries(team)).await
    }
    async fn connected_teams(&self, cursor: Option<&str>, limit: usize) -> Result<Page<TeamId>, Error> {
        self.during("connected_teams", self.inner.connected_teams(cursor, limit)).await
    }
    async fn reserve_calls(&self, team: &TeamId, request: CallRequest) -> Result<CallGrant, Error> {
        self.during("reserve_calls", self.inner.reserve_calls(team, request)).await
    }
    async fn hold_calls(&self, team: &TeamId, slot: Timestamp) -> Result<(), Error> {
        self.during("hold_calls", self.inner.hold_calls(team, slot)).await
    }
    async fn remove_connection(&self, team: &TeamId) -> Result<(), Error> {
        self.during("remove_connection", self.inner.remove_connection(team)).await
    }
    async fn record_event_refused(&self, team: &TeamId, at: Timestamp) -> Result<(), Error> {
        self.during("record_event_refused", self.inner.record_event_refused(team, at)).await
    }
    async fn open_assignments(
        &self,
        team: &TeamId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<OpenAssignment>, Error> {
        self.during("open_assignments", self.inner.open_assignments(team, cursor, limit)).await
    }
    async fn assigned_opportunities(
        &self,
        team: &TeamId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<OpportunityId>, Error> {
        self.during("assigned_opportunities", self.inner.assigned_opportunities(team, cursor, limit)).await
    }
    async fn erase_opportunity(&self, team: &TeamId, opportunity: &OpportunityId) -> Result<(), Error> {
        self.during("erase_opportunity", self.inner.erase_opportunity(team, opportunity)).await
    }
    async fn load_reconciliation(&self, team: &TeamId) -> Result<Option<Reconciliation>, Error> {
        self.during("load_reconciliation", self.inner.load_reconciliation(team)).await
    }
    async fn record_reconciliation(&self, reconciliation: &Reconciliation) -> Result<Recorded, Error> {
        self.versioned("record_reconciliation", self.inner.record_reconciliation(reconciliation)).await
    }
    async fn load_walk(&self) -> Result<Option<String>, Error> {
        self.during("load_walk", self.inner.load_walk()).await
    }
    async fn record_walk(&self, cursor: Option<&str>) -> Result<(), Error> {
        self.during("record_walk", self.inner.record_walk(cursor)).await
    }
    async fn record_oauth_attempt(&self, attempt: &OAuthAttempt) -> Result<(), Error> {
        self.during("record_oauth_attempt", self.inner.record_oauth_attempt(attempt)).await
    }
    async fn take_oauth_attempt(&self, state_hash: &str) -> Result<Option<OAuthAttempt>, Error> {
        self.during("take_oauth_attempt", self.inner.take_oauth_attempt(state_hash)).await
    }
    async fn record_launch(&self, link_hash: &str, expires_at: Timestamp) -> Result<Recorded, Error> {
        self.during("record_launch", self.inner.record_launch(link_hash, expires_at)).await
    }
    async fn record_trigger_stage(&self, team: &TeamId, stage: &TriggerStage) -> Result<(), Error> {
        self.during("record_trigger_stage", self.inner.record_trigger_stage(team, stage)).await
    }
    async fn remove_trigger_stage(&self, team: &TeamId, stage: &StageId) -> Result<(), Error> {
        self.during("remove_trigger_stage", self.inner.remove_trigger_stage(team, stage)).await
    }
    async fn load_assignments(
        &self,
        team: &TeamId,
        opportunity: &OpportunityId,
    ) -> Result<Vec<Assignment>, Error> {
        self.during("load_assignments", self.inner.load_assignments(team, opportunity)).await
    }
    async fn find_assignments(&self, team: &TeamId, result: &ResultId) -> Result<Vec<Assignment>, Error> {
        self.during("find_assignments", self.inner.find_assignments(team, result)).await
    }
    async fn record_assignment(&self, assignment: &Assignment) -> Result<Recorded, Error> {
        self.versioned("record_assignment", self.inner.record_assignment(assignment)).await
    }
    async fn park_event(&self, parked: &ParkedEvent) -> Result<(), Error> {
        self.during("park_event", self.inner.park_event(parked)).await
    }
    async fn parked_events(&self, team: &TeamId, limit: usize) -> Result<Vec<ParkedEvent>, Error> {
        self.during("parked_events", self.inner.parked_events(team, limit)).await
    }
    async fn remove_parked_event(&self, parked: &ParkedEvent) -> Result<(), Error> {
        self.during("remove_parked_event", self.inner.remove_parked_event(parked)).await
    }
    async fn record_activity(&self, activity: &Activity) -> Result<(), Error> {
        self.during("record_activity", self.inner.record_activity(activity)).await
    }
    async fn record_new_activity(&self, activity: &Activity) -> Result<(), Error> {
        self.during("record_new_activity", self.inner.record_new_activity(activity)).await
    }
    async fn load_activity(
        &self,
        team: &TeamId,
        at: Timestamp,
        id: &ActivityId,
    ) -> Result<Option<Activity>, Error> {
        self.during("load_activity", self.inner.load_activity(team, at, id)).await
    }
    async fn team_activity(
        &self,
        team: &TeamId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Activity>, Error> {
        self.during("team_activity", self.inner.team_activity(team, cursor, limit)).await
    }
    async fn opportunity_activity(
        &self,
        team: &TeamId,
        opportunity: &OpportunityId,
        limit: usize,
    ) -> Result<Vec<Activity>, Error> {
        self.during("opportunity_activity", self.inner.opportunity_activity(team, opportunity, limit)).await
    }
}
