//! An assessment of Qualified, as far as a tag can ask for it.

use super::{AssessmentId, Title};

/// One assessment of a team (Qualified: API reference, Assessments).
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// Its id.
    pub id: AssessmentId,
    /// Its title, which is also the tag that asks for it.
    pub title: Title,
    /// Whether it is published.
    pub state: AssessmentState,
    /// A template, a practice, a demo, or marked unavailable: never sent to candidates.
    pub is_internal: bool,
}

/// The publication state of an assessment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssessmentState {
    /// Being written.
    Draft,
    /// Candidates can be invited.
    Published,
    /// Put away.
    Archived,
    /// A state this version does not know; treated as not published.
    Unrecognised,
}

/// Whether candidates can be invited to an assessment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Availability {
    /// They can.
    Available,
    /// It is a draft or archived.
    NotPublished,
    /// It is a template, a practice or a demo.
    NotForCandidates,
}

impl Assessment {
    /// Whether candidates can be invited to it.
    pub fn availability(&self) -> Availability {
        match (self.is_internal, self.state) {
            (true, _) => Availability::NotForCandidates,
            (false, AssessmentState::Published) => Availability::Available,
            (false, AssessmentState::Draft | AssessmentState::Archived | AssessmentState::Unrecognised) => {
                Availability::NotPublished
            }
        }
    }
}
