//! Fuzz targets for the five places where bytes from outside become values: both webhooks, the answers of Lever and of
//! Qualified, and the queue's envelope.
//!
//! Each takes any bytes and panics when a promise is broken, first of all the one that nothing panics. `seeds/` holds an
//! input of every kind; a test plays them and small changes of them, and libFuzzer goes on from there
//! (`.ci/fuzz-parsers`, `engine/`).

#![expect(clippy::expect_used, reason = "a target says by a panic that a promise is broken")]

mod answers;
pub mod envelope;
pub mod lever_answer;
pub mod lever_webhook;
pub mod qualified_answer;
pub mod qualified_webhook;
