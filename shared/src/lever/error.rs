//! What can go wrong in a call of Lever's Data API.
//!
//! One variant for each cause, made from the status alone: Lever publishes no list of error codes. No
//! variant holds anything Lever sent except numbers.

use std::time::Duration;

use reqwest::StatusCode;

use crate::failure::Disposition;
use crate::http::{Answer, TransportError};

/// What Lever writes into a 400 for a place in a list it does not know; recorded, not documented.
const STALE_CURSOR_MESSAGE: &[u8] = b"Invalid offset token";

/// How long to wait after a 429, which says nothing about that: ten requests a second come back, so a full
/// burst of twenty is there again after two seconds (Lever: API reference, Rate limits).
pub(super) const RATE_LIMIT_PAUSE: Duration = Duration::from_secs(2);

/// A call of Lever's Data API failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// 401: the access token is missing, expired or revoked.
    #[error("Lever refused the access token")]
    Unauthorized,
    /// 403: a permission or an account setting is missing, or the object is confidential.
    #[error("Lever does not allow this")]
    Forbidden,
    /// 404 or 410: the object does not exist, or not in this account.
    #[error("Lever knows no such object")]
    NotFound,
    /// 400 and the other statuses that mean this very request is wrong.
    #[error("Lever refused the request with status {status}")]
    Refused {
        /// The status.
        status: u16,
    },
    /// The place in a list is no longer valid: start the list anew.
    #[error("Lever no longer knows this place in the list")]
    StaleCursor,
    /// 429: more than 10 requests a second.
    #[error("Lever's rate limit is exceeded")]
    RateLimited {
        /// How long Lever asked us to wait; it usually does not say.
        retry_after: Option<Duration>,
    },
    /// No call was made: the team's calls are granted to others for now, or it is not known what others call.
    #[error("no call of Lever can be made at the moment")]
    Paced {
        /// How long until it can; nothing if that is not known.
        retry_after: Option<Duration>,
    },
    /// 408 or 5xx: Lever has trouble or is down for maintenance.
    #[error("Lever is not available, status {status}")]
    Unavailable {
        /// The status.
        status: u16,
        /// How long Lever asked us to wait; it usually does not say.
        retry_after: Option<Duration>,
    },
    /// A redirect that is not followed: to a place that is not Lever's, or the second in a row.
    #[error("Lever redirected with status {status} to where this client does not go")]
    Redirected {
        /// The status.
        status: u16,
    },
    /// No whole answer came back.
    #[error("Lever was not heard: {0}")]
    Transport(TransportError),
    /// The answer is not what the API reference describes.
    #[error("Lever's answer cannot be read: {0}")]
    Unreadable(Flaw),
}

/// What is wrong with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// It is no JSON: an HTML page, a broken-off body, nothing at all.
    #[error("no JSON")]
    NotJson,
    /// A field is missing or of another type. The place is that in the body.
    #[error("a missing field or a wrong type before line {line}, column {column}")]
    Shape {
        /// Counted from 1.
        line: usize,
        /// Counted from 1; 0 when the place is not known.
        column: usize,
    },
    /// An identifier or a credential is not usable.
    #[error("no usable {0}")]
    Field(&'static str),
    /// It is about another object than the one asked for.
    #[error("about another object")]
    OtherObject,
    /// It is larger than the limit.
    #[error("too large")]
    TooLarge,
    /// The list has more pages than any list can have.
    #[error("the list does not end")]
    Endless,
}

impl Error {
    /// What is to be done about it, unless the caller knows better: 403 and 404 mean something else for
    /// each call.
    pub fn disposition(&self) -> Disposition {
        match self {
            Self::Unauthorized => Disposition::Disconnected,
            Self::Forbidden | Self::NotFound | Self::Refused { .. } => Disposition::Unprocessable,
            Self::RateLimited { retry_after } => {
                Disposition::Transient { retry_after: Some(retry_after.unwrap_or(RATE_LIMIT_PAUSE)) }
            }
            Self::Unavailable { retry_after, .. } | Self::Paced { retry_after } => {
                Disposition::Transient { retry_after: *retry_after }
            }
            Self::StaleCursor | Self::Redirected { .. } | Self::Unreadable(_) => Disposition::TRANSIENT,
            Self::Transport(error) => error.disposition(),
        }
    }

    /// Whether a change that failed like this may have been made all the same. If so, look before
    /// repeating it: Lever has no idempotency key.
    pub fn may_have_happened(&self) -> bool {
        match self {
            Self::Unauthorized
            | Self::Forbidden
            | Self::NotFound
            | Self::Refused { .. }
            | Self::StaleCursor
            | Self::RateLimited { .. }
            | Self::Paced { .. } => false,
            Self::Unavailable { .. } | Self::Redirected { .. } | Self::Unreadable(_) => true,
            Self::Transport(error) => error.may_have_happened(),
        }
    }

    /// The error that a status stands for; nothing for a success.
    pub(super) fn of(answer: &Answer) -> Option<Self> {
        let status = answer.status.as_u16();
        let retry_after = answer.retry_after;
        match answer.status {
            success if success.is_success() => None,
            StatusCode::BAD_REQUEST if says_stale(&answer.body) => Some(Self::StaleCursor),
            StatusCode::UNAUTHORIZED => Some(Self::Unauthorized),
            StatusCode::FORBIDDEN => Some(Self::Forbidden),
            StatusCode::NOT_FOUND | StatusCode::GONE => Some(Self::NotFound),
            StatusCode::TOO_MANY_REQUESTS => Some(Self::RateLimited { retry_after }),
            StatusCode::REQUEST_TIMEOUT => Some(Self::Unavailable { status, retry_after }),
            redirection if redirection.is_redirection() => Some(Self::Redirected { status }),
            refusal if refusal.is_client_error() => Some(Self::Refused { status }),
            _ => Some(Self::Unavailable { status, retry_after }),
        }
    }
}

impl From<TransportError> for Error {
    fn from(error: TransportError) -> Self {
        match error {
            TransportError::TooLarge => Self::Unreadable(Flaw::TooLarge),
            TransportError::NotReached | TransportError::NoAnswer | TransportError::Unsendable => {
                Self::Transport(error)
            }
        }
    }
}

impl From<Flaw> for Error {
    fn from(flaw: Flaw) -> Self {
        Self::Unreadable(flaw)
    }
}

impl From<serde_json::Error> for Flaw {
    /// Keeps the place only: the text of such an error repeats the value it choked on.
    fn from(error: serde_json::Error) -> Self {
        match error.classify() {
            serde_json::error::Category::Data => Self::Shape { line: error.line(), column: error.column() },
            serde_json::error::Category::Io
            | serde_json::error::Category::Syntax
            | serde_json::error::Category::Eof => Self::NotJson,
        }
    }
}

/// The only refusal told apart by its text, since its cure is another one.
fn says_stale(body: &[u8]) -> bool {
    body.windows(STALE_CURSOR_MESSAGE.len()).any(|part| part == STALE_CURSOR_MESSAGE)
}
