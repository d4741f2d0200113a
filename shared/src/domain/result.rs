//! An assessment result of Qualified, as read from its API a moment ago.

use jiff::Timestamp;

use super::{AssessmentId, ResultId, TeamCandidateId, Title};

/// How far a candidate has come with an assessment; the order is the order of the tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Progress {
    /// The invitation exists.
    Invited,
    /// The candidate began.
    Started,
    /// The result is final.
    Submitted,
}

impl Progress {
    /// All of them, in order.
    pub const ALL: [Self; 3] = [Self::Invited, Self::Started, Self::Submitted];

    /// What the status tag adds to the title (Qualified: docs, Lever integration).
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Invited => " - Invited",
            Self::Started => " - Started",
            Self::Submitted => " - Submitted",
        }
    }
}

/// The state of a result (Qualified: API reference, Assessment results).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResultState {
    /// Invited, the link not yet followed.
    Invited,
    /// The link was followed.
    Opened,
    /// The candidate is at work.
    Started,
    /// Being scored.
    Submitting,
    /// Final, the score is valid.
    Submitted,
    /// Closed without a submission.
    Terminated,
    /// A state this version does not know.
    Unrecognised,
}

/// One result with all that the note needs (Qualified: API reference, Exhibit).
#[derive(Debug, Clone, PartialEq)]
pub struct AssessmentResult {
    /// Its id.
    pub id: ResultId,
    /// Of which assessment.
    pub assessment: AssessmentId,
    /// The assessment's title at the time of reading.
    pub title: Option<Title>,
    /// Of which person.
    pub team_candidate: TeamCandidateId,
    /// Its state.
    pub state: ResultState,
    /// 0 or 1 for a first take, more for a retake.
    pub retake_number: u32,
    /// When the first invitation made it, by Qualified's clock.
    pub created_at: Option<Timestamp>,
    /// When the invitation that counts was made: of a result that was closed and given anew, the last one.
    pub invited_at: Option<Timestamp>,
    /// When the candidate began the present attempt.
    pub started_at: Option<Timestamp>,
    /// When the present attempt was submitted.
    pub submitted_at: Option<Timestamp>,
    /// When the first attempt was submitted, if the result was reopened since.
    pub original_submitted_at: Option<Timestamp>,
    /// Why it was closed, Qualified's word.
    pub closed_reason: Option<String>,
    /// 0 to 100, per cent.
    pub score: Option<f64>,
    /// Whether the cut score was reached; means nothing without a cut score.
    pub is_passed: Option<bool>,
    /// The cut score, 0 to 100, if one is set.
    pub cut_score: Option<f64>,
    /// Active time in seconds.
    pub active_seconds: Option<f64>,
    /// The challenges in order.
    pub challenges: Vec<ChallengeResult>,
    /// A trial run by the team itself.
    pub is_dry_run: bool,
}

/// One challenge of a result.
#[derive(Debug, Clone, PartialEq)]
pub struct ChallengeResult {
    /// Its title.
    pub title: String,
    /// The programming language chosen.
    pub language: Option<String>,
    /// 0 to 100, per cent.
    pub score: Option<f64>,
    /// How many items were right, of how many.
    pub items: Option<(u32, u32)>,
    /// How alike the solution is to others; computed after submission.
    pub similarity: Option<SimilarityRisk>,
}

/// Qualified's similarity risk of a solution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SimilarityRisk {
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
}

impl AssessmentResult {
    /// How far the present attempt has come; nothing for a terminated or unknown state.
    pub fn progress(&self) -> Option<Progress> {
        match self.state {
            ResultState::Invited | ResultState::Opened => Some(Progress::Invited),
            ResultState::Started | ResultState::Submitting => Some(Progress::Started),
            ResultState::Submitted => Some(Progress::Submitted),
            ResultState::Terminated | ResultState::Unrecognised => None,
        }
    }

    /// Which attempt of the candidate it is, from 1.
    pub fn attempt(&self) -> u32 {
        self.retake_number.max(1)
    }

    /// The highest similarity risk of any challenge.
    pub fn similarity(&self) -> Option<SimilarityRisk> {
        self.challenges.iter().filter_map(|challenge| challenge.similarity).max()
    }
}
