//! What the candidate does: open, start, submit. Steps left out are taken on the way.

use serde::Deserialize;
use sim_kit::clock::Millis;

use super::agenda::Due;
use super::candidate::CandidateState;
use super::happening::Event;
use super::ids::ResultId;
use super::result::{AssessmentResult, Risk, Solution};
use super::result_state::{ClosedReason, ResultState};
use super::{Refused, World};

/// What a candidate hands in; what is left out is filled in sensibly.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Submission {
    /// Score of each challenge in order, 0 to 100; 100, 75, 100, 50 … if left out.
    pub scores: Vec<f64>,
    /// Language of each challenge in order; the first allowed one if left out.
    pub languages: Vec<String>,
    /// Similarity of each challenge in order; none if left out, ignored below a score of 80.
    pub similarity: Vec<Option<Risk>>,
    /// The candidate's words.
    pub candidate_remarks: Option<String>,
    /// Active seconds; 25 minutes for each challenge if left out.
    pub accumulated_seconds: Option<u32>,
}

/// Scores when the driver names none: passed, partly, passed, half.
const USUAL_SCORES: [f64; 4] = [100.0, 75.0, 100.0, 50.0];
/// Active seconds for one challenge when the driver names none.
const USUAL_SECONDS: u32 = 1500;
/// Similarity is only looked at from this score on (Qualified: Detecting cheating).
const SIMILARITY_FROM: f64 = 80.0;

impl World {
    /// The candidate follows the link. Returns the result it leads to: a retake leads to a new one.
    pub(crate) fn open(&mut self, id: &ResultId, now: Millis) -> Result<ResultId, Refused> {
        let id = &self.follow_retake(id, now)?;
        let result = self.result(id)?;
        self.check_link(result, "open", now)?;
        let (state, person) = (result.state, result.team_candidate_id.clone());
        let invitation = self.newest_invitation(id).map(|invitation| invitation.id.clone());
        if let Some(invitation) = invitation {
            let invitation = self.invitation_mut(&invitation)?;
            invitation.accepted = true;
            invitation.open_count = Some(invitation.open_count.unwrap_or(0) + 1);
        }
        if state == ResultState::Invited {
            self.set_state(id, ResultState::Opened, now)?;
            self.result_mut(id)?.opened_at = Some(now);
            self.candidate_mut(&person)?.updated_at = now;
            self.tell_state(id)?;
        }
        Ok(id.clone())
    }

    fn check_link(&self, result: &AssessmentResult, verb: &'static str, now: Millis) -> Result<(), Refused> {
        let refused = |state| Refused::NotInState { id: result.id.to_string(), state, verb };
        let reopened = result.retry.as_ref().is_some_and(|retry| !retry.retake);
        match result.state {
            ResultState::Submitted if !reopened => return Err(refused("submitted")),
            ResultState::Submitting | ResultState::Terminated => return Err(refused(result.state.as_str())),
            ResultState::Submitted | ResultState::Invited | ResultState::Opened | ResultState::Started => {}
        }
        if self.newest_invitation(&result.id).is_some_and(|invitation| !invitation.is_active(now)) {
            return Err(Refused::LinkDead(result.id.clone()));
        }
        let early = result.access_starts_at.is_some_and(|at| at > now);
        let late = result.access_ends_at.is_some_and(|at| at <= now);
        if verb != "open" && (result.access_locked || early || late) {
            return Err(Refused::NoAccess(result.id.clone()));
        }
        Ok(())
    }

