//! What is remembered: the [`Store`] trait, on DynamoDB and in memory.
//!
//! Every write that replaces something names the version it replaces, so a write based on an old reading
//! never wins: it answers [`Recorded::Conflict`] and the caller reads and decides again. A crash between
//! two calls leaves the table as after the first one. Only [`Store::erase_opportunity`] spans several items, and
//! asking again goes on with it.
//! Both implementations pass the same suite, `conformance`.

mod dynamodb;
mod error;
mod intake;
mod memory;
mod page;
mod retention;

#[cfg(any(test, feature = "test-support"))]
pub mod conformance;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::domain::{
    Activity, ActivityId, Assignment, CallGrant, CallRequest, Connection, OAuthAttempt, OpenAssignment,
    OpportunityId, ParkedEvent, Reconciliation, ResultId, StageId, Team, TeamId, TriggerStage, UrlKey,
};

pub use dynamodb::{DynamoStore, IndexSchema, Projected, TABLE, TableSchema, create_table};
pub use error::Error;
pub use intake::{Handled, LeverIntake};
pub use memory::MemoryStore;

/// What a conditional write came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Recorded {
    /// Written; the item now has this version.
    Done {
        /// The version to name in the next write.
        version: u64,
    },
    /// Somebody else wrote first; nothing was changed.
    Conflict,
}

/// All that is known of a team but its assignments and activity; one read.
#[derive(Debug, Clone, PartialEq)]
pub struct TeamContext {
    /// The team.
    pub team: Team,
    /// Its connection to Lever, if there is one.
    pub connection: Option<Connection>,
    /// Its trigger stages, ordered by stage id.
    pub trigger_stages: Vec<TriggerStage>,
}

/// A page of a listing.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Where the next page starts, if there is more. Opaque; a cursor of another listing is refused.
    pub next: Option<String>,
}

/// Remembers teams, connections, trigger stages, assignments and activity.
///
/// `record_*` of a versioned item takes the item with the version that was read (0 for a new one) and
/// stores it with the next version.
///
/// # Errors
/// Every method fails with [`Error`] when the table cannot be reached, refuses the call or holds an item
/// that this version cannot read.
#[async_trait]
pub trait Store: Send + Sync {
    /// Reads a team with connection and trigger stages, consistently.
    async fn load_team(&self, team: &TeamId) -> Result<Option<TeamContext>, Error>;
    /// Reads what a delivery of Lever is checked against. On DynamoDB nothing else leaves the table, neither
    /// tokens nor the API key: the role of that function may read no other attribute.
    async fn load_lever_intake(&self, team: &TeamId) -> Result<Option<LeverIntake>, Error> {
        Ok(self.load_team(team).await?.map(LeverIntake::from))
    }
    /// Reads what a delivery of Qualified is checked against, and nothing else as above.
    async fn load_qualified_url_key(&self, team: &TeamId) -> Result<Option<UrlKey>, Error> {
        Ok(self.load_team(team).await?.map(|context| context.team.qualified_url_key))
    }
    /// Writes a team.
    async fn record_team(&self, team: &Team) -> Result<Recorded, Error>;

    /// Writes a connection, all but `last_event_at` and `last_refused_at`: only [`Store::record_event_seen`] and
    /// [`Store::record_event_refused`] move those, and [`Store::forget_deliveries`] forgets them.
    async fn record_connection(&self, connection: &Connection) -> Result<Recorded, Error>;
    /// Notes that a delivery with a valid signature came; never moves back and touches no version.
    /// Does nothing for a team without a connection.
    async fn record_event_seen(&self, team: &TeamId, at: Timestamp) -> Result<(), Error>;
    /// Notes that a delivery with a signature that does not match came; otherwise as
    /// [`Store::record_event_seen`].
    async fn record_event_refused(&self, team: &TeamId, at: Timestamp) -> Result<(), Error>;
    /// Forgets when deliveries came: they were those of another account. Touches no version.
    async fn forget_deliveries(&self, team: &TeamId) -> Result<(), Error>;
    /// Lists the teams that have a connection, in a stable order, without a scan. `limit` 1 to 100. One that
    /// was connected within the last second or so may be missing.
    async fn connected_teams(&self, cursor: Option<&str>, limit: usize) -> Result<Page<TeamId>, Error>;

    /// Reserves calls of Lever for a team, or says when to ask again. Of any number of askers together no
    /// more are granted than the limit allows. Each grant is for one use, made or not.
    async fn reserve_calls(&self, team: &TeamId, request: CallRequest) -> Result<CallGrant, Error>;
    /// Keeps calls of Lever from being granted until the slot is nearly over; never moves the slot back.
    async fn hold_calls(&self, team: &TeamId, slot: Timestamp) -> Result<(), Error>;

    /// Deletes a connection with its tokens; one that is not there is no error.
    async fn remove_connection(&self, team: &TeamId) -> Result<(), Error>;

