//! People as one team knows them: the team candidate and its roll-up state.

use serde::{Deserialize, Serialize};
use sim_kit::clock::Millis;

use super::happening::{Event, Happening, Subject};
use super::ids::{AssessmentId, CandidateId, MemberId, ResultId, TeamCandidateId, TeamId};
use super::{Refused, World};

/// The roll-up over all assessments of one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CandidateState {
    /// Known, nothing going on.
    Idle,
    /// Invited.
    Invited,
    /// At work on an assessment.
    Started,
    /// Handed in.
    Submitted,
    /// Handed in, and similar code was found.
    RiskDetected,
    /// Reviewed by a person.
    Reviewed,
    /// Approved by a person.
    Approved,
    /// Rejected by a person.
    Rejected,
    /// Put away.
    Archived,
}

impl CandidateState {
    /// All of them, in Qualified's order.
    pub(crate) const ALL: [Self; 9] = [
        Self::Idle,
        Self::Invited,
        Self::Started,
        Self::Submitted,
        Self::RiskDetected,
        Self::Reviewed,
        Self::Approved,
        Self::Rejected,
        Self::Archived,
    ];

    pub(crate) fn as_str(self) -> &'static str {
        self.words().0
    }

    pub(crate) fn label(self) -> &'static str {
        self.words().1
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Idle => ("idle", "Idle"),
            Self::Invited => ("invited", "Invited"),
            Self::Started => ("started", "Assessment Started"),
            Self::Submitted => ("submitted", "Assessment Submitted"),
            Self::RiskDetected => ("risk_detected", "Plagiarism Risk Detected"),
            Self::Reviewed => ("reviewed", "Assessment Reviewed"),
            Self::Approved => ("approved", "Approved"),
            Self::Rejected => ("rejected", "Rejected"),
            Self::Archived => ("archived", "Archived"),
        }
    }
}

/// One person in one team.
#[derive(Debug, Clone, PartialEq)]
pub struct TeamCandidate {
    /// Its id.
    pub id: TeamCandidateId,
    /// The person across teams; gone when forgotten.
    pub candidate_id: Option<CandidateId>,
    /// Whose.
    pub team_id: TeamId,
    /// Roll-up over all assessments.
    pub state: CandidateState,
    /// The state before.
    pub prev_state: Option<CandidateState>,
    /// Address in the letter case it was first given; gone when forgotten.
    pub email: Option<String>,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// Name shown to blind reviewers.
    pub anonymous_name: String,
    /// The team's own id for the person.
    pub alternate_id: Option<String>,
    /// Labels, `None` if none were ever set.
    pub labels: Option<Vec<String>>,
    /// Assessments invited to, oldest first.
    pub assessment_ids: Vec<AssessmentId>,
    /// Results, oldest first.
    pub result_ids: Vec<ResultId>,
    /// Who looks after the person.
    pub assigned_team_member_ids: Vec<MemberId>,
    /// Who sees the name.
    pub blinding: String,
    /// Put away.
    pub archived: bool,
    /// Personal data was wiped.
    pub forgotten: bool,
    /// A member of the team trying things out.
    pub test_team_member: bool,
    /// When it came to be.
    pub created_at: Millis,
    /// Last change.
    pub updated_at: Millis,
    /// Last invitation.
    pub invited_at: Option<Millis>,
    /// Last change of the state.
    pub state_updated_at: Millis,
    /// When a person decided.
    pub decided_at: Option<Millis>,
}

impl TeamCandidate {
    /// First and last name in one.
    pub fn name(&self) -> String {
        let parts = [self.first_name.as_deref(), self.last_name.as_deref()];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}

/// Two different adjectives and animals are enough to tell people apart.
const COLOURS: [&str; 8] = ["Blue", "Mahogany", "Lilac", "Aqua", "Peach", "Violet", "Beige", "Lavender"];
const ANIMALS: [&str; 7] = ["Panda", "Toucan", "Raven", "Falcon", "Alpaca", "Jaguar", "Albatross"];

impl World {
    /// Compares addresses as the switch for Q5 says.
    pub(crate) fn same_email(&self, one: &str, other: &str) -> bool {
        if self.switches.q5_ignore_email_case {
            one.trim().to_lowercase() == other.trim().to_lowercase()
        } else {
            one == other
        }
    }

