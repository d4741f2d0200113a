//! What happened outside, after its delivery was verified. A hint to look, never a fact to act on.

use jiff::Timestamp;

use super::{AssessmentId, EventId, OpportunityId, ResultId, StageId, TeamCandidateId};

/// Something happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// In Lever a candidate changed stage.
    StageChanged(StageChanged),
    /// In Qualified a result changed.
    ResultChanged(ResultChanged),
}

impl Event {
    /// The event's id.
    pub fn id(&self) -> &EventId {
        match self {
            Self::StageChanged(event) => &event.id,
            Self::ResultChanged(event) => &event.id,
        }
    }
}

/// A candidate changed stage. Only `id` and `triggered_at` are covered by Lever's signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageChanged {
    /// Made of the signed fields.
    pub id: EventId,
    /// When Lever says it happened.
    pub triggered_at: Timestamp,
    /// Which opportunity, as claimed.
    pub opportunity: OpportunityId,
    /// Into which stage, as claimed.
    pub to_stage: StageId,
    /// SHA-256 of the body, lower-case hex.
    pub body_digest: String,
}

/// A result changed. Nothing of it is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultChanged {
    /// Made of result, news and time of change.
    pub id: EventId,
    /// Which result, as claimed.
    pub result: ResultId,
    /// What happened, as claimed.
    pub news: ResultNews,
    /// When it was submitted or else started, as claimed.
    pub changed_at: Option<Timestamp>,
    /// The person, as claimed; helps to find the assignment of a retake.
    pub team_candidate: Option<TeamCandidateId>,
    /// The assessment, as claimed; likewise.
    pub assessment: Option<AssessmentId>,
}

/// What a Qualified event tells of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResultNews {
    /// The candidate started.
    Started,
    /// The candidate submitted.
    Submitted,
    /// Another change of state.
    StateChanged,
}
