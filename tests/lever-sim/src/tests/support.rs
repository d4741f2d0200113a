//! A client of one simulator and a receiver of its webhooks.

use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use reqwest::Method;
use serde_json::{Value, json};
use sim_kit::guarded::Guarded;
use sim_kit::serve::{Server, serve};

use crate::{LeverSim, Scopes, Seed, TokenWish};

pub(super) const ADA: &str = "50000000-0000-4000-8000-000000000001";
pub(super) const BEN: &str = "50000000-0000-4000-8000-000000000002";
pub(super) const CLEO: &str = "50000000-0000-4000-8000-000000000003";
pub(super) const ADMIN: &str = "10000000-0000-4000-8000-000000000001";
pub(super) const MEMBER: &str = "10000000-0000-4000-8000-000000000002";
pub(super) const PHONE_SCREEN: &str = "20000000-0000-4000-8000-000000000001";
pub(super) const ASSESSMENT: &str = "20000000-0000-4000-8000-000000000002";
pub(super) const HIRED: &str = "30000000-0000-4000-8000-000000000001";
pub(super) const WITHDREW: &str = "30000000-0000-4000-8000-000000000003";
pub(super) const BACKEND: &str = "40000000-0000-4000-8000-000000000001";

/// A simulator with a client that holds a token for it.
pub(super) struct Lab {
    pub(super) sim: LeverSim,
    pub(super) http: reqwest::Client,
    pub(super) token: String,
}

impl Lab {
    /// The built-in world and a token with all scopes of the app.
    pub(super) async fn start() -> Self {
        Self::with(Seed::default()).await
    }

    pub(super) async fn with(seed: Seed) -> Self {
        let sim = LeverSim::start(0, seed).await.unwrap();
        let redirects = reqwest::redirect::Policy::none();
        let http = sim_kit::http::builder().redirect(redirects).no_proxy().build().unwrap();
        let token = access_token(&sim, TokenWish::default());
        Self { sim, http, token }
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.sim.url())
    }

    /// Goes on with a token of these scopes.
    pub(super) fn limit_to(&mut self, scopes: &str) {
        let wish = TokenWish { scopes: Some(Scopes::Text(scopes.to_owned())), ..TokenWish::default() };
        self.token = access_token(&self.sim, wish);
    }

    pub(super) async fn respond(&self, method: Method, path: &str, body: Option<Value>) -> reqwest::Response {
        let mut request = self.http.request(method, self.url(path)).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        request.send().await.unwrap()
    }

    pub(super) async fn call(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let response = self.respond(method, path, body).await;
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    pub(super) async fn get(&self, path: &str) -> (u16, Value) {
        self.call(Method::GET, path, None).await
    }

    /// The `data` of a GET that must succeed.
    pub(super) async fn data(&self, path: &str) -> Value {
        let (status, mut body) = self.get(path).await;
        assert_eq!(status, 200, "{path}: {body}");
        body["data"].take()
    }

    pub(super) async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.call(Method::POST, path, Some(body)).await
    }

    pub(super) async fn put(&self, path: &str, body: Value) -> (u16, Value) {
        self.call(Method::PUT, path, Some(body)).await
    }

    pub(super) async fn delete(&self, path: &str) -> (u16, Value) {
        self.call(Method::DELETE, path, None).await
    }

    /// The rules broken so far.
    pub(super) fn broken(&self) -> Vec<String> {
        self.sim.kit().violations.list().into_iter().map(|violation| violation.rule).collect()
    }

    pub(super) fn switch(&self, changes: Value) {
        self.sim.switch(changes.as_object().unwrap().clone()).unwrap();
    }

    /// Switches a group of events on.
    pub(super) async fn group_on(&self, event: &str) {
        assert_eq!(self.post("/_sim/webhooks/groups", json!({event: true})).await.0, 200);
    }

    /// Registers a webhook and returns the answer's `data`.
    pub(super) async fn webhook(&self, event: &str, url: &str) -> Value {
        let (status, mut body) = self.post("/v1/webhooks", json!({"event": event, "url": url})).await;
        assert_eq!(status, 201, "{body}");
        body["data"].take()
    }

    pub(super) fn tags(&self, id: &str) -> Vec<String> {
        self.sim.tags(id).unwrap()
    }
}

pub(super) fn access_token(sim: &LeverSim, wish: TokenWish) -> String {
    sim.mint(wish).unwrap()["access_token"].as_str().unwrap().to_owned()
}

/// One request as received.
#[derive(Debug, Clone)]
pub(super) struct Received {
    pub(super) headers: HeaderMap,
    pub(super) body: Value,
}

/// Receives webhooks; answers the planned statuses first, then 200.
pub(super) struct Receiver {
    server: Server,
    got: Guarded<Vec<Received>>,
}

impl Receiver {
    pub(super) async fn start(planned: &[u16]) -> Self {
        let got = Guarded::new(Vec::new());
        let left = Guarded::new(planned.iter().rev().copied().collect::<Vec<u16>>());
        let kept = got.clone();
        let handler = async move |headers: HeaderMap, body: String| {
            kept.lock().push(Received { headers, body: serde_json::from_str(&body).unwrap() });
            left.lock().pop().map_or(StatusCode::OK, |status| StatusCode::from_u16(status).unwrap())
        };
        Self { server: serve(0, Router::new().route("/hook", post(handler))).await.unwrap(), got }
    }

    pub(super) fn url(&self) -> String {
        format!("{}/hook", self.server.url())
    }

    /// Waits until so many requests came, and makes sure that no more follow.
    pub(super) async fn exactly(&self, count: usize) -> Vec<Received> {
        for _ in 0..400 {
            if self.got.lock().len() >= count {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        tokio::time::sleep(Duration::from_millis(60)).await;
        let got = self.got.lock().clone();
        assert_eq!(got.len(), count, "{got:?}");
        got
    }
}
