//! Why the store could not answer.
//!
//! Names the kind of item and the attribute at fault, never what is in them.

use crate::failure::Disposition;
use crate::seal;

/// The store could not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The table did not answer in time, or answered that it is in trouble itself. A write may have
    /// happened all the same.
    #[error("the table did not answer")]
    Unreachable,
    /// More calls than the table takes at the moment.
    #[error("the table takes no more calls at the moment")]
    Throttled,
    /// The table refused the call: rights, names or limits are not as this code expects.
    #[error("the table refused the call: {code}")]
    Refused {
        /// The error code of the table.
        code: String,
    },
    /// A newer version of this program wrote the item; it is left as it is for that version to handle.
    #[error("the {item} was written by a newer version ({attribute})")]
    Newer {
        /// The kind of item.
        item: &'static str,
        /// What of it is not understood.
        attribute: &'static str,
    },
    /// The item is not as any version of this program writes it.
    #[error("the {item} is damaged ({attribute})")]
    Unreadable {
        /// The kind of item.
        item: &'static str,
        /// What of it is not understood.
        attribute: &'static str,
    },
    /// The item has no form in the table.
    #[error("the {item} cannot be written")]
    Unwritable {
        /// The kind of item.
        item: &'static str,
    },
    /// A credential could not be sealed or opened.
    #[error("a credential of the {item} is unusable: {source}")]
    Credential {
        /// The kind of item.
        item: &'static str,
        /// Why.
        source: seal::Error,
    },
    /// The cursor is not one this listing gave out.
    #[error("not a cursor of this listing")]
    InvalidCursor,
    /// A page has 1 to 100 rows.
    #[error("a page has 1 to 100 rows")]
    InvalidLimit,
}

impl Error {
    /// What is to be done about it.
    pub fn disposition(&self) -> Disposition {
        match self {
            Self::Unreachable | Self::Throttled | Self::Newer { .. } => Disposition::TRANSIENT,
            Self::Refused { .. } | Self::Unreadable { .. } | Self::Unwritable { .. } => Disposition::Defect,
            Self::Credential { source, .. } => source.disposition(),
            Self::InvalidCursor | Self::InvalidLimit => Disposition::Rejected,
        }
    }
}
