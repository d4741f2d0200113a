//! The reconciler on its schedule, without waiting for the time that it waits.
//!
//! Nothing of a function is changed for it: what the table says about when is set back, as if the time had
//! passed.

use std::time::Duration;

use jiff::Timestamp;
use lever_integration::domain::TeamId;
use lever_integration::store::Recorded;
use serde_json::Value;

use crate::{Error, Invoked, Program, Stack};

/// What the schedule sends.
const SCHEDULE: &str = include_str!("../../../events/reconciler/schedule.json");
/// Rows read at once.
const PAGE: usize = 100;

impl Stack {
    /// Hands the reconciler the event of its schedule, at a time when the team is due.
    ///
    /// # Errors
    /// When the table fails or the process cannot be started.
    pub async fn sweep(&self, team: &TeamId) -> Result<Invoked, Error> {
        if let Some(mut reconciliation) = self.store.load_reconciliation(team).await? {
            reconciliation.swept_at = None;
            // A conflict: a run is just writing where it came to, and the team is due another time.
            let (Recorded::Done { .. } | Recorded::Conflict) =
                self.store.record_reconciliation(&reconciliation).await?;
        }
        let event: Value = serde_json::from_str(SCHEDULE).map_err(|error| Error::Start(error.to_string()))?;
        self.function(Program::Reconciler).invoke(event).await
    }

    /// Lets the trigger stages of a team have been added so much earlier.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn age_trigger_stages(&self, team: &TeamId, by: Duration) -> Result<(), Error> {
        let context = self.store.load_team(team).await?;
        for mut stage in context.into_iter().flat_map(|context| context.trigger_stages) {
            stage.added_at = stage.added_at.saturating_sub(by).unwrap_or(stage.added_at);
            // One that is there keeps its time.
            self.store.remove_trigger_stage(team, &stage.stage).await?;
            self.store.record_trigger_stage(team, &stage).await?;
        }
        Ok(())
    }

    /// Ends what workers that were killed hold. The worker has nothing in its hands meanwhile, so that nothing
    /// is taken from one that lives.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn end_leases(&self, team: &TeamId) -> Result<(), Error> {
        let _held = self.hold_worker().await;
        let mut cursor = None;
        loop {
            let page = self.store.assigned_opportunities(team, cursor.as_deref(), PAGE).await?;
            for opportunity in &page.rows {
                for mut assignment in self.store.load_assignments(team, opportunity).await? {
                    if let Some(lease) = &mut assignment.lease {
                        lease.until = Timestamp::UNIX_EPOCH;
                        let (Recorded::Done { .. } | Recorded::Conflict) =
                            self.store.record_assignment(&assignment).await?;
                    }
                }
            }
            cursor = page.next;
            if cursor.is_none() {
                return Ok(());
            }
        }
    }
}
