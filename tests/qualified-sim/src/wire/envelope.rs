//! The envelopes around records (Qualified: API reference, recordings).

use serde_json::{Value, json};
use sim_kit::clock::Millis;

use super::time;

/// One page of a list.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) records: Vec<Value>,
    pub(crate) current: usize,
    pub(crate) total_pages: usize,
    pub(crate) total_count: usize,
}

fn meta(includes: &[String], now: Millis) -> Value {
    json!({"timestamp": time::local(now), "includes": includes})
}

/// A single record; `enums` explains the values its fields can take.
pub(crate) fn one(kind: &str, record: &Value, enums: &Value, includes: &[String], now: Millis) -> Value {
    let mut meta = meta(includes, now);
    meta["enums"] = enums.clone();
    json!({"id": record["id"], "type": kind, "data": record, "meta": meta})
}

/// A page of a list. An empty list has no `type`, and no pages.
pub(crate) fn list(kind: &str, page: &Page, includes: &[String], now: Millis) -> Value {
    let mut body = json!({
        "data": page.records,
        "currentPage": page.current,
        "totalPages": page.total_pages,
        "totalCount": page.total_count,
        "meta": meta(includes, now),
    });
    if page.total_count > 0 {
        body["type"] = json!(kind);
    }
    body
}

/// The list an invite call answers: no paging fields.
pub(crate) fn unpaged(kind: &str, records: &[Value], now: Millis) -> Value {
    json!({"type": kind, "data": records, "meta": meta(&[], now)})
}

/// Values with their labels, as `meta.enums` has them.
pub(crate) fn options(values: &[(&str, &str)]) -> Value {
    values.iter().map(|(value, text)| json!({"value": value, "text": text})).collect()
}

/// The label of an enum value: `team_forced` → `Team forced`.
pub(crate) fn labelled(value: &str) -> Value {
    let text = value.replace('_', " ");
    let text = text.get(..1).map(str::to_uppercase).unwrap_or_default() + text.get(1..).unwrap_or_default();
    json!({"value": value, "text": text})
}
