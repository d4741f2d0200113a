//! Stages of the pipeline and archive reasons.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::ids::{ReasonId, StageId};

#[derive(Debug, Clone)]
pub(crate) struct Stage {
    pub(crate) id: StageId,
    pub(crate) text: String,
}

impl Stage {
    pub(crate) fn json(&self) -> Value {
        json!({"id": self.id, "text": self.text})
    }
}

/// Whether archiving for a reason means that the candidate was hired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReasonKind {
    /// Hired.
    Hired,
    /// Anything else.
    NonHired,
}

#[derive(Debug, Clone)]
pub(crate) struct ArchiveReason {
    pub(crate) id: ReasonId,
    pub(crate) text: String,
    pub(crate) kind: ReasonKind,
}

impl ArchiveReason {
    pub(crate) fn json(&self) -> Value {
        json!({"id": self.id, "text": self.text, "status": "active", "type": self.kind})
    }
}
