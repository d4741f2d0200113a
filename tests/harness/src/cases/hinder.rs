//! One run under a plan, and one that takes over from a run that stands still.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use super::{Case, Plan, Prepared, TOKEN_CALL};
use crate::gate::{Point, RunId, Side, Verdict};
use crate::runs::{Driven, Order};
use crate::world::{Due, Made, free};

impl Prepared {
    /// One run under a plan; the points it reached, and the run if it is held.
    pub(super) async fn hindered(&mut self, case: Case, plan: Plan) -> Made<(Vec<Point>, Option<RunId>)> {
        let Some(begun) = self.begin(case).await? else { return Ok((Vec::new(), None)) };
        let reached = RefCell::new(Vec::new());
        let driven = self
            .world
            .runs
            .drive(begun.run, |point: &Point| {
                reached.borrow_mut().push(point.clone());
                if point.number == plan.at { plan.order } else { Order::Pass(Verdict::Go) }
            })
            .await;
        let reached = reached.into_inner();
        if plan.order == Order::Hold && reached.last().is_some_and(|point| point.call == TOKEN_CALL) {
            *self.world.stalled_refreshes.entry(begun.run).or_default() += 1;
        }
        if let (Some(due), Some(status)) = (&begun.due, &begun.status) {
            let status = *status.borrow();
            self.world.end_delivery(due, status);
            self.due = self.world.retries.first().cloned();
        }
        match driven {
            Driven::Finished => {
                self.hint(case, plan, &reached);
                Ok((reached, None))
            }
            Driven::Ended => {
                self.world.process = self.world.new_process()?;
                self.wait();
                Ok((reached, None))
            }
            Driven::Held => {
                self.world.process = self.world.new_process()?;
                self.wait();
                Ok((reached, Some(begun.run)))
            }
        }
    }

    /// Another run does the work of a held one, which then goes on.
    pub(super) async fn overtake(&mut self, case: Case, held: RunId, at: &Point) -> Made {
        if case == Case::Parked {
            // Meanwhile an admin logs in again.
            self.world.heal().await?;
        } else if let Some(begun) = self.begin(case).await? {
            self.world.runs.drive(begun.run, free).await;
            if let (Some(due), Some(status)) = (&begun.due, &begun.status) {
                let status = *status.borrow();
                self.world.end_delivery(due, status);
            }
        }
        self.check();
        let before = self.world.wire.len();
        self.world.runs.drive(held, free).await;
        let after = self.world.wire.log_after(before);
        let effects = after.iter().filter(|one| one.run == Some(held) && one.method != "GET").count();
        // A call that was on its way cannot be called back.
        let is_on_its_way = at.side == Side::Before && at.call.contains(' ') && !at.call.contains("GET");
        let is_overtaken = case.is_worked() && case != Case::Parked;
        if is_overtaken && effects > usize::from(is_on_its_way) {
            self.wrong.push(format!("F11: the overtaken run had {effects} effects"));
        }
        self.check();
        Ok(())
    }

    async fn begin(&mut self, case: Case) -> Made<Option<Begun>> {
        match case {
            Case::Intake => {
                let Some(due) = self.due.clone() else { return Ok(None) };
                let begun = self.world.begin_delivery(&due)?;
                Ok(begun.map(|(run, status)| Begun { run, due: Some(due), status: Some(status) }))
            }
            Case::Callback => {
                let callback = self.world.consent(0).await?;
                Ok(Some(Begun::of(self.world.come_back(callback).0)))
            }
            Case::Key => {
                let tenant = self.world.tenants[0].clone();
                let connector = Arc::clone(&self.world.connector);
                Ok(Some(Begun::of(self.world.runs.start(async move {
                    let _ = connector.set_api_key(&tenant.team, &tenant.api_key).await;
                }))))
            }
            Case::Removal => {
                let team = self.world.tenants[0].team.clone();
                let connector = Arc::clone(&self.world.connector);
                Ok(Some(Begun::of(self.world.runs.start(async move {
                    let _ = connector.remove_integration(&team).await;
                }))))
            }
            Case::OwnTag
            | Case::PostingTag
            | Case::TwoAssessments
            | Case::InvitedElsewhere
            | Case::ClosedElsewhere
            | Case::EnteredBefore
            | Case::Restored
            | Case::Corrected
            | Case::CorrectedAgain
            | Case::Started
            | Case::Submitted
            | Case::Retaken
            | Case::Refresh
            | Case::Parked => {
                if let Some(at) = self.world.queue.next_visible_at() {
                    let wait = at.as_millisecond() - self.world.now_ms();
                    self.world.advance(Duration::from_millis(u64::try_from(wait).unwrap_or_default()));
                }
                Ok(self.world.begin_work(1).map(Begun::of))
            }
        }
    }
}

/// A run that has begun.
struct Begun {
    run: RunId,
    due: Option<Due>,
    status: Option<Rc<RefCell<Option<u16>>>>,
}

impl Begun {
    fn of(run: RunId) -> Self {
        Self { run, due: None, status: None }
    }
}
