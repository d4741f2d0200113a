//! One function: its process under a Runtime API of its own.

use std::collections::HashMap;
use std::fmt::Display;
use std::io;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use lambda_simulator::{InvocationState, InvocationStatus, Simulator, SimulatorError};
use serde_json::Value;
use tokio::process::{Child, Command};
use tokio::sync::{Mutex, watch};

use crate::{Error, Program};

/// How much longer than its time-out a function may take here: this machine may be busy.
const GRACE: Duration = Duration::from_secs(60);
/// How often is looked whether a process with an event in its hands still runs.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// What became of an invocation.
#[derive(Debug, Clone, PartialEq)]
pub enum Invoked {
    /// The function answered.
    Answer(Value),
    /// It answered with an error, or its process ended by itself before it answered.
    Failed(String),
    /// Its process was killed before it answered.
    Killed,
}

impl From<InvocationState> for Invoked {
    fn from(state: InvocationState) -> Self {
        match (state.status, state.response, state.error) {
            (InvocationStatus::Success, Some(response), _) => Self::Answer(response.payload),
            (_, _, Some(error)) => Self::Failed(format!("{}: {}", error.error_type, error.error_message)),
            (status, _, None) => Self::Failed(format!("{status:?}")),
        }
    }
}

/// A function that is started anew with the next event whenever its process has ended, as Lambda does.
pub struct Function {
    program: Program,
    variables: HashMap<String, String>,
    running: Mutex<Option<Arc<Running>>>,
    crashes: AtomicU32,
    kills: AtomicU32,
    interrupted: AtomicU32,
    /// How many events are in its hands.
    at_work: watch::Sender<u32>,
}

/// An event in a function's hands, until this goes.
struct AtWork<'a>(&'a watch::Sender<u32>);

impl<'a> AtWork<'a> {
    fn begin(events: &'a watch::Sender<u32>) -> Self {
        events.send_modify(|events| *events += 1);
        Self(events)
    }
}

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|events| *events -= 1);
    }
}

struct Running {
    /// First, so that the process is ended before it loses its Runtime API.
    process: Mutex<Process>,
    simulator: Simulator,
}

struct Process {
    child: Child,
    /// Nothing as long as nobody has seen it end.
    end: Option<End>,
}

#[derive(Clone)]
enum End {
    Killed,
    /// With this status.
    ByItself(String),
}

impl Process {
    /// Looks whether it has ended; counts it in `crashes` if that was by itself and is seen for the first time.
    fn end(&mut self, crashes: &AtomicU32) -> io::Result<Option<End>> {
        if self.end.is_none()
            && let Some(status) = self.child.try_wait()?
        {
            crashes.fetch_add(1, Ordering::Relaxed);
            self.end = Some(End::ByItself(status.to_string()));
        }
        Ok(self.end.clone())
    }
}

impl Function {
    /// A function with these environment variables; its process starts with the first event.
    pub fn new(program: Program, variables: HashMap<String, String>) -> Self {
        Self {
            program,
            variables,
            running: Mutex::new(None),
            crashes: AtomicU32::new(0),
            kills: AtomicU32::new(0),
            interrupted: AtomicU32::new(0),
            at_work: watch::Sender::new(0),
        }
    }

    /// Hands the function an event and waits for what it answers.
    ///
    /// # Errors
    /// When the process cannot be started or answers nothing in time.
    pub async fn invoke(&self, event: Value) -> Result<Invoked, Error> {
        let _at_work = AtWork::begin(&self.at_work);
        let running = self.running().await?;
        let id = running.simulator.enqueue_payload(event).await;
        let began = Instant::now();
        loop {
            // Looked at before the answer, so that one that was given before the end counts.
            let end = self.end_of(&running).await?;
            let wait = if end.is_some() { Duration::ZERO } else { LOOK_EVERY };
            match running.simulator.wait_for_invocation_complete(&id, wait).await {
                Ok(state) => return Ok(Invoked::from(state)),
                Err(SimulatorError::Timeout(_)) => {}
                Err(error) => return Err(self.broken(error)),
            }
            match end {
                Some(End::Killed) => return Ok(Invoked::Killed),
                Some(End::ByItself(status)) => {
                    return Ok(Invoked::Failed(format!("its process ended by itself: {status}")));
                }
                None if began.elapsed() > self.program.timeout() + GRACE => {
                    return Err(self.broken("no answer in time"));
                }
                None => {}
            }
        }
    }

