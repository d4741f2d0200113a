//! The runs of a world: futures that are polled by hand and stopped at their points.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::task::noop_waker;

use crate::gate::{Gate, Point, RunId, Verdict};
use crate::world::VirtualClock;

/// A run that waits for nothing but time waits for less than this: the longest pause between two looks at a refresh.
const PAUSE: Duration = Duration::from_millis(300);

type Work = Pin<Box<dyn Future<Output = ()>>>;

/// What becomes of a run at a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// It goes on, or its call fails.
    Pass(Verdict),
    /// Its process ends here.
    End,
    /// It stays here until it is resumed.
    Hold,
}

/// How driving a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Driven {
    /// It finished.
    Finished,
    /// It was ended.
    Ended,
    /// It is held.
    Held,
}

/// All runs of one world.
pub struct Runs {
    gate: Gate,
    clock: VirtualClock,
    live: BTreeMap<RunId, Work>,
    started: RunId,
}

impl Runs {
    /// None yet.
    pub fn new(gate: Gate, clock: VirtualClock) -> Self {
        Self { gate, clock, live: BTreeMap::new(), started: 0 }
    }

    /// Starts a run; nothing of it happens before it is polled.
    pub fn start(&mut self, work: impl Future<Output = ()> + 'static) -> RunId {
        self.started += 1;
        self.live.insert(self.started, Box::pin(work));
        self.started
    }

    /// The runs that are neither finished nor ended.
    pub fn live(&self) -> Vec<RunId> {
        self.live.keys().copied().collect()
    }

    /// Lets a run go on until it reaches points or ends; says whether it finished.
    pub fn poll(&mut self, run: RunId) -> bool {
        let Some(work) = self.live.get_mut(&run) else { return true };
        self.gate.enter(Some(run));
        let polled = work.as_mut().poll(&mut Context::from_waker(&noop_waker()));
        self.gate.enter(None);
        if polled == Poll::Ready(()) {
            self.live.remove(&run);
        }
        polled == Poll::Ready(())
    }

    /// The process of a run ends.
    pub fn end(&mut self, run: RunId) {
        self.gate.enter(Some(run));
        self.live.remove(&run);
        self.gate.enter(None);
    }

    /// Lets a little time pass for runs that wait for nothing else.
    pub async fn pause(&mut self) {
        tokio::time::advance(PAUSE).await;
        self.clock.advance(PAUSE);
    }

    /// Drives one run alone, asking at every point.
    pub async fn drive(&mut self, run: RunId, mut ask: impl FnMut(&Point) -> Order) -> Driven {
        let mut is_patient = true;
        loop {
            if self.poll(run) {
                return Driven::Finished;
            }
            let point = self.gate.waiting().into_iter().find(|point| point.run == run);
            match point.as_ref().map(&mut ask) {
                Some(Order::Pass(verdict)) => {
                    is_patient = true;
                    if let Some(point) = &point {
                        self.gate.decide(point, verdict);
                    }
                }
                Some(Order::End) => {
                    self.end(run);
                    return Driven::Ended;
                }
                Some(Order::Hold) => return Driven::Held,
                None if is_patient => {
                    is_patient = false;
                    tokio::time::advance(Duration::from_millis(1)).await;
                }
                None => self.pause().await,
            }
        }
    }
}
