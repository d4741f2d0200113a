//! Why a candidate was not invited.

use lever_integration::domain::Progress as Reached;
use lever_integration::flow::Check as OpportunityCheck;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::problem::{Code, Problem};
use super::activity::{ActivityLine, Candidate};
use super::code::ReasonCode;
use super::connection::Webhook;
use crate::paths::field;
use crate::view::model;

/// What is said when nobody was found though not everybody was looked at.
const NOT_ALL: &str = "Nobody was found among the candidates looked at, and there are more. A Lever link or an opportunity id finds anybody.";

/// The candidates meant, or every check for the only one.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub(in crate::api) enum WhyAnswer {
    /// Several candidates match, or one does and others may; ask again with the `opportunity` of one.
    Several {
        candidates: Vec<Choice>,
        /// Whether more candidates match than these, or may: not all were looked at.
        is_cut: bool,
    },
    /// Every check for one candidate.
    Explained { explanation: Box<Explanation> },
}

/// A candidate to choose.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Choice {
    candidate: Candidate,
    /// The name of the stage.
    stage: Option<String>,
    #[schema(format = DateTime)]
    archived_at: Option<String>,
}

/// Every check for one candidate.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Explanation {
    candidate: Candidate,
    /// What must hold whatever the assessment, in order.
    checks: Vec<CheckLine>,
    /// What must hold for each assessment that a tag names.
    assessments: Vec<AssessmentChecks>,
    /// Titles that come close to a tag, if no tag names an assessment.
    near: Vec<NearTitle>,
    /// What was decided so far, newest first.
    history: Vec<ActivityLine>,
}

/// What must hold for one assessment.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AssessmentChecks {
    title: String,
    checks: Vec<CheckLine>,
    /// How far the candidate is with it, if invited.
    progress: Option<Progress>,
    /// Whether Qualified closed it after that, without a submission.
    is_closed: bool,
}

/// How far a candidate is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Progress {
    Invited,
    Started,
    Submitted,
}

/// One check.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CheckLine {
    check: Check,
    outcome: Outcome,
    /// Why it failed, if for one of the reasons of decisions.
    reason: Option<ReasonCode>,
    /// Why it failed, in plain words.
    sentence: Option<String>,
    /// What can be done about it.
    hint: Option<&'static str>,
    /// How the webhook is, if no event came.
    webhook: Option<Webhook>,
    /// What it rests on, such as the name of the stage.
    detail: Option<String>,
}

/// Something that must hold for an invitation.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Check {
    AccessGranted,
    Readable,
    EventSeen,
    InTriggerStage,
    EnteredAfterAdded,
    Active,
    NotAnonymised,
    HasEmail,
    ContactAllowed,
    TagNamesAssessment,
    AssessmentReady,
    NotAssignedBefore,
    NotDecidedBefore,
    AcceptedByQualified,
}

/// What a check came to.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Passed,
    Failed,
    /// Nothing speaks against it, and it is not its turn yet.
    NotDue,
    /// An earlier one failed.
    NotReached,
}

/// A tag of the candidate and the title it comes close to.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NearTitle {
    tag: String,
    title: String,
}

impl TryFrom<model::WhyAnswer> for WhyAnswer {
    type Error = Problem;

    fn try_from(answer: model::WhyAnswer) -> Result<Self, Problem> {
        match answer {
            model::WhyAnswer::NotAsked => Err(Problem::with(Code::BadValue, field::CANDIDATE)),
            model::WhyAnswer::NobodyFound { is_cut: false } => Err(Code::NotFound.into()),
            model::WhyAnswer::NobodyFound { is_cut: true } => {
                Err(Problem::from(Code::NotFound).told(NOT_ALL))
            }
            model::WhyAnswer::NotConnected => Err(Code::NotConnected.into()),
            model::WhyAnswer::Unavailable(cause) => Err(cause.into()),
            model::WhyAnswer::Several { choices, is_cut } => {
                Ok(Self::Several { candidates: choices.into_iter().map(Choice::from).collect(), is_cut })
            }
            model::WhyAnswer::Explained(one) => {
                Ok(Self::Explained { explanation: Box::new(Explanation::from(*one)) })
            }
        }
    }
}

