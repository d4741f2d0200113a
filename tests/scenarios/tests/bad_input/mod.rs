//! Bad input at both intakes and at the worker: the right answer, no effect, nothing told to the log.
//!
//! Rows are sent over HTTP through the gateway, so that each also takes the form of an API Gateway event.
//! Everything runs on one thread, whose log lines are captured.

mod lever;
mod qualified;
mod trouble;

use lever_integration::clock::Clock;
use lever_integration::domain::ConnectionState;
use lever_integration::queue::{Envelope, Queue};
use lever_integration::telemetry::{Capture, capture};
use reqwest::{Client, Method};
use scenarios::{Made, Neighbour, World};
use serde_json::{Value, json};

const OPPORTUNITY: &str = "50000000-0000-4000-8000-000000000001";
const CONTENT: (&str, &str) = ("content-type", "application/json");

/// The world of two teams with a look at its log. Unless it says otherwise, a part is of the first team.
struct Bench {
    world: World,
    neighbour: Neighbour,
    log: Capture,
    http: Client,
    lever_url: String,
    qualified_url: String,
    signature_token: String,
    /// Access and refresh token of the team.
    tokens: [String; 2],
}

impl Bench {
    async fn start() -> Made<Self> {
        let log = capture();
        let (world, neighbour) = World::with_neighbour().await?;
        let state = world.local.lever.state();
        let webhook = &state["accounts"][0]["webhooks"][0];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let context = world.local.parts.store.load_team(&world.team).await?.ok_or("no team")?;
        let connection = context.connection.ok_or("no connection")?;
        let ConnectionState::Active(tokens) = connection.state else { return Err("not connected".into()) };
        let qualified = world.local.qualified_control().get("/_sim/state").await?;
        Ok(Self {
            lever_url: text(&webhook["url"]),
            qualified_url: text(&qualified["subscriptions"][0]["url"]),
            signature_token: text(&webhook["configuration"]["signatureToken"]),
            http: Client::new(),
            tokens: [tokens.access.expose().to_owned(), tokens.refresh.expose().to_owned()],
            world,
            neighbour,
            log,
        })
    }

    /// A stage change as Lever signs it, with the signature made by `key`.
    fn signed_by(&self, key: &str, at: i64, token: &str, data: &Value) -> Value {
        json!({
            "event": "candidateStageChange",
            "triggeredAt": at,
            "token": token,
            "signature": lever_sim::signature(key, token, at),
            "data": data,
        })
    }

    fn signed(&self, token: &str) -> Value {
        self.signed_by(&self.signature_token, self.now(), token, &self.move_data())
    }

    fn move_data(&self) -> Value {
        let state = self.world.local.lever.state();
        let stages = state["accounts"][0]["stages"].as_array().cloned().unwrap_or_default();
        let stage = stages.into_iter().find(|stage| stage["text"] == World::TRIGGER).unwrap_or_default();
        json!({"opportunityId": OPPORTUNITY, "toStageId": stage["id"], "fromStageId": "applicant-new"})
    }

    fn now(&self) -> i64 {
        self.world.clock.now().as_millisecond()
    }

    async fn send(
        &self,
        url: &str,
        method: Method,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Made<(u16, String)> {
        let mut request = self.http.request(method, url).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await?;
        Ok((response.status().as_u16(), response.text().await?))
    }

    async fn post(&self, url: &str, body: impl Into<Vec<u8>>) -> Made<u16> {
        Ok(self.send(url, Method::POST, &[CONTENT], body.into()).await?.0)
    }

    /// Everything that must never be in a log line.
    fn secrets(&self) -> Vec<String> {
        let last = |url: &str| url.rsplit('/').next().unwrap_or_default().to_owned();
        let (_, key) = self.world.local.qualified.first_team().expect("the built-in team");
        let secret = &self.world.local.parts.secret;
        let mut all = vec![
            self.signature_token.clone(),
            self.neighbour.signature_token.clone(),
            last(&self.lever_url),
            last(&self.qualified_url),
            last(&self.neighbour.lever_url),
            last(&self.neighbour.qualified_url),
            key.expose().to_owned(),
            secret.lever_client_secret.expose().to_owned(),
            "canary".to_owned(),
            "@candidates.example".to_owned(),
            "@example.com".to_owned(),
            "Candidate 1".to_owned(),
        ];
        all.extend(self.tokens.iter().cloned());
        all
    }

    /// No call went out, nothing was written, nothing secret or personal was logged.
    async fn nothing_happened(&self, row: &str) -> Made {
        self.world.settle().await?;
        let kits = [self.world.local.lever.kit(), self.world.local.qualified.kit()];
        let calls: Vec<_> = kits.iter().flat_map(|kit| kit.calls.after(0)).collect();
        assert!(calls.is_empty(), "{row}: {calls:?}");
        assert!(self.world.ledger(OPPORTUNITY).await?.is_empty(), "{row}");
        let page = self.world.local.parts.store.team_activity(&self.world.team, None, 10).await?;
        assert!(page.rows.is_empty(), "{row}: {:?}", page.rows);
        assert!(self.world.local.qualified.mails().is_empty(), "{row}");
        self.log_is_clean(row);
        Ok(())
    }

    fn log_is_clean(&self, row: &str) {
        let text = self.log.text();
        for secret in self.secrets() {
            assert!(!text.contains(&secret), "{row}: `{secret}` is in the log:\n{text}");
        }
        assert!(self.log.lines().iter().all(Value::is_object), "{row}: every line is one JSON object");
    }

    fn forget_calls(&self) {
        self.world.local.lever.kit().calls.clear();
        self.world.local.qualified.kit().calls.clear();
    }
}

/// A queue that cannot be reached, or worse.
struct BrokenQueue(fn() -> lever_integration::queue::Error);

impl std::fmt::Debug for BrokenQueue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BrokenQueue")
    }
}

type Answered<'f> =
    std::pin::Pin<Box<dyn Future<Output = Result<(), lever_integration::queue::Error>> + Send + 'f>>;

impl Queue for BrokenQueue {
    fn send<'l0, 'l1, 'f>(&'l0 self, _: &'l1 Envelope) -> Answered<'f>
    where
        'l0: 'f,
        'l1: 'f,
    {
        Box::pin(async { Err((self.0)()) })
    }

    fn postpone<'l0, 'l1, 'f>(&'l0 self, _: &'l1 str, _: std::time::Duration) -> Answered<'f>
    where
        'l0: 'f,
        'l1: 'f,
    {
        Box::pin(async { Err((self.0)()) })
    }
}
