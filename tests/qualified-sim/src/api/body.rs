//! Request bodies: JSON or form, wrapped in `data` or flat, names in either spelling, only fields the route takes.

use axum::body::{Bytes, to_bytes};
use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use sim_kit::clock::Millis;

use super::error::ApiError;
use crate::wire::case::snake;

/// The fields of a body by their `snake_case` names.
#[derive(Debug)]
pub(crate) struct Fields {
    kind: &'static str,
    fields: Map<String, Value>,
}

/// What a body was made of before its fields are looked at.
#[derive(Debug)]
pub(crate) struct RawBody {
    is_form: bool,
    bytes: Bytes,
}

impl RawBody {
    /// Reads a body; an empty one counts as `{}`.
    pub(crate) async fn read(request: Request) -> Result<Self, ApiError> {
        let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let content_type = content_type.unwrap_or_default().to_ascii_lowercase();
        let is_form = content_type.starts_with("application/x-www-form-urlencoded");
        let bytes = to_bytes(request.into_body(), 1 << 20).await;
        let bytes = bytes.map_err(|error| ApiError::misuse("body_shape", error.to_string()))?;
        if !bytes.is_empty() && !is_form && !content_type.starts_with("application/json") {
            let detail = format!("content type is neither JSON nor a form: {content_type}");
            return Err(ApiError::misuse("content_type", detail));
        }
        Ok(Self { is_form, bytes })
    }

    fn object(&self) -> Result<Map<String, Value>, ApiError> {
        if self.bytes.trim_ascii().is_empty() {
            return Ok(Map::new());
        }
        if self.is_form {
            return Ok(form(&self.bytes));
        }
        let refused = |_| ApiError::misuse("body_shape", "the body is not a JSON object");
        serde_json::from_slice(&self.bytes).map_err(refused)
    }

    /// The fields inside `data`; nothing else may stand beside it but an empty `includes`.
    pub(crate) fn wrapped(&self, kind: &'static str, allowed: &[&str]) -> Result<Fields, ApiError> {
        let mut body = self.object()?;
        let data = body.remove("data");
        _ = body.remove("includes").filter(|includes| includes.as_array().is_some_and(Vec::is_empty));
        if let Some(name) = body.keys().next() {
            return Err(ApiError::misuse("data_envelope", format!("{name} stands outside of data")));
        }
        match data {
            None => Fields::of(kind, Map::new(), allowed),
            Some(Value::Object(data)) => Fields::of(kind, data, allowed),
            Some(_) => Err(ApiError::misuse("data_envelope", "data is not an object")),
        }
    }

    /// The fields of a body without envelope.
    pub(crate) fn flat(&self, kind: &'static str, allowed: &[&str]) -> Result<Fields, ApiError> {
        Fields::of(kind, self.object()?, allowed)
    }
}

/// `data[x]=1&data[y][]=2` as nested JSON; `true` and `false` become booleans.
fn form(bytes: &[u8]) -> Map<String, Value> {
    let mut root = Value::Object(Map::new());
    for (name, text) in url::form_urlencoded::parse(bytes) {
        let value = match text.as_ref() {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            text => Value::String(text.to_owned()),
        };
        let mut place = &mut root;
        for key in name.split('[').map(|key| key.trim_end_matches(']')) {
            place = if key.is_empty() {
                if !place.is_array() {
                    *place = Value::Array(Vec::new());
                }
                let Value::Array(items) = place else { break };
                items.push(Value::Null);
                let last = items.len() - 1;
                &mut items[last]
            } else {
                if !place.is_object() {
                    *place = Value::Object(Map::new());
                }
                &mut place[key]
            };
        }
        *place = value;
    }
    match root {
        Value::Object(fields) => fields,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Map::new(),
    }
}

impl Fields {
    fn of(kind: &'static str, body: Map<String, Value>, allowed: &[&str]) -> Result<Self, ApiError> {
        let mut fields = Map::new();
        for (name, value) in body {
            let plain = snake(&name);
            if !allowed.contains(&plain.as_str()) {
                return Err(ApiError::invalid_misuse("unknown_field", kind, &name, "is not permitted"));
            }
            if fields.insert(plain, value).is_some() {
                return Err(ApiError::invalid_misuse(
                    "double_field",
                    kind,
                    &name,
                    "is given in both spellings",
                ));
            }
        }
        Ok(Self { kind, fields })
    }

    /// A field in its type; `null` counts as left out.
    pub(crate) fn get<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, ApiError> {
        match self.fields.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => serde_json::from_value(value.clone()).map(Some).map_err(|_| {
                ApiError::invalid_misuse("field_type", self.kind, name, "is not of the right type")
            }),
        }
    }

    /// A field that must be there.
    pub(crate) fn required<T: DeserializeOwned>(&self, name: &str) -> Result<T, ApiError> {
        let missing = || ApiError::invalid_misuse("missing_field", self.kind, name, "can't be blank");
        self.get(name)?.ok_or_else(missing)
    }

    /// A field that can be set to nothing: `Some(None)` if it is `null`.
    pub(crate) fn settable<T: DeserializeOwned>(&self, name: &str) -> Result<Option<Option<T>>, ApiError> {
        if self.fields.contains_key(name) { self.get(name).map(Some) } else { Ok(None) }
    }

    /// A time, as ISO 8601 with a zone.
    pub(crate) fn time(&self, name: &str) -> Result<Option<Millis>, ApiError> {
        let Some(text) = self.get::<String>(name)? else { return Ok(None) };
        let wrong = || ApiError::invalid_misuse("field_type", self.kind, name, "is not a time");
        crate::wire::time::parse(&text).map(Some).ok_or_else(wrong)
    }
}
