//! What scenario tests are written with: the whole local system, verbs of the people in it, and looks.
//!
//! A [`World`] is [`local::Local`] with a connected team; its clock can be moved, so that what waits comes
//! back at once. [`World::finish`] fails a test that left something behind: a message, a dead letter, a
//! violation of a simulator's rules.

pub mod calls;

mod admin;
mod asking;
mod clock;
mod events;
mod failing;
mod looks;
mod neighbour;
mod world;

pub use admin::Admin;
pub use clock::ShiftedClock;
pub use events::{new_run, news};
pub use failing::{FailingStore, Last};
pub use neighbour::Neighbour;
pub use world::{Made, World, address};
