//! The whole system on one machine: functions, table, queue and both simulators in one process.
//!
//! The handlers are those of the Lambda functions, behind a stand-in for API Gateway; the table is reached
//! through the real AWS SDK; Lever and Qualified are strict simulators over HTTP. Only the queue is ours.
//! Tests build on the same [`Local`], so what they prove is what `cargo run -p local` runs.

mod functions;
mod leftovers;
mod parts;

pub mod browser;
pub mod connect;
pub mod control;
pub mod gateway;
pub mod guide;
pub mod story;
pub mod table;
pub mod timeline;
pub mod witness;

pub use parts::{new_app_secret, variables};

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lever_integration::clock::Clock;
use lever_integration::queue::MemoryQueue;
use lever_integration::service::Worker;
use lever_integration::service::reconcile::{Reconciler, Rhythm};
use lever_integration::setup::Parts;
use lever_sim::LeverSim;
use qualified_sim::QualifiedSim;
use sim_kit::serve::Server;
use story::Scene;
use tokio::task::JoinHandle;
use witness::Witness;

/// Why the system cannot start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A port is taken, or a simulator cannot start.
    #[error("{0}")]
    Start(String),
    /// The table cannot start.
    #[error("the local table: {0}")]
    Table(String),
    /// The functions cannot be put together.
    #[error(transparent)]
    Setup(#[from] lever_integration::setup::Error),
    /// The page cannot start.
    #[error(transparent)]
    Page(#[from] integrations_page::Error),
    /// A step outside the system failed.
    #[error("{0}")]
    Step(String),
}

impl From<reqwest::Error> for Error {
    fn from(error: reqwest::Error) -> Self {
        Self::Step(error.without_url().to_string())
    }
}

/// What to start.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Port of the gateway; 0 for any.
    pub port: u16,
    /// Port of the simulated Lever; 0 for any.
    pub lever_port: u16,
    /// Port of the simulated Qualified; 0 for any.
    pub qualified_port: u16,
    /// Where to keep the table; in memory if nothing.
    pub data: Option<PathBuf>,
    /// How often the reconciler runs by itself; never if nothing.
    pub reconcile_every: Option<Duration>,
    /// How often the reconciler does what.
    pub rhythm: Rhythm,
    /// Who writes down what each function asks of the table; nobody if nothing.
    pub witness: Option<Witness>,
}

/// The running system.
pub struct Local {
    /// The simulated Lever.
    pub lever: LeverSim,
    /// The simulated Qualified.
    pub qualified: QualifiedSim,
    /// What the functions are put together from.
    pub parts: Parts,
    /// The queue between intake and worker.
    pub queue: Arc<MemoryQueue>,
    /// The worker.
    pub worker: Arc<Worker>,
    /// The reconciler.
    pub reconciler: Arc<Reconciler>,
    /// Teams whose connection a kept table held; it was to simulators that are no more.
    pub forgotten: usize,
    gateway: Server,
    poller: JoinHandle<()>,
    schedule: Option<JoinHandle<()>>,
    is_busy: Arc<AtomicBool>,
    table: table::Table,
}

impl Local {
    /// Starts everything.
    ///
    /// # Errors
    /// When a port is taken or a part cannot start.
    pub async fn start(options: &Options, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let start = |flag: &str, error: &dyn std::fmt::Display| {
            Error::Start(format!("{error}; `{flag} 0` takes a free port"))
        };
        let routes = gateway::Routes::default();
        let router = gateway::router(routes.clone());
        let gateway = sim_kit::serve::serve(options.port, router).await;
        let gateway = gateway.map_err(|error| start("--port", &error))?;
        let lever = LeverSim::start(options.lever_port, lever_sim::Seed::default()).await;
        let lever = lever.map_err(|error| start("--lever-port", &error))?;
        let qualified = QualifiedSim::start(options.qualified_port, qualified_sim::Seed::default()).await;
        let qualified = qualified.map_err(|error| start("--qualified-port", &error))?;
        let table = table::Table::start(options.data.as_deref()).await?;
        let queue = Arc::new(MemoryQueue::new(Arc::clone(&clock)));
        let urls = parts::Urls { gateway: gateway.url(), lever: lever.url(), qualified: qualified.url() };
        let parts = parts::assemble(&urls, options, &table, Arc::clone(&queue), clock)?;
        let forgotten = leftovers::forget_grants(&*parts.store).await?;
        let parts_of = |function| parts::of_function(&parts, &table, options.witness.as_ref(), function);
        qualified.set_page_url(&gateway.url());
        routes.fill(functions::routes(parts_of)?);
        let worker = Arc::new(parts_of(worker::NAME)?.worker()?);
        let is_busy = Arc::new(AtomicBool::new(false));
        let poll = functions::poll(Arc::clone(&queue), Arc::clone(&worker), Arc::clone(&is_busy));
        let poller = tokio::spawn(poll);
        let reconciler = Arc::new(parts_of(reconciler::NAME)?.reconciler(options.rhythm)?);
        let schedule = options
            .reconcile_every
            .map(|every| tokio::spawn(functions::reconcile_every(every, Arc::clone(&reconciler))));
        Ok(Self {
            forgotten,
            is_busy,
            lever,
            qualified,
            parts,
            queue,
            worker,
            reconciler,
            gateway,
            poller,
            schedule,
            table,
        })
    }

    /// Where the gateway listens.
    pub fn gateway_url(&self) -> String {
        self.gateway.url()
    }

    /// The control API of the simulated Lever.
    pub fn lever_control(&self) -> control::Control {
        control::Control::new(&self.lever.url())
    }

    /// The control API of the simulated Qualified.
    pub fn qualified_control(&self) -> control::Control {
        control::Control::new(&self.qualified.url())
    }

    /// Every item of the table, as it is stored.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn stored_items(&self) -> Result<Vec<String>, Error> {
        self.table.items().await
    }

    /// One run of the reconciler, whether or not it runs by itself.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn reconcile(&self) -> Result<reconciler::Answer, Error> {
        let answer = functions::reconcile(&self.reconciler).await;
        answer.map_err(|error| Error::Step(format!("reconciler: {error}")))
    }

    /// Whether the worker has messages in its hands.
    pub fn is_busy(&self) -> bool {
        self.is_busy.load(Ordering::SeqCst)
    }

    /// What a story needs to see.
    pub fn scene(&self) -> Scene {
        Scene {
            lever: self.lever.url(),
            qualified: self.qualified.url(),
            store: Arc::clone(&self.parts.store),
            clock: Arc::clone(&self.parts.clock),
        }
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        self.poller.abort();
        if let Some(schedule) = &self.schedule {
            schedule.abort();
        }
    }
}
