//! Bad input at both intakes and at the worker: the right answer, no effect, nothing told to the log.
//!
//! Rows are sent over HTTP through the gateway, so that each also takes the form of an API Gateway event.
//! Everything runs on one thread, whose log lines are captured.

use std::sync::Arc;

use lever_integration::clock::Clock;
use lever_integration::domain::{ConnectionState, Reason};
use lever_integration::metrics::{Metric, counted};
use lever_integration::queue::{Envelope, Queue};
use lever_integration::service::ingest::Intake;
use lever_integration::telemetry::{Capture, capture};
use reqwest::{Client, Method};
use scenarios::{Made, Neighbour, World};
use serde_json::{Value, json};
use sim_kit::deliveries::Outcome;
use sim_kit::faults::{Fault, Mode};

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

#[tokio::test]
async fn malformed_deliveries_of_lever_are_turned_away() -> Made {
    let bench = Bench::start().await?;
    bench.forget_calls();
    let body = bench.signed("canary-token").to_string();
    let with = |field: &str, value: Value| {
        let mut changed = bench.signed("canary-token");
        changed[field] = value;
        changed.to_string().into_bytes()
    };
    let doubled = body.replacen('{', "{\"token\":\"canary-other\",", 1);
    let deep = format!("{{\"data\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
    let mut nul = bench.signed("canary-token");
    nul["data"]["opportunityId"] = json!("a\u{0}b");
    let rows: Vec<(&str, Vec<u8>)> = vec![
        ("N1 no body", vec![]),
        ("N2 not JSON", b"canary".to_vec()),
        ("N2 truncated", body.as_bytes()[..body.len() - 5].to_vec()),
        ("N3 array", b"[1]".to_vec()),
        ("N3 text", b"\"canary\"".to_vec()),
        ("N3 null", b"null".to_vec()),
        ("N4 deep", deep.into_bytes()),
        ("N4 huge number", body.replace("\"data\"", "\"more\":1e400,\"data\"").into_bytes()),
        ("N7 invalid UTF-8", [body.as_bytes(), b"\xff"].concat()),
        ("N7 lone surrogate", body.replace("canary-token", "\\ud800").into_bytes()),
        ("N7 NUL in an id", nul.to_string().into_bytes()),
        ("N8 a key twice", doubled.into_bytes()),
        ("N15 text", with("triggeredAt", json!("1700000000123"))),
        ("N15 float", with("triggeredAt", json!(1_700_000_000_123.5))),
        ("N15 negative", with("triggeredAt", json!(-1))),
        ("N15 2^63", with("triggeredAt", json!(9_223_372_036_854_775_808_u64))),
        ("N15 seconds", with("triggeredAt", json!(1_700_000_000))),
    ];
    for (row, body) in rows {
        assert_eq!(bench.post(&bench.lever_url, body).await?, 400, "{row}");
        bench.nothing_happened(row).await?;
    }
    Ok(())
}

#[tokio::test]
async fn requests_that_cannot_be_deliveries_are_turned_away() -> Made {
    let bench = Bench::start().await?;
    bench.forget_calls();
    let body = bench.signed("canary-token").to_string().into_bytes();
    for url in [&bench.lever_url, &bench.qualified_url] {
        for method in [Method::GET, Method::PUT, Method::DELETE, Method::HEAD, Method::OPTIONS] {
            let response = bench.http.request(method.clone(), url).body(body.clone()).send().await?;
            assert_eq!(response.status(), 405, "N9 {method}");
            assert_eq!(response.headers()["allow"], "POST", "N9 {method}");
        }
        let post = |headers: &'static [(&'static str, &'static str)], body: Vec<u8>| {
            bench.send(url, Method::POST, headers, body)
        };
        assert_eq!(post(&[("content-type", "text/plain")], body.clone()).await?.0, 415, "N6");
        assert_eq!(post(&[], body.clone()).await?.0, 415, "N6 none");
        let gzip = &[CONTENT, ("content-encoding", "gzip")];
        assert_eq!(post(gzip, body.clone()).await?.0, 415, "a compressed body");
        assert_eq!(post(&[CONTENT], vec![b' '; 64 * 1024 + 1]).await?.0, 413, "N5");
        assert_eq!(post(&[CONTENT], vec![0xff; 64 * 1024 + 1]).await?.0, 413, "N5 base64");
        bench.nothing_happened("N5 N6 N9").await?;
    }
    Ok(())
}

