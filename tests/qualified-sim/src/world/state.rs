//! The state as a whole, looking things up in it, and why a verb was refused.

use std::collections::BTreeMap;

use sim_kit::clock::Millis;
use thiserror::Error;

use super::agenda::Due;
use super::{
    Assessment, AssessmentId, AssessmentResult, AssessmentState, Happening, IdSource, Invitation,
    InvitationId, Mail, ResultId, Subscription, Team, TeamCandidate, TeamCandidateId, TeamId,
};
use crate::switches::Switches;

/// Why something could not be done.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refused {
    /// Nothing has this id.
    #[error("{what} {id} was not found")]
    NotFound {
        /// Kind of record.
        what: &'static str,
        /// The id asked for.
        id: String,
    },
    /// The result is in a state that does not allow it.
    #[error("result {id} is {state}: cannot {verb} it")]
    NotInState {
        /// The result.
        id: String,
        /// Its state.
        state: &'static str,
        /// What was asked for.
        verb: &'static str,
    },
    /// Only the current take can be retried.
    #[error("result {0} is not the current take")]
    NotCurrent(ResultId),
    /// The invitation was cancelled or has expired.
    #[error("the link to result {0} no longer works")]
    LinkDead(ResultId),
    /// Access is locked or outside its window.
    #[error("result {0} may not be taken now")]
    NoAccess(ResultId),
    /// Invited to an assessment that is not published.
    #[error("the assessment is {}, not published", .0.as_str())]
    NotPublished(AssessmentState),
    /// The switch for Q4 refuses repeated invitations.
    #[error("the candidate is already invited")]
    AlreadyInvited,
    /// The team does not allow retakes.
    #[error("retakes are not enabled for the team")]
    RetakesOff,
    /// A submission that does not fit the assessment.
    #[error("not a submission: {0}")]
    Submission(String),
    /// Two records that cannot be one person.
    #[error("{from} cannot be merged into {into}")]
    NotMergeable {
        /// The record to vanish.
        from: TeamCandidateId,
        /// The record to stay.
        into: TeamCandidateId,
    },
}

/// Everything one simulator knows.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) switches: Switches,
    pub(crate) ids: IdSource,
    pub(crate) teams: Vec<Team>,
    pub(crate) assessments: Vec<Assessment>,
    pub(crate) candidates: Vec<TeamCandidate>,
    pub(crate) invitations: Vec<Invitation>,
    pub(crate) results: Vec<AssessmentResult>,
    pub(crate) subscriptions: Vec<Subscription>,
    pub(crate) mails: Vec<Mail>,
    /// What is to be done, by when and in the order of planning.
    pub(crate) agenda: BTreeMap<(Millis, u64), Due>,
    /// How often something was planned.
    pub(crate) planned: u64,
    /// What subscribers are still to be told.
    pub(crate) happenings: Vec<Happening>,
}

macro_rules! lookups {
    ($($what:literal $id:ty => $kind:ty, $all:ident, $get:ident, $get_mut:ident;)*) => {$(
        pub(crate) fn $get(&self, id: &$id) -> Result<&$kind, Refused> {
            let found = self.$all.iter().find(|record| &record.id == id);
            found.ok_or_else(|| Refused::NotFound { what: $what, id: id.to_string() })
        }

        pub(crate) fn $get_mut(&mut self, id: &$id) -> Result<&mut $kind, Refused> {
            let found = self.$all.iter_mut().find(|record| &record.id == id);
            found.ok_or_else(|| Refused::NotFound { what: $what, id: id.to_string() })
        }
    )*};
}

impl World {
    /// A world in which nothing exists.
    pub(crate) fn empty(switches: Switches) -> Self {
        Self {
            switches,
            ids: IdSource::new(),
            teams: Vec::new(),
            assessments: Vec::new(),
            candidates: Vec::new(),
            invitations: Vec::new(),
            results: Vec::new(),
            subscriptions: Vec::new(),
            mails: Vec::new(),
            agenda: BTreeMap::new(),
            planned: 0,
            happenings: Vec::new(),
        }
    }

    pub(crate) fn team(&self, id: &TeamId) -> Option<&Team> {
        self.teams.iter().find(|team| &team.id == id)
    }

    lookups! {
        "assessment" AssessmentId => Assessment, assessments, assessment, assessment_mut;
        "team candidate" TeamCandidateId => TeamCandidate, candidates, candidate, candidate_mut;
        "invitation" InvitationId => Invitation, invitations, invitation, invitation_mut;
        "result" ResultId => AssessmentResult, results, result, result_mut;
    }
}
