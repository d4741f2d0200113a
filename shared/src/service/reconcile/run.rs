//! One run: the walk over all connected teams, as far as the time allows.
//!
//! A run goes on where the last one stopped, to the end of the listing; the next one begins anew. So every team
//! has its turn, also when there are more than one run can sweep. One team's failure is logged and stops nothing.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use futures_util::{FutureExt, StreamExt, stream};
use jiff::Timestamp;

use super::Reconciler;
use super::sweep::Swept;
use crate::domain::TeamId;
use crate::failure::Disposition;
use crate::service::Error;
use crate::store;
use crate::telemetry::Closing;

/// Teams read at once from the listing; where a run stopped is known to within so many.
const PAGE: usize = 25;
/// Teams swept at once: each holds one page of a list, about a megabyte.
const CONCURRENCY: usize = 8;

/// What a run came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Run {
    /// Teams that were due and swept to the end.
    pub swept: usize,
    /// Teams whose sweep failed.
    pub failed: usize,
    /// What was found and put into the queue.
    pub found: usize,
    /// Whether the walk came to its end.
    pub is_complete: bool,
}

impl Reconciler {
    /// Sweeps every team that is due, until `deadline`.
    ///
    /// # Errors
    /// When the table fails for the walk itself.
    pub async fn run(&self, deadline: Timestamp) -> Result<Run, Error> {
        let mut run = Run::default();
        let mut cursor = self.store.load_walk().await?;
        loop {
            let page = match self.store.connected_teams(cursor.as_deref(), PAGE).await {
                Err(store::Error::InvalidCursor) if cursor.is_some() => {
                    cursor = None;
                    continue;
                }
                page => page?,
            };
            if !self.sweep_page(page.rows, deadline, &mut run).await {
                self.store.record_walk(cursor.as_deref()).await?;
                return Ok(run);
            }
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        self.store.record_walk(None).await?;
        run.is_complete = true;
        Ok(run)
    }

    /// Sweeps the teams of a page; whether there was time for all of them.
    async fn sweep_page(&self, teams: Vec<TeamId>, deadline: Timestamp, run: &mut Run) -> bool {
        let sweep = async |team: TeamId| {
            if self.clock.now() >= deadline {
                return None;
            }
            Some(self.sweep_safely(&team, deadline).await)
        };
        let mut outcomes = stream::iter(teams).map(sweep).buffer_unordered(CONCURRENCY);
        let mut was_enough = true;
        while let Some(outcome) = outcomes.next().await {
            match outcome {
                None => was_enough = false,
                Some(Ok(None)) => {}
                Some(Ok(Some(swept))) => {
                    run.swept += 1;
                    run.found += swept.found;
                }
                Some(Err(())) => run.failed += 1,
            }
        }
        was_enough
    }

    /// Sweeps one team and logs what became of it; a panic must not reach the others.
    async fn sweep_safely(&self, team: &TeamId, deadline: Timestamp) -> Result<Option<Swept>, ()> {
        let began = Instant::now();
        let outcome = AssertUnwindSafe(self.sweep_team(team, deadline)).catch_unwind().await;
        let closing =
            |outcome| Closing { team: Some(team), ..Closing::new("sweep", outcome, began.elapsed()) };
        match outcome {
            Ok(Ok(swept)) => {
                if let Some(swept) = swept {
                    closing(swept.word()).log();
                }
                Ok(swept)
            }
            Ok(Err(error)) => {
                let disposition = Some(error.disposition());
                let closing = Closing { disposition, error: Some(&error), ..closing("failed") };
                match error.disposition() {
                    Disposition::Transient { .. } | Disposition::Disconnected => closing.log(),
                    Disposition::Rejected | Disposition::Unprocessable | Disposition::Defect => {
                        closing.log_as_error()
                    }
                }
                Err(())
            }
            Err(_) => {
                closing("panicked").log_as_error();
                Err(())
            }
        }
    }
}
