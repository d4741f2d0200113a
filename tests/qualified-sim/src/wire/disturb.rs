//! Records with fields nobody knows, or with optional fields `null` or missing, as the switches say.

use serde_json::{Map, Value, json};

use super::case::snake;
use crate::switches::{Optionals, Switches};

/// Fields a client cannot count on, in `snake_case`; both spellings are disturbed.
const OPTIONAL: [&str; 36] = [
    "abandoned",
    "accumulated_seconds",
    "alternate_id",
    "anonymous_name",
    "attempts",
    "browser_user_agent",
    "candidate_notes",
    "candidate_remarks",
    "closed_reason",
    "counts",
    "difficulty",
    "expires_at",
    "first_name",
    "invited_at",
    "items_correct_count",
    "items_total_count",
    "key_stats",
    "labels",
    "language",
    "last_name",
    "pass_rate",
    "passed_all",
    "prev_state",
    "purpose",
    "redirect_url",
    "reminder_at",
    "review_ratings",
    "revisions_count",
    "risks",
    "similarity_risk_level",
    "submission_rate",
    "summary",
    "topics",
    "total_submission_seconds",
    "wall_time",
    "workflow_name",
];

/// Applies the switches to a record and everything in it.
pub(crate) fn disturb(record: &mut Value, switches: &Switches) {
    match record {
        Value::Object(fields) => disturb_fields(fields, switches),
        Value::Array(items) => items.iter_mut().for_each(|item| disturb(item, switches)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn disturb_fields(fields: &mut Map<String, Value>, switches: &Switches) {
    fields.values_mut().for_each(|value| disturb(value, switches));
    match switches.optionals {
        Optionals::AsTheyAre => {}
        Optionals::Null => fields
            .iter_mut()
            .filter(|(name, _)| is_optional(name))
            .for_each(|(_, value)| *value = Value::Null),
        Optionals::Missing => fields.retain(|name, _| !is_optional(name)),
    }
    if switches.extra_fields {
        fields.insert("addedLater".to_owned(), json!({"nested": [1, "two", null]}));
        fields.insert("added_later".to_owned(), json!("unheard of"));
    }
}

fn is_optional(name: &str) -> bool {
    OPTIONAL.contains(&snake(name).as_str())
}
