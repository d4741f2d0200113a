//! Heals what was lost: compares each team with Lever and Qualified and puts what nobody told into the queue.
//!
//! The reconciler invites nobody, tags nothing and notes nothing. What it finds becomes an event like one that
//! was delivered late, and the worker handles it with its leases, retries and dead letters. A stage change or a
//! tag found twice has one id, and a result is only read again, so a second sweep or a delivery that comes
//! after all has no second effect. Work is bounded for each team and each run; where a look stopped is stored,
//! and is moved on only after what was found is in the queue, so a crash makes the next look longer and loses
//! nothing.

mod erasure;
mod finding;
mod open_assignments;
mod results;
mod run;
mod stage_changes;
mod sweep;
mod tally;
mod upkeep;

pub use run::Run;

use std::sync::Arc;
use std::time::Duration;

use crate::clock::Clock;
use crate::queue::Queue;
use crate::store::Store;

use super::AssessmentCache;
use super::connect::Connector;

/// How often things are done.
#[derive(Debug, Clone, Copy)]
pub struct Rhythm {
    /// The pause between two sweeps of an active team.
    pub sweep: Duration,
    /// How long a stage change is left to its own event before it counts as missed.
    pub settle: Duration,
    /// The pause between two looks after webhooks, deletions and waiting events. What may pass and has lasted as long
    /// is waited for no more often than that.
    pub upkeep: Duration,
}

impl Default for Rhythm {
    /// Every five minutes, less the half minute by which a schedule may be early; Lever's first two attempts at a
    /// delivery come within two minutes; and every hour.
    fn default() -> Self {
        Self {
            sweep: Duration::from_secs(5 * 60 - 30),
            settle: Duration::from_secs(2 * 60),
            upkeep: Duration::from_secs(60 * 60),
        }
    }
}

/// Reconciles all teams; made once at start.
pub struct Reconciler {
    store: Arc<dyn Store>,
    queue: Arc<dyn Queue>,
    clock: Arc<dyn Clock>,
    connector: Connector,
    assessments: AssessmentCache,
    rhythm: Rhythm,
}

impl Reconciler {
    /// Puts a reconciler together.
    pub fn new(
        (store, queue, clock): (Arc<dyn Store>, Arc<dyn Queue>, Arc<dyn Clock>),
        connector: Connector,
        rhythm: Rhythm,
    ) -> Self {
        Self { store, queue, clock, connector, assessments: AssessmentCache::default(), rhythm }
    }

    /// The time this reconciler goes by.
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }
}
