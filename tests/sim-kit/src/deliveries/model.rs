//! The words of the webhook sender: rules, outcomes, deliveries and disturbances.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clock::Millis;

/// How this simulator's service sends.
#[derive(Debug, Clone)]
pub struct Rules {
    /// How long an attempt may take, in real time.
    pub timeout: Duration,
    /// Pauses before the 2nd, 3rd … attempt, in simulated milliseconds before scaling.
    pub pauses_ms: Vec<Millis>,
    /// Factor on the pauses: 0.001 turns an hour into 3.6 s.
    pub time_scale: f64,
    /// Which outcomes are tried again while pauses are left.
    pub retried: fn(&Outcome) -> bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(10),
            pauses_ms: Vec::new(),
            time_scale: 1.0,
            retried: |outcome| !outcome.is_success(),
        }
    }
}

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The receiver answered this status.
    Status(u16),
    /// No answer: timeout, refused or broken connection.
    Error(String),
}

impl Outcome {
    /// Whether the receiver answered 2xx.
    pub fn is_success(&self) -> bool {
        matches!(self, Self::Status(200..=299))
    }
}

/// What goes over the wire at one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wire {
    /// Where it is `POSTed` to.
    pub url: String,
    /// Headers besides `Content-Length` and `Host`.
    pub headers: Vec<(String, String)>,
    /// The exact bytes.
    pub body: String,
}

/// Says what to send at attempt 1, 2, …; `None` calls the delivery off (its webhook is gone).
pub type Compose = Arc<dyn Fn(u32) -> Option<Wire> + Send + Sync>;

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// About to be sent.
    Queued,
    /// Held back until released.
    Held,
    /// Lost on demand; only a rerun sends it.
    Dropped,
    /// Failed, waiting for the next attempt.
    Waiting,
    /// Answered 2xx.
    Delivered,
    /// Failed for good.
    Failed,
    /// Called off by the simulator.
    CalledOff,
}

/// One attempt at a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attempt {
    /// When it began, simulated.
    pub at_ms: Millis,
    /// The answer's status or what kept one from coming.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// One delivery as `GET /_sim/deliveries` shows it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Delivery {
    /// `d1`, `d2`, … in order of queueing.
    pub id: String,
    /// When it was queued, simulated.
    pub queued_ms: Millis,
    /// Where it goes (as of the last attempt).
    pub url: String,
    /// What it carries (as of the last attempt): JSON if it is JSON, else text.
    pub body: Value,
    /// What the simulator wants to remember about it, such as the webhook's id.
    pub about: Value,
    /// Where it stands.
    pub state: State,
    /// The attempts so far.
    pub attempts: Vec<Attempt>,
}

/// Disturbances; what is absent from a change stays as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModeChange {
    /// Send each of the next so many deliveries twice.
    pub duplicate_next: Option<u32>,
    /// Lose the next so many deliveries.
    pub drop_next: Option<u32>,
    /// Hold deliveries back until released.
    pub hold: Option<bool>,
}

/// In which order held deliveries go out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Oldest first.
    #[default]
    AsQueued,
    /// Newest first.
    Reversed,
}

/// Body of the release route.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// Order of sending.
    #[serde(default)]
    pub order: Order,
}

/// How many attempts a delivery gets by itself.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Attempts {
    ByRules,
    One,
}
