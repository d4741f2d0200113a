//! What only the table can get wrong. The engine is DynamoDB's API on `SQLite`, in this process.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Config, Credentials, Region};
use aws_sdk_dynamodb::types::{AttributeValue, TableDescription, TimeToLiveStatus};
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use tokio::net::TcpListener;

use super::keys::{self, Key};
use super::table::{Attributes, key_attributes, text};
use super::{DynamoStore, IndexSchema, Projected, TABLE, create_table};
use crate::clock::ManualClock;
use crate::domain::{
    AccessToken, Activity, ApiKey, Assignment, AssignmentState, Connection, ConnectionState, Facts,
    LeverEnvironment, LeverTokens, LeverWebhook, Reason, RefreshToken, SignatureToken, Tag, Team, TeamId,
    Title, TriggerStage, UrlKey,
};
use crate::failure::Disposition;
use crate::seal::{self, Keyring};
use crate::store::{Error, Recorded, Store, conformance};

const NAME: &str = "integration";
const OLD_KEY: (&str, &str) = ("old", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=");
const NEW_KEY: (&str, &str) = ("new", "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=");

/// The size of an item as DynamoDB counts it: names and values, 3 bytes for a map and 1 for each entry.
pub(super) fn size_bytes(item: &Attributes) -> usize {
    item.iter().map(|(name, value)| name.len() + value_bytes(value)).sum()
}

fn value_bytes(value: &AttributeValue) -> usize {
    let text = value.as_s().map(String::len);
    let number = value.as_n().map(|digits| digits.len() / 2 + 2);
    let map = value.as_m().map(|entries| 3 + entries.len() + size_bytes(entries));
    text.or(number).or(map).unwrap_or(1)
}

fn client(url: &str, attempts: u32) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("key", "secret", None, None, "test"))
        .retry_config(
            RetryConfig::standard().with_max_attempts(attempts).with_max_backoff(std::time::Duration::ZERO),
        )
        .http_client(crate::config::aws_http_client().unwrap())
        .endpoint_url(url);
    Client::from_conf(config.build())
}

/// Serves on a free port for as long as the test runs.
async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (listener, url)
}

async fn engine() -> String {
    let (listener, url) = listen().await;
    tokio::spawn(dynoxide::server::serve_on(listener, dynoxide::Database::memory().unwrap()));
    create_table(&client(&url, 1), NAME).await.unwrap();
    url
}

/// Answers every call the same way.
async fn stub(status: StatusCode, code: &'static str) -> String {
    let (listener, url) = listen().await;
    let body = format!(r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{code}","message":"canary"}}"#);
    let app = Router::new().fallback(move || std::future::ready((status, body.clone())));
    tokio::spawn(async { axum::serve(listener, app).await });
    url
}

/// Passes every call on; the first write arrives, but its answer is lost.
async fn losing_the_first_answer_to(operation: &'static str, engine: String) -> String {
    let (listener, url) = listen().await;
    let lost = Arc::new(AtomicBool::new(false));
    let app = Router::new().fallback(move |headers: HeaderMap, body: Bytes| {
        let (engine, lost) = (engine.clone(), lost.clone());
        async move {
            let is_write = headers["x-amz-target"].to_str().unwrap().ends_with(operation);
            let answer = crate::http::plain()
                .build()
                .unwrap()
                .post(engine)
                .headers(headers)
                .body(body)
                .send()
                .await
                .unwrap();
            if is_write && !lost.swap(true, Ordering::SeqCst) {
                return (StatusCode::INTERNAL_SERVER_ERROR, HeaderMap::new(), Bytes::new());
            }
            (answer.status(), HeaderMap::new(), answer.bytes().await.unwrap())
        }
    });
    tokio::spawn(async { axum::serve(listener, app).await });
    url
}

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::at("2026-03-01T09:00:00Z".parse().unwrap()))
}

fn store(client: Client) -> DynamoStore {
    DynamoStore::new(client, NAME, Keyring::new(OLD_KEY.0, [OLD_KEY]).unwrap(), clock())
}

fn team(id: &str) -> Team {
    Team {
        id: id.parse().unwrap(),
        api_key: Some(ApiKey::new("canary-api-key".to_owned())),
        api_key_refused_at: None,
        lever_url_key: UrlKey::new("lever-url-key".to_owned()),
        qualified_url_key: UrlKey::new("qualified-url-key".to_owned()),
        subscription: None,
        version: 0,
    }
}

