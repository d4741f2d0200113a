//! Merging two records of one person: the target keeps its id, results move, the newest take becomes the current one.

use sim_kit::clock::Millis;

use super::ids::TeamCandidateId;
use super::{Refused, World};

impl World {
    /// Moves everything of `from` to `into`; ids held outside for `from` go stale.
    pub(crate) fn merge_candidates(
        &mut self,
        from: &TeamCandidateId,
        into: &TeamCandidateId,
        now: Millis,
    ) -> Result<(), Refused> {
        let target = self.candidate(into)?;
        let (team, across) = (target.team_id.clone(), target.candidate_id.clone());
        let source = self.candidate(from)?.clone();
        if from == into || source.team_id != team {
            return Err(Refused::NotMergeable { from: from.clone(), into: into.clone() });
        }
        for result in self.results.iter_mut().filter(|result| &result.team_candidate_id == from) {
            result.team_candidate_id = into.clone();
            result.candidate_id.clone_from(&across);
            result.updated_at = now;
        }
        for invitation in
            self.invitations.iter_mut().filter(|invitation| &invitation.team_candidate_id == from)
        {
            invitation.team_candidate_id = into.clone();
        }
        let target = self.candidate_mut(into)?;
        target.updated_at = now;
        target.result_ids.extend(source.result_ids);
        for assessment in source.assessment_ids {
            if !target.assessment_ids.contains(&assessment) {
                target.assessment_ids.push(assessment);
            }
        }
        let assessments = target.assessment_ids.clone();
        for assessment in assessments {
            let takes = self.results.iter_mut();
            let takes =
                takes.filter(|take| &take.team_candidate_id == into && take.assessment_id == assessment);
            let mut takes: Vec<_> = takes.collect();
            takes.sort_by_key(|take| take.created_at);
            let newest = takes.len().saturating_sub(1);
            for (index, take) in takes.into_iter().enumerate() {
                take.current_take = index == newest;
            }
        }
        self.candidates.retain(|candidate| &candidate.id != from);
        Ok(())
    }
}
