//! The seed: what exists when a simulator starts. Unknown fields are refused by name.

mod build;

use std::path::{Path, PathBuf};

use serde::Deserialize;
use sim_kit::clock::Millis;
use thiserror::Error;

pub(crate) use self::build::add_assessment;
use self::build::{add_team, invite};
use crate::switches::Switches;
use crate::world::{
    ApiKey, AssessmentId, AssessmentState, ChallengeId, Features, MemberId, Refused, ResultState, Role,
    Settings, TeamId, World,
};

/// What exists at the start.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seed {
    /// The teams; at least one.
    pub teams: Vec<TeamSeed>,
    /// Switches that differ from their defaults.
    #[serde(default)]
    pub switches: Switches,
    /// Key of the launch links (HS256), at least 32 bytes.
    #[serde(default = "default_launch_key")]
    pub launch_key: String,
    /// Base of the page the launch link leads to, such as `http://localhost:8080`.
    #[serde(default)]
    pub page_url: Option<String>,
}

/// A team with all it has.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TeamSeed {
    /// 24 hex digits.
    pub id: TeamId,
    /// Name, also in the launch link.
    pub name: String,
    /// Key of the API.
    pub api_key: ApiKey,
    /// What the plan allows; everything if left out.
    #[serde(default)]
    pub features: Features,
    /// People working for the team; an account manager if left out. The first stands behind the API key.
    #[serde(default)]
    pub members: Vec<MemberSeed>,
    /// Assessments.
    #[serde(default)]
    pub assessments: Vec<AssessmentSeed>,
    /// People invited before the start, without mail or webhook.
    #[serde(default)]
    pub invited: Vec<InvitedSeed>,
}

/// A person working for the team.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemberSeed {
    /// 24 hex digits; new if left out.
    #[serde(default)]
    pub id: Option<MemberId>,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Address.
    pub email: String,
    /// Role.
    pub role: Role,
}

/// An assessment.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssessmentSeed {
    /// 24 hex digits; new if left out.
    #[serde(default)]
    pub id: Option<AssessmentId>,
    /// Title.
    pub title: String,
    /// `published` if left out.
    #[serde(default)]
    pub state: AssessmentState,
    /// The other fields.
    #[serde(default)]
    pub settings: Settings,
    /// Its challenges; two if left out.
    #[serde(default)]
    pub challenges: Vec<ChallengeSeed>,
}

/// A challenge.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChallengeSeed {
    /// 24 hex digits; new if left out.
    #[serde(default)]
    pub id: Option<ChallengeId>,
    /// Title.
    pub title: String,
    /// Languages to choose from; the first is taken unless the candidate chooses.
    #[serde(default)]
    pub languages: Vec<String>,
    /// Test cases; 12 if left out.
    #[serde(default = "twelve")]
    pub items: u32,
}

/// A person invited before the start.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InvitedSeed {
    /// Address.
    pub email: String,
    /// First name.
    #[serde(default)]
    pub first_name: Option<String>,
    /// Last name.
    #[serde(default)]
    pub last_name: Option<String>,
    /// To which assessment of the team.
    pub assessment_id: AssessmentId,
    /// How far the candidate came: `invited` if left out, `opened`, `started`, `submitted`.
    #[serde(default = "invited")]
    pub state: ResultState,
}

fn default_launch_key() -> String {
    "qualified-sim launch key, 32 bytes or more".to_owned()
}

fn twelve() -> u32 {
    12
}

fn invited() -> ResultState {
    ResultState::Invited
}

