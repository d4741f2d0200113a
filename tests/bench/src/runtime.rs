//! A Lambda Runtime API for one process, and what that process used up.
//!
//! Small and without a history, so that it stays out of what is measured: events go in one after the
//! other, as Lambda hands them to one execution environment. The same for functions in any language. What a process
//! prints goes into a file, so that it pays for its log lines and metrics as it does in Lambda.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::File;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use lever_integration::clock::{Clock, SystemClock};
use serde_json::Value;
use sim_kit::serve::{Server, serve};
use tokio::process::{Child, Command};
use tokio::sync::{Mutex, mpsc};

use crate::Error;

/// How long a process may take to start or to answer on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A process under its Runtime API.
pub(crate) struct Running {
    child: Child,
    process: u32,
    events: mpsc::Sender<Bytes>,
    answers: mpsc::Receiver<Result<Bytes, String>>,
    /// How long it took from the start to the first question for an event.
    pub(crate) init: Duration,
    _server: Server,
}

struct Api {
    polls: mpsc::Sender<Instant>,
    events: Mutex<mpsc::Receiver<Bytes>>,
    answers: mpsc::Sender<Result<Bytes, String>>,
}

impl Running {
    /// Starts a process and waits until it asks for its first event.
    pub(crate) async fn start(
        command: &[OsString],
        variables: &HashMap<String, String>,
    ) -> Result<Self, Error> {
        let (events, to_process) = mpsc::channel(1);
        let (answered, answers) = mpsc::channel(1);
        // Only the first question is listened to.
        let (polled, mut polls) = mpsc::channel(1);
        let api = Arc::new(Api { polls: polled, events: Mutex::new(to_process), answers: answered });
        let server = serve(0, router(api)).await.map_err(|error| Error::Failed(error.to_string()))?;
        let [program, arguments @ ..] = command else { return Err(Error::Failed("no command".to_owned())) };
        let mut prepared = Command::new(program);
        prepared.args(arguments).env_clear().envs(variables).stdin(Stdio::null()).kill_on_drop(true);
        let printed = printed();
        let failed = |error: std::io::Error| Error::Failed(format!("{}: {error}", printed.display()));
        let file = File::options().create(true).append(true).open(&printed).map_err(failed)?;
        prepared.stdout(file.try_clone().map_err(failed)?).stderr(file);
        prepared.env("AWS_LAMBDA_RUNTIME_API", format!("127.0.0.1:{}", server.port()));
        for (name, value) in [
            ("AWS_LAMBDA_FUNCTION_NAME", "bench"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
            ("AWS_LAMBDA_LOG_GROUP_NAME", "bench"),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "bench"),
        ] {
            prepared.env(name, value);
        }
        let began = Instant::now();
        let mut child =
            prepared.spawn().map_err(|error| Error::Failed(format!("{}: {error}", program.display())))?;
        let process = child.id().ok_or_else(|| Error::Failed("the process ended at once".to_owned()))?;
        let asked = tokio::select! {
            biased;
            asked = tokio::time::timeout(PATIENCE, polls.recv()) => asked.ok().flatten(),
            _ = child.wait() => None,
        };
        let asked = asked.ok_or_else(|| {
            Error::Failed(format!("{} did not start: see {}", program.display(), printed.display()))
        })?;
        Ok(Self { child, process, events, answers, init: asked - began, _server: server })
    }

    /// Hands over an event and waits for the answer.
    pub(crate) async fn invoke(&mut self, event: &Value) -> Result<Value, Error> {
        let gone = || Error::Failed(format!("the process is gone: see {}", printed().display()));
        self.events.send(event.to_string().into()).await.map_err(|_| gone())?;
        let answer = tokio::select! {
            biased;
            answer = tokio::time::timeout(PATIENCE, self.answers.recv()) => answer.ok().flatten(),
            _ = self.child.wait() => None,
        };
        let answer = answer.ok_or_else(gone)?;
        let answer = answer.map_err(Error::Failed)?;
        serde_json::from_slice(&answer).map_err(|error| Error::Failed(error.to_string()))
    }

