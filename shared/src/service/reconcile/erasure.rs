//! People who are gone from Lever are erased here.
//!
//! Erased only on positive evidence: Lever lists the opportunity as deleted, or shows it anonymised. That Lever
//! knows no such opportunity proves nothing: after a change of account it knows none of those of the other one,
//! and the ledger is what keeps a team that comes back from inviting them all twice.

use std::time::Duration;

use jiff::Timestamp;

use super::sweep::Sweep;
use crate::domain::{OpportunityId, Reconciliation};
use crate::lever;
use crate::service::Error;

/// How far each look reaches back over the last one.
const OVERLAP: Duration = Duration::from_secs(60 * 60);
/// How far back the first look reaches.
const LOOK_BACK: Duration = Duration::from_secs(24 * 60 * 60);
/// The longest span Lever lists deletions of (Lever API reference, List deleted opportunities).
const SPAN_MAX: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// Pages of a hundred read at once; more deletions than that are met by the next look.
const PAGES_MAX: usize = 5;
/// Entries of the ledger looked at each time: with one look an hour 240 opportunities a day, 7,000 in a month.
const ENTRIES: usize = 10;

impl Sweep<'_> {
    /// Erases what Lever lists as deleted.
    pub(super) async fn erase_deleted(&self, reconciliation: &mut Reconciliation) -> Result<(), Error> {
        let known = reconciliation.deletions_until.unwrap_or(back(self.now, LOOK_BACK));
        let since = back(known, OVERLAP);
        let until = self.now.min(since.saturating_add(SPAN_MAX).unwrap_or(self.now));
        let mut cursor = None;
        for _ in 0..PAGES_MAX {
            let page = self.lever.opportunities_deleted((since, until), cursor.as_deref()).await?;
            for id in &page.ids {
                self.erase(id).await?;
            }
            cursor = page.next;
            if cursor.is_none() {
                reconciliation.deletions_until = Some(until);
                break;
            }
        }
        Ok(())
    }

    /// Goes on through the ledger and erases whom Lever shows anonymised.
    pub(super) async fn erase_anonymised(&self, reconciliation: &mut Reconciliation) -> Result<(), Error> {
        let cursor = reconciliation.ledger_cursor.take();
        let store = &self.reconciler.store;
        let page = store.assigned_opportunities(self.team(), cursor.as_deref(), ENTRIES).await?;
        for id in &page.rows {
            match self.lever.opportunity(id).await {
                Ok(opportunity) if opportunity.is_anonymised => self.erase(id).await?,
                Ok(_) | Err(lever::Error::NotFound | lever::Error::Forbidden) => {}
                Err(error) => {
                    reconciliation.ledger_cursor = cursor;
                    return Err(error.into());
                }
            }
        }
        reconciliation.ledger_cursor = page.next;
        Ok(())
    }

    async fn erase(&self, id: &OpportunityId) -> Result<(), Error> {
        self.reconciler.store.erase_opportunity(self.team(), id).await?;
        tracing::info!(team.id = %self.team(), opportunity.id = %id, "opportunity.erased");
        Ok(())
    }
}

fn back(at: Timestamp, by: Duration) -> Timestamp {
    at.saturating_sub(by).unwrap_or(Timestamp::MIN)
}
