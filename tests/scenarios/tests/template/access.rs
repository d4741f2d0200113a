//! What intake really asks of the table is what its role allows.
//!
//! The real client talks to a table that writes down what it is asked; each request is held against the
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

fn allows(statement: &Value, action: &str, request: &Value) -> bool {
    let condition = &statement["Condition"];
    let attributes = &condition["ForAllValues:StringEquals"]["dynamodb:Attributes"];
    let attributes: BTreeSet<_> = many(attributes).into_iter().filter_map(Value::as_str).collect();
    let partition =
        request["Key"]["pk"]["S"].as_str().or(request["ExpressionAttributeValues"][":p"]["S"].as_str());
    let select = condition["StringEquals"]["dynamodb:Select"].as_str();
    many(&statement["Action"]).contains(&&json!(action))
        && named(request).iter().all(|name| attributes.contains(name.as_str()))
        && partition.is_some_and(|key| key.starts_with("TEAM#"))
        && select
            .is_none_or(|select| request["Select"] == select && request["ProjectionExpression"].is_string())
        && (action != "dynamodb:UpdateItem" || request.get("ReturnValues").is_none())
        && request.get("ReturnValuesOnConditionCheckFailure").is_none()
}

fn check(role: &str, calls: &Calls) {
    let template = template();
    let policies = &template["Resources"][role]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"];
    let calls = calls.lock().unwrap();
    assert!(!calls.is_empty());
    for (action, request) in calls.iter() {
        let is_allowed = many(policies).into_iter().any(|statement| allows(statement, action, request));
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
        let policies =
            &template["Resources"][role]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"];
        assert!(!many(policies).into_iter().any(|statement| allows(statement, &action, &request)), "{role}");
    }
}
