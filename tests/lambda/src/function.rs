//! One function: its process under a Runtime API of its own.

use std::collections::HashMap;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use lambda_simulator::{InvocationStatus, Simulator};
use serde_json::Value;
use tokio::process::{Child, Command};
use tokio::sync::{Mutex, watch};

use crate::{Error, Program};

/// Longer than any function's time-out.
const INVOCATION_MAX: Duration = Duration::from_secs(60);

/// What became of an invocation.
#[derive(Debug, Clone, PartialEq)]
pub enum Invoked {
    /// The function answered.
    Answer(Value),
    /// It answered with an error.
    Failed(String),
    /// Its process ended before it answered.
    Killed,
}

/// A function that is started anew whenever its process has ended, as Lambda does.
pub struct Function {
    program: Program,
    variables: HashMap<String, String>,
    running: Mutex<Option<Arc<Running>>>,
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
    child: Mutex<Child>,
    simulator: Simulator,
    has_ended: watch::Sender<bool>,
}

impl Function {
    /// A function with these environment variables; its process starts with the first event.
    pub fn new(program: Program, variables: HashMap<String, String>) -> Self {
        Self {
            program,
            variables,
            running: Mutex::new(None),
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
        let mut has_ended = running.has_ended.subscribe();
        let id = running.simulator.enqueue_payload(event).await;
        let state = tokio::select! {
            state = running.simulator.wait_for_invocation_complete(&id, INVOCATION_MAX) => {
                state.map_err(|error| self.broken(&error.to_string()))?
            }
            _ = has_ended.wait_for(|ended| *ended) => return Ok(Invoked::Killed),
        };
        Ok(match (state.status, state.response, state.error) {
            (InvocationStatus::Success, Some(response), _) => Invoked::Answer(response.payload),
            (_, _, Some(error)) => Invoked::Failed(format!("{}: {}", error.error_type, error.error_message)),
            (status, _, None) => Invoked::Failed(format!("{status:?}")),
        })
    }

    /// Ends the process with SIGKILL, whatever it is doing; the next event starts a new one.
    ///
    /// # Errors
    /// When the process cannot be ended.
    pub async fn kill(&self) -> Result<(), Error> {
        let Some(running) = self.running.lock().await.take() else { return Ok(()) };
        if *self.at_work.borrow() > 0 {
            self.interrupted.fetch_add(1, Ordering::Relaxed);
        }
        let mut child = running.child.lock().await;
        child.kill().await.map_err(|error| self.broken(&error.to_string()))?;
        running.has_ended.send_replace(true);
        self.kills.fetch_add(1, Ordering::Relaxed);
        Ok(())
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
        let child = running.child.lock().await;
        child.id()
    }

    async fn running(&self) -> Result<Arc<Running>, Error> {
        let mut running = self.running.lock().await;
        if let Some(running) = &*running {
            return Ok(Arc::clone(running));
        }
        let simulator = Simulator::builder().function_name(self.program.name());
        let simulator = simulator.build().await.map_err(|error| self.broken(&error.to_string()))?;
        let child = Command::new(self.program.path()?)
            .env_clear()
            .envs(simulator.lambda_env_vars())
            .envs(&self.variables)
            .stdin(Stdio::null())
            // What it counts: nobody here reads it.
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| self.broken(&error.to_string()))?;
        let (has_ended, _) = watch::channel(false);
        let started = Arc::new(Running { simulator, child: Mutex::new(child), has_ended });
        *running = Some(Arc::clone(&started));
        Ok(started)
    }

    fn broken(&self, message: &str) -> Error {
        Error::Broken(format!("{}: {message}", self.program.name()))
    }
}
