//! Deliveries of Qualified's webhooks: bytes become a [`ResultChanged`] here and nowhere else.
//!
//! Assumption Q11: deliveries are not signed, carry no secret and no event id. What makes one authentic is
//! the unguessable key in the URL, which the intake compares in constant time before it calls [`parse`].
//! Should Qualified ever sign them, `verify` belongs here and in front of [`parse`].
//!
//! A delivery may therefore only say where to look: state, score and verdict are never read here, nor is
//! `dry_run`; all of them are taken from the API. Nothing of the body is kept but identifiers and one time.
//! Source: Qualified docs, Webhooks, and API reference, Webhook examples.

mod json;

use jiff::Timestamp;
use ring::digest::{SHA256, digest};
use serde_json::Value;

use crate::domain::{EventId, Id, Kind, ResultChanged, ResultId, ResultNews};
use crate::failure::Disposition;

/// The bytes of a digest that name an event; 128 bits do not collide by chance.
const EVENT_ID_BYTES: usize = 16;

/// What a delivery is for us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// A result changed.
    Changed(ResultChanged),
    /// An event this integration has no use for, or one that names no result.
    Ignored,
}

/// A delivery is turned away. Repeats nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// The body is no JSON object, is nested too deep, doubles a key, or tells of a result without a
    /// usable id.
    #[error("the body is malformed: {0}")]
    Malformed(Malformation),
}

/// What is wrong with a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformation {
    /// It is not UTF-8.
    #[error("not UTF-8")]
    NotUtf8,
    /// It is not JSON, nested too deep, or has a key twice in one object.
    #[error("not JSON, too deep, or with a doubled key")]
    NotJson,
    /// It is no object with the name of an event.
    #[error("no event")]
    NoEvent,
    /// It is an event about a result without a usable result id.
    #[error("no usable result id")]
    NoResult,
}

impl Rejection {
    /// What is to be done about it: nothing, the input is at fault.
    pub fn disposition(self) -> Disposition {
        match self {
            Self::Malformed(_) => Disposition::Rejected,
        }
    }
}

/// Reads a delivery. The intake has checked the key in the URL and the size.
///
/// # Errors
/// When the body is malformed. An unknown event is no error.
pub fn parse(body: &[u8]) -> Result<News, Rejection> {
    read(body).map_err(Rejection::Malformed)
}

fn read(body: &[u8]) -> Result<News, Malformation> {
    let text = std::str::from_utf8(body).map_err(|_| Malformation::NotUtf8)?;
    let body = json::parse(text).ok_or(Malformation::NotJson)?;
    let event = body["event"].as_str().ok_or(Malformation::NoEvent)?;
    let data = &body["data"];
    match event {
        "assessment_result_started" => changed(data, ResultNews::Started).map(News::Changed),
        "assessment_result_submitted" => changed(data, ResultNews::Submitted).map(News::Changed),
        // Assumption Q10: the same payload as the other two.
        "assessment_result_state_changed" => changed(data, ResultNews::StateChanged).map(News::Changed),
        "team_candidate_started_assessment" => Ok(deprecated(data, ResultNews::Started)),
        "team_candidate_submitted_assessment" => Ok(deprecated(data, ResultNews::Submitted)),
        _ => Ok(News::Ignored),
    }
}

/// An event about a result: `data` is the result.
fn changed(data: &Value, news: ResultNews) -> Result<ResultChanged, Malformation> {
    let result: ResultId = id_of(data).ok_or(Malformation::NoResult)?;
    let changed_at = changed_at(data);
    Ok(ResultChanged {
        id: event_id(&result, news, changed_at).ok_or(Malformation::NoResult)?,
        result,
        news,
        changed_at,
        team_candidate: id_of(&data["team_candidate"]),
        assessment: id_of(&data["assessment"]),
    })
}

/// A deprecated event about a person: `data` is the person with the last result inside. Its payload is no
/// longer documented in full, so one without a usable result is passed over.
fn deprecated(data: &Value, news: ResultNews) -> News {
    match changed(&data["recent_assessment_result"], news) {
        Ok(event) => News::Changed(ResultChanged { team_candidate: id_of(data), ..event }),
        Err(_) => News::Ignored,
    }
}

fn id_of<K: Kind>(object: &Value) -> Option<Id<K>> {
    object["id"].as_str()?.parse().ok()
}

fn changed_at(result: &Value) -> Option<Timestamp> {
    let time = |field: &str| result[field].as_str()?.parse().ok();
    time("submitted_at").or_else(|| time("started_at"))
}

/// The same for every repetition of an event, another for a later submission of the same result.
fn event_id(result: &ResultId, news: ResultNews, changed_at: Option<Timestamp>) -> Option<EventId> {
    let news = match news {
        ResultNews::Started => "started",
        ResultNews::Submitted => "submitted",
        ResultNews::StateChanged => "state_changed",
    };
    let changed_at = changed_at.map(|at| at.as_millisecond().to_string()).unwrap_or_default();
    // None of the parts can hold a line break.
    let digest = digest(&SHA256, format!("{result}\n{news}\n{changed_at}").as_bytes());
    digest
        .as_ref()
        .iter()
        .take(EVENT_ID_BYTES)
        .map(|byte| format!("{byte:02x}"))
        .collect::<String>()
        .parse()
        .ok()
}

#[cfg(test)]
mod tests;
