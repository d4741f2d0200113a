//! What all answers share: the envelope, the paging, the forms of an id and of a time.
//!
//! Nothing here knows which object it carries.

use std::fmt;

use jiff::Timestamp;
use serde::de::{DeserializeOwned, Error, Visitor};
use serde::{Deserialize, Deserializer};

use crate::domain::{Id, Kind};
use crate::lever::Flaw;

/// `{"data": …}`.
#[derive(Deserialize)]
pub(in crate::lever) struct Single<T> {
    pub(in crate::lever) data: T,
}

/// `{"data": […], "next": "…", "hasNext": true}`.
#[derive(Deserialize)]
pub(in crate::lever) struct List<T> {
    pub(in crate::lever) data: Vec<T>,
    #[serde(rename = "hasNext")]
    has_next: Option<bool>,
    next: Option<String>,
}

impl<T> List<T> {
    /// Where the next page starts, if Lever says there is one and it is not the page just read.
    pub(in crate::lever) fn next_after(&mut self, cursor: Option<&str>) -> Option<String> {
        let next = self.next.take().filter(|next| !next.is_empty() && Some(next.as_str()) != cursor);
        next.filter(|_| self.has_next == Some(true))
    }
}

/// Reads a body.
pub(in crate::lever) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Flaw> {
    Ok(serde_json::from_slice(body)?)
}

/// A row of a list that is read whole.
pub(in crate::lever) trait Row: DeserializeOwned {
    /// What makes it one and the same row on two pages.
    fn id(&self) -> &str;
}

/// The id of something, or the whole thing when Lever was asked to expand it.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Reference {
    Plain(String),
    Expanded { id: String },
}

impl Reference {
    pub(super) fn parse<K: Kind>(&self, field: &'static str) -> Result<Id<K>, Flaw> {
        match self {
            Self::Plain(id) | Self::Expanded { id } => parse_id(id, field),
        }
    }
}

pub(super) fn parse_id<K: Kind>(id: &str, field: &'static str) -> Result<Id<K>, Flaw> {
    id.parse().map_err(|_| Flaw::Field(field))
}

/// Milliseconds since the epoch, as a number or as a string of digits.
pub(super) struct Milliseconds(pub(super) Timestamp);

impl<'de> Deserialize<'de> for Milliseconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MillisecondsVisitor)
    }
}

struct MillisecondsVisitor;

impl Visitor<'_> for MillisecondsVisitor {
    type Value = Milliseconds;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("milliseconds since the epoch")
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Milliseconds, E> {
        Timestamp::from_millisecond(value).map(Milliseconds).map_err(|_| E::custom("out of range"))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Milliseconds, E> {
        self.visit_i64(i64::try_from(value).map_err(|_| E::custom("out of range"))?)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Milliseconds, E> {
        // `1.7e12` is the same number to JSON; the text form avoids a lossy cast.
        self.visit_str(&format!("{value:.0}"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Milliseconds, E> {
        self.visit_i64(value.trim().parse().map_err(|_| E::custom("no number"))?)
    }
}