impl From<model::CandidateChoice> for Choice {
    fn from(choice: model::CandidateChoice) -> Self {
        Self {
            candidate: choice.candidate.into(),
            stage: choice.stage,
            archived_at: choice.archived_at.map(|at| at.to_string()),
        }
    }
}

impl From<model::Explanation> for Explanation {
    fn from(one: model::Explanation) -> Self {
        let near = |near: model::NearTitle| NearTitle {
            tag: near.tag.as_str().to_owned(),
            title: near.title.as_str().to_owned(),
        };
        Self {
            candidate: one.candidate.into(),
            checks: one.checks.into_iter().map(CheckLine::from).collect(),
            assessments: one.assessments.into_iter().map(AssessmentChecks::from).collect(),
            near: one.near.into_iter().map(near).collect(),
            history: one.history.into_iter().map(ActivityLine::from).collect(),
        }
    }
}

impl From<model::AssessmentChecks> for AssessmentChecks {
    fn from(one: model::AssessmentChecks) -> Self {
        Self {
            title: one.title.as_str().to_owned(),
            checks: one.checks.into_iter().map(CheckLine::from).collect(),
            progress: one.progress.map(|progress| match progress {
                Reached::Invited => Progress::Invited,
                Reached::Started => Progress::Started,
                Reached::Submitted => Progress::Submitted,
            }),
            is_closed: one.is_closed,
        }
    }
}

impl From<model::CheckLine> for CheckLine {
    fn from(line: model::CheckLine) -> Self {
        let (outcome, failure) = match line.outcome {
            model::CheckOutcome::Passed => (Outcome::Passed, None),
            model::CheckOutcome::NotDue => (Outcome::NotDue, None),
            model::CheckOutcome::NotReached => (Outcome::NotReached, None),
            model::CheckOutcome::Failed(failure) => (Outcome::Failed, Some(failure)),
        };
        let webhook = match failure {
            Some(model::Failure::NoEvent(webhook)) => Some(webhook),
            Some(
                model::Failure::Because(_)
                | model::Failure::DecidedBefore(_)
                | model::Failure::DecidedThen(_)
                | model::Failure::LeftStage
                | model::Failure::TagCameLate,
            )
            | None => None,
        };
        Self {
            check: line.check.into(),
            outcome,
            reason: failure.and_then(model::Failure::reason).map(ReasonCode),
            sentence: failure.map(|failure| failure.sentence().into_owned()),
            hint: failure.map(model::Failure::hint),
            webhook: webhook.map(Webhook::from),
            detail: line.detail,
        }
    }
}

impl From<model::WhyCheck> for Check {
    fn from(check: model::WhyCheck) -> Self {
        match check {
            model::WhyCheck::AccessGranted => Self::AccessGranted,
            model::WhyCheck::Readable => Self::Readable,
            model::WhyCheck::EventSeen => Self::EventSeen,
            model::WhyCheck::Opportunity(OpportunityCheck::InTriggerStage) => Self::InTriggerStage,
            model::WhyCheck::Opportunity(OpportunityCheck::EnteredAfterAdded) => Self::EnteredAfterAdded,
            model::WhyCheck::Opportunity(OpportunityCheck::Active) => Self::Active,
            model::WhyCheck::Opportunity(OpportunityCheck::NotAnonymised) => Self::NotAnonymised,
            model::WhyCheck::Opportunity(OpportunityCheck::HasEmail) => Self::HasEmail,
            model::WhyCheck::Opportunity(OpportunityCheck::ContactAllowed) => Self::ContactAllowed,
            model::WhyCheck::TagNamesAssessment => Self::TagNamesAssessment,
            model::WhyCheck::AssessmentReady => Self::AssessmentReady,
            model::WhyCheck::NotAssignedBefore => Self::NotAssignedBefore,
            model::WhyCheck::NotDecidedBefore => Self::NotDecidedBefore,
            model::WhyCheck::AcceptedByQualified => Self::AcceptedByQualified,
        }
    }
}
