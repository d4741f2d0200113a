//! What the functions really ask of the table is what their roles allow.
//!
//! The real client talks to a table, and what it asks is written down; each request is held against the
//! conditions of the role as DynamoDB evaluates them (IAM: condition keys of DynamoDB).

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use jiff::Timestamp;
use lever_integration::clock::{Clock, ManualClock};
use lever_integration::domain::{ActivityId, TeamId};
use lever_integration::seal::Keyring;
use lever_integration::store::{DynamoStore, Store};
use serde_json::{Value, json};

use super::document::{many, template};

type Calls = Arc<Mutex<Vec<(String, Value)>>>;

async fn write_down(State(calls): State<Calls>, headers: HeaderMap, body: String) -> String {
    let target = headers["x-amz-target"].to_str().unwrap();
    let action = format!("dynamodb:{}", target.rsplit('.').next().unwrap());
    calls.lock().unwrap().push((action, serde_json::from_str(&body).unwrap()));
    json!({"Items": [], "Count": 0}).to_string()
}

/// A store on a table that is empty and writes down what it is asked.
async fn recording_store() -> (DynamoStore, Calls) {
    let calls = Calls::default();
    let router = Router::new().fallback(write_down).with_state(Arc::clone(&calls));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(aws_sdk_dynamodb::config::BehaviorVersion::latest())
        .region(aws_sdk_dynamodb::config::Region::new("local"))
        .endpoint_url(endpoint)
        .http_client(lever_integration::config::aws_http_client().unwrap())
        .credentials_provider(aws_sdk_dynamodb::config::Credentials::new("a", "b", None, None, "test"))
        .build();
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::at("2026-03-01T09:00:00Z".parse().unwrap()));
    let client = aws_sdk_dynamodb::Client::from_conf(config);
    (DynamoStore::new(client, "Table", Keyring::generate().unwrap(), clock), calls)
}

/// The attributes that a request names.
fn named(request: &Value) -> BTreeSet<String> {
    let names = request["ExpressionAttributeNames"].as_object();
    let names = names.into_iter().flatten().filter_map(|(_, name)| name.as_str());
    let keys = request["Key"].as_object().into_iter().flatten().map(|(name, _)| name.as_str());
    let words: String = ["UpdateExpression", "ProjectionExpression"]
        .iter()
        .filter_map(|part| request[*part].as_str())
        .collect();
    let in_the_clear = words.split([' ', ',', '=']).filter(|word| word.chars().any(char::is_lowercase));
    let in_the_clear = in_the_clear.filter(|word| !word.starts_with([':', '#']) && !word.contains('('));
    names.chain(keys).chain(in_the_clear).map(str::to_owned).collect()
}

/// The partition key that a request is about, of the table or of the index it asks.
fn partition(request: &Value) -> &str {
    let places = [&request["Key"]["pk"]["S"], &request["Item"]["pk"]["S"]];
    let of_query = request["ExpressionAttributeValues"][":p"]["S"].as_str();
    places.into_iter().find_map(Value::as_str).or(of_query).unwrap_or_default()
}

