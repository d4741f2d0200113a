//! Against an SQS in this process, over real HTTP, and against one that answers badly.

use std::sync::{Arc, Mutex};

use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region, retry::RetryConfig};
use aws_sdk_sqs::types::MessageSystemAttributeName;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rustack_sqs_core::{config::SqsConfig, handler::RustackSqsHandler, provider::RustackSqs};
use rustack_sqs_http::{
    dispatch::dispatch_operation, response::error_to_response, router::resolve_operation,
};
use serde_json::Value;

use super::*;
use crate::domain::{Event, StageChanged};
use crate::failure::Disposition;

/// What the fake was sent, as (operation, body).
type Calls = Arc<Mutex<Vec<(String, Value)>>>;

struct Sqs {
    client: Client,
    calls: Calls,
}

#[derive(Clone)]
struct Fake {
    handler: Arc<RustackSqsHandler>,
    calls: Calls,
}

impl Sqs {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let config = SqsConfig { host: "127.0.0.1".to_owned(), port, ..SqsConfig::default() };
        let handler = Arc::new(RustackSqsHandler::new(Arc::new(RustackSqs::new(config))));
        let calls = Calls::default();
        let router = Router::new().fallback(answer).with_state(Fake { handler, calls: Arc::clone(&calls) });
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { client: client(port), calls }
    }

    async fn queue(&self) -> SqsQueue {
        let made = self.client.create_queue().queue_name("events").send().await.unwrap();
        SqsQueue::new(self.client.clone(), made.queue_url().unwrap())
    }

    async fn receive(&self, queue: &SqsQueue) -> Vec<aws_sdk_sqs::types::Message> {
        let request = self.client.receive_message().queue_url(&queue.url).max_number_of_messages(10);
        let request = request.message_system_attribute_names(MessageSystemAttributeName::All);
        request.send().await.unwrap().messages.unwrap_or_default()
    }

    fn calls_of(&self, operation: &str) -> Vec<Value> {
        let calls = self.calls.lock().unwrap();
        calls.iter().filter(|(name, _)| name.ends_with(operation)).map(|(_, body)| body.clone()).collect()
    }
}

fn client(port: u16) -> Client {
    let config = aws_sdk_sqs::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .endpoint_url(format!("http://127.0.0.1:{port}"))
        .http_client(crate::config::aws_http_client().unwrap())
        .retry_config(RetryConfig::disabled())
        .build();
    Client::from_conf(config)
}

/// The fake knows message groups on FIFO queues only, so the group is noted and taken out.
async fn answer(State(fake): State<Fake>, headers: HeaderMap, body: Bytes) -> Response {
    let mut json: Value = serde_json::from_slice(&body).unwrap();
    let name = headers["x-amz-target"].to_str().unwrap().to_owned();
    fake.calls.lock().unwrap().push((name, json.clone()));
    json.as_object_mut().unwrap().remove("MessageGroupId");
    let outcome = match resolve_operation(&headers) {
        Ok(operation) => dispatch_operation(fake.handler.as_ref(), operation, json.to_string().into()).await,
        Err(error) => Err(error),
    };
    outcome.unwrap_or_else(|error| error_to_response(&error, "request-1")).map(Body::new)
}