    /// The candidate begins, or goes on with a reopened result.
    pub(crate) fn start(&mut self, id: &ResultId, now: Millis) -> Result<ResultId, Refused> {
        let id = &self.open(id, now)?;
        let result = self.result(id)?;
        self.check_link(result, "start", now)?;
        if result.state == ResultState::Started {
            return Err(Refused::NotInState { id: id.to_string(), state: "started", verb: "start" });
        }
        let person = result.team_candidate_id.clone();
        let fresh = self.fresh_solutions(id, now)?;
        let result = self.result_mut(id)?;
        if result.state == ResultState::Submitted {
            go_on(result);
        } else {
            result.solutions = fresh;
        }
        result.started_at = Some(now);
        let limit = result.enforced_time_limit;
        self.set_state(id, ResultState::Started, now)?;
        if let Some(minutes) = limit {
            let due = Due::TimeLimit { result: id.clone(), started_at: now };
            self.plan(now + Millis::from(minutes) * 60_000, due);
        }
        self.roll_up(&person, CandidateState::Started, now)?;
        self.tell_state(id)?;
        self.tell(id, Event::ResultStarted)?;
        self.tell_deprecated(id, Event::TeamCandidateStartedAssessment)?;
        Ok(id.clone())
    }

    fn fresh_solutions(&mut self, id: &ResultId, now: Millis) -> Result<Vec<Solution>, Refused> {
        let challenges = self.assessment(&self.result(id)?.assessment_id)?.challenges.clone();
        let solutions = challenges.into_iter().map(|challenge| Solution {
            id: self.ids.next(now),
            challenge_id: challenge.id,
            language: challenge.languages.first().cloned(),
            score: None,
            items_correct: 0,
            items_total: challenge.items,
            accumulated_seconds: 0,
            submitted_at: None,
            risk: None,
        });
        Ok(solutions.collect())
    }

    /// The candidate hands in; scoring takes as long as the switch says.
    pub(crate) fn submit(
        &mut self,
        id: &ResultId,
        submission: Submission,
        now: Millis,
    ) -> Result<ResultId, Refused> {
        self.check_submission(id, &submission)?;
        let running = self.result(id)?.state == ResultState::Started;
        let id = if running { id.clone() } else { self.start(id, now)? };
        self.result_mut(&id)?.submission = Some(submission);
        self.begin_submission(&id, ClosedReason::CandidateSubmitted, now)?;
        Ok(id)
    }

    fn check_submission(&self, id: &ResultId, submission: &Submission) -> Result<(), Refused> {
        let challenges = &self.assessment(&self.result(id)?.assessment_id)?.challenges;
        let most = submission.scores.len().max(submission.languages.len()).max(submission.similarity.len());
        if most > challenges.len() {
            return Err(Refused::Submission(format!("{most} values for {} challenges", challenges.len())));
        }
        if let Some(score) = submission.scores.iter().find(|score| !(0.0..=100.0).contains(*score)) {
            return Err(Refused::Submission(format!("score {score} is not between 0 and 100")));
        }
        let mut pairs = submission.languages.iter().zip(challenges);
        match pairs.find(|(language, challenge)| !challenge.languages.contains(language)) {
            Some((language, challenge)) => {
                Err(Refused::Submission(format!("{language} is not a language of {}", challenge.title)))
            }
            None => Ok(()),
        }
    }

    pub(crate) fn begin_submission(
        &mut self,
        id: &ResultId,
        reason: ClosedReason,
        now: Millis,
    ) -> Result<(), Refused> {
        self.set_state(id, ResultState::Submitting, now)?;
        let result = self.result_mut(id)?;
        result.submitting_at = Some(now);
        result.closed_reason = Some(reason);
        self.tell_state(id)?;
        match self.switches.submitting_ms {
            0 => self.finish_submission(id, now),
            delay => {
                self.plan(now + delay, Due::Scored(id.clone()));
                Ok(())
            }
        }
    }

    /// Scoring is done: the result is final.
    pub(crate) fn finish_submission(&mut self, id: &ResultId, now: Millis) -> Result<(), Refused> {
        let result = self.result_mut(id)?;
        if result.state != ResultState::Submitting {
            return Ok(());
        }
        let submission = result.submission.take().unwrap_or_default();
        score(result, &submission, now);
        let person = result.team_candidate_id.clone();
        self.set_state(id, ResultState::Submitted, now)?;
        self.roll_up(&person, CandidateState::Submitted, now)?;
        self.tell_state(id)?;
        self.tell(id, Event::ResultSubmitted)?;
        self.tell_deprecated(id, Event::TeamCandidateSubmittedAssessment)?;
        match self.switches.similarity_ms {
            0 => self.find_similarity(id, &submission.similarity, now),
            delay => {
                self.plan(now + delay, Due::Similarity { result: id.clone(), levels: submission.similarity });
                Ok(())
            }
        }
    }

