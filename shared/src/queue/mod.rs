//! Between intake and worker: the [`Queue`] trait, on SQS and in memory, and the batch a worker gets.
//!
//! Delivery is at least once and in any order; nothing relies on more. What is in the queue is our own
//! versioned [`Envelope`]; an envelope of an unknown version comes back like any
//! failure and at last is a dead letter; it is never dropped.

mod batch;
mod envelope;
mod error;
mod limits;
mod memory;
mod retry;
mod sqs;

use std::time::Duration;

use async_trait::async_trait;

pub use batch::{BatchError, BatchItem, handle_batch};
pub use envelope::Envelope;
pub use error::Error;
pub use limits::{BATCH_MAX, POSTPONE_MAX, RECEIVES_MAX, VISIBILITY_TIMEOUT, WORKER_TIMEOUT};
pub use memory::{DeadLetter, MemoryQueue};
pub use sqs::SqsQueue;

/// A queue with at-least-once delivery.
#[async_trait]
pub trait Queue: Send + Sync {
    /// Puts an event into the queue; it is durable when this returns.
    ///
    /// # Errors
    /// When the queue cannot be reached or refuses the message. It may have arrived all the same.
    async fn send(&self, envelope: &Envelope) -> Result<(), Error>;

    /// Lets a message that is being handled come back after `delay`.
    ///
    /// # Errors
    /// When the queue cannot be reached; the message then comes back at its usual time.
    async fn postpone(&self, receipt: &str, delay: Duration) -> Result<(), Error>;

    /// Makes the connection that [`Queue::send`] will use; whether it could be made shows then.
    async fn warm(&self) {}
}
