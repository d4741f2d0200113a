//! What both simulators share: faults, the record of calls and violations, webhook sender, control API.
//!
//! A simulator builds one [`Kit`] per instance, mounts its API and its [`control::Control`] table on one router,
//! wraps that router with [`Kit::watch`] and hands it to [`serve::serve`]. Nothing here is global: several simulators
//! live in one process without seeing each other. This crate knows neither Lever nor Qualified.

pub mod calls;
pub mod clock;
pub mod control;
pub mod deliveries;
pub mod faults;
pub mod guarded;
pub mod http;
mod kit;
pub mod pattern;
pub mod random;
pub mod serve;
pub mod violations;
mod watch;

pub use kit::Kit;
