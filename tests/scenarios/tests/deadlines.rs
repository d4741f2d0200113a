//! A table that takes calls and never answers: the delivery is refused in time, so that it comes again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use lambda_http::http::{HeaderValue, Method};
use lever_integration::clock::{Clock, SystemClock};
use lever_integration::config::{aws_deadlines, aws_http_client};
use lever_integration::queue::MemoryQueue;
use lever_integration::seal::Keyring;
use lever_integration::service::ingest::Intake;
use lever_integration::store::DynamoStore;
use scenarios::Made;
use serde_json::json;

/// What the template leaves a webhook function before the gateway answers for it.
const ANSWERED_WITHIN: Duration = Duration::from_secs(9);

/// Takes connections and says nothing on them.
async fn silence() -> Made<String> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move {
        let mut taken = Vec::new();
        while let Ok((connection, _)) = listener.accept().await {
            taken.push(connection);
        }
    });
    Ok(url)
}

#[tokio::test]
async fn a_table_that_never_answers_is_a_503_in_time() -> Made {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("local"))
        .endpoint_url(silence().await?)
        .http_client(aws_http_client()?)
        .timeout_config(aws_deadlines())
        .credentials_provider(Credentials::new("a", "b", None, None, "test"))
        .build();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let client = aws_sdk_dynamodb::Client::from_conf(config);
    let store = DynamoStore::new(client, "Table", Keyring::generate()?, Arc::clone(&clock));
    let queue = MemoryQueue::new(Arc::clone(&clock));
    let intake = Intake::new(Arc::new(store), Arc::new(queue), clock);
    let body = json!({"event": "assessment_result_started", "data": {"id": "a1"}}).to_string();
    let mut request = lambda_http::Request::new(lambda_http::Body::Text(body));
    *request.method_mut() = Method::POST;
    let key = "k".repeat(32);
    *request.uri_mut() = format!("/webhooks/qualified/65f0c0de0000000000000001/{key}").parse()?;
    request.headers_mut().insert("content-type", HeaderValue::from_static("application/json"));

    let began = Instant::now();
    let answer = tokio::time::timeout(ANSWERED_WITHIN, assessment_events::handle(&intake, request)).await?;
    assert_eq!(answer.status(), 503);
    assert!(began.elapsed() < ANSWERED_WITHIN, "{:?}", began.elapsed());
    Ok(())
}
