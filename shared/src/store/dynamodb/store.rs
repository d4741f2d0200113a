//! [`DynamoStore`]: hands each question of the trait to the module that answers it.

use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use jiff::Timestamp;

use super::table::Table;
use super::{activities, assignments, calls, connections, intake, once, parked_events, reconciling, teams};
use crate::clock::Clock;
use crate::domain::{
    Activity, ActivityId, Assignment, CallGrant, CallRequest, Connection, OAuthAttempt, OpenAssignment,
    OpportunityId, ParkedEvent, Reconciliation, ResultId, StageId, Team, TeamId, TriggerStage, UrlKey,
};
use crate::seal::Keyring;
use crate::store::{Error, Handled, LeverIntake, Page, Recorded, Store, TeamContext};

/// The store on one DynamoDB table.
pub struct DynamoStore {
    pub(super) table: Table,
    pub(super) keyring: Keyring,
    pub(super) clock: Arc<dyn Clock>,
}

impl DynamoStore {
    /// A store on an existing table (see [`super::TABLE`]). Credentials are sealed with the keyring; the
    /// clock decides what has expired.
    pub fn new(
        client: Client,
        table_name: impl Into<String>,
        keyring: Keyring,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { table: Table::new(client, table_name.into()), keyring, clock }
    }
}

#[async_trait]
impl Store for DynamoStore {
    async fn load_team(&self, team: &TeamId) -> Result<Option<TeamContext>, Error> {
        teams::load(self, team).await
    }

    async fn load_lever_intake(&self, team: &TeamId) -> Result<Option<LeverIntake>, Error> {
        intake::load_lever(self, team).await
    }

    async fn load_qualified_url_key(&self, team: &TeamId) -> Result<Option<UrlKey>, Error> {
        intake::load_qualified_url_key(self, team).await
    }

    async fn record_team(&self, team: &Team) -> Result<Recorded, Error> {
        teams::record(self, team).await
    }

    async fn record_connection(&self, connection: &Connection) -> Result<Recorded, Error> {
        connections::record(self, connection).await
    }

    async fn record_event_seen(&self, team: &TeamId, at: Timestamp) -> Result<(), Error> {
        connections::record_event_seen(self, team, at).await
    }

    async fn record_event_refused(&self, team: &TeamId, at: Timestamp) -> Result<(), Error> {
        connections::record_event_refused(self, team, at).await
    }

    async fn forget_deliveries(&self, team: &TeamId) -> Result<(), Error> {
        connections::forget_deliveries(self, team).await
    }

    async fn connected_teams(&self, cursor: Option<&str>, limit: usize) -> Result<Page<TeamId>, Error> {
        connections::list(self, cursor, limit).await
    }

    async fn reserve_calls(&self, team: &TeamId, request: CallRequest) -> Result<CallGrant, Error> {
        calls::reserve(self, team, request).await
    }

    async fn hold_calls(&self, team: &TeamId, slot: Timestamp) -> Result<(), Error> {
        calls::hold(self, team, slot).await
    }

    async fn remove_connection(&self, team: &TeamId) -> Result<(), Error> {
        connections::remove(self, team).await
    }

    async fn record_oauth_attempt(&self, attempt: &OAuthAttempt) -> Result<(), Error> {
        once::record_attempt(self, attempt).await
    }

    async fn take_oauth_attempt(&self, state_hash: &str) -> Result<Option<OAuthAttempt>, Error> {
        once::take_attempt(self, state_hash).await
    }

    async fn record_launch(&self, link_hash: &str, expires_at: Timestamp) -> Result<Recorded, Error> {
        once::record_launch(self, link_hash, expires_at).await
    }

    async fn record_trigger_stage(&self, team: &TeamId, stage: &TriggerStage) -> Result<(), Error> {
        teams::record_trigger_stage(self, team, stage).await
    }

    async fn remove_trigger_stage(&self, team: &TeamId, stage: &StageId) -> Result<(), Error> {
        teams::remove_trigger_stage(self, team, stage).await
    }

    async fn load_assignments(
        &self,
        team: &TeamId,
        opportunity: &OpportunityId,
    ) -> Result<Vec<Assignment>, Error> {
        assignments::load(self, team, opportunity).await
    }

    async fn find_assignments(&self, team: &TeamId, result: &ResultId) -> Result<Vec<Assignment>, Error> {
        assignments::find(self, team, result).await
    }

    async fn record_assignment(&self, assignment: &Assignment) -> Result<Recorded, Error> {
        assignments::record(self, assignment).await
    }

    async fn open_assignments(
        &self,
        team: &TeamId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<OpenAssignment>, Error> {
        reconciling::open_assignments(self, team, cursor, limit).await
    }

    async fn assigned_opportunities(
        &self,
        team: &TeamId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<OpportunityId>, Error> {
        reconciling::assigned_opportunities(self, team, cursor, limit).await
    }

    async fn erase_opportunity(&self, team: &TeamId, opportunity: &OpportunityId) -> Result<(), Error> {
        reconciling::erase_opportunity(self, team, opportunity).await
    }

    async fn load_reconciliation(&self, team: &TeamId) -> Result<Option<Reconciliation>, Error> {
        reconciling::load(self, team).await
    }

    async fn record_reconciliation(&self, reconciliation: &Reconciliation) -> Result<Recorded, Error> {
        reconciling::record(self, reconciliation).await
    }

    async fn load_walk(&self) -> Result<Option<String>, Error> {
        reconciling::load_walk(self).await
    }

    async fn record_walk(&self, cursor: Option<&str>) -> Result<(), Error> {
        reconciling::record_walk(self, cursor).await
    }

    async fn park_event(&self, parked: &ParkedEvent) -> Result<(), Error> {
        parked_events::park(self, parked).await
    }

    async fn parked_events(&self, team: &TeamId, limit: usize) -> Result<Vec<ParkedEvent>, Error> {
        parked_events::list(self, team, limit).await
    }

    async fn remove_parked_event(&self, parked: &ParkedEvent) -> Result<(), Error> {
        parked_events::remove(self, parked).await
    }

    async fn record_activity(&self, activity: &Activity) -> Result<(), Error> {
        activities::record(self, activity).await
    }

    async fn record_new_activity(&self, activity: &Activity) -> Result<(), Error> {
        activities::record_new(self, activity).await
    }

    async fn load_activity(
        &self,
        team: &TeamId,
        at: Timestamp,
        id: &ActivityId,
    ) -> Result<Option<Activity>, Error> {
        activities::load(self, team, at, id).await
    }

    async fn load_handled(
        &self,
        team: &TeamId,
        at: Timestamp,
        id: &ActivityId,
    ) -> Result<Option<Handled>, Error> {
        intake::load_handled(self, team, at, id).await
    }

    async fn team_activity(
        &self,
        team: &TeamId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Activity>, Error> {
        activities::list(self, team, cursor, limit).await
    }

    async fn opportunity_activity(
        &self,
        team: &TeamId,
        opportunity: &OpportunityId,
        limit: usize,
    ) -> Result<Vec<Activity>, Error> {
        activities::list_of_opportunity(self, team, opportunity, limit).await
    }
}