#[tokio::test]
async fn whatever_is_not_authentic_looks_the_same() -> Made {
    let bench = Bench::start().await?;
    bench.forget_calls();
    let good = bench.signed("canary-token");
    let signature = good["signature"].as_str().unwrap_or_default().to_owned();
    let flipped = |index: usize| {
        let old = signature.as_bytes()[index];
        let mut bytes = signature.clone().into_bytes();
        bytes[index] = if old == b'0' { b'1' } else { b'0' };
        String::from_utf8(bytes).expect("hex digits")
    };
    let with = |signature: Value| {
        let mut changed = good.clone();
        changed["signature"] = signature;
        changed
    };
    let over_the_body = lever_sim::signature(&bench.signature_token, &good.to_string(), 0);
    let mut unsigned = good.clone();
    unsigned.as_object_mut().expect("an object").remove("signature");
    let (now, data) = (bench.now(), bench.move_data());
    let at = |at: i64| bench.signed_by(&bench.signature_token, at, "canary-token", &data);
    let day = 24 * 60 * 60 * 1000;
    let unknown_key = format!("{}x", bench.lever_url);
    let unknown_team = bench.lever_url.replace(bench.world.team.as_str(), "65f0c0de00000000000000ff");
    let neighbour = &bench.neighbour;
    let of_neighbour = bench.signed_by(&neighbour.signature_token, now, "canary-token", &data);
    let key_of_neighbour = neighbour.lever_url.replace(neighbour.team.as_str(), bench.world.team.as_str());
    let key_of_the_other_intake = bench.qualified_url.replace("/qualified/", "/lever/");
    let rows = [
        ("N10 missing", &bench.lever_url, unsigned),
        ("N10 empty", &bench.lever_url, with(json!(""))),
        ("N10 63 digits", &bench.lever_url, with(json!(signature[..63]))),
        ("N10 65 digits", &bench.lever_url, with(json!(format!("{signature}0")))),
        ("N10 not hex", &bench.lever_url, with(json!("z".repeat(64)))),
        ("N10 upper case", &bench.lever_url, with(json!(signature.to_uppercase()))),
        ("N11 first digit", &bench.lever_url, with(json!(flipped(0)))),
        ("N11 last digit", &bench.lever_url, with(json!(flipped(63)))),
        ("N12 the key of our other webhook in the URL", &key_of_the_other_intake, good.clone()),
        ("N13 another team's delivery at our URL", &bench.lever_url, of_neighbour.clone()),
        ("N13 another team's delivery with its key", &key_of_neighbour, of_neighbour.clone()),
        ("N13 our delivery with another team's key", &key_of_neighbour, good.clone()),
        ("N13 our delivery at another team's URL", &neighbour.lever_url, good.clone()),
        ("N14 over the body", &bench.lever_url, with(json!(over_the_body))),
        ("N16 from the future", &bench.lever_url, at(now + 5 * 60 * 1000 + 2000)),
        ("N16 too old", &bench.lever_url, at(now - 15 * day - 1000)),
        ("N20 unknown key", &unknown_key, good.clone()),
        ("N20 unknown team", &unknown_team, good.clone()),
    ];
    let mut answers = std::collections::BTreeSet::new();
    for (row, url, body) in rows {
        let (status, text) = bench.send(url, Method::POST, &[CONTENT], body.to_string().into_bytes()).await?;
        assert_eq!(status, 401, "{row}");
        answers.insert(text);
        bench.nothing_happened(row).await?;
    }
    assert_eq!(answers.len(), 1, "N20: {answers:?}");
    assert_eq!(
        bench.post(&bench.lever_url, at(now - 15 * day + 60_000).to_string()).await?,
        200,
        "just young enough"
    );
    assert_eq!(
        bench.post(&neighbour.lever_url, of_neighbour.to_string()).await?,
        200,
        "it was authentic there"
    );
    Ok(())
}