    /// Hands over an event whose answer has to have this status.
    pub(crate) async fn expect(&mut self, event: &Value, status: u64) -> Result<(), Error> {
        let answer = self.invoke(event).await?;
        if answer["statusCode"].as_u64() == Some(status) {
            return Ok(());
        }
        Err(Error::Failed(format!("answered {answer} instead of {status}")))
    }

    /// The processor time used between an earlier reading and now.
    pub(crate) fn processor_time_since(&self, before: Duration) -> Result<Duration, Error> {
        let used = self.processor_time()?.checked_sub(before);
        used.ok_or_else(|| Error::Failed("a thread ended, and its processor time is lost".to_owned()))
    }

    /// The processor time used so far by its present threads, in user mode and for it in the kernel, in nanoseconds
    /// as the scheduler counts them (Linux: `proc`, schedstat).
    pub(crate) fn processor_time(&self) -> Result<Duration, Error> {
        let folder = format!("/proc/{}/task", self.process);
        let threads =
            std::fs::read_dir(&folder).map_err(|error| Error::Failed(format!("{folder}: {error}")))?;
        // A thread may end while they are read.
        let files = threads
            .flatten()
            .filter_map(|thread| std::fs::read_to_string(thread.path().join("schedstat")).ok());
        let times = files.filter_map(|file| file.split_whitespace().next()?.parse::<u64>().ok());
        Ok(Duration::from_nanos(times.sum()))
    }

    /// A figure of its memory in KiB: `VmHWM`, the most it ever had, or `VmRSS`, what it has now.
    pub(crate) fn memory(&self, figure: &str) -> Result<u64, Error> {
        let status = self.proc("status")?;
        let line = status.lines().find_map(|line| line.strip_prefix(figure)?.strip_prefix(':'));
        let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        number.ok_or_else(|| Error::Failed(format!("no {figure}")))
    }

    /// Ends it.
    pub(crate) async fn end(mut self) -> Result<(), Error> {
        self.child.kill().await.map_err(|error| Error::Failed(error.to_string()))
    }

    fn proc(&self, file: &str) -> Result<String, Error> {
        let path = format!("/proc/{}/{file}", self.process);
        std::fs::read_to_string(&path).map_err(|error| Error::Failed(format!("{path}: {error}")))
    }
}

/// Where the processes print to.
fn printed() -> PathBuf {
    std::env::temp_dir().join("lever-integration-bench.log")
}

fn router(api: Arc<Api>) -> Router {
    Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
        .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
        .route("/2018-06-01/runtime/init/error", post(error))
        .with_state(api)
}

async fn next(State(api): State<Arc<Api>>) -> Response {
    // Full after the first question.
    let _ = api.polls.try_send(Instant::now());
    let Some(event) = api.events.lock().await.recv().await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let deadline = SystemClock.now().as_millisecond() + 30_000;
    let headers = [
        ("lambda-runtime-aws-request-id", "00000000-0000-4000-8000-000000000000".to_owned()),
        ("lambda-runtime-deadline-ms", deadline.to_string()),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:us-east-1:000000000000:function:bench".to_owned(),
        ),
        ("lambda-runtime-trace-id", "Root=1-00000000-000000000000000000000000;Sampled=0".to_owned()),
        ("content-type", "application/json".to_owned()),
    ];
    (headers, event).into_response()
}

async fn response(State(api): State<Arc<Api>>, _: Path<String>, body: Bytes) -> StatusCode {
    let _ = api.answers.send(Ok(body)).await;
    StatusCode::ACCEPTED
}

async fn error(State(api): State<Arc<Api>>, body: Bytes) -> StatusCode {
    let _ = api.answers.send(Err(String::from_utf8_lossy(&body).into_owned())).await;
    StatusCode::ACCEPTED
}
