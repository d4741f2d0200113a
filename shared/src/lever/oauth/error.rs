//! What can go wrong at Lever's OAuth endpoints.
//!
//! No variant holds what the endpoint wrote: its descriptions are free text and may repeat what was sent.

use std::time::Duration;

use super::client::SCOPES;
use crate::failure::Disposition;
use crate::http::TransportError;

/// A token call failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OAuthError {
    /// The code or the refresh token is used, expired, revoked, or not of this attempt.
    #[error("Lever no longer accepts the code or the refresh token")]
    InvalidGrant,
    /// Client id or client secret are wrong: the integration's own set-up.
    #[error("Lever refused the client id or the client secret")]
    InvalidClient,
    /// Another refusal of this request.
    #[error("Lever refused the token request with status {status}")]
    Refused {
        /// The status.
        status: u16,
    },
    /// 429.
    #[error("the rate limit of Lever's OAuth is exceeded")]
    RateLimited {
        /// How long Lever asked us to wait.
        retry_after: Option<Duration>,
    },
    /// 408 or 5xx.
    #[error("Lever's OAuth is not available, status {status}")]
    Unavailable {
        /// The status.
        status: u16,
        /// How long Lever asked us to wait.
        retry_after: Option<Duration>,
    },
    /// A redirect; the client secret follows none.
    #[error("Lever's OAuth redirected with status {status}, which is not followed")]
    Redirected {
        /// The status.
        status: u16,
    },
    /// No whole answer came back.
    #[error("Lever's OAuth was not heard: {0}")]
    Transport(TransportError),
    /// The reply is no JSON, too large, or has no usable access token.
    #[error("the reply of Lever's OAuth cannot be read")]
    Unreadable,
    /// The reply has no refresh token: access would end within the hour.
    #[error("Lever gave no refresh token")]
    NoRefreshToken,
    /// The reply's lifetime is not a number of seconds that makes sense.
    #[error("Lever gave no sensible lifetime of the access token")]
    InvalidLifetime,
    /// The token is not a bearer token.
    #[error("Lever gave a token of another type than bearer")]
    WrongTokenType,
    /// Not all scopes were granted.
    #[error("Lever granted fewer scopes than asked for")]
    MissingScopes {
        /// Those that were not, each at its place among [`SCOPES`].
        missing: [Option<&'static str>; SCOPES.len()],
    },
    /// The machine gives no random numbers.
    #[error("no random numbers")]
    NoRandomness,
}

impl OAuthError {
    /// What is to be done about it.
    pub fn disposition(&self) -> Disposition {
        match self {
            Self::InvalidGrant => Disposition::Disconnected,
            Self::InvalidClient | Self::NoRandomness => Disposition::Defect,
            Self::Refused { .. } | Self::MissingScopes { .. } => Disposition::Unprocessable,
            Self::RateLimited { retry_after } | Self::Unavailable { retry_after, .. } => {
                Disposition::Transient { retry_after: *retry_after }
            }
            Self::Redirected { .. }
            | Self::Unreadable
            | Self::NoRefreshToken
            | Self::InvalidLifetime
            | Self::WrongTokenType => Disposition::TRANSIENT,
            Self::Transport(error) => error.disposition(),
        }
    }

    /// Whether the code or the refresh token may have been spent all the same.
    pub fn may_have_happened(&self) -> bool {
        match self {
            Self::InvalidGrant
            | Self::InvalidClient
            | Self::Refused { .. }
            | Self::RateLimited { .. }
            | Self::NoRandomness => false,
            Self::Unavailable { .. }
            | Self::Redirected { .. }
            | Self::Unreadable
            | Self::NoRefreshToken
            | Self::InvalidLifetime
            | Self::WrongTokenType
            | Self::MissingScopes { .. } => true,
            Self::Transport(error) => error.may_have_happened(),
        }
    }
}

impl From<TransportError> for OAuthError {
    fn from(error: TransportError) -> Self {
        match error {
            TransportError::TooLarge => Self::Unreadable,
            TransportError::NotReached | TransportError::NoAnswer | TransportError::Unsendable => {
                Self::Transport(error)
            }
        }
    }
}
