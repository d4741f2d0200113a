//! What can go wrong with the queue and with what is in it.
//!
//! No variant repeats a message: it may come from anybody who can write to the queue.

use crate::failure::Disposition;

/// The queue or a message in it is at fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The message is none of ours, or it is damaged.
    #[error("not an envelope of ours: {part} is missing or malformed")]
    Malformed {
        /// Which part.
        part: &'static str,
    },
    /// A newer version of this service wrote it; one that can read it may come to run.
    #[error("the envelope has version {version}, which this service does not know yet")]
    UnknownVersion {
        /// The version it names.
        version: u64,
    },
    /// An envelope could not be written as JSON.
    #[error("the envelope cannot be written")]
    Unwritable,
    /// The queue was not reached, was too slow, too busy or broken.
    #[error("the queue is unavailable: {cause}")]
    Unavailable {
        /// SQS's error code, or what happened on the way.
        cause: String,
    },
    /// The receipt no longer stands for a message being handled: it is back in the queue, or done.
    #[error("the message is no longer being handled")]
    ReceiptExpired,
    /// The queue does not exist, or does not let us do this.
    #[error("the queue refuses the call: {code}")]
    Refused {
        /// SQS's error code.
        code: String,
    },
}

impl Error {
    /// What is to be done about it.
    pub fn disposition(&self) -> Disposition {
        match self {
            Self::Malformed { .. } => Disposition::Rejected,
            Self::UnknownVersion { .. } | Self::Unavailable { .. } | Self::ReceiptExpired => {
                Disposition::TRANSIENT
            }
            Self::Unwritable | Self::Refused { .. } => Disposition::Defect,
        }
    }
}
