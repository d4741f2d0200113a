//! Why something could not be read for a page, from what the call failed with.

use lever_integration::lever;
use lever_integration::qualified;

use crate::view::model::{Reading, Unread};

impl From<lever::Error> for Unread {
    fn from(error: lever::Error) -> Self {
        match error {
            lever::Error::Unauthorized | lever::Error::Forbidden => Self::Refused,
            lever::Error::RateLimited { .. } | lever::Error::Paced { .. } => Self::Busy,
            lever::Error::NotFound
            | lever::Error::Refused { .. }
            | lever::Error::StaleCursor
            | lever::Error::Unavailable { .. }
            | lever::Error::Redirected { .. }
            | lever::Error::Transport(_)
            | lever::Error::Unreadable(_) => Self::NoAnswer,
        }
    }
}

impl From<qualified::Error> for Unread {
    /// A key that Qualified refuses is told elsewhere.
    fn from(_: qualified::Error) -> Self {
        Self::NoAnswer
    }
}

/// What was read, or why it could not be.
pub(crate) fn reading<T, E: Into<Unread>>(read: Option<Result<T, E>>) -> Reading<T> {
    match read {
        Some(Ok(value)) => Reading::Known(value),
        Some(Err(error)) => Reading::Unavailable(error.into()),
        None => Reading::NotConnected,
    }
}