/// An SQS that gives every call the same answer.
async fn broken(status: u16, code: &'static str) -> SqsQueue {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let status = StatusCode::from_u16(status).unwrap();
    let body = format!(r#"{{"__type":"com.amazonaws.sqs#{code}","message":"canary-4711"}}"#);
    let router = Router::new().fallback(move || async move { (status, body) });
    tokio::spawn(async move { axum::serve(listener, router).await });
    SqsQueue::new(client(port), format!("http://127.0.0.1:{port}/000000000000/events"))
}

fn envelope() -> Envelope {
    let at = "2026-11-01T12:00:00Z".parse().unwrap();
    Envelope {
        team: "team-1".parse().unwrap(),
        event: Event::StageChanged(StageChanged {
            id: "event-1".parse().unwrap(),
            triggered_at: at,
            opportunity: "opportunity-1".parse().unwrap(),
            to_stage: "stage-1".parse().unwrap(),
            body_digest: "a".repeat(64),
        }),
        received_at: at,
        queued_at: at,
    }
}

#[tokio::test]
async fn a_sent_envelope_is_received_whole_and_grouped_by_team() {
    let sqs = Sqs::start().await;
    let queue = sqs.queue().await;
    queue.send(&envelope()).await.unwrap();

    let received = sqs.receive(&queue).await;
    assert_eq!(received.len(), 1);
    assert_eq!(Envelope::parse(received[0].body().unwrap()), Ok(envelope()));
    let sent = sqs.calls_of("SendMessage");
    assert_eq!(sent[0]["MessageGroupId"], "team-1");
    assert_eq!(sent[0].get("DelaySeconds"), None);
}

#[tokio::test]
async fn a_postponed_message_comes_back_after_the_delay_and_not_before() {
    let sqs = Sqs::start().await;
    let queue = sqs.queue().await;
    queue.send(&envelope()).await.unwrap();
    let receipt = sqs.receive(&queue).await[0].receipt_handle().unwrap().to_owned();
    assert_eq!(sqs.receive(&queue).await, []);

    queue.postpone(&receipt, Duration::from_millis(700)).await.unwrap();
    assert_eq!(sqs.receive(&queue).await, []);
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let again = sqs.receive(&queue).await;
    assert_eq!(again.len(), 1);
    let receives = &again[0].attributes().unwrap()[&MessageSystemAttributeName::ApproximateReceiveCount];
    assert_eq!(receives, "2");
}

#[tokio::test]
async fn a_delay_beyond_the_limit_is_cut_to_what_sqs_accepts() {
    let sqs = Sqs::start().await;
    let queue = sqs.queue().await;
    queue.send(&envelope()).await.unwrap();
    let receipt = sqs.receive(&queue).await[0].receipt_handle().unwrap().to_owned();
    queue.postpone(&receipt, Duration::MAX).await.unwrap();
    assert_eq!(sqs.calls_of("ChangeMessageVisibility")[0]["VisibilityTimeout"], 43_200 - 360);
}

#[test]
fn delays_are_rounded_up_to_seconds() {
    let seconds = |millis| visibility_seconds(Duration::from_millis(millis));
    assert_eq!([seconds(0), seconds(1), seconds(1_000), seconds(1_001)], [0, 1, 1, 2]);
}

#[tokio::test]
async fn a_queue_that_does_not_exist_is_a_defect() {
    let sqs = Sqs::start().await;
    let url = sqs.queue().await.url.replace("events", "elsewhere");
    let queue = SqsQueue::new(sqs.client.clone(), url);
    for error in [
        queue.send(&envelope()).await.unwrap_err(),
        queue.postpone("receipt", Duration::from_secs(1)).await.unwrap_err(),
    ] {
        assert!(matches!(error, Error::Refused { .. }), "{error:?}");
        assert_eq!(error.disposition(), Disposition::Defect);
    }
}

#[tokio::test]
async fn a_queue_that_is_not_reached_is_transient() {
    let unused = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let queue = SqsQueue::new(client(unused), format!("http://127.0.0.1:{unused}/000000000000/events"));
    for error in [
        queue.send(&envelope()).await.unwrap_err(),
        queue.postpone("receipt", Duration::from_secs(1)).await.unwrap_err(),
    ] {
        assert!(matches!(error, Error::Unavailable { .. }), "{error:?}");
        assert_eq!(error.disposition(), Disposition::TRANSIENT);
    }
}

#[tokio::test]
async fn answers_are_told_apart_by_code_and_status_and_never_repeated() {
    let unavailable = |cause: &str| Error::Unavailable { cause: cause.to_owned() };
    let refused = |code: &str| Error::Refused { code: code.to_owned() };
    for (status, code, expected) in [
        (500, "InternalFailure", unavailable("InternalFailure")),
        (503, "ServiceUnavailable", unavailable("ServiceUnavailable")),
        (400, "RequestThrottled", unavailable("RequestThrottled")),
        (403, "AccessDenied", refused("AccessDenied")),
        (400, "MessageNotInflight", Error::ReceiptExpired),
        (400, "ReceiptHandleIsInvalid", Error::ReceiptExpired),
    ] {
        let error = broken(status, code).await.postpone("receipt", Duration::ZERO).await.unwrap_err();
        assert_eq!(error, expected);
        assert!(!error.to_string().contains("canary"), "{error}");
    }
}

#[tokio::test]
async fn warming_up_calls_once_and_leaves_nothing_in_the_queue() {
    let sqs = Sqs::start().await;
    let queue = sqs.queue().await;
    queue.warm().await;
    assert_eq!(sqs.calls_of("SendMessage").len(), 1);
    assert_eq!(sqs.receive(&queue).await.len(), 0);
}
