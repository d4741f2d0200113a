//! What the harness proves: every crash point alone and in pairs, every way a call can fail, and seeded runs.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod crash;
mod fault;
mod flood;
mod sim;
mod support;
