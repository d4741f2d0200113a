//! The body of a delivery as it comes.
//!
//! First all of it is checked to be JSON within the parser's depth of 128, keeping nothing. Then it is read
//! once for each step of the verification, each time only the fields that may be read by then; at 64 KiB
//! that costs less than keeping parts of it. A field that is read may not come twice, since another parser
//! might take the other one.

use std::fmt;

use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::Rejection;

/// The fields the signature covers, and the signature.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Signed {
    pub(super) token: String,
    pub(super) triggered_at: u64,
    pub(super) signature: Option<String>,
}

impl Signed {
    /// What Lever signs: the token and the decimal time, with nothing between them.
    pub(super) fn text(&self) -> String {
        format!("{}{}", self.token, self.triggered_at)
    }
}

/// What kind of event it is.
#[derive(Deserialize)]
pub(super) struct Content {
    pub(super) event: Option<String>,
    #[serde(default)]
    pub(super) data: Data,
}

/// A stage change. `candidateId` is Lever's old name of something else and is not read.
#[derive(Deserialize)]
pub(super) struct StageChange {
    pub(super) data: StageChangeData,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StageChangeData {
    pub(super) opportunity_id: String,
    pub(super) to_stage_id: String,
}

/// The form of a value that is looked through and dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Data {
    EmptyObject,
    Object,
    #[default]
    Other,
}

impl<'de> Deserialize<'de> for Data {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Not `IgnoredAny`: it lets malformed numbers and escapes and any depth through.
        deserializer.deserialize_any(DataVisitor)
    }
}

struct DataVisitor;

impl<'de> Visitor<'de> for DataVisitor {
    type Value = Data;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Data, E> {
        Ok(Data::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Data, E> {
        Ok(Data::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Data, E> {
        Ok(Data::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Data, E> {
        Ok(Data::Other)
    }

    fn visit_str<E>(self, _: &str) -> Result<Data, E> {
        Ok(Data::Other)
    }

    fn visit_unit<E>(self) -> Result<Data, E> {
        Ok(Data::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Data, A::Error> {
        while seq.next_element::<Data>()?.is_some() {}
        Ok(Data::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Data, A::Error> {
        let mut form = Data::EmptyObject;
        while map.next_entry::<IgnoredAny, Data>()?.is_some() {
            form = Data::Object;
        }
        Ok(form)
    }
}

/// Checks that a body is a JSON object, as a whole. The derived readers alone would take an array for a
/// struct and would not look into fields they do not know.
pub(super) fn check(body: &[u8]) -> Result<&str, Rejection> {
    let text = std::str::from_utf8(body).map_err(|_| Rejection::NotUtf8)?;
    match serde_json::from_str(text).map_err(|_| Rejection::NotJson)? {
        Data::EmptyObject | Data::Object => Ok(text),
        Data::Other => Err(Rejection::NotAnObject),
    }
}

/// Reads some fields of a body that was checked.
pub(super) fn read<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Rejection> {
    serde_json::from_str(text).map_err(|_| Rejection::Fields)
}
