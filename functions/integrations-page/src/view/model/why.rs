//! Why a candidate was not invited.

use jiff::Timestamp;
use lever_integration::domain::{Progress, Reason, Tag, Title};
use lever_integration::flow::Check;

use super::{ActivityLine, CandidateRef, Shell, WebhookState};

/// The question and its answer.
#[derive(Debug, Clone)]
pub struct WhyPage {
    /// What every page has.
    pub shell: Shell,
    /// What was typed.
    pub asked: String,
    /// The answer.
    pub answer: WhyAnswer,
}

/// What was found.
#[derive(Debug, Clone)]
pub enum WhyAnswer {
    /// Nothing was asked yet.
    NotAsked,
    /// Nobody matches.
    NobodyFound,
    /// Several candidates match.
    Several(Vec<CandidateChoice>),
    /// One candidate, with every check.
    Explained(Box<Explanation>),
    /// There is no connection to Lever to ask through.
    NotConnected,
    /// Lever or Qualified did not answer.
    Unavailable,
}

/// A candidate to choose.
#[derive(Debug, Clone)]
pub struct CandidateChoice {
    /// The candidacy.
    pub candidate: CandidateRef,
    /// The name of the stage.
    pub stage: Option<String>,
    /// When it was created in Lever.
    pub created_at: Option<Timestamp>,
    /// Whether it is archived.
    pub archived_at: Option<Timestamp>,
}

/// Every check for one candidate.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// About whom.
    pub candidate: CandidateRef,
    /// What must hold whatever the assessment, in order.
    pub checks: Vec<CheckLine>,
    /// What must hold for each assessment that a tag names.
    pub assessments: Vec<AssessmentChecks>,
    /// Titles that come close to a tag, if no tag names an assessment.
    pub near: Vec<NearTitle>,
    /// What was decided about this candidate so far, newest first.
    pub history: Vec<ActivityLine>,
}

/// What must hold for one assessment.
#[derive(Debug, Clone)]
pub struct AssessmentChecks {
    /// Which.
    pub title: Title,
    /// The checks, in order.
    pub checks: Vec<CheckLine>,
    /// How far the candidate is with it, if invited.
    pub progress: Option<Progress>,
}

/// One check.
#[derive(Debug, Clone)]
pub struct CheckLine {
    /// Which.
    pub check: WhyCheck,
    /// What it came to.
    pub outcome: CheckOutcome,
    /// What it rests on, such as the name of the stage.
    pub detail: Option<String>,
}

/// Something that must hold for an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyCheck {
    /// Lever told us about the move.
    EventSeen,
    /// About the opportunity itself.
    Opportunity(Check),
    /// A tag is the title of an assessment.
    TagNamesAssessment,
    /// One published assessment meant for candidates has this title.
    AssessmentReady,
    /// Not invited to it before for this opportunity.
    NotAssignedBefore,
    /// Qualified took the invitation.
    AcceptedByQualified,
}

/// What a check came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckOutcome {
    /// It holds.
    Passed,
    /// It does not.
    Failed(Failure),
    /// An earlier one failed.
    NotReached,
}

/// Why a check failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// For one of the reasons of decisions.
    Because(Reason),
    /// Lever sent no event about this candidate.
    NoEvent(WebhookState),
}

/// A tag of the candidate and the title it comes close to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NearTitle {
    /// The tag as it is.
    pub tag: Tag,
    /// The title it should be.
    pub title: Title,
}
