//! The webhook sender: deliveries with their attempts, retries, reruns, and disturbances on demand.
//!
//! Deliveries are sent by background tasks. Unless disturbed they start in the order they were queued, but nothing waits
//! for an earlier one. The simulator says what to send (again at each attempt, so that a delivery can be signed anew or
//! called off) and which outcomes are retried when.

mod by_hand;
mod looks;
mod model;
mod sender;
#[cfg(test)]
mod tests;

pub use model::{Attempt, Compose, Delivery, ModeChange, Order, Outcome, Release, Rules, State, Wire};
pub use sender::Deliveries;