    /// The person with this address in this team.
    pub(crate) fn candidate_by_email(&self, team: &TeamId, email: &str) -> Option<&TeamCandidate> {
        let of_team = self.candidates.iter().filter(|candidate| &candidate.team_id == team);
        let mut known = of_team.filter_map(|candidate| Some((candidate, candidate.email.as_deref()?)));
        known.find(|(_, address)| self.same_email(address, email)).map(|(candidate, _)| candidate)
    }

    /// A new person; the id across teams is shared with other teams that know the address.
    pub(crate) fn new_candidate(&mut self, team: &TeamId, email: &str, now: Millis) -> TeamCandidateId {
        let elsewhere = self.candidates.iter().find(|candidate| {
            candidate.email.as_deref().is_some_and(|address| self.same_email(address, email))
        });
        let across = elsewhere.and_then(|candidate| candidate.candidate_id.clone());
        let across = across.unwrap_or_else(|| self.ids.next(now));
        let count = self.candidates.len();
        let id: TeamCandidateId = self.ids.next(now);
        self.candidates.push(TeamCandidate {
            id: id.clone(),
            candidate_id: Some(across),
            team_id: team.clone(),
            state: CandidateState::Idle,
            prev_state: None,
            email: Some(email.trim().to_owned()),
            first_name: None,
            last_name: None,
            anonymous_name: format!("{} {}", COLOURS[count % COLOURS.len()], ANIMALS[count % ANIMALS.len()]),
            alternate_id: None,
            labels: None,
            assessment_ids: Vec::new(),
            result_ids: Vec::new(),
            assigned_team_member_ids: Vec::new(),
            blinding: "blind_reviewers".to_owned(),
            archived: false,
            forgotten: false,
            test_team_member: false,
            created_at: now,
            updated_at: now,
            invited_at: None,
            state_updated_at: now,
            decided_at: None,
        });
        id
    }

    /// Moves the roll-up state and tells the subscribers if it is another one.
    pub(crate) fn roll_up(
        &mut self,
        id: &TeamCandidateId,
        state: CandidateState,
        now: Millis,
    ) -> Result<(), Refused> {
        let candidate = self.candidate_mut(id)?;
        candidate.updated_at = now;
        if candidate.state == state {
            return Ok(());
        }
        // The first state of a new person has none before it.
        let was_idle = candidate.state == CandidateState::Idle && candidate.prev_state.is_none();
        candidate.prev_state = (!was_idle).then_some(candidate.state);
        candidate.state = state;
        candidate.state_updated_at = now;
        let subject = Subject::Candidate(Box::new(candidate.clone()));
        self.happenings.push(Happening { event: Event::TeamCandidateStateChanged, subject });
        Ok(())
    }

    /// A person's decision about a candidate.
    pub(crate) fn decide(
        &mut self,
        id: &TeamCandidateId,
        state: CandidateState,
        now: Millis,
    ) -> Result<(), Refused> {
        self.candidate_mut(id)?.decided_at = Some(now);
        self.roll_up(id, state, now)
    }

    /// Puts a person away.
    pub(crate) fn archive_candidate(&mut self, id: &TeamCandidateId, now: Millis) -> Result<(), Refused> {
        self.candidate_mut(id)?.archived = true;
        self.roll_up(id, CandidateState::Archived, now)
    }

    /// Takes an archived person back, in the state before.
    pub(crate) fn unarchive_candidate(&mut self, id: &TeamCandidateId, now: Millis) -> Result<(), Refused> {
        let candidate = self.candidate_mut(id)?;
        let before = candidate.prev_state.unwrap_or(CandidateState::Idle);
        if std::mem::take(&mut candidate.archived) {
            self.roll_up(id, before, now)?;
        }
        Ok(())
    }

    /// Wipes personal data; address, names and the id across teams are null from now on.
    pub(crate) fn forget_candidate(&mut self, id: &TeamCandidateId, now: Millis) -> Result<(), Refused> {
        let candidate = self.candidate_mut(id)?;
        candidate.forgotten = true;
        candidate.archived = true;
        candidate.candidate_id = None;
        candidate.email = None;
        candidate.first_name = None;
        candidate.last_name = None;
        candidate.alternate_id = None;
        self.roll_up(id, CandidateState::Archived, now)
    }
}
