//! Sweeps the teams that are due: finds what no delivery brought and puts it into the queue.
//!
//! A schedule calls it; what the schedule sends is not looked at.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use lever_integration::service::reconcile::{Reconciler, Run};
use lever_integration::telemetry::Closing;
use serde::Serialize;

/// The name of this function, in logs as in the template.
pub const NAME: &str = "reconciler";

/// What a run answers; the schedule does not read it, whoever calls by hand may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// Teams swept.
    pub swept: usize,
    /// Teams whose sweep failed.
    pub failed: usize,
    /// Events put into the queue.
    pub found: usize,
    /// Whether the walk over the teams came to its end; if not, the next run goes on there.
    pub complete: bool,
}

impl From<Run> for Answer {
    fn from(run: Run) -> Self {
        Self { swept: run.swept, failed: run.failed, found: run.found, complete: run.is_complete }
    }
}

/// Makes one run. `ends_at` is when the function is ended whatever it does: no team is begun after three
/// quarters of the time until then, so that one begun before can come to its end.
///
/// # Errors
/// When the table fails for the walk itself; what was swept is swept.
pub async fn handle(
    reconciler: &Reconciler,
    ends_at: Timestamp,
) -> Result<Answer, lever_integration::service::Error> {
    let began = Instant::now();
    let now = reconciler.clock().now();
    let left = Duration::try_from(ends_at.duration_since(now)).unwrap_or_default();
    let deadline = now.saturating_add(left.mul_f64(0.75)).unwrap_or(now);
    let outcome = reconciler.run(deadline).await;
    match &outcome {
        Ok(run) => {
            let word = if run.is_complete { "complete" } else { "to_be_continued" };
            tracing::info!(swept = run.swept, failed = run.failed, found = run.found, "reconciled");
            Closing::new(NAME, word, began.elapsed()).log();
        }
        Err(error) => {
            let disposition = Some(error.disposition());
            let closing = Closing::new(NAME, "failed", began.elapsed());
            Closing { disposition, error: Some(error), ..closing }.log_as_error();
        }
    }
    outcome.map(Answer::from)
}
