//! Why a unit of work could not be finished.

use std::time::Duration;

use crate::domain::Reason;
use crate::failure::Disposition;
use crate::{lever, qualified, queue, store};

/// When an assignment is in another run's hands, it is usually free again after a second or two.
const CONTENDED_RETRY: Duration = Duration::from_secs(3);

/// Why a unit of work could not be finished.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The table failed.
    #[error("store: {0}")]
    Store(#[from] store::Error),
    /// The queue failed.
    #[error("queue: {0}")]
    Queue(#[from] queue::Error),
    /// Lever failed.
    #[error("Lever: {0}")]
    Lever(#[from] lever::Error),
    /// Lever's OAuth failed.
    #[error("Lever OAuth: {0}")]
    OAuth(#[from] lever::OAuthError),
    /// Qualified failed.
    #[error("Qualified: {0}")]
    Qualified(#[from] qualified::Error),
    /// Another worker holds the assignment or wrote it first.
    #[error("the assignment is in another worker's hands")]
    Contended,
    /// This run took too long: its lease ended before its next effect.
    #[error("the lease ended before the next effect")]
    LeaseLost,
    /// The team's work waits for an admin.
    #[error("waiting: {}", .0.code())]
    Waiting(Reason),
}

impl Error {
    /// What the edge does about it.
    pub fn disposition(&self) -> Disposition {
        match self {
            Self::Store(error) => error.disposition(),
            Self::Queue(error) => error.disposition(),
            Self::Lever(error) => unexpected_refusal(error.disposition()),
            Self::OAuth(error) => unexpected_refusal(error.disposition()),
            Self::Qualified(error) => unexpected_refusal(error.disposition()),
            Self::Contended | Self::LeaseLost => {
                Disposition::Transient { retry_after: Some(CONTENDED_RETRY) }
            }
            Self::Waiting(_) => Disposition::Disconnected,
        }
    }
}

/// A refusal that a step expects is a reason, not an error. One that comes this far was expected by
/// nobody: the event is kept for somebody to look at.
fn unexpected_refusal(disposition: Disposition) -> Disposition {
    match disposition {
        Disposition::Unprocessable => Disposition::Defect,
        Disposition::Rejected
        | Disposition::Transient { .. }
        | Disposition::Disconnected
        | Disposition::Defect => disposition,
    }
}

impl From<Error> for queue::BatchError {
    fn from(error: Error) -> Self {
        Self::new(error.disposition(), error)
    }
}
