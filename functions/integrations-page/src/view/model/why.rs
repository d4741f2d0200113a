//! Why a candidate was not invited.

use std::borrow::Cow;

use jiff::Timestamp;
use lever_integration::domain::{Progress, Reason, Tag, Title};
use lever_integration::flow::Check;

use super::{ActivityLine, CandidateRef, Shell, Unread, WebhookState};

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
    NobodyFound {
        /// Whether there are candidates who were not looked at.
        is_cut: bool,
    },
    /// Several candidates match, or one does and others may.
    Several {
        /// The first of them.
        choices: Vec<CandidateChoice>,
        /// Whether there are more than these, or may be.
        is_cut: bool,
    },
    /// One candidate, with every check.
    Explained(Box<Explanation>),
    /// There is no connection to Lever to ask through.
    NotConnected,
    /// Lever or Qualified was asked in vain.
    Unavailable(Unread),
}

/// A candidate to choose.
#[derive(Debug, Clone)]
pub struct CandidateChoice {
    /// The opportunity.
    pub candidate: CandidateRef,
    /// The name of the stage.
    pub stage: Option<String>,
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
    /// Whether Qualified closed it after that, without a submission. A new invitation that was sent from there since
    /// does not show until the candidate starts or hands in.
    pub is_closed: bool,
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
    /// Lever and Qualified let us in.
    AccessGranted,
    /// Lever lets us see the candidate.
    Readable,
    /// The move was handled.
    EventSeen,
    /// About the opportunity itself.
    Opportunity(Check),
    /// A tag is the title of an assessment.
    TagNamesAssessment,
    /// One published assessment meant for candidates has this title.
    AssessmentReady,
    /// Not invited to it before for this opportunity.
    NotAssignedBefore,
    /// Nothing else was decided when the candidate came into the stage.
    NotDecidedBefore,
    /// Qualified took the invitation; the ledger says so.
    AcceptedByQualified,
}

/// What a check came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckOutcome {
    /// It holds.
    Passed,
    /// It does not.
    Failed(Failure),
    /// Nothing speaks against it, and it is not its turn yet.
    NotDue,
    /// An earlier one failed.
    NotReached,
}

/// Why a check failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// For one of the reasons of decisions.
    Because(Reason),
    /// This was decided when the candidate came into the stage. It would not be decided now, and still stands.
    DecidedBefore(Reason),
    /// This was decided while the candidate was in a trigger stage, which has been left since.
    DecidedThen(Reason),
    /// The candidate has left the trigger stage; what is on record does not say more.
    LeftStage,
    /// The tag was put on after the candidate was moved, too late to count.
    TagCameLate,
    /// Nothing shows that an event about this candidate was handled.
    NoEvent(WebhookState),
}

impl Failure {
    /// The reason of a decision, if there is one behind it.
    pub fn reason(self) -> Option<Reason> {
        match self {
            Self::Because(reason) | Self::DecidedBefore(reason) | Self::DecidedThen(reason) => Some(reason),
            Self::LeftStage | Self::TagCameLate | Self::NoEvent(_) => None,
        }
    }

    /// One plain sentence for the recruiter.
    pub fn sentence(self) -> Cow<'static, str> {
        match self {
            Self::Because(reason) => reason.sentence().into(),
            Self::DecidedBefore(reason) => {
                format!("When the candidate was moved, this was decided: {}", reason.sentence()).into()
            }
            Self::DecidedThen(reason) => format!(
                "The candidate has left the trigger stage. While there, this was decided: {}",
                reason.sentence()
            )
            .into(),
            Self::LeftStage => "The candidate is no longer in a trigger stage.".into(),
            Self::TagCameLate => "The tag was put on after the candidate was moved.".into(),
            Self::NoEvent(_) => "We have not handled a move of this candidate yet.".into(),
        }
    }

    /// What can be done about it.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Because(reason) | Self::DecidedThen(reason) => reason.hint(),
            Self::LeftStage => Reason::MovedOn.hint(),
            Self::DecidedBefore(_) | Self::TagCameLate => {
                "This is no longer in the way. Move the candidate out of the stage and back in."
            }
            Self::NoEvent(WebhookState::Receiving { .. }) => {
                "Wait five minutes: we look for missed moves ourselves. If nothing comes, move the candidate out \
                 of the stage and back in."
            }
            Self::NoEvent(WebhookState::Waiting | WebhookState::Silent { .. }) => {
                "In Lever, switch on Settings → Integrations and API → Webhooks → Candidate Stage Change. Until \
                 then we look for missed moves ourselves, every five minutes while there is activity, otherwise once \
                 a day."
            }
            Self::NoEvent(WebhookState::Gone) => {
                "Register our webhook again on the overview. Until then we look for missed moves ourselves, every \
                 five minutes while there is activity, otherwise once a day."
            }
        }
    }
}

/// A tag of the candidate and the title it comes close to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NearTitle {
    /// The tag as it is.
    pub tag: Tag,
    /// The title it should be.
    pub title: Title,
}
