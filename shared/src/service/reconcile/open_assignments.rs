//! The safety net under all news of results: every open assignment is read again from time to time, and what was
//! begun and never finished is taken up.
//!
//! When it is due follows from the assignment's age ([`is_reading_due`]), so the walk costs a few pages of keys
//! and writes nothing.

use super::sweep::Sweep;
use crate::domain::{Look, OpenAssignment, Reconciliation, UnderWay};
use crate::flow::is_reading_due;
use crate::service::Error;

/// Pages of a hundred keys read in one sweep of a team; the next sweep goes on there.
const PAGES_MAX: usize = 10;
/// Keys on a page.
const PAGE: usize = 100;

impl Sweep<'_> {
    /// Puts every open assignment that is due into the queue; says how many needed it.
    pub(super) async fn read_open_assignments(
        &self,
        reconciliation: &mut Reconciliation,
    ) -> Result<usize, Error> {
        let store = &self.reconciler.store;
        let look = &mut reconciliation.open_assignments;
        let (since, until, mut cursor) = match look.under_way.take() {
            Some(way) => (way.since, way.until, Some(way.cursor)),
            None => (look.done_until.unwrap_or(self.now), self.now, None),
        };
        let mut resumed = 0;
        for _ in 0..PAGES_MAX {
            let page = store.open_assignments(self.team(), cursor.as_deref(), PAGE).await?;
            for open in page.rows.iter().filter(|open| is_reading_due(open.created_at, since, until)) {
                resumed += usize::from(self.take_up(open).await?);
            }
            match page.next {
                Some(next) => cursor = Some(next),
                None => {
                    *look = Look { done_until: Some(until), under_way: None };
                    return Ok(resumed);
                }
            }
        }
        look.under_way = cursor.map(|cursor| UnderWay { since, until, cursor });
        Ok(resumed)
    }

    /// Whether something was left unfinished. A reading that is only due by age is no finding.
    async fn take_up(&self, open: &OpenAssignment) -> Result<bool, Error> {
        let store = &self.reconciler.store;
        let assignments = store.load_assignments(self.team(), &open.opportunity).await?;
        let assignment = assignments.into_iter().find(|one| one.assessment == open.assessment);
        match assignment.filter(|one| {
            one.is_open() && !one.lease.as_ref().is_some_and(|lease| lease.may_be_held(self.now))
        }) {
            Some(assignment) => {
                self.tell_open(&assignment).await?;
                Ok(assignment.is_unfinished())
            }
            None => Ok(false),
        }
    }
}