    /// Similarity is found after the submission.
    pub(crate) fn set_risk(
        &mut self,
        id: &ResultId,
        levels: &[Option<Risk>],
        now: Millis,
    ) -> Result<(), Refused> {
        let state = self.result(id)?.state;
        if state != ResultState::Submitted {
            let state = state.as_str();
            return Err(Refused::NotInState { id: id.to_string(), state, verb: "set the risk of" });
        }
        self.find_similarity(id, levels, now)
    }

    /// Writes similarity down and flags the person; only with code similarity on the plan, only from 80 % on.
    pub(crate) fn find_similarity(
        &mut self,
        id: &ResultId,
        levels: &[Option<Risk>],
        now: Millis,
    ) -> Result<(), Refused> {
        let team = self.result(id)?.team_id.clone();
        if !self.team(&team).is_some_and(|team| team.features.code_similarity) {
            return Ok(());
        }
        let result = self.result_mut(id)?;
        let mut found = false;
        for (solution, level) in result.solutions.iter_mut().zip(levels) {
            if level.is_some() && solution.score.is_some_and(|score| score >= SIMILARITY_FROM) {
                solution.risk = *level;
                found = true;
            }
        }
        if !found {
            return Ok(());
        }
        result.updated_at = now;
        let person = result.team_candidate_id.clone();
        self.roll_up(&person, CandidateState::RiskDetected, now)
    }

    fn tell_deprecated(&mut self, id: &ResultId, event: Event) -> Result<(), Refused> {
        if self.switches.deprecated_events { self.tell(id, event) } else { Ok(()) }
    }
}

/// A reopened result goes on: the first times are kept beside.
fn go_on(result: &mut AssessmentResult) {
    result.original_opened_at = result.original_opened_at.or(result.opened_at);
    result.original_started_at = result.original_started_at.or(result.started_at);
    result.original_submitted_at = result.original_submitted_at.or(result.submitted_at);
    result.total_original_submission_seconds =
        result.total_original_submission_seconds.or(result.total_submission_seconds);
    if let Some(retry) = result.retry.take() {
        result.enforced_time_limit = retry.enforced_time_limit.or(result.enforced_time_limit);
    }
    result.submitted_at = None;
    result.submitting_at = None;
    result.total_submission_seconds = None;
    result.closed_reason = None;
    result.score = None;
}

/// Scores each solution and averages them (Qualified: Scoring).
fn score(result: &mut AssessmentResult, submission: &Submission, now: Millis) {
    let count = u32::try_from(result.solutions.len()).unwrap_or(1).max(1);
    let active = submission.accumulated_seconds.unwrap_or(USUAL_SECONDS * count);
    for (index, solution) in result.solutions.iter_mut().enumerate() {
        let usual = USUAL_SCORES[index % USUAL_SCORES.len()];
        let score = submission.scores.get(index).copied().unwrap_or(usual);
        solution.score = Some(score);
        solution.items_correct = (f64::from(solution.items_total) * score / 100.0).round() as u32;
        if let Some(language) = submission.languages.get(index) {
            solution.language = Some(language.clone());
        }
        solution.accumulated_seconds = active / count;
        solution.submitted_at = Some(now);
    }
    let sum: f64 = result.solutions.iter().filter_map(|solution| solution.score).sum();
    // One decimal, as the recordings show.
    result.score = Some((sum / f64::from(count) * 10.0).round() / 10.0);
    result.accumulated_seconds = active;
    result.candidate_remarks.clone_from(&submission.candidate_remarks);
    result.submitted_at = Some(now);
    result.total_submission_seconds = result.started_at.map(|started| (now - started) as f64 / 1000.0);
}
