//! A team and its trigger stages.

use jiff::Timestamp;

use super::{ApiKey, StageId, SubscriptionId, TeamId, UrlKey, UserId};

/// A customer of Qualified that uses the integration.
#[derive(Debug, Clone, PartialEq)]
pub struct Team {
    /// Its id in Qualified.
    pub id: TeamId,
    /// The key for Qualified's API, once an admin gave it.
    pub api_key: Option<ApiKey>,
    /// When Qualified refused that key, if it did; nothing is asked with it any more.
    pub api_key_refused_at: Option<Timestamp>,
    /// The last part of the URL Lever delivers to.
    pub lever_url_key: UrlKey,
    /// The last part of the URL Qualified delivers to.
    pub qualified_url_key: UrlKey,
    /// Our webhook subscription in Qualified.
    pub subscription: Option<SubscriptionId>,
    /// Counts the writes; a write names the version it replaces.
    pub version: u64,
}

/// A stage whose new candidates are invited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TriggerStage {
    /// The stage in Lever.
    pub stage: StageId,
    /// Its name when last seen.
    pub text: String,
    /// Candidates who entered earlier are not invited.
    pub added_at: Timestamp,
    /// The admin who added it.
    pub added_by: UserId,
}
