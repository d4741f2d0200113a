//! Activity: one line for each decision, so that the page can say what happened and why.
//!
//! Holds ids and tags, never a name or an e-mail address; names are read from Lever when shown.

use jiff::Timestamp;

use super::{
    ActivityId, AssessmentId, EventId, OpportunityId, Reason, ResultId, StageId, Tag, TeamId, Title,
};

/// One decision.
#[derive(Debug, Clone, PartialEq)]
pub struct Activity {
    /// Whose.
    pub team: TeamId,
    /// When the event behind it happened; with the id, the place in the order.
    pub at: Timestamp,
    /// The event and the number of the line.
    pub id: ActivityId,
    /// The event behind it.
    pub event: EventId,
    /// About which opportunity.
    pub opportunity: OpportunityId,
    /// About which assessment, if it came that far.
    pub assessment: Option<AssessmentId>,
    /// What was decided.
    pub reason: Reason,
    /// What it was decided on.
    pub facts: Facts,
    /// SHA-256 of the body that brought the event; another body under the same signature is a forgery.
    pub body_digest: Option<String>,
}

/// What a decision was made on, as far as it mattered.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Facts {
    /// The stage the candidate was in.
    pub stage: Option<StageId>,
    /// When the candidate entered it.
    pub entered_at: Option<Timestamp>,
    /// When the trigger stage was added.
    pub trigger_added_at: Option<Timestamp>,
    /// The tag that decided.
    pub tag: Option<Tag>,
    /// The title of the assessment, or the nearest one if no tag matched.
    pub title: Option<Title>,
    /// The result in Qualified.
    pub result: Option<ResultId>,
    /// The attempt, from 1.
    pub attempt: Option<u32>,
}
