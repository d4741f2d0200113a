//! The transport under both clients: time-outs, a size limit, no redirects.
//!
//! Says what came back and nothing about its meaning; each client maps statuses to its own errors. Never
//! logs a body or a URL with a query: both may hold personal data.

use std::time::Duration;

use reqwest::header::{LOCATION, RETRY_AFTER};
use reqwest::tls::{Certificate, Version};
use reqwest::{Client, RequestBuilder, StatusCode, redirect};
use webpki_root_certs::TLS_SERVER_ROOT_CERTS;

use crate::failure::Disposition;

/// The largest answer read, in bytes: Lever's pages of 100 opportunities stay under 1 MiB.
const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;
/// How long a connection may take: both services are one region away at worst.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// How long one call may take in all. A worker run has several within its 60 s.
const CALL_TIMEOUT: Duration = Duration::from_secs(10);
/// The longest wait another service can talk us into.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(15 * 60);

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// How long to wait, if the other side said so in seconds; clamped to a quarter of an hour.
    pub retry_after: Option<Duration>,
    /// Where it moved to.
    pub location: Option<String>,
    /// The body, within the size limit.
    pub body: Vec<u8>,
}

/// Nothing usable came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// The other side was not reached: the call had no effect.
    #[error("no connection")]
    NotReached,
    /// The connection broke or timed out: the call may have had its effect.
    #[error("the connection broke or timed out before an answer came")]
    NoAnswer,
    /// The answer is larger than the limit: the call may have had its effect.
    #[error("the answer is larger than {BODY_BYTES_MAX} bytes")]
    TooLarge,
    /// The request could not be built: a defect of ours.
    #[error("the request could not be built")]
    Unsendable,
}

impl TransportError {
    /// What is to be done about it.
    pub fn disposition(self) -> Disposition {
        match self {
            Self::NotReached | Self::NoAnswer | Self::TooLarge => Disposition::TRANSIENT,
            Self::Unsendable => Disposition::Defect,
        }
    }

    /// Whether the request may have been carried out.
    pub fn may_have_happened(self) -> bool {
        match self {
            Self::NoAnswer | Self::TooLarge => true,
            Self::NotReached | Self::Unsendable => false,
        }
    }
}

/// The HTTP client both service clients share, with connections kept alive. It trusts the certificate
/// authorities compiled in: reading those of the machine would take longer than the rest of the start.
///
/// # Errors
/// When the TLS set-up of the machine is unusable.
pub fn client() -> Result<Client, TransportError> {
    let roots = TLS_SERVER_ROOT_CERTS.iter().map(|root| Certificate::from_der(root));
    client_trusting(roots.collect::<Result<_, _>>().map_err(|_| TransportError::Unsendable)?)
}

fn client_trusting(roots: Vec<Certificate>) -> Result<Client, TransportError> {
    Client::builder()
        .redirect(redirect::Policy::none())
        .tls_certs_only(roots)
        .tls_version_min(Version::TLS_1_2)
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(CALL_TIMEOUT)
        .user_agent(concat!("qualified-lever-integration/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|_| TransportError::Unsendable)
}

/// Sends one request and reads the answer.
///
/// # Errors
/// When no whole answer came back.
pub async fn send(request: RequestBuilder) -> Result<Answer, TransportError> {
    let mut response = request.send().await.map_err(|error| classify(&error))?;
    let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let retry_after = header(RETRY_AFTER)
        .and_then(|value| value.trim().parse().ok())
        .map(|seconds| Duration::from_secs(seconds).min(RETRY_AFTER_MAX));
    let location = header(LOCATION);
    let status = response.status();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| classify(&error))? {
        if body.len() + chunk.len() > BODY_BYTES_MAX {
            return Err(TransportError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer { status, retry_after, location, body })
}

fn classify(error: &reqwest::Error) -> TransportError {
    if error.is_connect() {
        TransportError::NotReached
    } else if error.is_builder() {
        TransportError::Unsendable
    } else {
        TransportError::NoAnswer
    }
}

#[cfg(test)]
mod tests;
