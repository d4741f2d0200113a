//! Opportunities (Lever API reference, Opportunities).
//!
//! A contact's name and address are read from an answer to a read only, never from one to a change.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::envelope::{Milliseconds, Reference, parse_id};
use crate::domain::{self, EmailAddress, PersonName, StageEntry, StageId, Tag};
use crate::lever::Flaw;

/// An opportunity (Lever API reference, Opportunities).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::lever) struct Opportunity {
    id: String,
    contact: Reference,
    name: Option<String>,
    emails: Option<Vec<Value>>,
    stage: Reference,
    stage_changes: Option<Vec<StageChange>>,
    last_advanced_at: Option<Milliseconds>,
    archived: Option<Archived>,
    archived_at: Option<Milliseconds>,
    updated_at: Option<Milliseconds>,
    tags: Option<Vec<String>>,
    is_anonymized: Option<bool>,
    data_protection: Option<DataProtection>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StageChange {
    to_stage_id: Option<String>,
    updated_at: Option<Milliseconds>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Archived {
    archived_at: Option<Milliseconds>,
}

#[derive(Deserialize)]
struct DataProtection {
    contact: Option<Permission>,
}

#[derive(Deserialize)]
struct Permission {
    allowed: Option<bool>,
}

impl TryFrom<Opportunity> for domain::Opportunity {
    type Error = Flaw;

    fn try_from(wire: Opportunity) -> Result<Self, Flaw> {
        let stage = wire.stage.parse("stage")?;
        let entered_at = wire.last_advanced_at.map(|at| at.0);
        let contact_permission = wire.data_protection.and_then(|protection| protection.contact?.allowed);
        // Archived without a time is still archived: the last change is the closest that is known.
        let changed_at = wire.updated_at.map_or(Timestamp::UNIX_EPOCH, |at| at.0);
        let archived_at = match (wire.archived, wire.archived_at) {
            (None, None) => None,
            (Some(Archived { archived_at: Some(at) }), _) | (_, Some(at)) => Some(at.0),
            (Some(Archived { archived_at: None }), None) => Some(changed_at),
        };
        Ok(Self {
            id: parse_id(&wire.id, "opportunity id")?,
            contact: wire.contact.parse("contact")?,
            name: PersonName::new(wire.name.as_deref().unwrap_or_default()),
            email: wire.emails.and_then(first_address),
            stage_entries: stage_entries(wire.stage_changes.unwrap_or_default(), &stage, entered_at),
            stage,
            archived_at,
            tags: usable_tags(wire.tags.unwrap_or_default()),
            is_anonymised: wire.is_anonymized == Some(true),
            is_contact_allowed: contact_permission != Some(false),
        })
    }
}

fn first_address(emails: Vec<Value>) -> Option<EmailAddress> {
    emails.iter().filter_map(Value::as_str).find_map(|text| text.parse().ok())
}

/// The history, with the present stage at its end: when Lever's history stops before it, the time of the
/// last advance is the time of entry.
fn stage_entries(
    changes: Vec<StageChange>,
    present: &StageId,
    entered_at: Option<Timestamp>,
) -> Vec<StageEntry> {
    let mut entries: Vec<_> = changes
        .into_iter()
        .filter_map(|change| {
            Some(StageEntry { stage: change.to_stage_id?.parse().ok()?, at: change.updated_at?.0 })
        })
        .collect();
    if entries.last().is_none_or(|last| last.stage != *present) {
        entries.extend(entered_at.map(|at| StageEntry { stage: present.clone(), at }));
    }
    entries
}

fn usable_tags(texts: Vec<String>) -> Vec<Tag> {
    texts.iter().filter_map(|text| Tag::new(text).ok()).collect()
}

/// The answer to a change of tags. Only these two fields: Lever leaves the contact data blank here.
#[derive(Deserialize)]
pub(in crate::lever) struct Tagged {
    pub(in crate::lever) id: String,
    tags: Vec<String>,
}

impl Tagged {
    pub(in crate::lever) fn into_tags(self) -> Vec<Tag> {
        usable_tags(self.tags)
    }
}
