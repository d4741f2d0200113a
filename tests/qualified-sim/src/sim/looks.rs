//! What tests want to know of Qualified.

use super::Qualified;
use crate::world::{ApiKey, AssessmentResult, Mail, ResultId, TeamCandidate, TeamId};

impl Qualified {
    /// The first team's id and key.
    pub fn first_team(&self) -> Option<(TeamId, ApiKey)> {
        self.app.act(|world, _| world.teams.first().map(|team| (team.id.clone(), team.api_key.clone())))
    }

    /// Every mail, oldest first.
    pub fn mails(&self) -> Vec<Mail> {
        self.mails_after(0)
    }

    /// The mails after the first `seen`, oldest first.
    pub fn mails_after(&self, seen: usize) -> Vec<Mail> {
        self.app.act(|world, _| world.mails.get(seen..).unwrap_or_default().to_vec())
    }

    /// Every result, oldest first.
    pub fn results(&self) -> Vec<AssessmentResult> {
        self.results_that(|_| true)
    }

    /// The results that are meant, oldest first.
    pub fn results_that(&self, is_meant: impl Fn(&AssessmentResult) -> bool) -> Vec<AssessmentResult> {
        self.app.act(|world, _| world.results.iter().filter(|one| is_meant(one)).cloned().collect())
    }

    /// One result.
    pub fn result(&self, id: impl Into<ResultId>) -> Option<AssessmentResult> {
        self.app.act(|world, _| world.result(&id.into()).ok().cloned())
    }

    /// Everybody the teams know.
    pub fn team_candidates(&self) -> Vec<TeamCandidate> {
        self.app.act(|world, _| world.candidates.clone())
    }
}
