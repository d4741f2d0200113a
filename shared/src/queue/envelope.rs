//! The form in which an event travels through the queue.
//!
//! JSON with a version, apart from the domain types so that these may change freely. Ids, times and a
//! digest only: no name, no address, nothing of a delivered body. Before changing the form, answer for
//! messages that are under way: does the old code read the new form, and the new code the old?

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Error;
use crate::domain::{Event, Id, Kind, ResultChanged, ResultNews, StageChanged, TeamId};

/// The newest version that is read. Written is the lowest one that can say it, so that after going back one version only
/// what the older code cannot read waits for the newer one.
const VERSION: u64 = 2;
/// The version that knows of no other wait than the one from intake.
const WITHOUT_QUEUED_AT: u64 = 1;
/// SHA-256 in hex.
const DIGEST_LENGTH: usize = 64;

/// An event on its way to the worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// Whose event; from the URL it was delivered to, never from its body.
    pub team: TeamId,
    /// What happened.
    pub event: Event,
    /// When it was taken in.
    pub received_at: Timestamp,
    /// When it began to wait in the queue: when it was taken in, or put back after it had waited for an admin.
    pub queued_at: Timestamp,
}

impl Envelope {
    /// Of an event that is taken in.
    pub fn new(team: TeamId, event: Event, received_at: Timestamp) -> Self {
        Self { team, event, received_at, queued_at: received_at }
    }

    /// The message body. Times are kept to the millisecond.
    ///
    /// # Errors
    /// [`Error::Unwritable`], which no envelope is known to cause.
    pub fn to_json(&self) -> Result<String, Error> {
        let queued_at = Some(self.queued_at).filter(|at| *at != self.received_at);
        let wire = Wire {
            v: if queued_at.is_some() { VERSION } else { WITHOUT_QUEUED_AT },
            team: self.team.as_str().into(),
            received_at: self.received_at.as_millisecond(),
            queued_at: queued_at.map(Timestamp::as_millisecond),
            event: WireEvent::from(&self.event),
        };
        serde_json::to_string(&wire).map_err(|_| Error::Unwritable)
    }

    /// Reads a message body.
    ///
    /// # Errors
    /// [`Error::UnknownVersion`] for a version to come, whatever else it holds; [`Error::Malformed`] for
    /// everything that no version of ours wrote.
    pub fn parse(body: &str) -> Result<Self, Error> {
        let malformed = |part| Error::Malformed { part };
        let Version { v } = serde_json::from_str(body).map_err(|_| malformed("version"))?;
        if v > VERSION {
            return Err(Error::UnknownVersion { version: v });
        }
        let wire: Wire = serde_json::from_str(body).map_err(|_| malformed("form"))?;
        let is_known = match wire.queued_at {
            Some(_) => wire.v == VERSION,
            None => (WITHOUT_QUEUED_AT..=VERSION).contains(&wire.v),
        };
        if !is_known {
            return Err(malformed("version"));
        }
        Ok(Self {
            team: id(&wire.team)?,
            event: wire.event.parse()?,
            received_at: time(wire.received_at)?,
            queued_at: time(wire.queued_at.unwrap_or(wire.received_at))?,
        })
    }
}

/// The one field that every version has.
#[derive(Deserialize)]
struct Version {
    v: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    v: u64,
    team: String,
    /// Milliseconds since 1970, as all times here.
    received_at: i64,
    /// Absent if it is that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    queued_at: Option<i64>,
    event: WireEvent,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum WireEvent {
    StageChanged {
        id: String,
        triggered_at: i64,
        opportunity: String,
        to_stage: String,
        body_digest: String,
    },
    ResultChanged {
        id: String,
        result: String,
        news: WireNews,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        changed_at: Option<i64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        team_candidate: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        assessment: Option<String>,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WireNews {
    Started,
    Submitted,
    StateChanged,
}

impl From<&Event> for WireEvent {
    fn from(event: &Event) -> Self {
        match event {
            Event::StageChanged(event) => Self::StageChanged {
                id: event.id.to_string(),
                triggered_at: event.triggered_at.as_millisecond(),
                opportunity: event.opportunity.to_string(),
                to_stage: event.to_stage.to_string(),
                body_digest: event.body_digest.clone(),
            },
            Event::ResultChanged(event) => Self::ResultChanged {
                id: event.id.to_string(),
                result: event.result.to_string(),
                news: match event.news {
                    ResultNews::Started => WireNews::Started,
                    ResultNews::Submitted => WireNews::Submitted,
                    ResultNews::StateChanged => WireNews::StateChanged,
                },
                changed_at: event.changed_at.map(Timestamp::as_millisecond),
                team_candidate: event.team_candidate.as_ref().map(ToString::to_string),
                assessment: event.assessment.as_ref().map(ToString::to_string),
            },
        }
    }
}

impl WireEvent {
    fn parse(self) -> Result<Event, Error> {
        Ok(match self {
            Self::StageChanged { id: event, triggered_at, opportunity, to_stage, body_digest } => {
                Event::StageChanged(StageChanged {
                    id: id(&event)?,
                    triggered_at: time(triggered_at)?,
                    opportunity: id(&opportunity)?,
                    to_stage: id(&to_stage)?,
                    body_digest: digest(body_digest)?,
                })
            }
            Self::ResultChanged { id: event, result, news, changed_at, team_candidate, assessment } => {
                Event::ResultChanged(ResultChanged {
                    id: id(&event)?,
                    result: id(&result)?,
                    news: match news {
                        WireNews::Started => ResultNews::Started,
                        WireNews::Submitted => ResultNews::Submitted,
                        WireNews::StateChanged => ResultNews::StateChanged,
                    },
                    changed_at: changed_at.map(time).transpose()?,
                    team_candidate: team_candidate.as_deref().map(id).transpose()?,
                    assessment: assessment.as_deref().map(id).transpose()?,
                })
            }
        })
    }
}

fn id<K: Kind>(text: &str) -> Result<Id<K>, Error> {
    text.parse().map_err(|_| Error::Malformed { part: K::NAME })
}

fn time(milliseconds: i64) -> Result<Timestamp, Error> {
    Timestamp::from_millisecond(milliseconds).map_err(|_| Error::Malformed { part: "time" })
}

fn digest(text: String) -> Result<String, Error> {
    let is_digest =
        text.len() == DIGEST_LENGTH && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if is_digest { Ok(text) } else { Err(Error::Malformed { part: "body digest" }) }
}

#[cfg(test)]
mod tests;
