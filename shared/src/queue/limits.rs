//! The numbers of the queue. The template of the stack sets the same ones on SQS.

use std::time::Duration;

/// How long one run of the worker may take.
pub const WORKER_TIMEOUT: Duration = Duration::from_secs(60);

/// How long a received message stays hidden from others.
///
/// Six times the worker's time-out (6 × 60 s = 360 s), as Lambda's guide to SQS asks for: a batch that
/// Lambda holds back or tries again inside is then never received twice at once.
pub const VISIBILITY_TIMEOUT: Duration = Duration::from_secs(6 * WORKER_TIMEOUT.as_secs());

/// How often a message is received before SQS moves it to the dead-letter queue.
///
/// Seven waits lie between eight receives. With the back-off of this module they add up to at most
/// 60 + 120 + 240 + 480 + 3 × 900 = 3600 s, half of it on average: an outage of half an hour is usually
/// survived without a hand on the dead-letter queue, and no effect is tried more than eight times. An eighth
/// wait follows before SQS moves the message.
pub const RECEIVES_MAX: u32 = 8;

/// The most messages one receive hands out (SQS: quotas).
pub const BATCH_MAX: usize = 10;

/// The longest a message can be postponed.
///
/// SQS counts 12 h = 43 200 s from the receive, not from the call, and refuses what goes beyond. A receipt
/// is at most one visibility time-out old, hence 43 200 s − 360 s.
pub const POSTPONE_MAX: Duration = Duration::from_secs(12 * 60 * 60 - VISIBILITY_TIMEOUT.as_secs());
