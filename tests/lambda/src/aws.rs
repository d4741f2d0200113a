//! SQS and Secrets Manager in this process, over HTTP.

use std::sync::Arc;
use std::time::Duration;

use aws_config::{BehaviorVersion, Region};
use aws_sdk_sqs::types::{MessageSystemAttributeName, QueueAttributeName};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use lever_integration::config::aws_http_client;
use lever_integration::queue::{BATCH_MAX, RECEIVES_MAX};
use rustack_secretsmanager_core::config::SecretsManagerConfig;
use rustack_secretsmanager_core::handler::RustackSecretsManagerHandler;
use rustack_secretsmanager_core::provider::RustackSecretsManager;
use rustack_sqs_core::config::SqsConfig;
use rustack_sqs_core::handler::RustackSqsHandler;
use rustack_sqs_core::provider::RustackSqs;
use serde_json::{Value, json};
use sim_kit::serve::{Server, serve};

use crate::Error;

/// The name of the app secret.
pub(crate) const SECRET: &str = "lever-integration/app";
/// What every client is given; nothing checks it.
pub(crate) const REGION: &str = "us-east-1";

/// Both services.
pub(crate) struct Aws {
    sqs: Server,
    secrets: Server,
    client: aws_sdk_sqs::Client,
    pub(crate) queue_url: String,
    dead_letter_url: String,
}

fn failed(service: &'static str, error: &dyn std::error::Error) -> Error {
    let cause = error.source().map(|source| format!(": {source}")).unwrap_or_default();
    Error::Aws { service, message: format!("{error}{cause}") }
}

impl Aws {
    /// Starts both, with a queue whose messages stay hidden for `visibility`, and the app secret.
    pub(crate) async fn start(visibility: Duration, app_secret: &str) -> Result<Self, Error> {
        let start = |error: sim_kit::serve::ServeError| Error::Start(error.to_string());
        let sqs = serve(0, sqs_router()).await.map_err(start)?;
        let secrets = serve(0, secrets_router()).await.map_err(start)?;
        let http = aws_http_client().map_err(|error| Error::Start(error.to_string()))?;
        let config = |url: String| {
            aws_config::defaults(BehaviorVersion::latest())
                .region(Region::new(REGION))
                .endpoint_url(url)
                .http_client(http.clone())
                .test_credentials()
        };
        let client = aws_sdk_sqs::Client::new(&config(sqs.url()).load().await);
        let dead_letter_url = create_queue(&client, "dead-letters", &[]).await?;
        let redrive = json!({
            "deadLetterTargetArn": format!("arn:aws:sqs:{REGION}:000000000000:dead-letters"),
            "maxReceiveCount": RECEIVES_MAX,
        });
        let queue_url = create_queue(
            &client,
            "events",
            &[
                (QueueAttributeName::VisibilityTimeout, visibility.as_secs().to_string()),
                (QueueAttributeName::RedrivePolicy, redrive.to_string()),
            ],
        )
        .await?;
        let manager = aws_sdk_secretsmanager::Client::new(&config(secrets.url()).load().await);
        let created = manager.create_secret().name(SECRET).secret_string(app_secret).send().await;
        created.map_err(|error| failed("Secrets Manager", &error))?;
        Ok(Self { sqs, secrets, client, queue_url, dead_letter_url })
    }

