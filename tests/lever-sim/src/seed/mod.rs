//! What a world starts with. A seed is JSON; every field may be left out, unknown fields are refused by name.
//!
//! ```json
//! { "app": {"clientId", "clientSecret", "name", "redirectUris": [], "scopes": [], "audiences": []},
//!   "switches": {"retry_time_scale": 0.01},
//!   "accounts": [{
//!     "id", "name",
//!     "users": [{"id", "name", "email", "accessRole", "managesIntegrations", "deactivated"}],
//!     "stages": [{"id", "text"}],
//!     "archiveReasons": [{"id", "text", "type": "hired|non-hired"}],
//!     "postings": [{"id", "text", "state", "tags": [], "confidential", "categories":
//!                   {"team", "department", "location", "commitment"}}],
//!     "feedbackTemplates": [{"text", "fields": [{"type", "text", "options": [{"text"}]}]}],
//!     "opportunities": [the body of POST /_sim/opportunities],
//!     "groups": {"candidateStageChange": true} }] }
//! ```
//! Without `accounts` there is one account with two users, eight stages, two postings and five opportunities. An account
//! that is given has the usual users, stages and archive reasons where it names none, and nothing else.

mod build;
mod sample;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};
use thiserror::Error;

use crate::world::{Categories, Event, NewOpportunity, PostingState, Problem, ReasonKind, TemplateWish};

/// Why a seed makes no world.
#[derive(Debug, Error)]
pub enum SeedError {
    /// Not the JSON of a seed; names the field.
    #[error("not a seed: {0}")]
    Shape(#[from] serde_json::Error),
    /// The parts do not fit together.
    #[error("the seed does not hold together: {0}")]
    Problem(#[from] Problem),
}

/// The whole seed.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Seed {
    /// The app that connects.
    pub app: AppSeed,
    /// The accounts.
    pub accounts: Vec<AccountSeed>,
    /// Switches that differ from their defaults.
    pub switches: Map<String, Value>,
}

impl Default for Seed {
    fn default() -> Self {
        Self { app: AppSeed::default(), accounts: vec![sample::account()], switches: Map::new() }
    }
}

impl Seed {
    /// Reads a seed.
    ///
    /// # Errors
    /// [`SeedError::Shape`] with the name of an unknown field or the place of a wrong value.
    pub fn from_json(text: &str) -> Result<Self, SeedError> {
        Ok(serde_json::from_str(text)?)
    }
}

/// The app as registered with Lever.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct AppSeed {
    /// Client id.
    pub client_id: String,
    /// Client secret.
    pub client_secret: String,
    /// Name on the consent screen.
    pub name: String,
    /// Registered callback URIs; a switch also lets any http URI on the loopback interface in.
    pub redirect_uris: Vec<String>,
    /// Scopes the app may ask for.
    pub scopes: Vec<String>,
    /// Accepted values of `audience`, besides the simulator's own `http://127.0.0.1:PORT/v1/`.
    pub audiences: Vec<String>,
}

impl Default for AppSeed {
    fn default() -> Self {
        let texts = |all: &[&str]| all.iter().map(|text| (*text).to_owned()).collect();
        Self {
            client_id: sample::CLIENT_ID.to_owned(),
            client_secret: sample::CLIENT_SECRET.to_owned(),
            name: "Qualified".to_owned(),
            redirect_uris: texts(&["https://integrations.qualified.example/lever/callback"]),
            scopes: texts(&sample::APP_SCOPES),
            audiences: texts(&["https://api.lever.co/v1/", "https://api.sandbox.lever.co/v1/"]),
        }
    }
}

/// One account.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct AccountSeed {
    /// Id; random if absent.
    pub id: Option<String>,
    /// Company name.
    pub name: Option<String>,
    /// Users; a Super Admin and a team member if absent.
    pub users: Option<Vec<UserSeed>>,
    /// Stages in pipeline order; the built-in ones and three more if absent.
    pub stages: Option<Vec<StageSeed>>,
    /// Archive reasons; Hired and three more if absent.
    pub archive_reasons: Option<Vec<ReasonSeed>>,
    /// Postings.
    pub postings: Vec<PostingSeed>,
    /// Feedback templates made by users.
    pub feedback_templates: Vec<TemplateWish>,
    /// Opportunities.
    pub opportunities: Vec<NewOpportunity>,
    /// Groups of events that are on; all are off if absent.
    pub groups: BTreeMap<Event, bool>,
}

/// One user.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct UserSeed {
    /// Id; random if absent.
    pub id: Option<String>,
    /// Name.
    pub name: String,
    /// E-mail.
    pub email: String,
    /// Role; `team member` if absent.
    pub access_role: Option<String>,
    /// May connect apps without being Super Admin.
    pub manages_integrations: Option<bool>,
    /// Was deactivated.
    pub deactivated: Option<bool>,
}

/// One stage.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageSeed {
    /// Id; random if absent.
    #[serde(default)]
    pub id: Option<String>,
    /// Name.
    pub text: String,
}

/// One archive reason.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReasonSeed {
    /// Id; random if absent.
    #[serde(default)]
    pub id: Option<String>,
    /// Name.
    pub text: String,
    /// Hired or not; not if absent.
    #[serde(default, rename = "type")]
    pub kind: Option<ReasonKind>,
}

/// One posting.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PostingSeed {
    /// Id; random if absent.
    pub id: Option<String>,
    /// Title.
    pub text: String,
    /// State; published if absent.
    pub state: Option<PostingState>,
    /// Team, department, location, commitment.
    pub categories: Categories,
    /// Additional tags.
    pub tags: Vec<String>,
    /// Confidential.
    pub confidential: Option<bool>,
}
