//! What is proved with the whole system: scenarios, budgets, bad input, conventions.

#![expect(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod api;
mod architecture;
mod bad_input;
mod budget;
mod follow;
mod orders;
mod reasons;
mod sample_events;
