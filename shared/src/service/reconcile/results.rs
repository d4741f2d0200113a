//! Results that changed in Qualified without anybody saying so.
//!
//! One list for each sweep (Qualified API reference: assessment results can be listed by time of change). A
//! result is read again only if the row brings something new to who follows it.

use std::time::Duration;

use jiff::Timestamp;

use super::sweep::Sweep;
use crate::domain::{AssessmentResult, Assignment, Reconciliation};
use crate::flow::{decide_result, decide_retake};
use crate::qualified;
use crate::service::Error;

/// How far each look reaches back over the last one: clocks differ.
const OVERLAP: Duration = Duration::from_secs(15 * 60);
/// How far back a look reaches at most; what is older the walk over the open assignments finds.
const LOOK_BACK_MAX: Duration = Duration::from_secs(24 * 60 * 60);

impl Sweep<'_> {
    /// Puts every result with news into the queue; says how many.
    pub(super) async fn find_results(&self, reconciliation: &mut Reconciliation) -> Result<usize, Error> {
        let Some(qualified) = &self.qualified else { return Ok(0) };
        let before = |at: Timestamp, by: Duration| at.saturating_sub(by).unwrap_or(Timestamp::MIN);
        let earliest = before(self.now, LOOK_BACK_MAX);
        let since =
            reconciliation.results_until.map_or(earliest, |until| before(until, OVERLAP).max(earliest));
        let results = match qualified.results_changed(since).await {
            Ok(results) => results,
            // No failure of the sweep: the walk over the open assignments finds the same, later. The next list is
            // shorter only if it begins after this one.
            Err(error @ qualified::Error::Unreadable(qualified::Flaw::Endless)) => {
                tracing::warn!(team.id = %self.team(), %error, "sweep.results_not_listed");
                reconciliation.results_until = Some(self.now);
                return Ok(0);
            }
            Err(qualified::Error::KeyUnusable) => {
                self.reconciler.connector.mark_key_refused(self.context).await?;
                return Ok(0);
            }
            Err(error) => return Err(error.into()),
        };
        let mut found = 0;
        for result in &results {
            found += usize::from(self.look_at_result(result).await?);
        }
        reconciliation.results_until = Some(self.now);
        Ok(found)
    }

    async fn look_at_result(&self, result: &AssessmentResult) -> Result<bool, Error> {
        let followers = self.reconciler.store.find_assignments(self.team(), &result.id).await?;
        let is_news = followers.iter().any(|follower| has_news(follower, result))
            || result.retake_number > 1 && self.is_news_to_earlier(result).await?;
        if is_news {
            self.tell_result(&result.id, Some(result)).await?;
        }
        Ok(is_news)
    }

    /// Whether a retake is news to one who follows an earlier take. Others may follow it already: those who were
    /// invited when it was there.
    async fn is_news_to_earlier(&self, retake: &AssessmentResult) -> Result<bool, Error> {
        let Some(qualified) = &self.qualified else { return Ok(false) };
        let takes = match qualified.results_of(&retake.team_candidate, &retake.assessment).await {
            Ok(takes) => takes,
            Err(qualified::Error::NotFound) => return Ok(false),
            Err(error) => return Err(error.into()),
        };
        for earlier in takes.iter().take_while(|take| take.id != retake.id) {
            let followers = self.reconciler.store.find_assignments(self.team(), &earlier.id).await?;
            let mut mirrors = followers.iter().filter_map(Assignment::mirror);
            if mirrors.any(|mirror| decide_retake(mirror, retake).reason.is_some()) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn has_news(follower: &Assignment, result: &AssessmentResult) -> bool {
    let update = follower.mirror().map(|mirror| decide_result(mirror, result));
    update.is_some_and(|update| update.reason.is_some() || follower.is_unfinished())
}