fn connection(team: &str) -> Connection {
    Connection {
        team: team.parse().unwrap(),
        account: None,
        environment: LeverEnvironment::Production,
        api_base: None,
        state: ConnectionState::Active(LeverTokens {
            access: AccessToken::new("canary-access".to_owned()),
            refresh: RefreshToken::new("canary-refresh".to_owned()),
            expires_at: "2026-03-01T10:00:00Z".parse().unwrap(),
        }),
        refresh_intent: None,
        webhook: Some(LeverWebhook {
            id: "webhook-1".parse().unwrap(),
            signature_token: SignatureToken::new("canary-signature".to_owned()),
        }),
        last_event_at: None,
        last_refused_at: None,
        version: 0,
    }
}

fn trigger_stage() -> TriggerStage {
    TriggerStage {
        stage: "applicant-new".parse().unwrap(),
        text: "New applicant".to_owned(),
        added_at: "2026-03-01T09:00:00Z".parse().unwrap(),
        added_by: "admin-1".parse().unwrap(),
    }
}

fn assignment(team: &str) -> Assignment {
    Assignment {
        team: team.parse().unwrap(),
        opportunity: "opportunity-1".parse().unwrap(),
        contact: "contact-1".parse().unwrap(),
        assessment: "assessment-1".parse().unwrap(),
        title: Title::new("Rust Basics").unwrap(),
        original_tag: Tag::new("rust basics").unwrap(),
        trigger_stage: "applicant-new".parse().unwrap(),
        cause: "lever:1".parse().unwrap(),
        state: AssignmentState::Refused { reason: Reason::EmailRefused },
        lease: None,
        is_note_in_doubt: false,
        entered_at: None,
        created_at: "2026-03-01T09:00:00Z".parse().unwrap(),
        version: 0,
    }
}

fn activity(team: &str) -> Activity {
    Activity {
        team: team.parse().unwrap(),
        at: "2026-03-01T09:00:00Z".parse().unwrap(),
        id: "lever:1-0".parse().unwrap(),
        event: "lever:1".parse().unwrap(),
        opportunity: "opportunity-1".parse().unwrap(),
        assessment: None,
        reason: Reason::MovedOn,
        facts: Facts::default(),
        body_digest: None,
    }
}

/// One item of each kind for a team, and their keys.
async fn record_all(store: &DynamoStore, id: &str) -> [Key; 5] {
    let team_id: TeamId = id.parse().unwrap();
    let (stage, assignment, activity) = (trigger_stage(), assignment(id), activity(id));
    assert_eq!(store.record_team(&team(id)).await, Ok(Recorded::Done { version: 1 }));
    assert_eq!(store.record_connection(&connection(id)).await, Ok(Recorded::Done { version: 1 }));
    assert_eq!(store.record_trigger_stage(&team_id, &stage).await, Ok(()));
    assert_eq!(store.record_assignment(&assignment).await, Ok(Recorded::Done { version: 1 }));
    assert_eq!(store.record_activity(&activity).await, Ok(()));
    [
        keys::team(&team_id),
        keys::connection(&team_id),
        keys::trigger_stage(&team_id, &stage.stage),
        keys::assignment(&team_id, &assignment.opportunity, &assignment.assessment),
        keys::activity(&team_id, activity.at, &activity.id),
    ]
}

/// What reading the item of a key answers, if that is an error.
async fn read_error(store: &DynamoStore, id: &str, key: &Key) -> Option<Error> {
    let team: TeamId = id.parse().unwrap();
    let (assignment, activity) = (assignment(id), activity(id));
    if key.sk.starts_with("ASSIGN#") {
        store.load_assignments(&team, &assignment.opportunity).await.err()
    } else if key.sk.starts_with("ACT#") {
        let listed = store.team_activity(&team, None, 10).await.err();
        assert_eq!(store.load_activity(&team, activity.at, &activity.id).await.err(), listed);
        assert_eq!(store.opportunity_activity(&team, &activity.opportunity, 10).await.err(), listed);
        listed
    } else {
        store.load_team(&team).await.err()
    }
}

async fn raw(client: &Client, key: &Key) -> Attributes {
    let answer = client.get_item().table_name(NAME).set_key(Some(key_attributes(key))).send().await.unwrap();
    answer.item.unwrap()
}

