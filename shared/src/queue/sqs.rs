//! The queue on SQS: a standard queue, fair between teams.
//!
//! On a standard queue the message group does not order anything; it only tells SQS whose message it is,
//! so that one team's backlog does not hold up the others (SQS: fair queues). Receiving and deleting is
//! Lambda's part.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::http::HttpResponse;
use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};

use super::{Envelope, Error, POSTPONE_MAX, Queue};

/// Error codes that mean "later", whatever their status (SQS: API reference, common errors).
const CODES_TRANSIENT: [&str; 7] = [
    "RequestThrottled",
    "Throttling",
    "ThrottlingException",
    "KmsThrottled",
    "OverLimit",
    "ExpiredToken",
    "RequestExpired",
];
/// Error codes of a receipt that has run out; the prefix differs between protocols.
const CODES_RECEIPT: [&str; 2] = ["MessageNotInflight", "ReceiptHandleIsInvalid"];

/// A queue of SQS.
#[derive(Debug, Clone)]
pub struct SqsQueue {
    client: Client,
    url: String,
}

impl SqsQueue {
    /// The queue at `queue_url`.
    pub fn new(client: Client, queue_url: impl Into<String>) -> Self {
        Self { client, url: queue_url.into() }
    }
}

#[async_trait]
impl Queue for SqsQueue {
    async fn send(&self, envelope: &Envelope) -> Result<(), Error> {
        self.client
            .send_message()
            .queue_url(&self.url)
            .message_group_id(envelope.team.as_str())
            .message_body(envelope.to_json()?)
            .send()
            .await
            .map_err(|error| classify(&error))?;
        Ok(())
    }

    async fn postpone(&self, receipt: &str, delay: Duration) -> Result<(), Error> {
        self.client
            .change_message_visibility()
            .queue_url(&self.url)
            .receipt_handle(receipt)
            .visibility_timeout(visibility_seconds(delay))
            .send()
            .await
            .map_err(|error| classify(&error))?;
        Ok(())
    }

    /// By a message without text, which SQS refuses (SQS: API reference, `SendMessage`): the one call that
    /// every role with this queue may make.
    async fn warm(&self) {
        let refused = self.client.send_message().queue_url(&self.url).message_body("").send().await;
        tracing::debug!(is_refused = refused.is_err(), "queue.warmed");
    }
}

/// Whole seconds, rounded up: a message asked to wait half a second must not come back at once.
fn visibility_seconds(delay: Duration) -> i32 {
    let delay = delay.min(POSTPONE_MAX);
    let seconds = delay.as_secs() + u64::from(delay.subsec_nanos() > 0);
    i32::try_from(seconds).unwrap_or(i32::MAX)
}

fn classify<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> Error {
    if matches!(error, SdkError::ConstructionFailure(_)) {
        return Error::Refused { code: "the call could not be built".to_owned() };
    }
    if matches!(error, SdkError::TimeoutError(_)) {
        return Error::Unavailable { cause: "no answer in time".to_owned() };
    }
    let Some(refusal) = error.as_service_error() else {
        return Error::Unavailable { cause: "no usable answer".to_owned() };
    };
    let code = refusal.code().unwrap_or("unnamed error");
    let bare = code.rsplit('.').next().unwrap_or(code);
    let status = error.raw_response().map_or(0, |response| response.status().as_u16());
    if CODES_RECEIPT.contains(&bare) {
        Error::ReceiptExpired
    } else if CODES_TRANSIENT.contains(&bare) || status >= 500 || status == 429 {
        Error::Unavailable { cause: code.to_owned() }
    } else {
        Error::Refused { code: code.to_owned() }
    }
}

#[cfg(test)]
mod tests;
