//! Teams: key, plan features and members.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::World;
use super::ids::{MemberId, TeamId};

/// A team's API key.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ApiKey(String);

impl ApiKey {
    /// The key as sent in the `Authorization` header.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for ApiKey {
    fn from(key: String) -> Self {
        Self(key)
    }
}

impl From<&str> for ApiKey {
    fn from(key: &str) -> Self {
        Self(key.to_owned())
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("ApiKey(***)")
    }
}

/// What the team's plan and settings allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Features {
    /// The API may be used at all; 403 otherwise.
    pub api_access: bool,
    /// Webhook subscriptions may be made.
    pub webhook_events: bool,
    /// Similarity of code is looked for.
    pub code_similarity: bool,
    /// Results may be shared by signed links.
    pub sharable_reports: bool,
    /// Candidates may take an assessment anew.
    pub retakes: bool,
}

impl Default for Features {
    fn default() -> Self {
        Self {
            api_access: true,
            webhook_events: true,
            code_similarity: true,
            sharable_reports: true,
            retakes: true,
        }
    }
}

/// The role of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Account manager.
    Owner,
    /// Manager, may invite.
    Inviter,
    /// Reviews submissions.
    Reviewer,
    /// Reviews submissions without seeing names.
    BlindReviewer,
}

/// A person working for the team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) id: MemberId,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) email: String,
    pub(crate) role: Role,
}

impl Member {
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }
}

/// A customer of Qualified.
#[derive(Debug, Clone)]
pub(crate) struct Team {
    pub(crate) id: TeamId,
    pub(crate) name: String,
    pub(crate) api_key: ApiKey,
    /// Keys replaced by newer ones.
    pub(crate) old_keys: Vec<ApiKey>,
    pub(crate) features: Features,
    /// At least one: the first stands behind the API key.
    pub(crate) members: Vec<Member>,
}

impl World {
    /// Replaces a team's API key.
    pub(crate) fn rotate_key(&mut self, id: &TeamId, key: ApiKey) {
        if let Some(team) = self.teams.iter_mut().find(|team| &team.id == id) {
            let old = std::mem::replace(&mut team.api_key, key);
            team.old_keys.push(old);
        }
    }

    /// Changes what a team's plan allows.
    pub(crate) fn set_features(&mut self, id: &TeamId, features: Features) {
        if let Some(team) = self.teams.iter_mut().find(|team| &team.id == id) {
            team.features = features;
        }
    }
}
