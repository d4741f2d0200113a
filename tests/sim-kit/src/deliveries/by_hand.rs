//! Carrying deliveries by hand: a test takes each attempt, brings it where it goes and tells what came of it.
//!
//! For simulators without a port. While [`ModeChange::hold`](super::ModeChange) is set nothing is sent by itself; the
//! rules of the service still decide which attempts there are.

use std::sync::Arc;

use super::Deliveries;
use super::model::{Attempt, Outcome, State, Wire};
use crate::clock::Millis;

impl Deliveries {
    /// What attempt `number` of a delivery carries, from 1; `None` if it is called off or unknown.
    pub fn take(&self, id: &str, number: u32) -> Option<Wire> {
        let compose =
            Arc::clone(&self.queue.lock().entries.iter().find(|entry| entry.shown.id == id)?.compose);
        let wire = compose(number);
        if wire.is_none() {
            self.change(id, |shown| shown.state = State::CalledOff);
        }
        wire
    }

    /// Notes what came of attempt `number`; says when the next one is due, if there is one.
    pub fn told(&self, id: &str, number: u32, outcome: Outcome) -> Option<Millis> {
        let now = self.clock.now_ms();
        let state = self.verdict(id, &outcome, number);
        self.change(id, |shown| {
            shown.attempts.push(Attempt { at_ms: now, outcome });
            shown.state = state;
        });
        let pause = self.pause_before(number.saturating_add(1));
        pause.filter(|_| state == State::Waiting).map(|pause| now.saturating_add(pause))
    }

    /// The deliveries that wait to be taken for the first time, oldest first.
    pub fn held(&self) -> Vec<String> {
        let queue = self.queue.lock();
        let held = queue.entries.iter().filter(|entry| entry.shown.state == State::Held);
        held.map(|entry| entry.shown.id.clone()).collect()
    }
}
