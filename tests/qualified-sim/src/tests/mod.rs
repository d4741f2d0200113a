//! Behaviour over real HTTP: each test has a simulator of its own.

mod answers;
mod candidates;
mod controlled;
mod deliveries;
mod invitations;
mod pages;
mod results;
mod strictness;
mod subscriptions;
mod switched;
mod takes;

use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use reqwest::Method;
use serde_json::{Value, json};
use sim_kit::deliveries::{Delivery, State};
use sim_kit::guarded::Guarded;
use sim_kit::serve::{Server, serve};

use crate::{QualifiedSim, Seed, Switches};

/// Published, cut score 70, day defaults, three challenges in Rust.
const RUST: &str = "65f0c0de0000000000000101";
/// Published, without a cut score, two challenges.
const ANGULAR: &str = "65f0c0de0000000000000102";
/// Published, 90 minutes allowed.
const TIMED: &str = "65f0c0de0000000000000103";
const DRAFT: &str = "65f0c0de0000000000000104";
const TEAM: &str = "65f0c0de0000000000000001";
/// Well-formed and unknown.
const NOBODY: &str = "00000000000000000000dead";

/// A simulator and a client holding the team's key.
struct Sim {
    sim: QualifiedSim,
    http: reqwest::Client,
    key: String,
}

impl Sim {
    async fn start() -> Self {
        Self::seeded(Seed::default()).await
    }

    async fn switched(change: impl FnOnce(&mut Switches)) -> Self {
        let started = Self::start().await;
        started.sim.switch(change);
        started
    }

    async fn seeded(seed: Seed) -> Self {
        let key = seed.teams[0].api_key.expose().to_owned();
        let redirects = reqwest::redirect::Policy::none();
        let http = sim_kit::http::builder().no_proxy().redirect(redirects).build().unwrap();
        Self { sim: QualifiedSim::start(0, seed).await.unwrap(), http, key }
    }

    async fn raw(
        &self,
        method: Method,
        path: &str,
        key: Option<&str>,
        body: Option<&Value>,
    ) -> reqwest::Response {
        let mut request = self.http.request(method, format!("{}{path}", self.sim.url()));
        if let Some(key) = key {
            request = request.header("Authorization", key);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        request.send().await.unwrap()
    }

    /// Status and body of a call below `/api/v1`; no body is `null`.
    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let path = format!("/api/v1/{path}");
        let response = self.raw(method, &path, Some(&self.key), body.as_ref()).await;
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    async fn get(&self, path: &str) -> Value {
        let (status, body) = self.call(Method::GET, path, None).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    async fn put(&self, path: &str, data: Value) -> (u16, Value) {
        self.call(Method::PUT, path, Some(json!({"data": data}))).await
    }

    async fn post(&self, path: &str, data: Value) -> (u16, Value) {
        self.call(Method::POST, path, Some(json!({"data": data}))).await
    }

    /// List with a `where`.
    async fn find(&self, list: &str, conditions: Value) -> (u16, Value) {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("where", &conditions.to_string())
            .finish();
        self.call(Method::GET, &format!("{list}?{query}"), None).await
    }

    /// Status and body of an invite call.
    async fn try_invite(&self, data: Value) -> (u16, Value) {
        self.post("assessment_invitations/invite_candidates", data).await
    }

    /// Invites one person and returns the invitation.
    async fn invite(&self, email: &str, assessment: &str) -> Value {
        let (status, body) =
            self.try_invite(json!({"candidates": [email], "assessment_id": assessment})).await;
        assert_eq!(status, 200, "{body}");
        body["data"][0].clone()
    }

    /// Invites one person and returns the id of the result.
    async fn result_of(&self, email: &str, assessment: &str) -> String {
        self.invite(email, assessment).await["assessmentResultId"].as_str().unwrap().to_owned()
    }

    /// Status and body of a control call.
    async fn control(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let response = self.raw(method, &format!("/_sim{path}"), None, body.as_ref()).await;
        (response.status().as_u16(), response.json().await.unwrap())
    }

    /// A control call that must succeed.
    async fn control_post(&self, path: &str, body: Value) -> Value {
        let (status, body) = self.control(Method::POST, path, Some(body)).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// Names of the rules broken so far.
    fn rules(&self) -> Vec<String> {
        self.sim.kit().violations.list().into_iter().map(|violation| violation.rule).collect()
    }

    /// Subscribes the receiver to these events and returns the id.
    async fn subscribe(&self, receiver: &Receiver, events: &[&str]) -> String {
        let triggers: serde_json::Map<String, Value> =
            events.iter().map(|event| ((*event).to_owned(), json!(true))).collect();
        let data = json!({"name": "Lever", "url": receiver.url(), "event_triggers": triggers});
        let (status, body) = self.post("webhook_subscriptions", data).await;
        assert_eq!(status, 200, "{body}");
        body["id"].as_str().unwrap().to_owned()
    }

    /// Waits until the deliveries are as wanted.
    async fn deliveries(&self, wanted: impl Fn(&[Delivery]) -> bool) -> Vec<Delivery> {
        for _ in 0..600 {
            let list = self.sim.kit().deliveries.list();
            if wanted(&list) {
                return list;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("not in time: {:?}", self.sim.kit().deliveries.list());
    }

    /// Waits until so many deliveries have ended well.
    async fn delivered(&self, count: usize) -> Vec<Delivery> {
        self.deliveries(|all| all.len() == count && all.iter().all(|one| one.state == State::Delivered)).await
    }
}

/// Somebody who takes webhooks and answers the statuses it was told, then 200.
struct Receiver {
    server: Server,
    got: Guarded<Vec<(HeaderMap, String)>>,
    answers: Guarded<Vec<u16>>,
}

impl Receiver {
    async fn start() -> Self {
        Self::answering(&[]).await
    }

    async fn answering(statuses: &[u16]) -> Self {
        let got = Guarded::new(Vec::new());
        let answers = Guarded::new(statuses.to_vec());
        let (kept, next) = (got.clone(), answers.clone());
        let take = async move |headers: HeaderMap, body: String| {
            kept.lock().push((headers, body));
            let mut next = next.lock();
            let status = if next.is_empty() { 200 } else { next.remove(0) };
            StatusCode::from_u16(status).unwrap()
        };
        let server = serve(0, Router::new().route("/hook", post(take))).await.unwrap();
        Self { server, got, answers }
    }

    fn url(&self) -> String {
        format!("{}/hook", self.server.url())
    }

    fn answer_next(&self, status: u16) {
        self.answers.lock().push(status);
    }

    /// The bodies so far.
    fn bodies(&self) -> Vec<Value> {
        self.got.lock().iter().map(|(_, body)| serde_json::from_str(body).unwrap()).collect()
    }

    /// The names of the events so far.
    fn events(&self) -> Vec<String> {
        self.bodies().iter().map(|body| body["event"].as_str().unwrap().to_owned()).collect()
    }
}