    /// What a function needs to find both services.
    pub(crate) fn variables(&self) -> [(&'static str, String); 2] {
        [("AWS_ENDPOINT_URL_SQS", self.sqs.url()), ("AWS_ENDPOINT_URL_SECRETS_MANAGER", self.secrets.url())]
    }

    /// What can be received now, as the event that Lambda makes of it; nothing if there is nothing.
    pub(crate) async fn receive(&self) -> Result<Option<Value>, Error> {
        let batch = i32::try_from(BATCH_MAX).unwrap_or(i32::MAX);
        let call = self.client.receive_message().queue_url(&self.queue_url).max_number_of_messages(batch);
        let call = call.message_system_attribute_names(MessageSystemAttributeName::All).wait_time_seconds(0);
        let received = call.send().await.map_err(|error| failed("SQS", &error))?;
        let records: Vec<_> = received.messages().iter().map(record).collect();
        Ok((!records.is_empty()).then(|| json!({ "Records": records })))
    }

    /// Deletes the messages of a batch that are done, as Lambda does.
    pub(crate) async fn complete(&self, batch: &Value, answer: &Value) -> Result<(), Error> {
        for record in done(batch, answer) {
            let receipt = record["receiptHandle"].as_str().unwrap_or_default();
            let call = self.client.delete_message().queue_url(&self.queue_url).receipt_handle(receipt);
            call.send().await.map_err(|error| failed("SQS", &error))?;
        }
        Ok(())
    }

    /// Puts what is in the dead-letter queue back into the queue, as a redrive does; how many those were.
    pub(crate) async fn redrive(&self) -> Result<u32, Error> {
        let mut redriven = 0;
        loop {
            let call = self.client.receive_message().queue_url(&self.dead_letter_url);
            let received =
                call.max_number_of_messages(10).send().await.map_err(|error| failed("SQS", &error))?;
            if received.messages().is_empty() {
                return Ok(redriven);
            }
            for message in received.messages() {
                let call = self.client.send_message().queue_url(&self.queue_url);
                let call = call.message_body(message.body().unwrap_or_default());
                call.send().await.map_err(|error| failed("SQS", &error))?;
                let call = self.client.delete_message().queue_url(&self.dead_letter_url);
                let call = call.receipt_handle(message.receipt_handle().unwrap_or_default());
                call.send().await.map_err(|error| failed("SQS", &error))?;
                redriven += 1;
            }
        }
    }

    /// How many messages are in the queue, hidden ones included, and how many are dead.
    pub(crate) async fn counts(&self) -> Result<(u32, u32), Error> {
        Ok((self.count(&self.queue_url).await?, self.count(&self.dead_letter_url).await?))
    }

    async fn count(&self, url: &str) -> Result<u32, Error> {
        let names = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
            QueueAttributeName::ApproximateNumberOfMessagesDelayed,
        ];
        let call = self.client.get_queue_attributes().queue_url(url);
        let call = call.set_attribute_names(Some(names.to_vec()));
        let answer = call.send().await.map_err(|error| failed("SQS", &error))?;
        let attributes = answer.attributes().cloned().unwrap_or_default();
        Ok(names.iter().filter_map(|name| attributes.get(name)?.parse::<u32>().ok()).sum())
    }
}

async fn create_queue(
    client: &aws_sdk_sqs::Client,
    name: &str,
    attributes: &[(QueueAttributeName, String)],
) -> Result<String, Error> {
    let attributes = attributes.iter().cloned().collect();
    let call = client.create_queue().queue_name(name).set_attributes(Some(attributes));
    let made = call.send().await.map_err(|error| failed("SQS", &error))?;
    Ok(made.queue_url().unwrap_or_default().to_owned())
}

/// The records that the function's answer does not report as failed: all of them if it reports none, and none if what
/// it reports is no list of ids in the batch (Lambda: SQS, reporting batch item failures).
fn done<'b>(batch: &'b Value, answer: &Value) -> Vec<&'b Value> {
    let records: Vec<_> = batch["Records"].as_array().into_iter().flatten().collect();
    let failures = match &answer["batchItemFailures"] {
        Value::Null => return records,
        Value::Array(failures) => failures,
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => return Vec::new(),
    };
    let ids: Vec<_> = failures.iter().map(|failure| &failure["itemIdentifier"]).collect();
    if ids.iter().all(|id| records.iter().any(|record| record["messageId"] == **id)) {
        records.into_iter().filter(|record| !ids.contains(&&record["messageId"])).collect()
    } else {
        Vec::new()
    }
}

