//! The little that intake reads: what a delivery is checked against.

use jiff::Timestamp;

use super::TeamContext;
use crate::domain::{Activity, SignatureToken, StageId, UrlKey};

/// What a delivery of Lever is checked against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeverIntake {
    /// The key in the URL that Lever delivers to.
    pub url_key: UrlKey,
    /// What Lever signs with; nothing before our webhook is registered.
    pub signature_token: Option<SignatureToken>,
    /// When the last delivery with a valid signature came.
    pub last_event_at: Option<Timestamp>,
    /// When the last delivery with a signature that does not match came.
    pub last_refused_at: Option<Timestamp>,
    /// The trigger stages, in order.
    pub trigger_stages: Vec<StageId>,
}

/// An event that is on record as handled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handled {
    /// SHA-256 of the body it came with, in hex, if it came in a delivery of Lever.
    pub body_digest: Option<String>,
}

impl From<TeamContext> for LeverIntake {
    fn from(context: TeamContext) -> Self {
        let TeamContext { team, connection, trigger_stages } = context;
        let last_event_at = connection.as_ref().and_then(|connection| connection.last_event_at);
        let last_refused_at = connection.as_ref().and_then(|connection| connection.last_refused_at);
        let webhook = connection.and_then(|connection| connection.webhook);
        Self {
            url_key: team.lever_url_key,
            signature_token: webhook.map(|webhook| webhook.signature_token),
            last_event_at,
            last_refused_at,
            trigger_stages: trigger_stages.into_iter().map(|trigger| trigger.stage).collect(),
        }
    }
}

impl From<Activity> for Handled {
    fn from(activity: Activity) -> Self {
        Self { body_digest: activity.body_digest }
    }
}
