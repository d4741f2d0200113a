//! What the items of the table look like: one struct for each kind, apart from the domain.
//!
//! Attribute names are the field names. Every item has `schema_version`; an item of a higher version, or
//! with a reason this version does not know, is [`Error::Newer`] and is left alone; anything else that is
//! not understood is [`Error::Unreadable`]. An assignment stays under 1 KB, one write unit: ids that are
//! in the key are not repeated. Moments are RFC 3339 text of fixed length ([`keys::time`]).
//!
//! Before changing a struct: can the old code read what the new code writes (a deployment has both), the
//! new code what the old code wrote, and what is lost when the old code rewrites a new item? A new optional
//! attribute that may get lost is fine; anything else takes a higher schema version.

mod activity;
mod assignment;
mod connection;
mod intake;
mod oauth_attempt;
mod parked_event;
mod reconciliation;
mod sealer;
mod standing;
mod team;
mod trigger_stage;

use std::str::FromStr;

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::table::Attributes;
use crate::domain::{Reason, TeamId};
use crate::store::Error;

pub(super) use activity::ActivityItem;
pub(super) use assignment::AssignmentItem;
pub(super) use connection::ConnectionItem;
pub(super) use intake::{
    HandledItem, IntakeConnection, IntakeConnectionItem, LeverKeyItem, QualifiedKeyItem,
};
pub(super) use oauth_attempt::OAuthAttemptItem;
pub(super) use parked_event::ParkedEventItem;
pub(super) use reconciliation::{ReconciliationItem, WalkItem};
pub(super) use team::TeamItem;
pub(super) use trigger_stage::TriggerStageItem;

use super::keys;

/// The attribute with the version of the item's form.
pub(super) const SCHEMA_VERSION: &str = "schema_version";
/// The attribute that counts the writes of a versioned item.
pub(super) const VERSION: &str = "version";
/// The attribute that tells one's own write from somebody else's; random, new with every write.
pub(super) const WRITE_ID: &str = "write_id";

/// A kind of item.
pub(super) trait Stored: Serialize + DeserializeOwned {
    /// Its name in errors.
    const NAME: &'static str;
    /// The version of its form that this code reads and writes.
    const SCHEMA: u32;
}

/// Attributes of an item.
pub(super) fn encode<I: Stored>(item: &I) -> Result<Attributes, Error> {
    serde_dynamo::to_item(item).map_err(|_| Error::Unwritable { item: I::NAME })
}

/// The item of attributes, if its form is known.
pub(super) fn decode<I: Stored>(attributes: Attributes) -> Result<I, Error> {
    let schema = attributes.get(SCHEMA_VERSION).and_then(|value| value.as_n().ok()?.parse::<u32>().ok());
    match schema {
        Some(found) if found == I::SCHEMA => {
            serde_dynamo::from_item(attributes).map_err(|_| unreadable::<I>("form"))
        }
        Some(found) if found > I::SCHEMA => Err(newer::<I>(SCHEMA_VERSION)),
        Some(_) | None => Err(unreadable::<I>(SCHEMA_VERSION)),
    }
}

/// The item is not as it should be.
pub(super) fn unreadable<I: Stored>(attribute: &'static str) -> Error {
    Error::Unreadable { item: I::NAME, attribute }
}

fn newer<I: Stored>(attribute: &'static str) -> Error {
    Error::Newer { item: I::NAME, attribute }
}

fn parse<I: Stored, T: FromStr>(text: &str, attribute: &'static str) -> Result<T, Error> {
    text.parse().map_err(|_| unreadable::<I>(attribute))
}

fn parse_optional<I: Stored, T: FromStr>(
    text: Option<String>,
    attribute: &'static str,
) -> Result<Option<T>, Error> {
    text.map(|text| parse::<I, T>(&text, attribute)).transpose()
}

fn parse_team<I: Stored>(pk: &str) -> Result<TeamId, Error> {
    keys::parse_team(pk).ok_or(unreadable::<I>("pk"))
}

/// A code that is not known was written by a version that has more reasons.
fn parse_reason<I: Stored>(code: &str) -> Result<Reason, Error> {
    Reason::from_code(code).ok_or(newer::<I>("reason"))
}

fn time(at: Option<Timestamp>) -> Option<String> {
    at.map(keys::time)
}
