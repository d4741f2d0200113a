//! The sample events under `events/` are what the functions understand, so they cannot rot.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_lambda_events::event::sqs::SqsEvent;
use integrations_page::Page;
use lever_integration::clock::{Clock, ManualClock};
use lever_integration::config::{AppSecret, Config};
use lever_integration::domain::{
    Connection, ConnectionState, LeverEnvironment, LeverWebhook, SignatureToken, Team, TriggerStage, UrlKey,
};
use lever_integration::queue::{MemoryQueue, Queue, handle_batch};
use lever_integration::service::ingest::Intake;
use lever_integration::setup::Parts;
use lever_integration::store::{MemoryStore, Store};
use serde_json::json;

const TEAM: &str = "65f0c0de000000000000aa01";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("two levels up").join("events")
}

fn sample(name: &str) -> String {
    std::fs::read_to_string(folder().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

struct Fixture {
    intake: Intake,
    queue: Arc<MemoryQueue>,
    clock: Arc<ManualClock>,
}

/// A team as the samples presume it, a moment after they were sent.
async fn fixture() -> Fixture {
    let clock = Arc::new(ManualClock::at("2023-11-14T22:13:20.200Z".parse().unwrap()));
    let store = Arc::new(MemoryStore::new(Arc::clone(&clock) as Arc<dyn Clock>));
    let queue = Arc::new(MemoryQueue::new(Arc::clone(&clock) as Arc<dyn Clock>));
    let team = Team {
        id: TEAM.parse().unwrap(),
        api_key: None,
        api_key_refused_at: None,
        lever_url_key: UrlKey::new("lever-url-key".to_owned()),
        qualified_url_key: UrlKey::new("qualified-url-key".to_owned()),
        subscription: None,
        version: 0,
    };
    let _ = store.record_team(&team).await.unwrap();
    let connection = Connection {
        team: team.id.clone(),
        account: None,
        environment: LeverEnvironment::Sandbox,
        api_base: None,
        state: ConnectionState::ReconnectNeeded { since: clock.now() },
        refresh_intent: None,
        webhook: Some(LeverWebhook {
            id: "webhook".parse().unwrap(),
            signature_token: SignatureToken::new(
                "0f1e2d3c4b5a69788796a5b4c3d2e1f00112233445566778".to_owned(),
            ),
        }),
        last_event_at: None,
        last_refused_at: None,
        version: 0,
    };
    let _ = store.record_connection(&connection).await.unwrap();
    let stage = TriggerStage {
        stage: "f00dcafe-0000-4000-8000-000000000003".parse().unwrap(),
        text: "Assessment".to_owned(),
        added_at: clock.now(),
        added_by: "admin".parse().unwrap(),
    };
    store.record_trigger_stage(&team.id, &stage).await.unwrap();
    let intake =
        Intake::new(store, Arc::clone(&queue) as Arc<dyn Queue>, Arc::clone(&clock) as Arc<dyn Clock>);
    Fixture { intake, queue, clock }
}

/// Feeds a sample to its function; the status and what is in the queue then.
async fn take_in(name: &str) -> (u16, Vec<String>) {
    let fixture = fixture().await;
    let request = lambda_http::request::from_str(&sample(name)).unwrap();
    let response = match name.split('/').next() {
        Some("stage-change-webhook") => stage_change_webhook::handle(&fixture.intake, request).await,
        Some("assessment-events") => assessment_events::handle(&fixture.intake, request).await,
        _ => panic!("no intake for {name}"),
    };
    let bodies = fixture.queue.receive(10).records.into_iter().filter_map(|record| record.body).collect();
    (response.status().as_u16(), bodies)
}

#[tokio::test]
async fn samples_of_lever_are_answered_and_queued() {
    let (status, queued) = take_in("stage-change-webhook/stage-changed.json").await;
    assert_eq!(status, 200);
    insta::assert_snapshot!(queued.join("\n"));
    assert_eq!(take_in("stage-change-webhook/verify-connection.json").await, (200, vec![]));
    assert_eq!(take_in("stage-change-webhook/bad-signature.json").await, (401, vec![]));
}

#[tokio::test]
async fn samples_of_qualified_are_answered_and_queued() {
    let (status, queued) = take_in("assessment-events/started.json").await;
    assert_eq!(status, 200);
    insta::assert_snapshot!(queued.join("\n"));
    let (status, queued) = take_in("assessment-events/submitted.json").await;
    assert_eq!(status, 200);
    insta::assert_snapshot!(queued.join("\n"));
    assert_eq!(take_in("assessment-events/other-event.json").await, (200, vec![]));
}

/// The page of a deployment for Lever's sandbox, a moment after the samples were sent.
fn page() -> Page {
    let secret = json!({
        "lever_client_id": "client",
        "lever_client_secret": "secret",
        "keyring": {"active": "sample", "keys": {"sample": format!("{}=", "A".repeat(43))}},
        "launch_key": "sample-launch-key-of-32-bytes-or-more",
        "session_key": format!("{}=", "B".repeat(42) + "A"),
    })
    .to_string();
    let config = Config::from_lookup(|variable| {
        let value = match variable {
            "TABLE_NAME" => "table",
            "QUEUE_URL" => "https://sqs.example/queue",
            "APP_SECRET_JSON" => &secret,
            "LEVER_API_BASE" | "LEVER_AUDIENCE" => "https://api.sandbox.lever.co/v1/",
            "LEVER_AUTH_BASE" => "https://sandbox-lever.auth0.com/",
            "QUALIFIED_API_BASE" => "https://www.qualified.io/api/",
            "PUBLIC_BASE_URL" => "https://example.execute-api.eu-west-1.amazonaws.com/",
            "AWS_REGION" => "eu-west-1",
            _ => return None,
        };
        Some(value.to_owned())
    });
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::at("2023-11-14T22:13:20.200Z".parse().unwrap()));
    let parts = Parts {
        config: config.unwrap(),
        secret: AppSecret::parse(&secret).unwrap(),
        store: Arc::new(MemoryStore::new(Arc::clone(&clock))),
        queue: Arc::new(MemoryQueue::new(Arc::clone(&clock))),
        clock,
    };
    Page::new(&parts).unwrap()
}

#[tokio::test]
async fn samples_of_the_page_are_answered() {
    let page = page();
    let answer = async |name: &str| {
        let request =
            lambda_http::request::from_str(&sample(&format!("integrations-page/{name}.json"))).unwrap();
        integrations_page::handle(&page, request).await
    };
    assert_eq!(answer("health").await.status(), 200);
    let opened = answer("launch").await;
    assert_eq!(
        (opened.status().as_u16(), &opened.headers()["location"]),
        (303, &"/integrations/lever".parse().unwrap())
    );
    assert!(opened.headers().contains_key("set-cookie"));
    assert_ne!(answer("launch").await.status(), 303, "the link was used up");
    assert_eq!(answer("without-session").await.status(), 401);
}

#[tokio::test]
async fn samples_of_the_callback_connect_nobody() {
    let page = page();
    for (name, status) in [("consent-refused", 400), ("unknown-state", 400), ("other-world", 404)] {
        let request =
            lambda_http::request::from_str(&sample(&format!("oauth-callback/{name}.json"))).unwrap();
        let answer = oauth_callback::handle(&page, request).await;
        assert_eq!(answer.status().as_u16(), status, "{name}");
    }
}

#[tokio::test]
async fn samples_of_the_worker_are_batches_it_reads() {
    let fixture = fixture().await;
    for (name, failed) in [("stage-changed", 0), ("result-changed", 0), ("poison", 2)] {
        let batch: SqsEvent = serde_json::from_str(&sample(&format!("worker/{name}.json"))).unwrap();
        let answer = handle_batch(batch, &*fixture.queue, &*fixture.clock, async |_| Ok(())).await;
        assert_eq!(answer.batch_item_failures.len(), failed, "{name}");
    }
}

#[tokio::test]
async fn whatever_the_schedule_sends_the_reconciler_does_not_look_at_it() {
    let event = sample("reconciler/schedule.json");
    assert!(serde_json::from_str::<serde::de::IgnoredAny>(&event).is_ok());
}

#[test]
fn every_sample_is_fed_to_its_function_here() {
    let known: BTreeSet<_> = include_str!("sample_events.rs").split('"').map(str::to_owned).collect();
    for function in std::fs::read_dir(folder()).unwrap() {
        let function = function.unwrap();
        for file in std::fs::read_dir(function.path()).unwrap() {
            let file = file.unwrap().file_name().into_string().unwrap();
            let full = format!("{}/{file}", function.file_name().into_string().unwrap());
            let short = file.trim_end_matches(".json").to_owned();
            assert!(known.contains(&full) || known.contains(&short), "{full} is not used by any test");
        }
    }
}
