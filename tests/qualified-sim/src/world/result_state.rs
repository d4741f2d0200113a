//! The states of a result and the reasons for closing one.

use serde::{Deserialize, Serialize};

/// The state of a result (Qualified: API reference, Assessment results).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResultState {
    /// Invited.
    Invited,
    /// Link followed, not begun.
    Opened,
    /// Begun.
    Started,
    /// Being scored.
    Submitting,
    /// Final.
    Submitted,
    /// Closed without a submission.
    Terminated,
}

impl ResultState {
    pub(crate) const ALL: [Self; 6] =
        [Self::Invited, Self::Opened, Self::Started, Self::Submitting, Self::Submitted, Self::Terminated];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Opened => "opened",
            Self::Started => "started",
            Self::Submitting => "submitting",
            Self::Submitted => "submitted",
            Self::Terminated => "terminated",
        }
    }

    /// Begun and not yet final.
    pub(crate) fn is_running(self) -> bool {
        match self {
            Self::Opened | Self::Started | Self::Submitting => true,
            Self::Invited | Self::Submitted | Self::Terminated => false,
        }
    }
}

/// Why a result was closed (Qualified: API reference, Assessment results).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClosedReason {
    /// The candidate handed in.
    CandidateSubmitted,
    /// The time limit was reached.
    TimerRanOut,
    /// The team closed it.
    TeamForced,
    /// The team decided about the candidate.
    TeamDecided,
    /// The invitation was cancelled.
    InvitationCanceled,
    /// The assessment was archived.
    AssessmentArchived,
}

impl ClosedReason {
    pub(crate) const ALL: [Self; 6] = [
        Self::CandidateSubmitted,
        Self::TimerRanOut,
        Self::TeamForced,
        Self::TeamDecided,
        Self::InvitationCanceled,
        Self::AssessmentArchived,
    ];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::CandidateSubmitted => "candidate_submitted",
            Self::TimerRanOut => "timer_ran_out",
            Self::TeamForced => "team_forced",
            Self::TeamDecided => "team_decided",
            Self::InvitationCanceled => "invitation_canceled",
            Self::AssessmentArchived => "assessment_archived",
        }
    }
}
