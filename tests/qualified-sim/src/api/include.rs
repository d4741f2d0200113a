//! `includes`: related records put into a record.

use serde_json::Value;
use sim_kit::clock::Millis;

use super::error::ApiError;
use super::query::Params;
use crate::wire;
use crate::wire::case::snake;
use crate::world::{
    Assessment, AssessmentId, AssessmentResult, Invitation, ResultId, TeamCandidateId, World,
};

/// What a call asked to have included.
#[derive(Debug, Default)]
pub(crate) struct Includes(Vec<String>);

impl Includes {
    /// Reads `includes=x` and `includes[]=x&includes[]=y`.
    pub(crate) fn parse(params: &Params, allowed: &[&str]) -> Result<Self, ApiError> {
        let asked: Vec<String> = params.all("includes").into_iter().map(snake).collect();
        match asked.iter().find(|name| !allowed.contains(&name.as_str())) {
            Some(name) => Err(ApiError::misuse("includes", format!("cannot include {name}"))),
            None => Ok(Self(asked)),
        }
    }

    /// Their names, for `meta.includes`.
    pub(crate) fn names(&self) -> &[String] {
        &self.0
    }

    /// Puts them into a record.
    pub(crate) fn add(&self, record: &mut Value, world: &World, now: Millis) {
        for name in &self.0 {
            let related = Relations { record, world, now }.named(name);
            record[wire::case::camel(name)] = related;
        }
    }
}

/// Which of the world's records belong to one record, by the kind of record it is.
struct Relations<'a> {
    record: &'a Value,
    world: &'a World,
    now: Millis,
}

impl Relations<'_> {
    fn text(&self, field: &str) -> &str {
        self.record[field].as_str().unwrap_or_default()
    }

    /// Results of a person or an assessment.
    fn results(&self) -> impl Iterator<Item = &AssessmentResult> {
        let id = self.text("id");
        let belongs = move |one: &&AssessmentResult| {
            one.team_candidate_id.as_str() == id || one.assessment_id.as_str() == id
        };
        self.world.results.iter().filter(belongs)
    }

    fn invitations(&self, belongs: impl Fn(&Invitation) -> bool) -> Value {
        let found = self.world.invitations.iter().filter(|one| belongs(one));
        found.map(|one| wire::invitation::record(one, self.world)).collect()
    }

    /// The related records; the names were checked when the call was read.
    fn named(&self, name: &str) -> Value {
        let (id, world) = (self.text("id"), self.world);
        match name {
            "assessment" => {
                let found = world.assessment(&AssessmentId::from(self.text("assessmentId")));
                found.map_or(Value::Null, |one| wire::assessment::full(one, world))
            }
            "assessments" => {
                let ids = self.record["assessmentIds"].as_array();
                let has =
                    |one: &&Assessment| ids.is_some_and(|ids| ids.iter().any(|id| id == one.id.as_str()));
                world.assessments.iter().filter(has).map(|one| wire::assessment::full(one, world)).collect()
            }
            "team_candidate" => {
                let found = world.candidate(&TeamCandidateId::from(self.text("teamCandidateId")));
                found.map_or(Value::Null, |one| wire::candidate::record(one, world))
            }
            "assessment_results" => {
                self.results().map(|one| wire::result::record(one, world, self.now)).collect()
            }
            "solutions" => {
                let own = world.results.iter().filter(|one| one.id.as_str() == id);
                own.chain(self.results()).flat_map(|one| &one.solutions).map(wire::result::solution).collect()
            }
            "assessment_invitations" => {
                self.invitations(|one| one.team_candidate_id.as_str() == id && one.is_active(self.now))
            }
            "invitations" => self.invitations(|one| one.result_id.as_str() == id),
            "most_recent_invitation" => {
                let newest = world.newest_invitation(&ResultId::from(id));
                newest.map_or(Value::Null, |one| wire::invitation::record(one, world))
            }
            _ => Value::Null,
        }
    }
}