/// N64. What it costs in memory is measured by the benchmarks.
#[tokio::test]
async fn enumerating_keys_learns_nothing_and_leaves_nothing() -> Made {
    let bench = Bench::start().await?;
    bench.forget_calls();
    let items = bench.world.local.stored_items().await?.len();
    let body = bench.signed("canary-token").to_string().into_bytes();
    let origin = bench.world.local.gateway_url();
    let mut answers = std::collections::BTreeSet::new();
    for number in 0..1_000 {
        let guessed = [
            format!("{origin}/webhooks/lever/team-{number}/{number:032}"),
            format!("{origin}/webhooks/lever/{}/{number:032}", bench.world.team),
            format!("{origin}/webhooks/qualified/{}/{number:032}", bench.world.team),
        ];
        for url in guessed {
            answers.insert(bench.send(&url, Method::POST, &[CONTENT], body.clone()).await?);
        }
    }
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert!(answers.iter().all(|(status, _)| *status == 401));
    assert_eq!(bench.world.local.stored_items().await?.len(), items);
    bench.nothing_happened("N64").await
}

#[tokio::test]
async fn a_replay_has_one_effect_and_a_forged_body_none() -> Made {
    let bench = Bench::start().await?;
    let id = bench.world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
    bench.world.move_to(&id, World::TRIGGER).await?;
    assert_eq!(bench.world.mailed("Candidate 1").len(), 1);
    let delivery = bench.world.local.lever.kit().deliveries.list().pop().ok_or("no delivery")?;
    bench.forget_calls();
    let attempts = delivery.attempts.len();
    for _ in 0..100 {
        bench.world.local.lever.kit().deliveries.rerun(&delivery.id);
    }
    bench.world.settle().await?;
    let replayed =
        bench.world.local.lever.kit().deliveries.list().into_iter().find(|one| one.id == delivery.id);
    let replayed = replayed.ok_or("no delivery")?;
    let answers: Vec<_> = replayed.attempts[attempts..].iter().map(|attempt| &attempt.outcome).collect();
    assert_eq!(answers, [&Outcome::Status(200); 100], "N17");
    assert_eq!(bench.world.local.lever.kit().calls.after(0).len(), 0, "N17");
    assert_eq!(bench.world.mailed("Candidate 1").len(), 1, "N17");

    let other =
        bench.world.candidate("Candidate 2", json!({"tags": [World::TITLE], "stage": World::TRIGGER}))?;
    let mut body: Value = bench.signed("canary-replayed");
    body["data"]["opportunityId"] = json!(id);
    assert_eq!(bench.post(&bench.lever_url, body.to_string()).await?, 200);
    bench.world.settle().await?;
    bench.forget_calls();
    body["data"]["opportunityId"] = json!(other);
    let tampered = counted(Metric::Tampered);
    assert_eq!(bench.post(&bench.lever_url, body.to_string()).await?, 200, "N18");
    assert_eq!(counted(Metric::Tampered), tampered + 1, "N18 raises the alarm");
    bench.world.settle().await?;
    assert_eq!(bench.world.local.lever.kit().calls.after(0).len(), 0, "N18");
    assert!(bench.world.mailed("Candidate 2").is_empty(), "N18");
    assert!(bench.log.text().contains("forged"), "N18 is seen in the log");
    bench.log_is_clean("N17 N18");
    Ok(())
}

#[tokio::test]
async fn somebody_elses_opportunity_costs_one_read_and_ends_there() -> Made {
    let bench = Bench::start().await?;
    let foreign = bench.neighbour.opportunity.as_str();
    let tags = bench.world.tags(foreign)?;
    let mut data = bench.move_data();
    data["opportunityId"] = json!(foreign);
    let body = bench.signed_by(&bench.signature_token, bench.now(), "canary", &data);
    bench.forget_calls();
    assert_eq!(bench.post(&bench.lever_url, body.to_string()).await?, 200, "N19");
    bench.world.settle().await?;
    assert_eq!(bench.world.local.lever.kit().calls.after(0).len(), 1, "N19");
    assert_eq!(bench.world.local.qualified.kit().calls.after(0).len(), 0, "N19");
    assert_eq!(bench.world.reasons(foreign).await?, [Reason::OpportunityGone]);
    assert_eq!((bench.world.tags(foreign)?, bench.world.notes(foreign)?), (tags, vec![]), "N19");
    assert!(bench.world.local.qualified.mails().is_empty(), "N19");
    bench.log_is_clean("N19");
    Ok(())
}

