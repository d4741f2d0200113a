//! What is to be done about a failure.
//!
//! Every error enum of this crate maps itself to a [`Disposition`] by an exhaustive match. Whether a message is tried again
//! is decided by it in `queue/retry` alone; the worker parks by it, the reconciler and the page tell by it what to say.

use std::time::Duration;

/// What the edges do with a failed unit of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disposition {
    /// The input is at fault (bad signature, malformed body). HTTP: 4xx. Queue: dead-letter queue.
    Rejected,
    /// It may work later. HTTP: 503. Queue: this message comes back, after the hint if there is one.
    Transient {
        /// How long the other side asked us to wait.
        retry_after: Option<Duration>,
    },
    /// The credential of one team is refused. The team's work waits until an admin reconnects.
    Disconnected,
    /// The other side said no for good to this one request. Recorded with a reason, not repeated.
    Unprocessable,
    /// Our own data or code is wrong. HTTP: 503. Queue: dead-letter queue and alarm.
    Defect,
}

impl Disposition {
    /// Transient without a hint how long to wait.
    pub const TRANSIENT: Self = Self::Transient { retry_after: None };
}
