//! A server on a free port of this machine that answers what it was told to, in order.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use url::Url;

use crate::domain::ApiKey;
use crate::qualified::{Api, Client};

/// The key of all tests; must never be shown.
pub(super) const KEY: &str = "canary+key/4711";

/// What the server answers once.
pub(super) struct Canned {
    status: u16,
    headers: Vec<(&'static str, &'static str)>,
    body: Vec<u8>,
    delay: Duration,
}

impl Canned {
    pub(super) fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into(), delay: Duration::ZERO }
    }

    pub(super) fn ok(body: &Value) -> Self {
        Self::new(200, body.to_string())
    }

    pub(super) fn with_header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((name, value));
        self
    }

    pub(super) fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }
}

/// What the server was asked.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Asked {
    pub(super) line: String,
    pub(super) authorization: Option<String>,
    pub(super) body: Value,
}

#[derive(Clone, Default)]
struct Shared {
    answers: Arc<Mutex<VecDeque<Canned>>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

/// A server and a client that talks to it.
pub(super) struct Server {
    shared: Shared,
    client: Client,
    key: ApiKey,
}

impl Server {
    pub(super) async fn answering(answers: impl IntoIterator<Item = Canned>) -> Self {
        Self::reached_by(crate::http::client().unwrap(), answers).await
    }

    /// A server reached by another HTTP client than the usual one.
    pub(super) async fn reached_by(
        http: impl Into<crate::http::Client>,
        answers: impl IntoIterator<Item = Canned>,
    ) -> Self {
        let shared = Shared::default();
        shared.answers.lock().unwrap().extend(answers);
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let base = format!("http://localhost:{}/api/", listener.local_addr().unwrap().port());
        let router = Router::new().fallback(answer).with_state(shared.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let client = Client::new(http, &Url::parse(&base).unwrap());
        Self { shared, client, key: ApiKey::new(KEY.to_owned()) }
    }

    pub(super) fn api(&self) -> Api<'_> {
        self.client.api(&self.key)
    }

    pub(super) fn asked(&self) -> Vec<Asked> {
        self.shared.asked.lock().unwrap().clone()
    }

    /// Methods and URLs that were asked for, in order, with the query decoded.
    pub(super) fn lines(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.line).collect()
    }
}

async fn answer(
    State(shared): State<Shared>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let query = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let query: Vec<_> = query.map(|(name, value)| format!("{name}={value}")).collect();
    let mark = if query.is_empty() { "" } else { "?" };
    let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    shared.asked.lock().unwrap().push(Asked {
        line: format!("{method} {}{mark}{}", uri.path(), query.join("&")),
        authorization: header("authorization"),
        body: serde_json::from_slice(&body).unwrap_or_default(),
    });
    // One call too many is a failure of the test, seen as a status that no test expects.
    let canned = shared.answers.lock().unwrap().pop_front().unwrap_or_else(|| Canned::new(418, ""));
    tokio::time::sleep(canned.delay).await;
    let mut response =
        (axum::http::StatusCode::from_u16(canned.status).unwrap(), canned.body).into_response();
    for (name, value) in canned.headers {
        response.headers_mut().insert(name, value.parse().unwrap());
    }
    response
}
