//! How things take their course: deliveries, runs of the worker, time, and what an admin puts right.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use lever_integration::domain::ConnectionState;
use lever_integration::store::Store as _;
use sim_kit::deliveries::Outcome;

use super::{Due, Made, SESSION, Sender, World, free};
use crate::gate::{Point, RunId};
use crate::runs::{Driven, Order};

/// How often time may be put forward until nothing is under way.
const SETTLES_WITHIN: usize = 4_000;

/// How long an admin waits whose login failed.
const TRIES_AGAIN_AFTER: Duration = Duration::from_secs(60);

/// The status that a run of the intake answers, once it has.
pub type Answered = Rc<RefCell<Option<u16>>>;

impl World {
    /// The deliveries that can be attempted now, oldest first.
    pub fn due(&mut self) -> Vec<Due> {
        let now = self.now_ms();
        let first = |from| {
            let held = self.kit(from).deliveries.held();
            held.into_iter().map(move |id| Due { from, id, number: 1, at_ms: now })
        };
        let is_under_way = |due: &Due| self.under_way.contains(&(due.from, due.id.clone()));
        let mut due: Vec<Due> = first(Sender::Lever).chain(first(Sender::Qualified)).collect();
        due.retain(|due| !is_under_way(due));
        due.extend(self.retries.iter().filter(|retry| retry.at_ms <= now).cloned());
        due
    }

    /// Starts a run of the intake for an attempt; nothing if the delivery was called off.
    ///
    /// # Errors
    /// When the request cannot be made.
    pub fn begin_delivery(&mut self, due: &Due) -> Made<Option<(RunId, Answered)>> {
        self.retries.retain(|retry| retry != due);
        let Some(wire) = self.kit(due.from).deliveries.take(&due.id, due.number) else { return Ok(None) };
        let mut request = lambda_http::http::Request::builder().method("POST").uri(&wire.url);
        for (name, value) in &wire.headers {
            request = request.header(name, value);
        }
        let request: lambda_http::Request = request.body(lambda_http::Body::from(wire.body))?;
        let (intake, from) = (Arc::clone(&self.intake), due.from);
        let status = Rc::new(RefCell::new(None));
        let answered = Rc::clone(&status);
        let run = self.runs.start(async move {
            let response = match from {
                Sender::Lever => stage_change_webhook::handle(&intake, request).await,
                Sender::Qualified => assessment_events::handle(&intake, request).await,
            };
            *answered.borrow_mut() = Some(response.status().as_u16());
        });
        Ok(Some((run, status)))
    }

    /// Tells the simulator what came of an attempt, and keeps in mind the next one.
    pub fn end_delivery(&mut self, due: &Due, status: Option<u16>) {
        self.gate.note(format!("{:?} {} {}: {status:?}", due.from, due.id, due.number));
        self.under_way.retain(|one| *one != (due.from, due.id.clone()));
        let outcome = status.map_or_else(|| Outcome::Error("timeout".to_owned()), Outcome::Status);
        if let Some(at_ms) = self.kit(due.from).deliveries.told(&due.id, due.number, outcome) {
            self.retries.push(Due { number: due.number + 1, at_ms, ..due.clone() });
        }
    }

    /// Brings every delivery that is due to the intake, one after the other.
    ///
    /// # Errors
    /// When a request cannot be made.
    pub async fn deliver(&mut self, mut ask: impl FnMut(&Point) -> Order) -> Made {
        for due in self.due() {
            let Some((run, status)) = self.begin_delivery(&due)? else { continue };
            self.runs.drive(run, &mut ask).await;
            let status = *status.borrow();
            self.end_delivery(&due, status);
        }
        Ok(())
    }

    /// Works through one batch of one message.
    pub async fn work(&mut self, ask: impl FnMut(&Point) -> Order) -> Option<Driven> {
        let run = self.begin_work(1)?;
        Some(self.runs.drive(run, ask).await)
    }

    /// Lets deliveries, messages and time take their course until nothing is under way. An admin logs in again where that
    /// is asked for, and dead letters are put back once.
    ///
    /// # Errors
    /// When it does not come to rest.
    pub async fn settle(&mut self) -> Made {
        let mut redriven = false;
        for _ in 0..SETTLES_WITHIN {
            self.deliver(free).await?;
            while self.work(free).await.is_some() {}
            let is_well = self.heal().await?;
            let next = self.queue.next_visible_at().map(|at| at.as_millisecond());
            let retry = self.retries.iter().map(|retry| retry.at_ms).min();
            let due = [next, retry].into_iter().flatten().min();
            match due {
                Some(at) => {
                    let wait = u64::try_from(at - self.now_ms()).unwrap_or_default();
                    self.advance(Duration::from_millis(wait + 1));
                }
                None if !self.due().is_empty() => {}
                None if !is_well => self.advance(TRIES_AGAIN_AFTER),
                None if !redriven && self.queue.redrive() > 0 => redriven = true,
                None => return Ok(()),
            }
        }
        Err("the world does not come to rest".into())
    }

    /// Lets the reconciler look at every team once, and what it finds take its course.
    ///
    /// # Errors
    /// When it does not come to rest.
    pub async fn sweep(&mut self) -> Made {
        let run = self.begin_sweep();
        self.runs.drive(run, free).await;
        self.settle().await
    }

    /// What an admin does when the page says that something is wrong with the access; whether it is right now.
    pub(crate) async fn heal(&mut self) -> Made<bool> {
        let mut is_well = true;
        for number in 0..self.tenants.len() {
            let tenant = self.tenants[number].clone();
            let Some(context) = self.store.load_team(&tenant.team).await? else { continue };
            if context.team.api_key_refused_at.is_some() {
                self.connector.set_api_key(&tenant.team, &tenant.api_key).await?;
            }
            let is_cut_off = context.connection.as_ref().is_some_and(|connection| {
                matches!(connection.state, ConnectionState::ReconnectNeeded { .. })
            });
            if is_cut_off {
                self.reconnects += 1;
                let callback = self.consent(number).await?;
                // Who is told that Lever cannot be called at the moment tries again later.
                is_well &= self.connector.complete_login(&callback, Some(SESSION)).await.is_ok();
            }
        }
        Ok(is_well)
    }
}
