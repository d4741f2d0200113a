//! People who are gone from Lever are erased here.
//!
//! Erased only on positive evidence: Lever lists the opportunity as deleted, or shows it anonymised. That Lever
//! knows no such opportunity proves nothing: after a change of account it knows none of those of the other one,
//! and the ledger is what keeps a team that comes back from inviting them all twice.
//!
//! Both looks go on where they stopped, also after a failure. Nobody whom Lever does not show can stop the walk over
//! the ledger for ever: it passes over them, and comes to them again in its next round.

use std::time::Duration;

use jiff::Timestamp;

use super::sweep::Sweep;
use super::upkeep::Trouble;
use crate::domain::{Look, OpportunityId, Reconciliation, UnderWay};
use crate::http::TransportError;
use crate::service::Error;
use crate::{lever, store};

/// How far each look reaches back over the last one.
const OVERLAP: Duration = Duration::from_secs(60 * 60);
/// How far back the first look reaches.
const LOOK_BACK: Duration = Duration::from_secs(24 * 60 * 60);
/// The longest span Lever lists deletions of (Lever API reference, List deleted opportunities).
const SPAN_MAX: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// Pages of a hundred read at once; the next look goes on there.
const PAGES_MAX: usize = 5;
/// Pages read of a list begun anew: where a place does not last until the next look, only what one look reads is ever
/// read. 50 calls and 10,000 queries of the table take a minute or so.
const PAGES_ANEW_MAX: usize = 50;
/// Entries of the ledger looked at each time: with one look an hour 240 opportunities a day, 7,000 in a month.
const ENTRIES: usize = 10;