/// A message as Lambda hands it to a function (Lambda: SQS event).
fn record(message: &aws_sdk_sqs::types::Message) -> Value {
    let attributes: serde_json::Map<String, Value> = message
        .attributes()
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.as_str().to_owned(), json!(value)))
        .collect();
    json!({
        "messageId": message.message_id(),
        "receiptHandle": message.receipt_handle(),
        "body": message.body(),
        "attributes": attributes,
        "messageAttributes": {},
        "md5OfBody": message.md5_of_body(),
        "eventSource": "aws:sqs",
        "eventSourceARN": format!("arn:aws:sqs:{REGION}:000000000000:events"),
        "awsRegion": REGION,
    })
}

fn sqs_router() -> Router {
    let config = SqsConfig { host: "127.0.0.1".to_owned(), ..SqsConfig::default() };
    let handler = Arc::new(RustackSqsHandler::new(Arc::new(RustackSqs::new(config))));
    Router::new().fallback(answer_sqs).with_state(handler)
}

/// The stand-in knows message groups on FIFO queues only, so the group is taken out.
async fn answer_sqs(
    State(handler): State<Arc<RustackSqsHandler>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    use rustack_sqs_http::{dispatch, response, router};
    let mut call: Value = serde_json::from_slice(&body).unwrap_or_default();
    if let Some(fields) = call.as_object_mut() {
        fields.remove("MessageGroupId");
    }
    let outcome = match router::resolve_operation(&headers) {
        Ok(operation) => {
            dispatch::dispatch_operation(handler.as_ref(), operation, call.to_string().into()).await
        }
        Err(error) => Err(error),
    };
    outcome.unwrap_or_else(|error| response::error_to_response(&error, "request")).map(Body::new)
}

fn secrets_router() -> Router {
    let provider = RustackSecretsManager::new(SecretsManagerConfig::default());
    let handler = Arc::new(RustackSecretsManagerHandler::new(Arc::new(provider)));
    Router::new().fallback(answer_secrets).with_state(handler)
}

async fn answer_secrets(
    State(handler): State<Arc<RustackSecretsManagerHandler>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    use rustack_secretsmanager_http::{dispatch, response, router};
    let outcome = match router::resolve_operation(&headers) {
        Ok(operation) => dispatch::dispatch_operation(handler.as_ref(), operation, body).await,
        Err(error) => Err(error),
    };
    outcome.unwrap_or_else(|error| response::error_to_response(&error, "request")).map(Body::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done_of_two(answer: &Value) -> Vec<String> {
        let batch = json!({"Records": [{"messageId": "m-1"}, {"messageId": "m-2"}]});
        done(&batch, answer)
            .iter()
            .filter_map(|record| record["messageId"].as_str().map(str::to_owned))
            .collect()
    }

    #[test]
    fn what_an_answer_does_not_report_is_done() {
        for answer in
            [json!(null), json!({}), json!({"batchItemFailures": null}), json!({"batchItemFailures": []})]
        {
            assert_eq!(done_of_two(&answer), ["m-1", "m-2"], "{answer}");
        }
        let one = json!({"batchItemFailures": [{"itemIdentifier": "m-1"}]});
        assert_eq!(done_of_two(&one), ["m-2"]);
        let both = json!({"batchItemFailures": [{"itemIdentifier": "m-2"}, {"itemIdentifier": "m-1"}]});
        assert_eq!(done_of_two(&both), [""; 0]);
    }

    #[test]
    fn nothing_is_done_if_a_reported_id_is_none_of_the_batch() {
        let of_the_batch = json!({"itemIdentifier": "m-1"});
        for other in [
            json!({"itemIdentifier": ""}),
            json!({"itemIdentifier": null}),
            json!({"itemIdentifier": "m-3"}),
            json!({"messageId": "m-2"}),
            json!("m-2"),
        ] {
            let answer = json!({"batchItemFailures": [of_the_batch, other]});
            assert_eq!(done_of_two(&answer), [""; 0], "{answer}");
        }
        assert_eq!(done_of_two(&json!({"batchItemFailures": "m-1"})), [""; 0]);
    }
}
