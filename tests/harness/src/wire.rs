//! The way to Lever and Qualified: behind the gate, into their routers, with a record of what went over it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, to_bytes};
use lever_integration::http::{Answer, Transport, TransportError};
use lever_sim::Lever;
use qualified_sim::Qualified;
use reqwest::Request;
use reqwest::header::AUTHORIZATION;
use serde_json::Value;
use sim_kit::Kit;
use sim_kit::clock::Millis;
use sim_kit::faults::Fault as Planned;
use sim_kit::guarded::Guarded;
use tower::ServiceExt as _;

use crate::gate::{Fault, Gate, RunId, Side, Verdict};

/// The host of the simulated Lever.
pub const LEVER_HOST: &str = "lever.example";
/// The host of the simulated Qualified.
pub const QUALIFIED_HOST: &str = "qualified.example";
/// A run whose token call takes this long stands still; another may have taken over, in simulated milliseconds.
const STALLED_AFTER_MS: Millis = 20_000;
/// More than the largest answer of a simulator, a planned oversized one included.
const ANSWER_BYTES_MAX: usize = 32 << 20;

/// One exchange that reached a simulator.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// Whose, if it was a run's.
    pub run: Option<RunId>,
    /// When, in simulated milliseconds.
    pub at_ms: Millis,
    /// `lever.example` or `qualified.example`.
    pub host: String,
    /// `GET`, `POST`, …
    pub method: String,
    /// The path.
    pub path: String,
    /// The credential.
    pub credential: String,
    /// What was sent.
    pub sent: Value,
    /// What was answered; nothing if there was no answer.
    pub status: Option<u16>,
    /// The body of the answer.
    pub answered: Value,
    /// The tags of the opportunity after an exchange that changed them.
    pub tags_after: Option<Vec<String>>,
}

/// The way to both services; clones are the same one.
#[derive(Clone)]
pub struct Wire {
    gate: Gate,
    lever: (Lever, Router),
    qualified: (Qualified, Router),
    log: Guarded<Vec<Exchange>>,
    late: Guarded<Vec<Request>>,
    /// The token calls under way: which refresh token, and since when.
    refreshing: Guarded<BTreeMap<u64, (String, Millis)>>,
    breaches: Guarded<Vec<String>>,
    latency: Guarded<Duration>,
}

impl Wire {
    /// The way to these simulators.
    pub fn new(gate: Gate, lever: (Lever, Router), qualified: (Qualified, Router)) -> Self {
        Self {
            gate,
            lever,
            qualified,
            log: Guarded::default(),
            late: Guarded::default(),
            refreshing: Guarded::default(),
            breaches: Guarded::default(),
            latency: Guarded::default(),
        }
    }

    /// The exchanges after the first `seen`, oldest first.
    pub fn log_after(&self, seen: usize) -> Vec<Exchange> {
        self.log.lock().get(seen..).unwrap_or_default().to_vec()
    }

    /// The first exchange that is meant.
    pub fn first(&self, is_meant: impl Fn(&Exchange) -> bool) -> Option<Exchange> {
        self.log.lock().iter().find(|exchange| is_meant(exchange)).cloned()
    }

    /// The path of every exchange, oldest first.
    pub fn paths(&self) -> Vec<String> {
        self.log.lock().iter().map(|exchange| exchange.path.clone()).collect()
    }

    /// How many exchanges there were.
    pub fn len(&self) -> usize {
        self.log.lock().len()
    }

    /// Whether there was none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What must not have gone over the wire in this way.
    pub fn breaches(&self) -> Vec<String> {
        self.breaches.lock().clone()
    }

    /// Forgets what went over it, where nobody looks and it is too much to keep.
    pub fn forget(&self) {
        self.log.lock().clear();
    }

    /// From now on every request takes so long to arrive.
    pub fn set_latency(&self, latency: Duration) {
        *self.latency.lock() = latency;
    }

    /// Requests whose caller gave up arrive now; says how many.
    pub async fn release_late(&self) -> usize {
        let late = std::mem::take(&mut *self.late.lock());
        let count = late.len();
        for request in late {
            let _ = self.perform(request, None).await;
        }
        count
    }

    fn kit(&self, host: &str) -> &Kit {
        if host == LEVER_HOST { self.lever.0.kit() } else { self.qualified.0.kit() }
    }

    async fn exchange_at_gate(&self, request: Request) -> Result<Answer, TransportError> {
        let run = self.gate.current();
        let latency = *self.latency.lock();
        if !latency.is_zero() {
            tokio::time::sleep(latency).await;
        }
        let host = request.url().host_str().unwrap_or_default().to_owned();
        let (method, path) = (request.method().to_string(), request.url().path().to_owned());
        let call = format!("{host} {method} {path}");
        let _under_way = refresh_token(&path, &sent(&request)).map(|token| self.refresh_begins(token));
        let verdict = self.gate.pass(&call, Side::Before).await;
        let outcome = match verdict {
            Verdict::Fail(Fault::Unreachable | Fault::Throttled) => return Err(TransportError::NotReached),
            Verdict::Fail(Fault::Late) => {
                self.late.lock().push(request);
                return Err(TransportError::NoAnswer);
            }
            Verdict::Fail(Fault::Twice) => {
                if let Some(copy) = request.try_clone() {
                    let _ = self.perform(copy, run).await;
                }
                self.perform(request, run).await
            }
            Verdict::Fail(Fault::Answer(mode, status, retry_after)) => {
                let mut planned = Planned { status, ..Planned::new(&method, &path, mode) };
                if let Some(seconds) = retry_after {
                    planned.headers.insert("retry-after".to_owned(), seconds.to_owned());
                }
                self.kit(&host).faults.plan(planned);
                self.perform(request, run).await
            }
            Verdict::Fail(Fault::Conflict | Fault::Newer) | Verdict::Go => self.perform(request, run).await,
        };
        match self.gate.pass(&call, Side::After).await {
            Verdict::Go => outcome,
            Verdict::Fail(_) => Err(TransportError::NoAnswer),
        }
    }

