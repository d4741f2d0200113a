//! What happens in an account and may be told to webhooks.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::ids::{ContactId, OpportunityId};

/// Lever's webhook events; in Lever's settings each is one group that a Super Admin switches on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Event {
    /// An application was made.
    ApplicationCreated,
    /// An opportunity was archived or un-archived.
    CandidateArchiveChange,
    /// An opportunity was deleted.
    CandidateDeleted,
    /// An opportunity was archived as hired.
    CandidateHired,
    /// An opportunity moved from one stage to another.
    CandidateStageChange,
    /// A contact came to be.
    ContactCreated,
    /// A contact changed.
    ContactUpdated,
    /// An interview was planned.
    InterviewCreated,
    /// An interview was cancelled.
    InterviewDeleted,
    /// An interview changed.
    InterviewUpdated,
}

impl Event {
    /// Whether webhooks for it may be limited to origins.
    pub(crate) fn takes_conditions(self) -> bool {
        match self {
            Self::ApplicationCreated
            | Self::CandidateArchiveChange
            | Self::CandidateHired
            | Self::CandidateStageChange => true,
            Self::CandidateDeleted
            | Self::ContactCreated
            | Self::ContactUpdated
            | Self::InterviewCreated
            | Self::InterviewDeleted
            | Self::InterviewUpdated => false,
        }
    }
}

/// How a candidate came into the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// Applied to a posting.
    Applied,
    /// Found by the team.
    Sourced,
    /// Recommended by somebody.
    Referred,
    /// Met at a university.
    University,
    /// Works for the company already.
    Internal,
    /// Presented by an agency.
    Agency,
}

impl Origin {
    /// All of them, in the order in which Lever fills them into a webhook without conditions.
    pub(crate) const ALL: [Self; 6] =
        [Self::Applied, Self::Sourced, Self::Referred, Self::University, Self::Internal, Self::Agency];
}

/// One occurrence of an event, before it is known which webhooks hear of it.
#[derive(Debug, Clone)]
pub(crate) struct Happening {
    pub(crate) event: Event,
    pub(crate) opportunity: Option<OpportunityId>,
    pub(crate) contact: ContactId,
    pub(crate) origin: Option<Origin>,
    pub(crate) confidential: bool,
    /// The fields of `data` besides the three ids.
    pub(crate) data: Map<String, Value>,
}
