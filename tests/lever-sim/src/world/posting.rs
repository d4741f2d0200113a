//! Postings and the tags that opportunities inherit from them.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sim_kit::clock::Millis;

use super::ids::{PostingId, UserId};

/// Department, team, place of a posting.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Categories {
    /// Team.
    pub team: Option<String>,
    /// Department.
    pub department: Option<String>,
    /// Location.
    pub location: Option<String>,
    /// Work type, such as Full-time.
    pub commitment: Option<String>,
    /// Seniority.
    pub level: Option<String>,
    /// Every location.
    pub all_locations: Option<Vec<String>>,
}

/// Where a posting stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PostingState {
    /// Open to everybody.
    Published,
    /// Open to employees.
    Internal,
    /// Over.
    Closed,
    /// Being written.
    Draft,
    /// Waiting for approval.
    Pending,
    /// Approval refused.
    Rejected,
}

/// Who may see a posting or an opportunity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confidentiality {
    /// Only those with the grant.
    Confidential,
    /// Everybody.
    NonConfidential,
}

/// A posting.
#[derive(Debug, Clone)]
pub(crate) struct Posting {
    pub(crate) id: PostingId,
    pub(crate) text: String,
    pub(crate) state: PostingState,
    pub(crate) categories: Categories,
    /// The additional tags only; the derived ones follow from text and categories.
    pub(crate) tags: Vec<String>,
    pub(crate) owner: UserId,
    pub(crate) confidentiality: Confidentiality,
    pub(crate) created_at: Millis,
    pub(crate) updated_at: Millis,
}

/// What an edit of a posting may change.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PostingChange {
    /// New title.
    pub text: Option<String>,
    /// New state.
    pub state: Option<PostingState>,
    /// New categories; those not named stay.
    pub categories: Option<Categories>,
    /// The whole new list of additional tags.
    pub tags: Option<Vec<String>>,
    /// New owner.
    pub owner: Option<UserId>,
}

impl Posting {
    /// Title, department, team, location and work type, which Lever shows as tags of the opportunities.
    pub(crate) fn derived_tags(&self) -> [Option<&str>; 5] {
        let categories = &self.categories;
        [
            Some(self.text.as_str()),
            categories.department.as_deref(),
            categories.team.as_deref(),
            categories.location.as_deref(),
            categories.commitment.as_deref(),
        ]
    }

    /// Every tag an opportunity inherits, additional ones first.
    pub(crate) fn inherited_tags(&self) -> Vec<String> {
        let own = self.tags.iter().map(String::as_str);
        let all = own.chain(self.derived_tags().into_iter().flatten());
        let mut unique: Vec<String> = Vec::new();
        for tag in all.filter(|tag| !tag.is_empty()) {
            if !unique.iter().any(|known| known == tag) {
                unique.push(tag.to_owned());
            }
        }
        unique
    }

    pub(crate) fn change(&mut self, change: PostingChange, now: Millis) {
        let PostingChange { text, state, categories, tags, owner } = change;
        self.text = text.unwrap_or_else(|| self.text.clone());
        self.state = state.unwrap_or(self.state);
        self.tags = tags.unwrap_or_else(|| self.tags.clone());
        self.owner = owner.unwrap_or_else(|| self.owner.clone());
        if let Some(new) = categories {
            let old = std::mem::take(&mut self.categories);
            self.categories = Categories {
                team: new.team.or(old.team),
                department: new.department.or(old.department),
                location: new.location.or(old.location),
                commitment: new.commitment.or(old.commitment),
                level: new.level.or(old.level),
                all_locations: new.all_locations.or(old.all_locations),
            };
        }
        self.updated_at = now;
    }

    /// The posting as Lever's API shows it.
    pub(crate) fn json(&self) -> Value {
        let public = self.state == PostingState::Published;
        let urls = public.then(|| {
            let base = format!("https://jobs.lever.co/example/{}", self.id);
            json!({"list": "https://jobs.lever.co/example", "show": base, "apply": format!("{base}/apply")})
        });
        let mut categories = json!(self.categories);
        if categories["allLocations"].is_null() {
            categories["allLocations"] = json!(self.categories.location.iter().collect::<Vec<_>>());
        }
        json!({
            "id": self.id, "text": self.text, "state": self.state,
            "distributionChannels": if public { json!(["public", "internal"]) } else { Value::Null },
            "user": self.owner, "owner": self.owner, "hiringManager": null, "categories": categories, "tags": self.tags,
            "content": {"description": "", "descriptionHtml": "", "lists": [], "closing": "", "closingHtml": ""},
            "country": "DE", "followers": [], "reqCode": "", "requisitionCodes": [], "urls": urls,
            "confidentiality": self.confidentiality, "createdAt": self.created_at, "updatedAt": self.updated_at,
            "workplaceType": "unspecified", "transcribeInterviews": false, "screening": {"enabled": false},
        })
    }
}
