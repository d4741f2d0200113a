//! Deliveries of Lever's webhook: from bytes to a [`Delivery`], in two steps that cannot be swapped.
//!
//! [`parse`] reads the signed fields only, [`Unverified::verify`] checks the signature and reads the rest.
//! Lever signs `token` and `triggeredAt` and not the body (Lever API reference, Webhooks): a delivery is a
//! hint to look at the opportunity and never a reason to act by itself. No rejection repeats input.

mod delivery;
mod rejection;
#[cfg(any(test, feature = "test-support"))]
mod sign;
#[cfg(test)]
mod tests;
mod wire;

pub use delivery::{BODY_BYTES_MAX, Delivery, STAGE_CHANGE_EVENT, Unverified, parse};
pub use rejection::{Rejection, RejectionClass};
#[cfg(any(test, feature = "test-support"))]
pub use sign::{sign, signed_body, stage_change_body};
