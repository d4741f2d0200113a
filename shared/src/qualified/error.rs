//! What can go wrong in a call of Qualified's API.
//!
//! One variant for each cause. No variant holds anything Qualified sent except numbers: its refusals repeat
//! the record that was refused and name the user behind the key.

use std::time::Duration;

use crate::failure::Disposition;
use crate::http::TransportError;

/// A call of Qualified's API failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// 401, or 403 where every key may read: the API key is wrong, replaced or without access.
    #[error("Qualified refused the API key")]
    KeyUnusable,
    /// 403: the key works, but not for this; the plan or the role lacks it.
    #[error("Qualified does not allow this")]
    Forbidden,
    /// 404, 410, or 400 with the reason that there is no such thing.
    #[error("Qualified knows no such object")]
    NotFound,
    /// The e-mail address cannot be invited.
    #[error("Qualified refused the e-mail address")]
    EmailRefused,
    /// Nobody can be invited to this assessment.
    #[error("Qualified refused to invite to the assessment")]
    AssessmentRefused,
    /// 400, 422 and the other statuses that mean this very request is wrong.
    #[error("Qualified refused the request with status {status}{}", field_suffix(*field))]
    Refused {
        /// The status.
        status: u16,
        /// The field of ours that Qualified objects to, if it named one.
        field: Option<&'static str>,
    },
    /// 429: too many requests.
    #[error("Qualified's rate limit is exceeded")]
    RateLimited {
        /// How long Qualified asked us to wait.
        retry_after: Option<Duration>,
    },
    /// 408, 425 or 5xx: Qualified has trouble.
    #[error("Qualified is not available, status {status}")]
    Unavailable {
        /// The status.
        status: u16,
        /// How long Qualified asked us to wait.
        retry_after: Option<Duration>,
    },
    /// A redirect; none is followed, since the API key would go with it.
    #[error("Qualified redirected with status {status}")]
    Redirected {
        /// The status.
        status: u16,
    },
    /// No whole answer came back.
    #[error("Qualified was not heard: {0}")]
    Transport(TransportError),
    /// The answer is not what the API reference describes.
    #[error("Qualified's answer cannot be read: {0}")]
    Unreadable(Flaw),
}

/// What is wrong with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// It is no JSON: an HTML page, a broken-off body, nothing at all.
    #[error("no JSON")]
    NotJson,
    /// A field is missing or of another type.
    #[error("a missing field or a wrong type")]
    Shape,
    /// An identifier is not usable.
    #[error("no usable {0} id")]
    Id(&'static str),
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
    /// What is to be done about it, unless the caller knows better.
    pub fn disposition(&self) -> Disposition {
        match self {
            Self::KeyUnusable => Disposition::Disconnected,
            Self::Forbidden
            | Self::NotFound
            | Self::EmailRefused
            | Self::AssessmentRefused
            | Self::Refused { .. } => Disposition::Unprocessable,
            Self::RateLimited { retry_after } | Self::Unavailable { retry_after, .. } => {
                Disposition::Transient { retry_after: *retry_after }
            }
            Self::Redirected { .. } | Self::Unreadable(_) => Disposition::TRANSIENT,
            Self::Transport(error) => error.disposition(),
        }
    }

    /// Whether a change that failed like this may have been made all the same. If so, look before
    /// repeating it: Qualified has no idempotency key.
    pub fn may_have_happened(&self) -> bool {
        match self {
            Self::KeyUnusable
            | Self::Forbidden
            | Self::NotFound
            | Self::EmailRefused
            | Self::AssessmentRefused
            | Self::Refused { .. }
            | Self::RateLimited { .. } => false,
            Self::Unavailable { .. } | Self::Redirected { .. } | Self::Unreadable(_) => true,
            Self::Transport(error) => error.may_have_happened(),
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
    /// Keeps the kind only: the text of such an error repeats the value it choked on.
    fn from(error: serde_json::Error) -> Self {
        match error.classify() {
            serde_json::error::Category::Data => Self::Shape,
            serde_json::error::Category::Io
            | serde_json::error::Category::Syntax
            | serde_json::error::Category::Eof => Self::NotJson,
        }
    }
}

fn field_suffix(field: Option<&'static str>) -> String {
    field.map(|field| format!(", because of {field}")).unwrap_or_default()
}
