//! The processes of the service: each forgets everything when it ends, and goes by a clock of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use aws_lambda_events::event::sqs::SqsEvent;
use jiff::{SignedDuration, Timestamp};
use lever_integration::clock::Clock;
use lever_integration::http;
use lever_integration::queue::{BATCH_MAX, Queue};
use lever_integration::service::reconcile::{Reconciler, Rhythm};
use lever_integration::service::tokens::Tokens;
use lever_integration::service::{ResultPages, Worker};
use lever_integration::store::Store;

use super::parts::{Ports, VirtualClock, clients, connector, qualified_base};
use super::{Made, Process, World};
use crate::gate::RunId;

/// How long a run of the reconciler may take. The template of the stack says the same.
pub const SWEEP_TIMEOUT: Duration = Duration::from_secs(300);

/// The clock of one process: the time of the world, and how far it is ahead of it.
#[derive(Clone)]
pub struct ProcessClock {
    world: VirtualClock,
    ahead_ms: Arc<AtomicI64>,
}

impl ProcessClock {
    /// Sets it: so many milliseconds ahead of the world, or behind it.
    pub fn set(&self, ahead_ms: i64) {
        self.ahead_ms.store(ahead_ms, Ordering::Relaxed);
    }
}

impl Clock for ProcessClock {
    fn now(&self) -> Timestamp {
        let ahead = SignedDuration::from_millis(self.ahead_ms.load(Ordering::Relaxed));
        self.world.now().saturating_add(ahead).unwrap_or(Timestamp::MAX)
    }
}

impl World {
    /// A clock for a process; right until it is set.
    pub fn process_clock(&self) -> ProcessClock {
        ProcessClock { world: self.clock.clone(), ahead_ms: Arc::default() }
    }

    /// A process of the worker that knows nothing of earlier ones.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn new_process(&self) -> Made<Process> {
        self.new_process_by(&self.process_clock())
    }

    /// The same, with a clock that may be wrong.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn new_process_by(&self, clock: &ProcessClock) -> Made<Process> {
        worker(&self.gated_store, Arc::new(clock.clone()), &self.http)
    }

    /// What a process keeps tokens fresh with.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn keeper(&self) -> Made<Tokens> {
        let (_, oauth) = clients(&self.http)?;
        Ok(Tokens::new(Arc::clone(&self.gated_store), Arc::new(self.process_clock()), oauth))
    }

    /// A process of the reconciler that knows nothing of earlier ones.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn new_reconciler_by(&self, clock: &ProcessClock) -> Made<Arc<Reconciler>> {
        let ports =
            (Arc::clone(&self.gated_store), Arc::clone(&self.gated_queue), Arc::new(clock.clone()) as _);
        Ok(Arc::new(reconciler(ports, &self.http)?))
    }

    /// Starts a run of the worker on whatever the queue hands out; nothing if that is nothing.
    pub fn begin_work(&mut self, max: usize) -> Option<RunId> {
        let batch = self.queue.receive(max.min(BATCH_MAX));
        if batch.records.is_empty() {
            return None;
        }
        let work = self.work_off(batch, Arc::clone(&self.gated_queue));
        Some(self.runs.start(work))
    }

    /// The worker whose turn it is works off a batch and puts back through `port` what has to wait.
    pub(crate) fn work_off(&self, batch: SqsEvent, port: Arc<dyn Queue>) -> impl Future<Output = ()> + use<> {
        let (process, queue) = (Arc::clone(&self.process), Arc::clone(&self.queue));
        async move {
            let response = worker::handle(&process, &*port, batch.clone()).await;
            queue.complete(&batch, &response);
        }
    }

    /// Starts a run of the reconciler, as the schedule does.
    pub fn begin_sweep(&mut self) -> RunId {
        let reconciler = Arc::clone(&self.reconciler);
        let now = reconciler.clock().now();
        let ends_at = now.saturating_add(SWEEP_TIMEOUT).unwrap_or(now);
        // What a run that fails leaves undone the next one does.
        self.runs.start(async move {
            let _ = reconciler::handle(&reconciler, ends_at).await;
        })
    }
}

pub(super) fn worker(store: &Arc<dyn Store>, clock: Arc<dyn Clock>, http: &http::Client) -> Made<Process> {
    let base = qualified_base()?;
    let qualified = lever_integration::qualified::Client::new(http.clone(), &base);
    Ok(Arc::new(Worker::new(Arc::clone(store), clock, clients(http)?, qualified, ResultPages::of(&base))))
}

pub(super) fn reconciler(ports: Ports, http: &http::Client) -> Made<Reconciler> {
    Ok(Reconciler::new(ports.clone(), connector(ports, http)?, Rhythm::default()))
}