/// Whether a text is like a pattern in which `*` is anything (IAM: `StringLike`).
fn is_like(text: &str, pattern: &str) -> bool {
    let mut rest = text;
    let mut parts = pattern.split('*').peekable();
    let first = parts.next().unwrap_or_default();
    let Some(after) = rest.strip_prefix(first) else { return false };
    rest = after;
    let mut is_open = false;
    while let Some(part) = parts.next() {
        is_open = true;
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    is_open || rest.is_empty()
}

fn texts(value: &Value) -> impl Iterator<Item = String> {
    many(value).into_iter().filter_map(Value::as_str).map(str::to_owned)
}

pub(super) fn allows(statement: &Value, action: &str, request: &Value) -> bool {
    let condition = &statement["Condition"];
    let attributes: BTreeSet<_> =
        texts(&condition["ForAllValues:StringEquals"]["dynamodb:Attributes"]).collect();
    let keys = &condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"];
    let select = condition["StringEquals"]["dynamodb:Select"].as_str();
    let on = match request["IndexName"].as_str() {
        None => json!({"Fn::GetAtt": "Table.Arn"}),
        Some(index) => json!({"Fn::Sub": format!("${{Table.Arn}}/index/{index}")}),
    };
    let returns = ["ReturnValues", "ReturnValuesOnConditionCheckFailure"];
    many(&statement["Action"]).contains(&&json!(action))
        && statement["Resource"] == on
        && (attributes.is_empty() || named(request).is_subset(&attributes))
        && texts(keys).any(|pattern| is_like(partition(request), &pattern))
        && select
            .is_none_or(|select| request["Select"] == select && request["ProjectionExpression"].is_string())
        && (condition["StringEqualsIfExists"]["dynamodb:ReturnValues"].is_null()
            || returns.iter().all(|name| request.get(*name).is_none()))
}

/// The statements of a role that are about the table.
pub(super) fn statements<'t>(template: &'t Value, role: &str) -> Vec<&'t Value> {
    let policy = &template["Resources"][role]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"];
    let is_of_the_table = |statement: &&Value| {
        many(&statement["Action"])
            .iter()
            .any(|action| action.as_str().is_some_and(|action| action.starts_with("dynamodb:")))
    };
    many(policy).into_iter().filter(is_of_the_table).collect()
}

fn check(role: &str, calls: &Calls) {
    let template = template();
    let calls = calls.lock().unwrap();
    assert!(!calls.is_empty());
    for (action, request) in calls.iter() {
        let is_allowed =
            statements(&template, role).into_iter().any(|statement| allows(statement, action, request));
        assert!(is_allowed, "{role} does not allow {action} {request}");
    }
}

fn team() -> TeamId {
    "65f0c0de0000000000000001".parse().unwrap()
}

#[tokio::test]
async fn the_role_of_stage_change_webhook_allows_all_that_it_asks() {
    let (store, calls) = recording_store().await;
    let (at, id): (Timestamp, ActivityId) =
        ("2026-03-01T08:00:00Z".parse().unwrap(), "e:1-0".parse().unwrap());
    assert_eq!(store.load_lever_intake(&team()).await.unwrap(), None);
    assert_eq!(store.load_handled(&team(), at, &id).await.unwrap(), None);
    store.record_event_seen(&team(), at).await.unwrap();
    check("StageChangeWebhookRole", &calls);
    assert_eq!(calls.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn the_role_of_assessment_events_allows_all_that_it_asks() {
    let (store, calls) = recording_store().await;
    assert_eq!(store.load_qualified_url_key(&team()).await.unwrap(), None);
    check("AssessmentEventsRole", &calls);
}

#[tokio::test]
async fn the_roles_of_intake_refuse_the_reading_of_a_whole_team() {
    let (store, calls) = recording_store().await;
    assert_eq!(store.load_team(&team()).await.unwrap(), None);
    let (action, request) = calls.lock().unwrap()[0].clone();
    let template = template();
    for role in ["StageChangeWebhookRole", "AssessmentEventsRole"] {
        let statements = statements(&template, role);
        assert!(!statements.into_iter().any(|statement| allows(statement, &action, &request)), "{role}");
    }
}

#[test]
fn the_role_of_the_page_gets_no_item_with_a_credential() {
    let template = template();
    let get = |pk: &str| json!({"Key": {"pk": {"S": pk}, "sk": {"S": "LEVER"}}});
    let is_allowed = |pk: &str| {
        let statements = statements(&template, "IntegrationsPageRole");
        statements.into_iter().any(|statement| allows(statement, "dynamodb:GetItem", &get(pk)))
    };
    assert!(is_allowed("TEAM#65f0c0de0000000000000001#RECONCILIATION"));
    assert!(
        !is_allowed("TEAM#65f0c0de0000000000000001") && !is_allowed("OAUTH#1") && !is_allowed("RECONCILER")
    );
}