async fn put_raw(client: &Client, item: Attributes) {
    client.put_item().table_name(NAME).set_item(Some(item)).send().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_store_on_dynamodb_conforms() {
    let clock = clock();
    let keyring = Keyring::generate().unwrap();
    let store = DynamoStore::new(client(&engine().await, 1), NAME, keyring, clock.clone());
    conformance::run(&store, &clock).await.unwrap();
}

#[tokio::test]
async fn the_table_is_created_once_and_as_described() {
    let client = client(&engine().await, 1);
    create_table(&client, NAME).await.unwrap();
    let table = client.describe_table().table_name(NAME).send().await.unwrap().table.unwrap();
    assert_eq!(key_names(table.key_schema()), [TABLE.partition, TABLE.sort]);
    assert_eq!(index_facts(&table), TABLE.indexes.iter().map(fact).collect::<Vec<_>>());
    let expiry = client.describe_time_to_live().table_name(NAME).send().await.unwrap();
    let expiry = expiry.time_to_live_description.unwrap();
    assert_eq!(expiry.attribute_name(), Some(TABLE.expiry));
    assert_eq!(expiry.time_to_live_status(), Some(&TimeToLiveStatus::Enabled));
}

fn key_names(schema: &[aws_sdk_dynamodb::types::KeySchemaElement]) -> Vec<String> {
    schema.iter().map(|element| element.attribute_name().to_owned()).collect()
}

fn fact(index: &IndexSchema) -> (String, Vec<String>, String) {
    let keys = std::iter::once(index.partition).chain(index.sort).map(str::to_owned).collect();
    let projected = match index.projected {
        Projected::Keys => "KEYS_ONLY",
        Projected::All => "ALL",
    };
    (index.name.to_owned(), keys, projected.to_owned())
}

fn index_facts(table: &TableDescription) -> Vec<(String, Vec<String>, String)> {
    let mut facts = Vec::new();
    for index in table.global_secondary_indexes() {
        let projected = index.projection().unwrap().projection_type().unwrap().as_str().to_owned();
        facts.push((index.index_name().unwrap().to_owned(), key_names(index.key_schema()), projected));
    }
    facts.sort_by_key(|(name, ..)| TABLE.indexes.iter().position(|index| index.name == name));
    facts
}

#[tokio::test]
async fn no_item_shows_a_credential_and_each_has_team_and_schema_version() {
    let client = client(&engine().await, 1);
    let store = store(client.clone());
    let written = record_all(&store, "t1").await.len();
    store.record_event_seen(&"t1".parse().unwrap(), activity("t1").at).await.unwrap();

    let items = client.scan().table_name(NAME).send().await.unwrap().items.unwrap();
    assert_eq!(items.len(), written);
    for item in items {
        assert!(!format!("{item:?}").contains("canary"), "{item:?}");
        assert_eq!(item["pk"], text("TEAM#t1"));
        assert_eq!(item["schema_version"], AttributeValue::N("1".to_owned()));
    }
    let context = store.load_team(&"t1".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(context.team.api_key, team("t1").api_key);
    assert_eq!(context.connection.unwrap().state, connection("t1").state);
}

#[tokio::test]
async fn an_item_of_a_newer_version_is_left_for_later() {
    let client = client(&engine().await, 1);
    let store = store(client.clone());
    for (number, key) in record_all(&store, "t1").await.into_iter().enumerate() {
        let item = raw(&client, &key).await;
        let mut newer = item.clone();
        newer.insert("schema_version".to_owned(), AttributeValue::N("2".to_owned()));
        put_raw(&client, newer.clone()).await;
        let error = read_error(&store, "t1", &key).await.unwrap();
        assert!(matches!(error, Error::Newer { attribute: "schema_version", .. }), "item {number}: {error}");
        assert_eq!(error.disposition(), Disposition::TRANSIENT);
        if key.sk.starts_with("STAGE#") {
            let refused =
                store.record_trigger_stage(&"t1".parse().unwrap(), &trigger_stage()).await.unwrap_err();
            assert_eq!(refused, error);
        }
        assert_eq!(raw(&client, &key).await, newer);
        put_raw(&client, item).await;
        assert_eq!(read_error(&store, "t1", &key).await, None);
    }
}

#[tokio::test]
async fn what_only_a_newer_version_can_have_written_is_left_for_later() {
    let client = client(&engine().await, 1);
    let store = store(client.clone());
    let [team_key, _, _, assignment_key, activity_key] = record_all(&store, "t1").await;

    let mut item = raw(&client, &activity_key).await;
    item.insert("reason".to_owned(), text("canary_reason"));
    put_raw(&client, item).await;
    let mut item = raw(&client, &assignment_key).await;
    let refused = [("reason".to_owned(), text("canary_reason"))].into();
    let state = [("refused".to_owned(), AttributeValue::M(refused))].into();
    item.insert("state".to_owned(), AttributeValue::M(state));
    put_raw(&client, item).await;
    for key in [&activity_key, &assignment_key] {
        let error = read_error(&store, "t1", key).await.unwrap();
        assert!(matches!(error, Error::Newer { attribute: "reason", .. }), "{error}");
    }

    put_raw(&client, key_attributes(&Key { sk: "RATE".to_owned(), ..team_key.clone() })).await;
    let error = read_error(&store, "t1", &team_key).await.unwrap();
    assert_eq!(error.disposition(), Disposition::TRANSIENT, "{error}");
}

#[tokio::test]
async fn a_damaged_item_is_a_defect_and_its_contents_are_not_shown() {
    let client = client(&engine().await, 1);
    let store = store(client.clone());
    let damages = [
        ("TEAM", "schema_version", None),
        ("TEAM", "schema_version", Some(text("1"))),
        ("TEAM", "schema_version", Some(AttributeValue::N("0".to_owned()))),
        ("TEAM", "lever_url_key", None),
        ("TEAM", "version", Some(text("canary"))),
        ("TEAM", "subscription", Some(text("canary/#"))),
        ("TEAM", "api_key", Some(text("canary"))),
        ("LEVER", "environment", Some(text("canary"))),
        ("LEVER", "state", Some(text("active"))),
        ("LEVER", "last_event_at", Some(text("canary"))),
        ("STAGE#", "added_at", Some(text("canary"))),
        ("STAGE#", "added_by", Some(text(""))),
        ("ASSIGN#", "cause", Some(text("canary canary"))),
        ("ASSIGN#", "title", Some(text(" "))),
        ("ASSIGN#", "state", Some(text("canary"))),
        ("ACT#", "event", Some(AttributeValue::N("4711".to_owned()))),
        ("ACT#", "facts", None),
    ];
    let keys = record_all(&store, "t1").await;
    for (kind, attribute, value) in damages {
        let key = keys.iter().find(|key| key.sk.starts_with(kind)).unwrap();
        let item = raw(&client, key).await;
        let mut damaged = item.clone();
        match value {
            Some(value) => damaged.insert(attribute.to_owned(), value),
            None => damaged.remove(attribute),
        };
        put_raw(&client, damaged).await;
        let error = read_error(&store, "t1", key).await.unwrap();
        assert_eq!(error.disposition(), Disposition::Defect, "{kind} {attribute}: {error}");
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("canary") && !shown.contains("4711"), "{shown}");
        put_raw(&client, item).await;
    }
}

#[tokio::test]
async fn a_credential_copied_to_another_item_or_version_is_refused() {
    let client = client(&engine().await, 1);
    let store = store(client.clone());
    let [_, one, ..] = record_all(&store, "t1").await;
    let [_, other, ..] = record_all(&store, "t2").await;
    let (of_one, of_other) = (raw(&client, &one).await, raw(&client, &other).await);
    let does_not_open = Error::Credential { item: "connection", source: seal::Error::DoesNotOpen };

    let mut copied = of_other.clone();
    copied.insert("state".to_owned(), of_one["state"].clone());
    put_raw(&client, copied).await;
    assert_eq!(read_error(&store, "t2", &other).await.as_ref(), Some(&does_not_open));

    let mut replayed = of_one.clone();
    replayed.insert("version".to_owned(), AttributeValue::N("2".to_owned()));
    put_raw(&client, replayed).await;
    assert_eq!(read_error(&store, "t1", &one).await, Some(does_not_open));
}

#[tokio::test]
async fn credentials_are_sealed_anew_with_the_active_key_when_written() {
    let client = client(&engine().await, 1);
    let [team_key, connection_key, ..] = record_all(&store(client.clone()), "t1").await;
    let keyring = Keyring::new(NEW_KEY.0, [OLD_KEY, NEW_KEY]).unwrap();
    let rotated = DynamoStore::new(client.clone(), NAME, keyring, clock());
    let id = "t1".parse().unwrap();
    let sealed =
        async || format!("{:?}{:?}", raw(&client, &team_key).await, raw(&client, &connection_key).await);
    assert_eq!((sealed().await.matches("\"old.").count(), sealed().await.matches("\"new.").count()), (4, 0));

    let context = rotated.load_team(&id).await.unwrap().unwrap();
    assert_eq!(context.team.api_key, team("t1").api_key);
    assert_eq!(rotated.record_team(&context.team).await, Ok(Recorded::Done { version: 2 }));
    let connection = context.connection.unwrap();
    assert_eq!(rotated.record_connection(&connection).await, Ok(Recorded::Done { version: 2 }));
    assert_eq!((sealed().await.matches("\"old.").count(), sealed().await.matches("\"new.").count()), (0, 4));

    let context = rotated.load_team(&id).await.unwrap().unwrap();
    assert_eq!(context.connection, Some(Connection { version: 2, ..connection }));
    let error = store(client.clone()).load_team(&id).await.unwrap_err();
    assert_eq!(error.disposition(), Disposition::TRANSIENT, "{error}");
}

/// No engine here lags, so the index is made to name an assignment that follows another result by now.
#[tokio::test]
async fn an_index_that_lags_behind_does_not_mislead() {
    let client = client(&engine().await, 1);
    let store = store(client.clone());
    let id: TeamId = "t1".parse().unwrap();
    let [.., key, _] = record_all(&store, "t1").await;
    let mut item = raw(&client, &key).await;
    item.insert("result_key".to_owned(), text(&keys::result(&id, &"result-1".parse().unwrap())));
    put_raw(&client, item).await;
    assert_eq!(store.find_assignments(&id, &"result-1".parse().unwrap()).await, Ok(vec![]));
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_is_no_conflict() {
    let engine = engine().await;
    for operation in ["PutItem", "UpdateItem"] {
        let id = operation.to_lowercase();
        let store = store(client(&losing_the_first_answer_to(operation, engine.clone()).await, 3));
        if operation == "PutItem" {
            assert_eq!(store.record_team(&team(&id)).await, Ok(Recorded::Done { version: 1 }));
            assert_eq!(store.record_team(&team(&id)).await, Ok(Recorded::Conflict));
        } else {
            assert_eq!(store.record_connection(&connection(&id)).await, Ok(Recorded::Done { version: 1 }));
            assert_eq!(store.record_connection(&connection(&id)).await, Ok(Recorded::Conflict));
        }
    }
}

#[tokio::test]
async fn more_than_one_answer_holds_is_read_to_the_end() {
    let store = store(client(&engine().await, 1));
    let id = "t1".parse().unwrap();
    let _ = store.record_team(&team("t1")).await.unwrap();
    // 3 stages of 390 KB are more than the 1 MB that one answer of DynamoDB holds.
    for number in 0..3 {
        let stage = format!("stage-{number}").parse().unwrap();
        let stage = TriggerStage { stage, text: "x".repeat(390_000), ..trigger_stage() };
        store.record_trigger_stage(&id, &stage).await.unwrap();
    }
    assert_eq!(store.load_team(&id).await.unwrap().unwrap().trigger_stages.len(), 3);
}

#[tokio::test]
async fn a_table_that_cannot_be_reached_is_transient() {
    let (listener, url) = listen().await;
    drop(listener);
    let store = store(client(&url, 1));
    assert_eq!(store.load_team(&"t1".parse().unwrap()).await, Err(Error::Unreachable));
    assert_eq!(store.record_team(&team("t1")).await, Err(Error::Unreachable));
    assert_eq!(store.record_connection(&connection("t1")).await, Err(Error::Unreachable));
    assert_eq!(store.connected_teams(None, 1).await, Err(Error::Unreachable));
    assert_eq!(Error::Unreachable.disposition(), Disposition::TRANSIENT);
}

#[tokio::test]
async fn the_errors_of_dynamodb_keep_their_meaning() {
    let refused = |code: &str| Error::Refused { code: code.to_owned() };
    let cases = [
        (StatusCode::BAD_REQUEST, "ProvisionedThroughputExceededException", Error::Throttled),
        (StatusCode::BAD_REQUEST, "ThrottlingException", Error::Throttled),
        (StatusCode::BAD_REQUEST, "RequestLimitExceeded", Error::Throttled),
        (StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError", Error::Unreachable),
        (StatusCode::SERVICE_UNAVAILABLE, "ServiceUnavailable", Error::Unreachable),
        (StatusCode::BAD_REQUEST, "ResourceNotFoundException", refused("ResourceNotFoundException")),
        (StatusCode::BAD_REQUEST, "AccessDeniedException", refused("AccessDeniedException")),
        (StatusCode::BAD_REQUEST, "ValidationException", refused("ValidationException")),
    ];
    for (status, code, expected) in cases {
        let store = store(client(&stub(status, code).await, 1));
        assert_eq!(store.load_team(&"t1".parse().unwrap()).await, Err(expected.clone()), "{code}");
        assert_eq!(store.record_assignment(&assignment("t1")).await, Err(expected.clone()), "{code}");
        assert_eq!(
            store.record_event_seen(&"t1".parse().unwrap(), activity("t1").at).await,
            Err(expected.clone())
        );
        let disposition = expected.disposition();
        let is_refused = matches!(expected, Error::Refused { .. });
        assert_eq!(disposition, if is_refused { Disposition::Defect } else { Disposition::TRANSIENT });
    }
}