    /// The request arrives and has its effect.
    async fn perform(&self, request: Request, run: Option<RunId>) -> Result<Answer, TransportError> {
        let host = request.url().host_str().unwrap_or_default().to_owned();
        let path = request.url().path().to_owned();
        let credential = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let credential = credential.unwrap_or_default().to_owned();
        let (method, body) = (request.method().to_string(), sent(&request));
        let router = if host == LEVER_HOST { &self.lever.1 } else { &self.qualified.1 };
        let outcome = carry(router.clone(), request).await;
        let tags_after = path.ends_with("Tags").then(|| self.tags(&path)).flatten();
        let exchange = Exchange {
            run,
            at_ms: self.lever.0.kit().clock.now_ms(),
            host,
            method,
            path,
            credential,
            sent: body,
            status: outcome.as_ref().ok().map(|answer| answer.status.as_u16()),
            answered: outcome
                .as_ref()
                .ok()
                .and_then(|answer| serde_json::from_slice(&answer.body).ok())
                .unwrap_or_default(),
            tags_after,
        };
        self.log.lock().push(exchange);
        outcome
    }

    fn tags(&self, path: &str) -> Option<Vec<String>> {
        let opportunity = path.rsplit('/').nth(1)?;
        self.lever.0.tags(opportunity).ok()
    }

    /// Notes that a refresh token is on its way, until its caller has the answer or is no more.
    fn refresh_begins(&self, token: String) -> UnderWay {
        let now = self.lever.0.kit().clock.now_ms();
        let mut refreshing = self.refreshing.lock();
        let is_recent = |(other, since): &(String, Millis)| *other == token && now - since < STALLED_AFTER_MS;
        if refreshing.values().any(is_recent) {
            self.breaches.lock().push("I6: two refreshes with one token at the same time".to_owned());
        }
        let number = refreshing.last_key_value().map_or(0, |(last, _)| last + 1);
        refreshing.insert(number, (token, now));
        UnderWay { refreshing: self.refreshing.clone(), number }
    }
}

/// A refresh token on its way.
struct UnderWay {
    refreshing: Guarded<BTreeMap<u64, (String, Millis)>>,
    number: u64,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.refreshing.lock().remove(&self.number);
    }
}

#[async_trait]
impl Transport for Wire {
    async fn exchange(&self, request: Request) -> Result<Answer, TransportError> {
        self.exchange_at_gate(request).await
    }
}

impl Wire {
    /// The transport of a client.
    pub fn transport(&self) -> Arc<dyn Transport> {
        Arc::new(self.clone())
    }
}

fn refresh_token(path: &str, body: &Value) -> Option<String> {
    (path == "/oauth/token").then(|| body["refresh_token"].as_str().map(str::to_owned)).flatten()
}

/// The body as JSON, a form as an object.
fn sent(request: &Request) -> Value {
    let bytes = request.body().and_then(|body| body.as_bytes()).unwrap_or_default();
    serde_json::from_slice(bytes).unwrap_or_else(|_| {
        let pairs = url::form_urlencoded::parse(bytes).into_owned();
        pairs.map(|(name, value)| (name, Value::String(value))).collect::<serde_json::Map<_, _>>().into()
    })
}

/// One exchange with a router.
pub(crate) async fn carry(router: Router, request: Request) -> Result<Answer, TransportError> {
    let uri = &request.url()[url::Position::BeforePath..url::Position::AfterQuery];
    let mut arriving = axum::http::Request::builder().method(request.method().clone()).uri(uri);
    if let Some(headers) = arriving.headers_mut() {
        headers.extend(request.headers().clone());
        let host = request.url().host_str().unwrap_or_default();
        if let Ok(host) = host.parse() {
            headers.insert(axum::http::header::HOST, host);
        }
    }
    let bytes = request.body().and_then(|body| body.as_bytes()).unwrap_or_default().to_vec();
    let arriving = arriving.body(Body::from(bytes)).map_err(|_| TransportError::Unsendable)?;
    let Ok(response) = router.oneshot(arriving).await;
    let (head, body) = response.into_parts();
    let mut answer = Answer::head(head.status, &head.headers);
    let body = to_bytes(body, ANSWER_BYTES_MAX).await.map_err(|_| TransportError::NoAnswer)?;
    answer.append(&body)?;
    Ok(answer)
}
