//! One team: is it due, and if so every look in turn.

use jiff::Timestamp;

use super::Reconciler;
use super::tally::Tally;
use crate::domain::{Connection, ConnectionState, Reconciliation, TeamId};
use crate::flow::is_sweep_due;
use crate::service::Error;
use crate::store::{Recorded, TeamContext};
use crate::{lever, qualified};

/// What the sweep of one team came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Swept {
    /// What was found and put into the queue.
    pub(super) found: usize,
}

impl Swept {
    /// One word for the log.
    pub(super) fn word(self) -> &'static str {
        if self.found == 0 { "nothing_missed" } else { "found" }
    }
}

/// One team being swept, with its access to both services.
pub(super) struct Sweep<'a> {
    pub(super) reconciler: &'a Reconciler,
    pub(super) context: &'a TeamContext,
    pub(super) connection: &'a Connection,
    pub(super) lever: lever::Api<'a>,
    /// Nothing while the team's key is missing or refused.
    pub(super) qualified: Option<qualified::Api<'a>>,
    /// When the sweep began.
    pub(super) now: Timestamp,
    pub(super) deadline: Timestamp,
}

impl Sweep<'_> {
    /// The team.
    pub(super) fn team(&self) -> &TeamId {
        &self.context.team.id
    }

    /// Whether there is time for another page.
    pub(super) fn has_time(&self) -> bool {
        self.reconciler.clock.now() < self.deadline
    }
}

impl Reconciler {
    /// Sweeps a team if it is due. Nothing for one that is not, or whose access to Lever an admin has to renew.
    pub(super) async fn sweep_team(
        &self,
        team: &TeamId,
        deadline: Timestamp,
    ) -> Result<Option<Swept>, Error> {
        let (context, reconciliation) =
            futures_util::try_join!(self.store.load_team(team), self.store.load_reconciliation(team))?;
        let Some(context) = context else { return Ok(None) };
        let reconciliation = reconciliation.unwrap_or_else(|| Reconciliation::new(team.clone()));
        let now = self.clock.now();
        if !is_active(&context) || !self.is_due(&context, &reconciliation, now) {
            return Ok(None);
        }
        let Some(context) = self.connector.ready_team(team).await? else { return Ok(None) };
        match self.sweep_with(&context, reconciliation.clone(), now, deadline).await {
            Err(Error::Lever(lever::Error::Unauthorized)) => {
                let Some(renewed) = self.connector.renew_access(&context).await? else { return Ok(None) };
                let outcome = self.sweep_with(&renewed, reconciliation, now, deadline).await;
                if matches!(outcome, Err(Error::Lever(lever::Error::Unauthorized))) {
                    self.connector.end_access(&renewed).await?;
                }
                outcome
            }
            outcome => outcome,
        }
    }

    fn is_due(&self, context: &TeamContext, reconciliation: &Reconciliation, now: Timestamp) -> bool {
        let connection = context.connection.as_ref();
        let signs = [
            connection.and_then(|connection| connection.last_event_at),
            connection.and_then(|connection| connection.last_refused_at),
            reconciliation.found_at,
            context.trigger_stages.iter().map(|trigger| trigger.added_at).max(),
        ];
        let active_at = signs.into_iter().flatten().max();
        is_sweep_due(&context.team.id, (reconciliation.swept_at, active_at), self.rhythm.sweep, now)
    }

    /// Takes every look with the access at hand and stores how far each came, unless Lever refused the access
    /// token: then all are taken again with another one.
    async fn sweep_with(
        &self,
        context: &TeamContext,
        mut reconciliation: Reconciliation,
        now: Timestamp,
        deadline: Timestamp,
    ) -> Result<Option<Swept>, Error> {
        let (Some(lever), Some(connection)) = (self.connector.lever_api(context), &context.connection) else {
            return Ok(None);
        };
        let qualified = self.connector.qualified_api(context);
        let sweep = Sweep { reconciler: self, context, connection, lever, qualified, now, deadline };
        let tally = sweep.look(&mut reconciliation).await;
        if tally.is_token_refused() {
            return Err(Error::Lever(lever::Error::Unauthorized));
        }
        if tally.found() > 0 {
            reconciliation.found_at = Some(now);
        }
        // What may pass leaves the team due. What will not is not tried again before the team's next turn.
        if !tally.may_pass() {
            reconciliation.swept_at = Some(now);
        }
        // A conflict is another run that was here at the same time: its places are as good as these.
        let recorded = self.store.record_reconciliation(&reconciliation).await?;
        if recorded == Recorded::Conflict {
            tracing::info!(team.id = %context.team.id, "sweep.overtaken");
        }
        tally.into_outcome().map(|found| Some(Swept { found }))
    }
}

impl Sweep<'_> {
    /// Every look in turn; one that fails does not keep the others from being taken.
    async fn look(&self, reconciliation: &mut Reconciliation) -> Tally {
        let mut tally = Tally::default();
        tally.add(self.find_stage_changes(reconciliation).await);
        tally.add(self.find_results(reconciliation).await);
        tally.add(self.read_open_assignments(reconciliation).await);
        tally.join(self.keep_up(reconciliation).await);
        tally
    }
}

fn is_active(context: &TeamContext) -> bool {
    let state = context.connection.as_ref().map(|connection| &connection.state);
    matches!(state, Some(ConnectionState::Active(_)))
}
