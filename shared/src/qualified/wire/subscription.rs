//! Webhook subscriptions: what is asked and what comes back.
//!
//! Only the two events with published sample payloads are subscribed to; the state-change event would
//! repeat them.

use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::envelope::{lenient, parse_id};
use crate::qualified::answer::Subscription;
use crate::qualified::error::Flaw;

/// The fields of a subscription; a name only for a new one.
pub(in crate::qualified) fn subscription_data(url: &Url, name: Option<&str>) -> Value {
    let mut data = json!({
        "url": url.as_str(),
        "eventTriggers": { "assessment_result_started": true, "assessment_result_submitted": true },
    });
    if let Some(name) = name {
        data["name"] = name.into();
    }
    data
}

/// A subscription. It has no secret and no header of its own.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::qualified) struct SubscriptionRow {
    id: String,
    #[serde(default, deserialize_with = "lenient")]
    url: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    trigger_on_all: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    event_triggers: Option<EventTriggers>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EventTriggers {
    #[serde(default, deserialize_with = "lenient")]
    assessment_result_started: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    assessment_result_submitted: Option<bool>,
}

impl EventTriggers {
    fn has_ours(&self) -> bool {
        [self.assessment_result_started, self.assessment_result_submitted] == [Some(true); 2]
    }
}

impl TryFrom<SubscriptionRow> for Subscription {
    type Error = Flaw;

    fn try_from(row: SubscriptionRow) -> Result<Self, Flaw> {
        let has_all = row.trigger_on_all == Some(true);
        Ok(Self {
            id: parse_id(&row.id)?,
            url: row.url.unwrap_or_default(),
            has_our_triggers: has_all || row.event_triggers.is_some_and(|triggers| triggers.has_ours()),
        })
    }
}
