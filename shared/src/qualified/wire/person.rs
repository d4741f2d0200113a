//! Rows of the list of people (Qualified: team candidates).
//!
//! The state of a person is a roll-up over all assessments and is not read.

use std::cmp::Reverse;

use jiff::Timestamp;
use serde::Deserialize;

use super::envelope::{lenient, parse_id, time};
use crate::domain::EmailAddress;
use crate::qualified::answer::Person;
use crate::qualified::error::Flaw;

/// A person in the list.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::qualified) struct PersonRow {
    id: String,
    /// Null for a person whose data was removed.
    email: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    alternate_id: Option<String>,
    #[serde(default)]
    assessment_ids: Option<Vec<String>>,
    #[serde(default, deserialize_with = "lenient")]
    archived: Option<bool>,
    #[serde(default, deserialize_with = "time")]
    created_at: Option<Timestamp>,
}

impl PersonRow {
    /// Whether it is the person with this address.
    pub(in crate::qualified) fn has_email(&self, email: &EmailAddress) -> bool {
        self.email.as_deref().is_some_and(|text| text.parse::<EmailAddress>().as_ref() == Ok(email))
    }

    /// Whether it is the person we gave this id.
    pub(in crate::qualified) fn has_alternate_id(&self, id: &str) -> bool {
        self.alternate_id.as_deref() == Some(id)
    }

    /// The order of preference among several rows: not archived, then the newest.
    pub(in crate::qualified) fn rank(&self) -> (Reverse<bool>, Option<Timestamp>) {
        (Reverse(self.archived == Some(true)), self.created_at)
    }

    pub(in crate::qualified) fn into_person(self) -> Result<Person, Flaw> {
        let assessments = self.assessment_ids.unwrap_or_default();
        Ok(Person {
            team_candidate: parse_id(&self.id)?,
            assessments: assessments.iter().filter_map(|id| id.parse().ok()).collect(),
        })
    }
}
