//! Opportunities: one candidacy of a person, with its stage history, tags, notes, files and feedback.

use serde::Deserialize;
use serde_json::{Value, json};
use sim_kit::clock::Millis;

use super::contact::{DataProtection, Phone};
use super::event::Origin;
use super::feedback::Feedback;
use super::file::StoredFile;
use super::ids::{ApplicationId, ContactId, OpportunityId, PostingId, ReasonId, StageId, UserId};
use super::note::Note;
use super::posting::Confidentiality;
use super::taglist::TagList;

#[derive(Debug, Clone)]
pub(crate) struct Opportunity {
    pub(crate) id: OpportunityId,
    /// The deprecated id of webhook payloads; it leads nowhere in the API, so that nobody relies on it.
    pub(crate) candidate_id: String,
    pub(crate) contact: ContactId,
    pub(crate) stage: StageId,
    pub(crate) stage_changes: Vec<StageChange>,
    pub(crate) confidentiality: Confidentiality,
    pub(crate) tags: TagList,
    pub(crate) sources: Vec<String>,
    pub(crate) origin: Origin,
    pub(crate) sourced_by: Option<UserId>,
    pub(crate) owner: Option<UserId>,
    pub(crate) followers: Vec<UserId>,
    pub(crate) application: Option<Application>,
    pub(crate) archived: Option<Archived>,
    pub(crate) created_at: Millis,
    pub(crate) updated_at: Millis,
    pub(crate) last_interaction_at: Millis,
    pub(crate) last_advanced_at: Millis,
    pub(crate) snoozed_until: Option<Millis>,
    pub(crate) notes: Vec<Note>,
    pub(crate) files: Vec<StoredFile>,
    pub(crate) feedback: Vec<Feedback>,
}

/// One entry of the stage history.
#[derive(Debug, Clone)]
pub(crate) struct StageChange {
    pub(crate) to: StageId,
    /// Position in the pipeline at that time.
    pub(crate) index: usize,
    pub(crate) at: Millis,
    pub(crate) user: Option<UserId>,
}

#[derive(Debug, Clone)]
pub(crate) struct Archived {
    pub(crate) reason: ReasonId,
    pub(crate) at: Millis,
}

impl Archived {
    pub(crate) fn json(&self) -> Value {
        json!({"reason": self.reason, "archivedAt": self.at})
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Application {
    pub(crate) id: ApplicationId,
    pub(crate) posting: PostingId,
    pub(crate) created_at: Millis,
}

/// An opportunity that was deleted.
#[derive(Debug, Clone)]
pub(crate) struct Deleted {
    pub(crate) opportunity: Opportunity,
    pub(crate) by: Option<UserId>,
    pub(crate) at: Millis,
}

/// How a new opportunity is archived from the start.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum ArchivedWish {
    /// `true`: for the first reason that is not a hire.
    Flag(bool),
    /// The id or text of a reason.
    Reason(String),
    /// As Lever's own objects have it.
    Object {
        /// The id or text of a reason.
        reason: String,
        /// When, in milliseconds; now if absent.
        #[serde(default, rename = "archivedAt")]
        archived_at: Option<Millis>,
    },
}

/// A candidate as a user, a seed or `POST /opportunities` creates one; everything is optional.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct NewOpportunity {
    /// Id to use instead of a random one.
    pub id: Option<OpportunityId>,
    /// Account, for control calls in a world with several; the first one if absent.
    pub account: Option<String>,
    /// An existing contact; its data is used as it is.
    pub contact: Option<ContactId>,
    /// Name.
    pub name: Option<String>,
    /// Headline.
    pub headline: Option<String>,
    /// Location of the person.
    pub location: Option<String>,
    /// E-mail addresses. The first known one decides who the contact is.
    pub emails: Vec<String>,
    /// Phone numbers.
    pub phones: Vec<Phone>,
    /// Links.
    pub links: Vec<String>,
    /// Id of a stage, or its text if only one stage bears it; the first stage if absent.
    pub stage: Option<String>,
    /// Own tags.
    pub tags: Vec<String>,
    /// Id of a posting, or its title if only one posting bears it.
    pub posting: Option<String>,
    /// Sources.
    pub sources: Vec<String>,
    /// Origin; `sourced` without a posting, `applied` with one.
    pub origin: Option<Origin>,
    /// Owner; the first Super Admin if absent.
    pub owner: Option<UserId>,
    /// Followers besides the owner.
    pub followers: Vec<UserId>,
    /// Archived from the start.
    pub archived: Option<ArchivedWish>,
    /// Confidential whatever the posting is.
    pub confidential: Option<bool>,
    /// Anonymised from the start.
    pub anonymised: Option<bool>,
    /// The customer's data protection policy for this person.
    pub data_protection: Option<DataProtection>,
    /// Creation time in milliseconds; now if absent.
    pub created_at: Option<Millis>,
    /// Snoozed until, in milliseconds.
    pub snoozed_until: Option<Millis>,
}

impl Opportunity {
    /// Notes the entry into a stage.
    pub(crate) fn enter(&mut self, change: StageChange) {
        self.stage = change.to.clone();
        self.last_advanced_at = change.at;
        self.updated_at = change.at;
        self.last_interaction_at = change.at;
        self.stage_changes.push(change);
    }

    pub(crate) fn touch(&mut self, now: Millis) {
        self.updated_at = now;
        self.last_interaction_at = now;
    }
}
