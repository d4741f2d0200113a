//! The transport under all clients: TLS, a limit to connecting, no redirects; for Lever and Qualified also a time-out
//! and a size limit.
//!
//! Says what came back and nothing about its meaning; each client maps statuses to its own errors. Never
//! logs a body or a URL with a query: both may hold personal data.

mod tls;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::header::{HeaderMap, LOCATION, RETRY_AFTER};
use reqwest::{ClientBuilder, IntoUrl, Method, Request, RequestBuilder, StatusCode, redirect};
use rustls::RootCertStore;
use webpki_roots::TLS_SERVER_ROOTS;

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

/// Carries a request to the other side and brings back its answer.
#[async_trait]
pub trait Transport: Send + Sync {
    /// Makes one exchange.
    ///
    /// # Errors
    /// When no whole answer came back.
    async fn exchange(&self, request: Request) -> Result<Answer, TransportError>;
}

/// What both service clients send with. Over the network, unless it was given another transport.
#[derive(Clone)]
pub struct Client {
    builder: reqwest::Client,
    transport: Arc<dyn Transport>,
}

impl fmt::Debug for Client {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Client").finish_non_exhaustive()
    }
}

impl From<reqwest::Client> for Client {
    fn from(client: reqwest::Client) -> Self {
        Self { transport: Arc::new(client.clone()), builder: client }
    }
}

impl Client {
    /// A client that builds requests with `builder` and has them carried by `transport` instead of the network.
    pub fn carried_by(builder: reqwest::Client, transport: Arc<dyn Transport>) -> Self {
        Self { builder, transport }
    }

    /// Starts a request.
    pub(crate) fn request(&self, method: Method, url: impl IntoUrl) -> RequestBuilder {
        self.builder.request(method, url)
    }

    /// Sends a request and reads the answer.
    pub(crate) async fn send(&self, request: RequestBuilder) -> Result<Answer, TransportError> {
        let request = request.build().map_err(|error| classify(&error))?;
        self.transport.exchange(request).await
    }
}

/// The HTTP client both service clients share, with connections kept alive. It trusts the certificate
/// authorities compiled in: reading those of the machine would take longer than the rest of the start.
///
/// # Errors
/// When TLS cannot be set up.
pub fn client() -> Result<Client, TransportError> {
    client_within(CALL_TIMEOUT)
}

/// The same for those who have less time: how long one call may take in all.
///
/// # Errors
/// When TLS cannot be set up.
pub fn client_within(call: Duration) -> Result<Client, TransportError> {
    let client = builder(RootCertStore { roots: TLS_SERVER_ROOTS.to_vec() })?.timeout(call).build();
    client.map(Client::from).map_err(|_| TransportError::Unsendable)
}

/// What all HTTP clients of a function begin with: the TLS, no redirects, a limit to connecting.
pub(crate) fn builder(trusted: RootCertStore) -> Result<ClientBuilder, TransportError> {
    let tls = tls::config(trusted).map_err(|_| TransportError::Unsendable)?;
    Ok(reqwest::Client::builder()
        .redirect(redirect::Policy::none())
        .tls_backend_preconfigured(tls)
        .connect_timeout(CONNECT_TIMEOUT)
        .user_agent(concat!("qualified-lever-integration/", env!("CARGO_PKG_VERSION"))))
}

/// What a client begins with that speaks plain HTTP with a server of a test.
#[cfg(test)]
pub(crate) fn plain() -> ClientBuilder {
    builder(RootCertStore::empty()).unwrap()
}

#[async_trait]
impl Transport for reqwest::Client {
    async fn exchange(&self, request: Request) -> Result<Answer, TransportError> {
        let mut response = self.execute(request).await.map_err(|error| classify(&error))?;
        let mut answer = Answer::head(response.status(), response.headers());
        while let Some(chunk) = response.chunk().await.map_err(|error| classify(&error))? {
            answer.append(&chunk)?;
        }
        Ok(answer)
    }
}

impl Answer {
    /// An answer whose body is still to come.
    pub fn head(status: StatusCode, headers: &HeaderMap) -> Self {
        let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let retry_after = header(RETRY_AFTER)
            .and_then(|value| value.trim().parse().ok())
            .map(|seconds| Duration::from_secs(seconds).min(RETRY_AFTER_MAX));
        Self { status, retry_after, location: header(LOCATION), body: Vec::new() }
    }

    /// Adds a piece of the body.
    ///
    /// # Errors
    /// [`TransportError::TooLarge`] when it becomes larger than the limit.
    pub fn append(&mut self, chunk: &[u8]) -> Result<(), TransportError> {
        if self.body.len() + chunk.len() > BODY_BYTES_MAX {
            return Err(TransportError::TooLarge);
        }
        self.body.extend_from_slice(chunk);
        Ok(())
    }
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
