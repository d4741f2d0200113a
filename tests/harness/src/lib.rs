//! The fault harness: the whole system in one thread, on a time and an order that a test decides.
//!
//! Lever and Qualified are the strict simulators, reached through their routers; the table and the queue are those in
//! memory. Every call of a port passes a [`gate::Gate`], where a run can be stopped, failed, held or ended, so that what
//! happens follows from the test alone. [`invariants`] reads what the simulators saw. Nothing here decides what the
//! service does, and no rule of Lever or Qualified is written down a second time.

pub mod batch;
pub mod cases;
pub mod flood;
pub mod gate;
pub mod invariants;
pub mod people;
pub mod queue;
pub mod runs;
pub mod search;
pub mod simulation;
pub mod store;
pub mod ways;
pub mod wire;
pub mod world;

pub use world::{Made, World};
