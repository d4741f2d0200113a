//! Words for the values of the domain.

use lever_integration::domain::{LeverEnvironment, Outcome, Progress, Reason};

use super::model::Unread;
use crate::paths::field;

/// What a colour stands for; the word beside it says the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    /// As it should be.
    Good,
    /// Worth a look.
    Attention,
    /// Stops invitations.
    Bad,
    /// Neither.
    Quiet,
}

impl Tone {
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Attention => "attention",
            Self::Bad => "bad",
            Self::Quiet => "quiet",
        }
    }
}

pub(super) fn outcome_tone(outcome: Outcome) -> Tone {
    match outcome {
        Outcome::Invited | Outcome::Followed => Tone::Good,
        Outcome::NotInvited => Tone::Quiet,
        Outcome::Problem | Outcome::Waiting => Tone::Attention,
    }
}

/// The outcomes that lines of activity have: what waits is recorded when it goes on.
pub(super) const RECORDED_OUTCOMES: [Outcome; 4] =
    [Outcome::NotInvited, Outcome::Problem, Outcome::Invited, Outcome::Followed];

pub(super) fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Invited => "Invited",
        Outcome::Followed => "Progress",
        Outcome::NotInvited => "Not invited",
        Outcome::Problem => "Problem",
        Outcome::Waiting => "Waiting",
    }
}

/// Under a search that may mean more candidates than were found.
pub(super) const MORE_CANDIDATES: &str =
    "There may be more candidates than these. Type more of the name, or paste the link from Lever.";

/// Why Lever showed nothing, and what to do.
pub(super) fn unread(cause: Unread) -> &'static str {
    match cause {
        Unread::NoAnswer => "Lever did not answer. Load the page again in a minute.",
        Unread::Refused => {
            "Lever refuses what we ask. Log in to Lever again on the overview, as a Super Admin."
        }
        Unread::Busy => {
            "Lever is limiting our requests. Invitations go on, a little later. Load the page again in a minute."
        }
    }
}

pub(super) fn environment(environment: LeverEnvironment) -> &'static str {
    match environment {
        LeverEnvironment::Production => "Production",
        LeverEnvironment::Sandbox => "Sandbox",
    }
}

/// What to call what came in a field of this name.
pub(super) fn input(name: &str) -> &'static str {
    match name {
        field::API_KEY => "the API key",
        field::STAGE => "the stage",
        field::REASON => "the reason",
        field::SEARCH | field::CANDIDATE => "the name or link of the candidate",
        field::OPPORTUNITY => "the link of the candidate",
        _ => "what you entered",
    }
}

pub(super) fn progress(progress: Progress) -> &'static str {
    match progress {
        Progress::Invited => "invited",
        Progress::Started => "started",
        Progress::Submitted => "submitted",
    }
}

/// A few words for a reason: for lists to choose from.
pub(super) fn short(reason: Reason) -> &'static str {
    match reason {
        Reason::Invited => "Invited",
        Reason::AttachedToExisting => "Invited before in Qualified",
        Reason::TagsRestored => "Tags restored",
        Reason::Started => "Started",
        Reason::Submitted => "Submitted",
        Reason::Reopened => "Reopened",
        Reason::Retaken => "Taken again",
        Reason::Terminated => "Closed without a submission",
        Reason::StageNotTrigger => "Not a trigger stage",
        Reason::MovedOn => "Left the trigger stage",
        Reason::EnteredBeforeTrigger => "In the stage before it was added",
        Reason::Archived => "Archived",
        Reason::Anonymised => "Personal data removed",
        Reason::NoEmail => "No e-mail address",
        Reason::ContactNotAllowed => "Contact not allowed",
        Reason::NoMatchingTag => "No matching tag",
        Reason::MisspeltTag => "Misspelt tag",
        Reason::NotPublished => "Assessment not published",
        Reason::NotForCandidates => "Assessment not for candidates",
        Reason::AmbiguousTitle => "Two assessments have this title",
        Reason::AlreadyAssigned => "Invited already",
        Reason::StatusTagPresent => "Status tag present",
        Reason::OpportunityGone => "No longer in Lever",
        Reason::OpportunityHidden => "Hidden in Lever",
        Reason::EmailRefused => "E-mail address refused",
        Reason::AssessmentRefused => "Assessment refused",
        Reason::GivenUp => "Put aside after failures",
        Reason::TagsRefused => "Tags not changed",
        Reason::NoteRefused => "Note not written",
        Reason::ReconnectNeeded => "Waiting for a login to Lever",
        Reason::ApiKeyNeeded => "Waiting for an API key",
    }
}

/// `1 candidate`, `2 candidates`.
pub(super) fn count(number: u32, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
