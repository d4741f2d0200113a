//! Why a delivery is turned away.
//!
//! Each cause is a variant; the caller answers by its class alone, so that a wrong signature, an old one
//! and an unknown team look the same from outside.

use crate::failure::Disposition;

/// A delivery is turned away. Repeats nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// The body is larger than the intake should have let through.
    #[error("the body is too large")]
    TooLarge,
    /// The body is no UTF-8.
    #[error("the body is not UTF-8")]
    NotUtf8,
    /// The body is no JSON, or nested too deep.
    #[error("the body is not JSON")]
    NotJson,
    /// The body is JSON, but no object.
    #[error("the body is not a JSON object")]
    NotAnObject,
    /// A field that is read is missing, doubled or of the wrong type.
    #[error("a field is missing, doubled or of the wrong type")]
    Fields,
    /// The delivery's token is empty or not plain text.
    #[error("the token is not usable")]
    Token,
    /// The time is not one in milliseconds.
    #[error("triggeredAt is not a time in milliseconds")]
    TriggeredAt,
    /// A stage change without opportunity or stage, or with an unusable one.
    #[error("the data of the event is not usable")]
    Data,
    /// There is no signature.
    #[error("the delivery is not signed")]
    Unsigned,
    /// The signature is not 64 lower-case hex digits.
    #[error("the signature has a wrong form")]
    SignatureFormat,
    /// The signature was made with another key or for another delivery.
    #[error("the signature does not hold")]
    WrongSignature,
    /// The signature is older than Lever would rerun a delivery.
    #[error("the delivery is too old")]
    TooOld,
    /// The signature is from a time to come.
    #[error("the delivery is from the future")]
    FromTheFuture,
}

/// What the intake answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RejectionClass {
    /// 400.
    Malformed,
    /// 401, the same as for an unknown team.
    Unauthentic,
}

impl Rejection {
    /// What the intake answers.
    pub fn class(self) -> RejectionClass {
        match self {
            Self::TooLarge
            | Self::NotUtf8
            | Self::NotJson
            | Self::NotAnObject
            | Self::Fields
            | Self::Token
            | Self::TriggeredAt
            | Self::Data => RejectionClass::Malformed,
            Self::Unsigned
            | Self::SignatureFormat
            | Self::WrongSignature
            | Self::TooOld
            | Self::FromTheFuture => RejectionClass::Unauthentic,
        }
    }

    /// What is to be done about it: nothing, the input is at fault.
    pub fn disposition(self) -> Disposition {
        Disposition::Rejected
    }
}
