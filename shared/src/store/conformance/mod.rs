//! What every store has to do: one suite that each implementation passes in its tests.
//!
//! Each check has its own teams, so they can run on one table in any order; the table has to be empty at
//! the start. A check fails by an assertion or by an error of the store.

mod activity;
mod assignments;
mod calls;
mod connections;
mod once;
mod parked_events;
mod reconciling;
mod samples;
mod teams;

use crate::clock::ManualClock;
use crate::store::Store;

/// A failed check panics; an error is one of the store, where it should have had none.
pub type Outcome = Made<()>;

type Made<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Proves that a store keeps what the [`Store`] trait says.
///
/// `clock` is the clock the store was made with. It is moved forward, by a few months in all.
///
/// # Errors
/// When the store fails where it should not.
pub async fn run(store: &dyn Store, clock: &ManualClock) -> Outcome {
    Box::pin(teams::check(store, clock)).await?;
    Box::pin(connections::check(store, clock)).await?;
    Box::pin(assignments::check(store, clock)).await?;
    Box::pin(once::check(store, clock)).await?;
    Box::pin(calls::check(store, clock)).await?;
    Box::pin(parked_events::check(store, clock)).await?;
    Box::pin(reconciling::check(store, clock)).await?;
    Box::pin(activity::check(store, clock)).await
}