#[tokio::test]
async fn bad_deliveries_of_qualified_have_no_effect() -> Made {
    let bench = Bench::start().await?;
    bench.forget_calls();
    let event = |event: &str, data: Value| json!({"event": event, "data": data}).to_string();
    let unknown_key = format!("{}x", bench.qualified_url);
    assert_eq!(
        bench.post(&unknown_key, event("assessment_result_started", json!({"id": "a1"}))).await?,
        401,
        "N36"
    );
    let neighbour = &bench.neighbour;
    let key_of_neighbour =
        neighbour.qualified_url.replace(neighbour.team.as_str(), bench.world.team.as_str());
    let started = event("assessment_result_started", json!({"id": "a1"}));
    assert_eq!(bench.post(&key_of_neighbour, started).await?, 401, "N36 another team's key");
    assert_eq!(
        bench.post(&bench.qualified_url, event("note_created", json!({"id": "a1"}))).await?,
        200,
        "N40"
    );
    assert_eq!(bench.post(&bench.qualified_url, "canary").await?, 400, "not JSON");
    assert_eq!(bench.post(&bench.qualified_url, "[]").await?, 400, "an array");
    let no_id = event("assessment_result_started", json!({}));
    assert_eq!(bench.post(&bench.qualified_url, no_id).await?, 400, "no id");
    let bad_id = event("assessment_result_started", json!({"id": "../canary"}));
    assert_eq!(bench.post(&bench.qualified_url, bad_id).await?, 400, "an unusable id");
    bench.nothing_happened("N36 N40").await?;
    Ok(())
}

