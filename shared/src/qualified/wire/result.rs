//! Results: rows of the list and the exhibit.
//!
//! `passingScore` is a verdict (boolean) on the result and on a solution, and a threshold (number) on the
//! assessment. The verdict means nothing without a threshold; the domain keeps both apart. An invitation
//! that expired leaves the result in `invited` (assumption Q16).

use jiff::Timestamp;
use serde::Deserialize;

use super::envelope::{lenient, parse_id, percentage, time};
use crate::domain::{AssessmentResult, ChallengeResult, ResultId, ResultState, SimilarityRisk, Title};
use crate::qualified::error::Flaw;

/// The longest time believed, in seconds: a year.
const SECONDS_MAX: f64 = 366.0 * 24.0 * 3600.0;

/// `{"id": …, "data": {…}}`, without type and meta.
#[derive(Deserialize)]
pub(in crate::qualified) struct Exhibit {
    id: String,
    data: ResultRow,
}

/// A result of the list with what tells which take counts.
pub(in crate::qualified) struct ListedResult {
    pub(in crate::qualified) result: AssessmentResult,
    is_current_take: bool,
}

/// A result as the list has it; the exhibit has some fields more and the id outside.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::qualified) struct ResultRow {
    id: Option<String>,
    assessment_id: Option<String>,
    team_candidate_id: Option<String>,
    state: String,
    #[serde(default, deserialize_with = "lenient")]
    closed_reason: Option<String>,
    #[serde(default, deserialize_with = "time")]
    started_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "time")]
    submitted_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "time")]
    original_submitted_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "percentage")]
    score: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    passing_score: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    passed: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    accumulated_seconds: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    retake_number: Option<u32>,
    #[serde(default, deserialize_with = "lenient")]
    current_take: Option<bool>,
    #[serde(default, deserialize_with = "time")]
    created_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "time")]
    invited_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "lenient")]
    dry_run: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    team_candidate: Option<Included>,
    #[serde(default, deserialize_with = "lenient")]
    assessment: Option<IncludedAssessment>,
    #[serde(default, deserialize_with = "lenient")]
    solutions: Option<Vec<Solution>>,
}

#[derive(Deserialize)]
struct Included {
    id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct IncludedAssessment {
    id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    title: Option<String>,
    /// The cut score; missing when none is set.
    #[serde(default, deserialize_with = "percentage")]
    passing_score: Option<f64>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Solution {
    #[serde(deserialize_with = "percentage")]
    score: Option<f64>,
    #[serde(deserialize_with = "lenient")]
    items_correct_count: Option<u32>,
    #[serde(deserialize_with = "lenient")]
    items_total_count: Option<u32>,
    #[serde(deserialize_with = "lenient")]
    language: Option<String>,
    #[serde(deserialize_with = "lenient")]
    similarity_risk_level: Option<String>,
    #[serde(deserialize_with = "lenient")]
    challenge: Option<Challenge>,
}

#[derive(Deserialize)]
struct Challenge {
    #[serde(default, deserialize_with = "lenient")]
    title: Option<String>,
}

impl Exhibit {
    pub(in crate::qualified) fn into_result(self) -> Result<AssessmentResult, Flaw> {
        self.data.into_result(parse_id(&self.id)?)
    }
}

impl ListedResult {
    /// The order in which results count: the current take, then the highest retake, then the newest.
    pub(in crate::qualified) fn rank(&self) -> (bool, u32, Option<Timestamp>) {
        (self.is_current_take, self.result.retake_number, self.result.created_at)
    }
}

impl ResultRow {
    pub(in crate::qualified) fn into_listed(self) -> Result<ListedResult, Flaw> {
        let id = parse_id(self.id.as_deref().ok_or(Flaw::Shape)?)?;
        let is_current_take = self.current_take == Some(true);
        Ok(ListedResult { result: self.into_result(id)?, is_current_take })
    }

    fn into_result(self, id: ResultId) -> Result<AssessmentResult, Flaw> {
        let (assessment_id, title, cut_score) = match self.assessment {
            Some(assessment) => (assessment.id, assessment.title, assessment.passing_score),
            None => (None, None, None),
        };
        let assessment_id = self.assessment_id.or(assessment_id).ok_or(Flaw::Shape)?;
        let team_candidate_id =
            self.team_candidate_id.or(self.team_candidate.map(|included| included.id)).ok_or(Flaw::Shape)?;
        let solutions = self.solutions.unwrap_or_default();
        Ok(AssessmentResult {
            id,
            assessment: parse_id(&assessment_id)?,
            title: title.and_then(|title| Title::new(&title).ok()),
            team_candidate: parse_id(&team_candidate_id)?,
            state: state(&self.state),
            retake_number: self.retake_number.unwrap_or_default(),
            created_at: self.created_at,
            invited_at: self.invited_at,
            started_at: self.started_at,
            submitted_at: self.submitted_at,
            original_submitted_at: self.original_submitted_at,
            closed_reason: self.closed_reason,
            score: self.score,
            is_passed: self.passing_score.or(self.passed),
            cut_score,
            active_seconds: self.accumulated_seconds.filter(|seconds| (0.0..=SECONDS_MAX).contains(seconds)),
            challenges: solutions
                .into_iter()
                .zip(1..)
                .map(|(solution, place)| solution.into_challenge(place))
                .collect(),
            is_dry_run: self.dry_run == Some(true),
        })
    }
}

impl Solution {
    /// `place` counts from 1 and stands in for a missing title.
    fn into_challenge(self, place: usize) -> ChallengeResult {
        let title = self.challenge.and_then(|challenge| challenge.title);
        let title = title.filter(|title| !title.trim().is_empty());
        ChallengeResult {
            title: title.unwrap_or_else(|| format!("Challenge {place}")),
            language: self.language.filter(|language| !language.trim().is_empty()),
            score: self.score,
            items: self.items_correct_count.zip(self.items_total_count).filter(|(right, of)| right <= of),
            similarity: self.similarity_risk_level.as_deref().and_then(similarity),
        }
    }
}

fn state(state: &str) -> ResultState {
    match state {
        "invited" => ResultState::Invited,
        "opened" => ResultState::Opened,
        "started" => ResultState::Started,
        "submitting" => ResultState::Submitting,
        "submitted" => ResultState::Submitted,
        "terminated" => ResultState::Terminated,
        _ => ResultState::Unrecognised,
    }
}

fn similarity(level: &str) -> Option<SimilarityRisk> {
    match level {
        "low" => Some(SimilarityRisk::Low),
        "medium" => Some(SimilarityRisk::Medium),
        "high" => Some(SimilarityRisk::High),
        _ => None,
    }
}
