//! Where every call of a port waits until the test lets it pass.
//!
//! A call has two points: before its effect, and after it when its answer is on the way back. A run that is dropped at a
//! point is a process that ended there. Calls made outside a run pass at once.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use sim_kit::faults::Mode;

/// Names a run; no two of one world are the same.
pub type RunId = usize;

/// Which side of its effect a call is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// Nothing has happened.
    Before,
    /// It has happened; the caller does not know.
    After,
}

/// A point that a run has reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// Which run.
    pub run: RunId,
    /// 0, 1, 2 … in the order in which the run reached them.
    pub number: usize,
    /// Which port, and what is asked of it.
    pub call: String,
    /// Before or after the effect.
    pub side: Side,
}

/// How a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Table and queue: no answer.
    Unreachable,
    /// Table: too many calls.
    Throttled,
    /// Table: somebody else wrote first, as a versioned write is told. Other calls pass.
    Conflict,
    /// Table: an item that a newer version of the program wrote. Calls that read none pass.
    Newer,
    /// A service: the simulator answers in this way.
    Answer(Mode, Option<u16>, Option<&'static str>),
    /// A service: no answer now, and the effect when the test releases it ([`crate::wire::Wire::release_late`]).
    Late,
    /// A service: the request arrives twice.
    Twice,
}

/// What becomes of a call at a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It goes on.
    Go,
    /// It fails.
    Fail(Fault),
}

struct Waiting {
    point: Point,
    verdict: Option<Verdict>,
    waker: Option<Waker>,
}

#[derive(Default)]
struct State {
    current: Option<RunId>,
    reached: BTreeMap<RunId, usize>,
    waiting: BTreeMap<u64, Waiting>,
    tickets: u64,
    trace: Vec<String>,
}

/// The gate of one world; clones are the same one.
#[derive(Clone, Default)]
pub struct Gate(Arc<Mutex<State>>);

impl Gate {
    /// Waits at a point for the test's verdict.
    pub async fn pass(&self, call: &str, side: Side) -> Verdict {
        let Some(ticket) = self.arrive(call, side) else { return Verdict::Go };
        poll_fn(|context| {
            let mut state = self.state();
            let Some(waiting) = state.waiting.get_mut(&ticket.number) else {
                return Poll::Ready(Verdict::Go);
            };
            match waiting.verdict {
                Some(verdict) => Poll::Ready(verdict),
                None => {
                    waiting.waker = Some(context.waker().clone());
                    Poll::Pending
                }
            }
        })
        .await
    }

    /// The points that wait for a verdict, in the order in which they were reached.
    pub fn waiting(&self) -> Vec<Point> {
        let state = self.state();
        state.waiting.values().filter(|one| one.verdict.is_none()).map(|one| one.point.clone()).collect()
    }

    /// Gives a waiting point its verdict.
    pub fn decide(&self, point: &Point, verdict: Verdict) {
        let mut state = self.state();
        let line = format!("{} {} {:?} {verdict:?}", point.run, point.call, point.side);
        state.trace.push(line);
        let found = state.waiting.values_mut().find(|one| one.point == *point);
        if let Some(waiting) = found {
            waiting.verdict = Some(verdict);
            if let Some(waker) = waiting.waker.take() {
                drop(state);
                waker.wake();
            }
        }
    }

    /// Says whose calls are those that come from now on.
    pub fn enter(&self, run: Option<RunId>) {
        self.state().current = run;
    }

    /// Whose calls those are that come now.
    pub fn current(&self) -> Option<RunId> {
        self.state().current
    }

    /// Adds a line to the trace.
    pub fn note(&self, line: String) {
        self.state().trace.push(line);
    }

    /// What happened so far: every verdict and every step, in order.
    pub fn trace(&self) -> Vec<String> {
        self.state().trace.clone()
    }

    fn arrive(&self, call: &str, side: Side) -> Option<Ticket> {
        let mut state = self.state();
        let run = state.current?;
        let reached = state.reached.entry(run).or_default();
        let point = Point { run, number: *reached, call: call.to_owned(), side };
        *reached += 1;
        state.tickets += 1;
        let number = state.tickets;
        state.waiting.insert(number, Waiting { point, verdict: None, waker: None });
        Some(Ticket { gate: self.clone(), number })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place of one call in the gate; given back when the call goes on or its run ends.
struct Ticket {
    gate: Gate,
    number: u64,
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.gate.state().waiting.remove(&self.number);
    }
}
