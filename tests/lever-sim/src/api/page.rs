//! Lists in pages: `limit`, and an opaque percent-encoded `offset` that names the first row of the next page.

use axum::Json;
use axum::response::IntoResponse as _;
use serde_json::{Value, json};

use super::call::{Answer, Call};
use super::error::ApiError;

/// Parameters of every list.
pub(crate) const PAGING: [&str; 2] = ["limit", "offset"];

/// One row of a list with the key that names it.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// A JSON array, in whose order the rows are sorted.
    pub(crate) key: Value,
    pub(crate) json: Value,
}

impl Row {
    /// A row named by a time and its id.
    pub(crate) fn by_time(json: Value) -> Self {
        Self { key: json!([json["createdAt"], json["id"]]), json }
    }

    /// A row named by its id, or by its text if it has none.
    pub(crate) fn by_name(json: Value) -> Self {
        let name = if json["id"].is_null() { &json["text"] } else { &json["id"] };
        Self { key: json!([name]), json }
    }
}

/// Answers the page of sorted rows that the call asks for.
///
/// `at` finds the row a key stands for: the row itself, or where it would be if it is gone.
pub(crate) fn answer(call: &Call, rows: &[Row], at: impl Fn(&[Row], &Value) -> Option<usize>) -> Answer {
    let limit = match call.one("limit")? {
        None => 100,
        Some(text) => match text.parse::<usize>() {
            Ok(limit @ 1..=100) => limit,
            Ok(_) | Err(_) => return Err(ApiError::bad("limit must be a number from 1 to 100")),
        },
    };
    let invalid = || ApiError::bad("Invalid offset token");
    let start = match call.one("offset")? {
        None => 0,
        Some(token) => at(rows, &decode(token).ok_or_else(invalid)?).ok_or_else(invalid)?,
    };
    let page: Vec<&Value> = rows.iter().skip(start).take(limit).map(|row| &row.json).collect();
    let mut body = json!({"data": page, "hasNext": false});
    if let Some(next) = rows.get(start + limit) {
        body["next"] = json!(encode(&next.key));
        body["hasNext"] = json!(true);
    }
    Ok(Json(body).into_response())
}

/// Answers a page of rows whose keys must still be there.
pub(crate) fn answer_exact(call: &Call, rows: &[Row]) -> Answer {
    answer(call, rows, |rows, key| rows.iter().position(|row| row.key == *key))
}

fn encode(key: &Value) -> String {
    url::form_urlencoded::byte_serialize(key.to_string().as_bytes()).collect()
}

/// Only what [`encode`] made: a token that lost its encoding on the way is invalid.
fn decode(token: &str) -> Option<Value> {
    let (text, _) = url::form_urlencoded::parse(token.as_bytes()).next()?;
    let key: Value = serde_json::from_str(&text).ok()?;
    (key.is_array() && encode(&key) == token).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_a_percent_encoded_array_and_only_that_is_taken_back() {
        let token = encode(&json!([3, 1_491_435_120_000_i64, "ab-1"]));
        assert_eq!(token, "%5B3%2C1491435120000%2C%22ab-1%22%5D");
        assert_eq!(decode(&token), Some(json!([3, 1_491_435_120_000_i64, "ab-1"])));
        assert_eq!(decode("[3,1491435120000,\"ab-1\"]"), None);
        assert_eq!(decode("garbled"), None);
    }
}