    /// Ends the process with SIGKILL, whatever it is doing; the next event starts a new one.
    ///
    /// # Errors
    /// When the process cannot be ended.
    pub async fn kill(&self) -> Result<(), Error> {
        let Some(running) = self.running.lock().await.take() else { return Ok(()) };
        let mut process = running.process.lock().await;
        if process.end(&self.crashes).map_err(|error| self.broken(error))?.is_some() {
            return Ok(());
        }
        if *self.at_work.borrow() > 0 {
            self.interrupted.fetch_add(1, Ordering::Relaxed);
        }
        process.child.kill().await.map_err(|error| self.broken(error))?;
        process.end = Some(End::Killed);
        self.kills.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// Ends the process, if it runs and nobody waits for it, without waiting for its end.
    pub(crate) fn stop(&self) {
        if let Ok(mut running) = self.running.try_lock()
            && let Some(running) = running.take()
            && let Ok(mut process) = running.process.try_lock()
        {
            // It may have ended already.
            _ = process.child.start_kill();
        }
    }

    /// How often its process ended by itself, as far as it is over now.
    ///
    /// # Errors
    /// When the system does not say whether it runs.
    pub async fn crashes(&self) -> Result<u32, Error> {
        let running = self.running.lock().await.clone();
        if let Some(running) = running {
            self.end_of(&running).await?;
        }
        Ok(self.crashes.load(Ordering::Relaxed))
    }

    /// How often a running process was ended.
    pub fn kills(&self) -> u32 {
        self.kills.load(Ordering::Relaxed)
    }

    /// How often it was ended while an event was in its hands.
    pub fn interrupted(&self) -> u32 {
        self.interrupted.load(Ordering::Relaxed)
    }

    /// Returns as soon as an event is in its hands.
    pub async fn at_work(&self) {
        // The sender lives as long as this function.
        _ = self.at_work.subscribe().wait_for(|events| *events > 0).await;
    }

    /// The id of the process, if it runs.
    pub async fn process_id(&self) -> Option<u32> {
        let running = self.running.lock().await.clone()?;
        let process = running.process.lock().await;
        process.child.id()
    }

    async fn end_of(&self, running: &Running) -> Result<Option<End>, Error> {
        running.process.lock().await.end(&self.crashes).map_err(|error| self.broken(error))
    }

    async fn running(&self) -> Result<Arc<Running>, Error> {
        let mut running = self.running.lock().await;
        if let Some(running) = &*running
            && self.end_of(running).await?.is_none()
        {
            return Ok(Arc::clone(running));
        }
        let simulator = Simulator::builder().function_name(self.program.name());
        let simulator = simulator.invocation_timeout(self.program.timeout());
        let simulator = simulator.build().await.map_err(|error| self.broken(error))?;
        let child = Command::new(self.program.path()?)
            .env_clear()
            .envs(simulator.lambda_env_vars())
            .envs(&self.variables)
            .stdin(Stdio::null())
            // What it counts: nobody here reads it.
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| self.broken(error))?;
        let process = Mutex::new(Process { child, end: None });
        let started = Arc::new(Running { process, simulator });
        *running = Some(Arc::clone(&started));
        Ok(started)
    }

    fn broken(&self, what: impl Display) -> Error {
        Error::Broken(format!("{}: {what}", self.program.name()))
    }
}
