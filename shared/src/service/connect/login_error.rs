//! Why a login to Lever came to nothing.

use crate::domain::LeverAccountId;
use crate::failure::Disposition;
use crate::lever::OAuthError;
use crate::service::Error;

/// Why a login did not connect the team.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// State or code are missing, doubled or far too long.
    #[error("the callback is malformed")]
    Malformed,
    /// No such attempt is open: unknown, used, or older than ten minutes.
    #[error("no such attempt is open")]
    NotOpen,
    /// Another browser, user or team began the attempt, or it belongs to Lever's other world.
    #[error("the attempt began elsewhere")]
    Elsewhere,
    /// The admin refused, or may not consent.
    #[error("Lever was not allowed to give access")]
    Denied,
    /// Lever gave other access than asked for.
    #[error("Lever gave less access than asked for")]
    MissingScopes {
        /// What is missing.
        missing: Vec<&'static str>,
    },
    /// Lever did not accept the code.
    #[error("Lever did not accept the code")]
    CodeRefused,
    /// Lever connected another account than the team's present one; nothing was changed.
    #[error("this is another Lever account")]
    OtherAccount {
        /// The one just logged in to.
        granted: LeverAccountId,
    },
    /// Lever answered nonsense.
    #[error("Lever's answer cannot be used: {0}")]
    BadAnswer(OAuthError),
    /// Something failed; trying again may help.
    #[error(transparent)]
    Failed(#[from] Error),
}

impl LoginError {
    /// What the edge does about it.
    pub fn disposition(&self) -> Disposition {
        match self {
            Self::Malformed | Self::NotOpen | Self::Elsewhere | Self::CodeRefused => Disposition::Rejected,
            Self::Denied | Self::MissingScopes { .. } | Self::OtherAccount { .. } => {
                Disposition::Unprocessable
            }
            Self::BadAnswer(error) => error.disposition(),
            Self::Failed(error) => error.disposition(),
        }
    }
}

/// What a failed exchange means for the login.
pub(super) fn refuse(error: OAuthError) -> LoginError {
    match error {
        OAuthError::InvalidGrant => LoginError::CodeRefused,
        OAuthError::MissingScopes { missing } => {
            LoginError::MissingScopes { missing: missing.into_iter().flatten().collect() }
        }
        OAuthError::Unreadable
        | OAuthError::NoRefreshToken
        | OAuthError::InvalidLifetime
        | OAuthError::WrongTokenType
        | OAuthError::Redirected { .. } => LoginError::BadAnswer(error),
        OAuthError::InvalidClient
        | OAuthError::Refused { .. }
        | OAuthError::RateLimited { .. }
        | OAuthError::Unavailable { .. }
        | OAuthError::Transport(_)
        | OAuthError::NoRandomness => LoginError::Failed(error.into()),
    }
}