    /// Keeps an OAuth attempt until it is taken or has expired.
    async fn record_oauth_attempt(&self, attempt: &OAuthAttempt) -> Result<(), Error>;
    /// Takes an OAuth attempt away: of any number of callers one gets it, and nobody after it has expired.
    async fn take_oauth_attempt(&self, state_hash: &str) -> Result<Option<OAuthAttempt>, Error>;
    /// Uses up a launch link until it expires anyway; [`Recorded::Conflict`] if it was used before.
    async fn record_launch(&self, link_hash: &str, expires_at: Timestamp) -> Result<Recorded, Error>;

    /// Adds a trigger stage. One that is there already keeps when and by whom it was added; its text is
    /// renewed.
    async fn record_trigger_stage(&self, team: &TeamId, stage: &TriggerStage) -> Result<(), Error>;
    /// Removes a trigger stage; one that is not there is no error.
    async fn remove_trigger_stage(&self, team: &TeamId, stage: &StageId) -> Result<(), Error>;

    /// Reads all assignments of an opportunity, consistently, ordered by assessment id.
    async fn load_assignments(
        &self,
        team: &TeamId,
        opportunity: &OpportunityId,
    ) -> Result<Vec<Assignment>, Error>;
    /// Finds the assignments that follow a result; several opportunities of one person may. One that was
    /// written within the last second or so may be missing, one that follows another result by now is not
    /// among them. Ordered by opportunity and assessment id.
    async fn find_assignments(&self, team: &TeamId, result: &ResultId) -> Result<Vec<Assignment>, Error>;
    /// Writes an assignment.
    async fn record_assignment(&self, assignment: &Assignment) -> Result<Recorded, Error>;

    /// Lists the assignments that news may still come about, oldest first. `limit` 1 to 100. One that was
    /// written within the last second or so may be missing or still be there.
    async fn open_assignments(
        &self,
        team: &TeamId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<OpenAssignment>, Error>;
    /// Lists the opportunities of a team that the ledger knows, by id; one with several assignments may come on
    /// two pages. `limit` 1 to 100 assignments.
    async fn assigned_opportunities(
        &self,
        team: &TeamId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<OpportunityId>, Error>;
    /// Erases all that is known of an opportunity: assignments and activity. What was written within the last
    /// second or so may be left; asking again continues.
    async fn erase_opportunity(&self, team: &TeamId, opportunity: &OpportunityId) -> Result<(), Error>;

    /// Reads how far a team is reconciled, consistently.
    async fn load_reconciliation(&self, team: &TeamId) -> Result<Option<Reconciliation>, Error>;
    /// Writes how far a team is reconciled.
    async fn record_reconciliation(&self, reconciliation: &Reconciliation) -> Result<Recorded, Error>;
    /// Reads where the walk over all teams stands: the cursor of [`Store::connected_teams`] to go on from.
    async fn load_walk(&self) -> Result<Option<String>, Error>;
    /// Writes where the walk over all teams stands; nothing for its start.
    async fn record_walk(&self, cursor: Option<&str>) -> Result<(), Error>;

    /// Keeps an event until it is removed; the same event again replaces it.
    async fn park_event(&self, parked: &ParkedEvent) -> Result<(), Error>;
    /// Lists events that were parked, ordered by event id. `limit` 1 to 100.
    async fn parked_events(&self, team: &TeamId, limit: usize) -> Result<Vec<ParkedEvent>, Error>;
    /// Forgets an event that was parked at this time; one that is not there or was parked again since is no error.
    async fn remove_parked_event(&self, parked: &ParkedEvent) -> Result<(), Error>;

    /// Writes a line of activity; the same id and time again replaces it. It expires after 90 days.
    async fn record_activity(&self, activity: &Activity) -> Result<(), Error>;
    /// Like [`Store::record_activity`], but a line of the same id and time stays as it is.
    async fn record_new_activity(&self, activity: &Activity) -> Result<(), Error>;
    /// Reads one line of activity, consistently; nothing if it is past its time.
    async fn load_activity(
        &self,
        team: &TeamId,
        at: Timestamp,
        id: &ActivityId,
    ) -> Result<Option<Activity>, Error>;
    /// Reads whether there is a line of activity, consistently, and nothing of it but the body's digest.
    async fn load_handled(
        &self,
        team: &TeamId,
        at: Timestamp,
        id: &ActivityId,
    ) -> Result<Option<Handled>, Error> {
        Ok(self.load_activity(team, at, id).await?.map(Handled::from))
    }
    /// Lists a team's activity, newest first. `limit` 1 to 100. Lines past their time are left out.
    async fn team_activity(
        &self,
        team: &TeamId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Activity>, Error>;
    /// Lists the newest activity of one opportunity, newest first. `limit` 1 to 100. A line that was written
    /// within the last second or so may be missing; lines past their time are left out.
    async fn opportunity_activity(
        &self,
        team: &TeamId,
        opportunity: &OpportunityId,
        limit: usize,
    ) -> Result<Vec<Activity>, Error>;
}
