//! What all answers share: the envelopes, the paging, the forms of ids, times and percentages.
//!
//! Nothing here knows which object it carries.

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::domain::{Id, Kind};
use crate::qualified::error::Flaw;

/// `{"id": …, "type": …, "data": {…}, "meta": {…}}`.
#[derive(Deserialize)]
pub(in crate::qualified) struct Single<T> {
    pub(in crate::qualified) data: T,
}

/// `{"type": …, "data": […], "currentPage": 1, "totalPages": 1, …}`; an empty list has no type and no pages.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::qualified) struct List {
    pub(in crate::qualified) data: Vec<Value>,
    #[serde(default, deserialize_with = "lenient")]
    total_pages: Option<usize>,
}

impl List {
    /// Whether this page, counted from 1, is the last one.
    pub(in crate::qualified) fn is_last(&self, page: usize) -> bool {
        self.total_pages.is_none_or(|total| page >= total)
    }
}

/// Reads a body, which has to be an object: a derived reader alone would take an array for one.
pub(in crate::qualified) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Flaw> {
    let is_array = body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[');
    if is_array {
        return Err(Flaw::Shape);
    }
    Ok(serde_json::from_slice(body)?)
}

/// Takes a value of another type than expected for a missing one.
pub(super) fn lenient<'de, T: DeserializeOwned, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).ok())
}

/// Takes a text that is no time, or any other value, for no time. Zulu time and offsets both occur.
pub(super) fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let text: Option<String> = lenient(deserializer)?;
    Ok(text.and_then(|text| text.trim().parse().ok()))
}

/// Takes a number outside 0 to 100, or any other value, for no percentage.
pub(super) fn percentage<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    let number: Option<f64> = lenient(deserializer)?;
    Ok(number.filter(|number| (0.0..=100.0).contains(number)))
}

pub(super) fn parse_id<K: Kind>(id: &str) -> Result<Id<K>, Flaw> {
    id.parse().map_err(|_| Flaw::Id(K::NAME))
}
