//! An HTTP server on a free loopback port that gives canned answers and remembers what it was asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use url::Url;

use crate::domain::AccessToken;
use crate::lever::Client;

const BODY_BYTES_MAX: usize = 1024 * 1024;

/// One canned answer.
#[derive(Clone)]
pub(super) struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    hangs: bool,
}

impl Reply {
    pub(super) fn json(status: u16, body: &Value) -> Self {
        Self::text(status, body.to_string()).with("content-type", "application/json; charset=utf-8")
    }

    pub(super) fn text(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into(), hangs: false }
    }

    /// No answer, ever.
    pub(super) fn never() -> Self {
        Self { hangs: true, ..Self::text(200, "") }
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// What the server was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    /// Method, path and query.
    pub(super) line: String,
    pub(super) authorization: Option<String>,
    pub(super) content_type: Option<String>,
    pub(super) body: String,
}

/// A running server.
pub(super) struct Server {
    url: Url,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Shared {
    replies: Mutex<VecDeque<Reply>>,
    always: Option<Reply>,
    asked: Mutex<Vec<Asked>>,
}

impl Server {
    /// Gives the answers in turn; a request too many gets a status of its own.
    pub(super) async fn replying(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self::start(Shared { replies: Mutex::new(replies.into_iter().collect()), ..Shared::default() }).await
    }

    /// Gives the same answer to everything.
    pub(super) async fn always(reply: Reply) -> Self {
        Self::start(Shared { always: Some(reply), ..Shared::default() }).await
    }

    async fn start(shared: Shared) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let shared = Arc::new(shared);
        let app = Router::new().fallback(answer).with_state(Arc::clone(&shared));
        let task = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, shared, task }
    }

    pub(super) fn url(&self) -> &Url {
        &self.url
    }

    pub(super) fn client(&self) -> Client {
        Client::new(crate::http::client().unwrap(), &self.url.join("v1").unwrap())
    }

    pub(super) fn asked(&self) -> Vec<Asked> {
        self.shared.asked.lock().unwrap().clone()
    }

    /// The request lines.
    pub(super) fn lines(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.line).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub(super) fn token() -> AccessToken {
    AccessToken::new("canary-access-token".to_owned())
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request<Body>) -> Response {
    let (head, body) = request.into_parts();
    let header = |name| head.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    let asked = Asked {
        line: format!("{} {}", head.method, head.uri),
        authorization: header(header::AUTHORIZATION),
        content_type: header(header::CONTENT_TYPE),
        body: String::from_utf8(to_bytes(body, BODY_BYTES_MAX).await.unwrap().to_vec()).unwrap(),
    };
    shared.asked.lock().unwrap().push(asked);
    let next = shared.replies.lock().unwrap().pop_front().or_else(|| shared.always.clone());
    let Some(reply) = next else {
        return (StatusCode::IM_A_TEAPOT, "no answer left").into_response();
    };
    if reply.hangs {
        std::future::pending::<()>().await;
    }
    let mut response = Response::builder().status(reply.status);
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    response.body(Body::from(reply.body)).unwrap()
}