impl Sweep<'_> {
    /// Erases what Lever lists as deleted, from where the last look stopped.
    pub(super) async fn erase_deleted(&self, reconciliation: &mut Reconciliation) -> Result<(), Error> {
        let look = &mut reconciliation.deletions;
        match self.erase_listed(look, PAGES_MAX).await {
            // A place that Lever refuses is of no use to any later look, for whatever reason it is refused.
            Err(Error::Lever(lever::Error::StaleCursor | lever::Error::Refused { .. }))
                if look.under_way.is_some() =>
            {
                look.under_way = None;
                self.erase_listed(look, PAGES_ANEW_MAX).await
            }
            outcome => outcome,
        }
    }

    /// Erases whom so many pages of the list name; the place moves on with each page.
    async fn erase_listed(&self, look: &mut Look, pages_max: usize) -> Result<(), Error> {
        let (since, until, mut cursor) = match &look.under_way {
            Some(way) => (way.since, way.until, Some(way.cursor.clone())),
            None => {
                let (since, until) = span(look.done_until, self.now);
                (since, until, None)
            }
        };
        for _ in 0..pages_max {
            let page = self.lever.opportunities_deleted((since, until), cursor.as_deref()).await?;
            for id in &page.ids {
                self.erase(id).await?;
            }
            let Some(next) = page.next else {
                *look = Look { done_until: Some(until), under_way: None };
                return Ok(());
            };
            look.under_way = Some(UnderWay { since, until, cursor: next.clone() });
            cursor = Some(next);
            if !self.has_time() {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Goes on through the ledger and erases whom Lever shows anonymised.
    pub(super) async fn erase_anonymised(
        &self,
        reconciliation: &mut Reconciliation,
        trouble: Trouble,
    ) -> Result<(), Error> {
        let page = self.next_entries(reconciliation).await?;
        for id in &page.rows {
            // Ten that each take as long as a call may take would outlast the run.
            if !self.has_time() {
                return Ok(());
            }
            match self.lever.opportunity(id).await {
                Ok(opportunity) if opportunity.is_anonymised => self.erase(id).await?,
                Ok(_) | Err(lever::Error::NotFound | lever::Error::Forbidden) => {}
                Err(error) if is_passed_over(error, trouble) => {
                    tracing::warn!(team.id = %self.team(), opportunity.id = %id, %error, "erasure.passed_over");
                }
                Err(error) => return Err(error.into()),
            }
        }
        reconciliation.ledger_cursor = page.next;
        Ok(())
    }

    /// The entries where the walk stands; the first ones if the table does not know that place.
    async fn next_entries(
        &self,
        reconciliation: &Reconciliation,
    ) -> Result<store::Page<OpportunityId>, Error> {
        let ledger = &self.reconciler.store;
        let cursor = reconciliation.ledger_cursor.as_deref();
        match ledger.assigned_opportunities(self.team(), cursor, ENTRIES).await {
            Err(store::Error::InvalidCursor) if cursor.is_some() => {
                Ok(ledger.assigned_opportunities(self.team(), None, ENTRIES).await?)
            }
            page => Ok(page?),
        }
    }

    async fn erase(&self, id: &OpportunityId) -> Result<(), Error> {
        self.reconciler.store.erase_opportunity(self.team(), id).await?;
        tracing::info!(team.id = %self.team(), opportunity.id = %id, "opportunity.erased");
        Ok(())
    }
}

/// What a new look at deletions covers.
fn span(done_until: Option<Timestamp>, now: Timestamp) -> (Timestamp, Timestamp) {
    let since = back(done_until.unwrap_or(back(now, LOOK_BACK)), OVERLAP);
    (since, now.min(since.saturating_add(SPAN_MAX).unwrap_or(now)))
}

fn back(at: Timestamp, by: Duration) -> Timestamp {
    at.saturating_sub(by).unwrap_or(Timestamp::MIN)
}

/// Whether the walk over the ledger goes on behind an opportunity that Lever did not show.
fn is_passed_over(error: lever::Error, trouble: Trouble) -> bool {
    match error {
        // It is about this one, and asking again soon would bring the same.
        lever::Error::NotFound
        | lever::Error::Forbidden
        | lever::Error::Refused { .. }
        | lever::Error::StaleCursor
        | lever::Error::Unreadable(_)
        | lever::Error::Transport(TransportError::Unsendable | TransportError::TooLarge) => true,
        // It may be about all of Lever and soon pass. If it does not, no more time is lost over this one.
        lever::Error::Unavailable { .. }
        | lever::Error::Redirected { .. }
        | lever::Error::Transport(TransportError::NotReached | TransportError::NoAnswer) => {
            trouble == Trouble::Lasting
        }
        // It is about every call of this team.
        lever::Error::Unauthorized | lever::Error::RateLimited { .. } | lever::Error::Paced { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_walk_waits_for_what_may_pass_until_it_lasts_and_always_for_what_is_about_every_call() {
        let unavailable = lever::Error::Unavailable { status: 500, retry_after: None };
        let cases = [
            (lever::Error::Unreadable(lever::Flaw::NotJson), [true, true]),
            (lever::Error::Refused { status: 400 }, [true, true]),
            (lever::Error::Transport(TransportError::Unsendable), [true, true]),
            (unavailable, [false, true]),
            (lever::Error::Transport(TransportError::NoAnswer), [false, true]),
            (lever::Error::Unauthorized, [false, false]),
            (lever::Error::RateLimited { retry_after: None }, [false, false]),
            (lever::Error::Paced { retry_after: None }, [false, false]),
        ];
        for (error, expected) in cases {
            let passed = [Trouble::Passing, Trouble::Lasting].map(|trouble| is_passed_over(error, trouble));
            assert_eq!(passed, expected, "{error}");
        }
    }

    #[test]
    fn a_span_begins_before_the_last_one_ended_and_is_never_longer_than_lever_lists() {
        let day = |number: i64| Timestamp::from_second(1_750_000_000 + number * 86_400).unwrap();
        assert_eq!(span(None, day(2)), (back(day(1), OVERLAP), day(2)));
        assert_eq!(span(Some(day(1)), day(2)), (back(day(1), OVERLAP), day(2)));
        assert_eq!(span(Some(day(1)), day(90)), (back(day(1), OVERLAP), back(day(31), OVERLAP)));
    }
}