/// Why a seed could not be used.
#[derive(Debug, Error)]
pub enum SeedError {
    /// The file cannot be read.
    #[error("cannot read the seed {path}: {source}")]
    Read {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Not the JSON of a seed; names the field and its place.
    #[error("not a seed: {0}")]
    Shape(#[from] serde_json::Error),
    /// It contradicts itself.
    #[error("not a seed: {0}")]
    Content(String),
    /// A person in it could not be invited.
    #[error("not a seed: {email}: {source}")]
    Invited {
        /// Whom.
        email: String,
        /// Why.
        source: Refused,
    },
}

impl Seed {
    /// Reads a seed file.
    ///
    /// # Errors
    /// [`SeedError`] if it cannot be read or is no seed.
    pub fn read(path: &Path) -> Result<Self, SeedError> {
        let text = std::fs::read_to_string(path);
        let text = text.map_err(|source| SeedError::Read { path: path.to_owned(), source })?;
        Ok(serde_json::from_str(&text)?)
    }

    /// The world this seed describes.
    pub(crate) fn world(&self, now: Millis) -> Result<World, SeedError> {
        self.check()?;
        let mut world = World::empty(self.switches.clone());
        for team in &self.teams {
            add_team(&mut world, team, now);
            for assessment in &team.assessments {
                add_assessment(&mut world, &team.id, assessment, now);
            }
        }
        for team in &self.teams {
            for person in &team.invited {
                let refused = |source| SeedError::Invited { email: person.email.clone(), source };
                invite(&mut world, &team.id, person, now).map_err(refused)?;
            }
        }
        world.happenings.clear();
        Ok(world)
    }

    fn check(&self) -> Result<(), SeedError> {
        let refuse = |text: String| Err(SeedError::Content(text));
        if self.teams.is_empty() {
            return refuse("there must be at least one team".to_owned());
        }
        if self.launch_key.len() < 32 {
            return refuse("launch_key must have at least 32 bytes".to_owned());
        }
        for (index, team) in self.teams.iter().enumerate() {
            let twin =
                self.teams[..index].iter().find(|other| other.id == team.id || other.api_key == team.api_key);
            if twin.is_some() {
                return refuse(format!("team {}: its id or api_key occurs twice", team.id));
            }
        }
        let mut ids: Vec<_> =
            self.teams.iter().flat_map(|t| &t.assessments).filter_map(|a| a.id.as_ref()).collect();
        ids.sort();
        match ids.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => refuse(format!("assessment {}: its id occurs twice", pair[0])),
            None => Ok(()),
        }
    }
}

/// The seed used when none is given, as JSON: also the example of the format.
const DEFAULT: &str = include_str!("../../seed.json");

impl Default for Seed {
    /// One team, three published assessments, a draft, a template and an archived one.
    fn default() -> Self {
        serde_json::from_str(DEFAULT).unwrap_or_else(|_| Self {
            teams: Vec::new(),
            switches: Switches::default(),
            launch_key: default_launch_key(),
            page_url: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_seed_has_what_the_story_needs() {
        let world = Seed::default().world(0).unwrap();
        let of = |state| world.assessments.iter().filter(|a| a.state == state).count();
        assert!(of(AssessmentState::Published) >= 4, "three to invite to and a template");
        assert_eq!(of(AssessmentState::Draft), 1);
        assert!(world.assessments.iter().any(|a| a.settings.is_template));
        assert!(world.assessments.iter().any(|a| a.title == "AngularJS: Services, Directives, and Filters"));
        assert_eq!(world.teams[0].api_key.expose().len(), 32);
    }

    #[test]
    fn an_unknown_field_is_refused_by_name() {
        let text = r#"{"teams": [{"id": "65f0000000000000000000aa", "name": "T", "api_key": "k", "colour": "red"}]}"#;
        let error = serde_json::from_str::<Seed>(text).unwrap_err();
        assert!(error.to_string().contains("`colour`"), "{error}");
    }

    #[test]
    fn a_seed_that_contradicts_itself_is_refused() {
        let mut seed = Seed::default();
        seed.teams.push(seed.teams[0].clone());
        assert!(seed.world(0).unwrap_err().to_string().contains("occurs twice"));
        seed.teams.clear();
        assert!(seed.world(0).unwrap_err().to_string().contains("at least one team"));
    }

    #[test]
    fn people_invited_before_the_start_cause_no_mail_and_no_webhook() {
        let mut seed = Seed::default();
        let assessment_id = seed.teams[0].assessments[0].id.clone().unwrap();
        let person = |email: &str, state| InvitedSeed {
            email: email.to_owned(),
            first_name: None,
            last_name: None,
            assessment_id: assessment_id.clone(),
            state,
        };
        seed.teams[0].invited.push(person("a@example.com", ResultState::Invited));
        seed.teams[0].invited.push(person("b@example.com", ResultState::Submitted));
        let world = seed.world(0).unwrap();
        let states: Vec<_> = world.results.iter().map(|result| result.state).collect();
        assert_eq!(states, [ResultState::Invited, ResultState::Submitted]);
        assert!(world.mails.is_empty() && world.happenings.is_empty());
    }
}