#[tokio::test]
async fn only_the_api_says_what_a_result_is() -> Made {
    let bench = Bench::start().await?;
    let id = bench.world.invited("Candidate 1").await?;
    let result = bench.world.result(&id).await?;
    let claim = json!({"event": "assessment_result_submitted", "data": {
        "id": result, "state": "submitted", "score": 1e9, "submitted_at": "2026-01-02T03:04:05.678Z",
        "candidate": {"first_name": "canary".repeat(2_000)},
    }});
    assert_eq!(bench.post(&bench.qualified_url, claim.to_string()).await?, 200, "N38 N41");
    bench.world.settle().await?;
    let tags = bench.world.tags(&id)?;
    assert!(tags.iter().any(|tag| tag == "Rust Basics - Invited"), "N38: {tags:?}");
    assert!(bench.world.notes(&id)?.is_empty(), "N38");

    let strange =
        json!({"id": bench.neighbour.result, "team_candidate": {"id": "x"}, "assessment": {"id": "y"}});
    let foreign = json!({"event": "assessment_result_started", "data": strange});
    bench.forget_calls();
    assert_eq!(bench.post(&bench.qualified_url, foreign.to_string()).await?, 200, "N37");
    bench.world.settle().await?;
    assert!(bench.world.local.qualified.kit().calls.after(0).len() <= 1, "N37");
    assert_eq!(bench.world.local.lever.kit().calls.after(0).len(), 0, "N37");

    bench.world.submit_result(&result).await?;
    bench.world.shows(&id, "Rust Basics - Submitted").await?;
    let late = json!({"event": "assessment_result_started", "data": {
        "id": result, "state": "started", "started_at": "2026-01-02T03:04:05.678Z"}});
    assert_eq!(bench.post(&bench.qualified_url, late.to_string()).await?, 200, "N39");
    bench.world.settle().await?;
    assert!(bench.world.tags(&id)?.contains(&"Rust Basics - Submitted".to_owned()), "N39");
    assert_eq!(bench.world.notes(&id)?.len(), 1, "N39");
    bench.log_is_clean("N37 N38 N39 N41");
    Ok(())
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

#[tokio::test]
async fn trouble_of_ours_is_a_503_even_when_the_handler_panics() -> Made {
    let bench = Bench::start().await?;
    let parts = &bench.world.local.parts;
    let request = |url: &str, body: &str| {
        let path =
            url.split_once("/webhooks").map(|(_, rest)| format!("/webhooks{rest}")).unwrap_or_default();
        let mut request = lambda_http::Request::new(lambda_http::Body::Text(body.to_owned()));
        *request.method_mut() = lambda_http::http::Method::POST;
        *request.uri_mut() = path.parse().expect("a path");
        request
            .headers_mut()
            .insert("content-type", lambda_http::http::HeaderValue::from_static("application/json"));
        request
    };
    let down: fn() -> lever_integration::queue::Error =
        || lever_integration::queue::Error::Unavailable { cause: "down".to_owned() };
    let panics: fn() -> lever_integration::queue::Error = || panic!("canary");
    let started = json!({"event": "assessment_result_started", "data": {"id": "a1"}}).to_string();
    for (row, trouble) in [("N42", down), ("N43", panics)] {
        let queue: Arc<dyn Queue> = Arc::new(BrokenQueue(trouble));
        let clock = Arc::clone(&bench.world.clock) as Arc<dyn Clock>;
        let intake = Intake::new(Arc::clone(&parts.store), queue, clock);
        let signed = bench.signed("canary").to_string();
        let answer = stage_change_webhook::handle(&intake, request(&bench.lever_url, &signed)).await;
        assert_eq!(answer.status(), 503, "{row}");
        let answer = assessment_events::handle(&intake, request(&bench.qualified_url, &started)).await;
        assert_eq!(answer.status(), 503, "{row}");
        let test = bench.signed_by(&bench.signature_token, bench.now(), "t", &json!({})).to_string();
        let answer = stage_change_webhook::handle(&intake, request(&bench.lever_url, &test)).await;
        assert_eq!(answer.status(), 200, "{row}: the next request is fine");
    }
    bench.log_is_clean("N42 N43");
    Ok(())
}

#[tokio::test]
async fn poison_in_the_queue_keeps_nobody_else_from_being_served() -> Made {
    let bench = Bench::start().await?;
    let local = &bench.world.local;
    for poison in ["canary", "{\"v\":99,\"team\":\"t\"}", "{\"v\":1}"] {
        local.queue.send_body(&bench.world.team, poison);
    }
    let id = bench.world.invited("Candidate 1").await?;
    assert_eq!(bench.world.reasons(&id).await?, [Reason::Invited], "N54");
    bench.world.wait_out().await?;
    assert_eq!(local.queue.dead_letters().len(), 3, "N54");
    let receives: Vec<_> = local.queue.dead_letters().iter().map(|letter| letter.receives).collect();
    assert_eq!(receives, [lever_integration::queue::RECEIVES_MAX; 3], "N54");
    assert_eq!(bench.world.mailed("Candidate 1").len(), 1);

    let poison = aws_lambda_events::event::sqs::SqsMessage::default();
    let record = |number: usize| {
        let mut record = poison.clone();
        record.message_id = Some(format!("m-{number}"));
        record.receipt_handle = Some(format!("r-{number}"));
        record.body = Some("canary".to_owned());
        record
    };
    for size in [0, 10] {
        let mut batch = aws_lambda_events::event::sqs::SqsEvent::default();
        batch.records = (0..size).map(record).collect();
        let answer = worker::handle(&local.worker, &*local.queue, batch).await;
        assert_eq!(answer.batch_item_failures.len(), size, "N55 N56");
    }
    bench.log_is_clean("N54 N55 N56");
    Ok(())
}

#[tokio::test]
async fn a_redirect_to_elsewhere_is_not_followed() -> Made {
    let bench = Bench::start().await?;
    let mut fault = Fault::new("GET", "/v1/opportunities/*", Mode::Status);
    fault.status = Some(301);
    fault.headers.insert("location".to_owned(), "http://169.254.169.254/v1/opportunities".to_owned());
    bench.world.local.lever.kit().faults.plan(fault);
    let id = bench.world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
    bench.world.move_to(&id, World::TRIGGER).await?;
    assert!(
        bench.world.mailed("Candidate 1").is_empty(),
        "N57: tried again later, like any trouble of Lever's"
    );
    bench.world.wait_out().await?;
    assert_eq!(bench.world.mailed("Candidate 1").len(), 1, "N57");
    bench.log_is_clean("N57");
    Ok(())
}
