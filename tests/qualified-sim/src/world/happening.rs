//! What subscribers are told: the events our flows produce, each with a copy of its subject as it was then.

use super::candidate::TeamCandidate;
use super::ids::TeamId;
use super::result::AssessmentResult;

/// Events a subscription may ask for (Qualified: API reference, Webhook subscriptions, and the newer ones).
pub(crate) const TRIGGERS: [&str; 32] = [
    "team_candidate_started_assessment",
    "team_candidate_submitted_assessment",
    "team_candidate_label_added",
    "team_candidate_label_removed",
    "team_candidate_state_changed",
    "team_candidate_merged",
    "challenge_created",
    "challenge_updated",
    "challenge_published",
    "challenge_destroyed",
    "solution_created",
    "solution_updated",
    "assessment_created",
    "assessment_updated",
    "assessment_published",
    "assessment_destroyed",
    "assessment_result_state_changed",
    "assessment_result_started",
    "assessment_result_submitted",
    "assessment_result_merged",
    "assessment_result_review_created",
    "assessment_result_review_updated",
    "assessment_result_review_submitted",
    "assessment_result_review_destroyed",
    "note_created",
    "pathway_result_created",
    "pathway_result_state_changed",
    "pathway_step_result_created",
    "pathway_step_result_state_changed",
    "external_evidence_invite_created",
    "pathway_interview_booking_created",
    "pathway_interview_booking_updated",
];

/// The events this simulator sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Event {
    ResultStateChanged,
    ResultStarted,
    ResultSubmitted,
    TeamCandidateStateChanged,
    /// Deprecated twin of `ResultStarted`.
    TeamCandidateStartedAssessment,
    /// Deprecated twin of `ResultSubmitted`.
    TeamCandidateSubmittedAssessment,
}

impl Event {
    pub(crate) const ALL: [Self; 6] = [
        Self::ResultStateChanged,
        Self::ResultStarted,
        Self::ResultSubmitted,
        Self::TeamCandidateStateChanged,
        Self::TeamCandidateStartedAssessment,
        Self::TeamCandidateSubmittedAssessment,
    ];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::ResultStateChanged => "assessment_result_state_changed",
            Self::ResultStarted => "assessment_result_started",
            Self::ResultSubmitted => "assessment_result_submitted",
            Self::TeamCandidateStateChanged => "team_candidate_state_changed",
            Self::TeamCandidateStartedAssessment => "team_candidate_started_assessment",
            Self::TeamCandidateSubmittedAssessment => "team_candidate_submitted_assessment",
        }
    }

    /// Whether the event is about a result (and not about a person).
    pub(crate) fn is_about_result(self) -> bool {
        self != Self::TeamCandidateStateChanged
    }
}

/// Whom or what an event is about.
#[derive(Debug, Clone)]
pub(crate) enum Subject {
    Result { result: Box<AssessmentResult>, candidate: Box<TeamCandidate> },
    Candidate(Box<TeamCandidate>),
}

/// One event that happened.
#[derive(Debug, Clone)]
pub(crate) struct Happening {
    pub(crate) event: Event,
    pub(crate) subject: Subject,
}

impl Happening {
    pub(crate) fn team_id(&self) -> &TeamId {
        match &self.subject {
            Subject::Result { result, .. } => &result.team_id,
            Subject::Candidate(candidate) => &candidate.team_id,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_sent_can_be_subscribed_to() {
        for event in Event::ALL {
            assert!(TRIGGERS.contains(&event.as_str()), "{}", event.as_str());
        }
    }
}
