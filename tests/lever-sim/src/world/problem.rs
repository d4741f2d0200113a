//! Why the world refuses a change, whoever asks for it.

use thiserror::Error;

/// A refused change or look-up.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Problem {
    /// There is no such thing.
    #[error("{kind} {id} was not found")]
    Missing {
        /// What was looked for, in Lever's words.
        kind: &'static str,
        /// The id that was given.
        id: String,
    },
    /// A value that cannot be.
    #[error("{0}")]
    Invalid(String),
    /// Allowed to nobody, or not through the API.
    #[error("{0}")]
    Refused(String),
}

impl Problem {
    pub(crate) fn missing(kind: &'static str, id: impl ToString) -> Self {
        Self::Missing { kind, id: id.to_string() }
    }

    pub(crate) fn invalid(why: impl Into<String>) -> Self {
        Self::Invalid(why.into())
    }
}
