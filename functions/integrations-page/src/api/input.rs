//! What a request brings: a JSON body and a query, both read strictly.

use lambda_http::Request;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa::openapi::schema::{Array, ArrayBuilder, ObjectBuilder, Type};

use super::problem::{Code, Problem};
use crate::change::STAGES_MAX;
use crate::paths::field;
use crate::request::{BODY_BYTES_MAX, Fields, content_type};

/// A body of one field.
pub(super) trait Input: DeserializeOwned {
    /// Its name.
    const FIELD: &'static str;
}

/// Trigger stages to add.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewTriggerStages {
    /// Ids of stages in Lever; all are added or none.
    #[schema(schema_with = stage_ids)]
    pub(super) stages: Vec<String>,
}

/// What an id of Lever looks like: no dots alone.
const ID_PATTERN: &str = "^\\.*[A-Za-z0-9_:-][A-Za-z0-9._:-]*$";

/// The schema of an id of Lever.
pub(super) fn id() -> ObjectBuilder {
    let text = ObjectBuilder::new().schema_type(Type::String);
    text.min_length(Some(1)).max_length(Some(128)).pattern(Some(ID_PATTERN))
}

fn stage_ids() -> Array {
    ArrayBuilder::new().items(id()).min_items(Some(1)).max_items(Some(STAGES_MAX)).build()
}

impl Input for NewTriggerStages {
    const FIELD: &'static str = "stages";
}

/// Qualified's API key. Checked, then kept; never shown again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewApiKey {
    /// The key, as Qualified shows it.
    #[schema(min_length = 1, max_length = 1024, pattern = "^[!-~]+$", write_only)]
    pub(super) api_key: String,
}

impl Input for NewApiKey {
    const FIELD: &'static str = field::API_KEY;
}

/// Reads a body.
pub(super) fn body<T: Input>(request: &Request) -> Result<T, Problem> {
    if !content_type(request).eq_ignore_ascii_case("application/json") {
        return Err(Code::NotJson.into());
    }
    let bytes: &[u8] = request.body().as_ref();
    if bytes.len() > BODY_BYTES_MAX {
        return Err(Code::TooLarge.into());
    }
    let fields: Map<String, Value> = serde_json::from_slice(bytes).map_err(|_| Code::Malformed)?;
    if let Some(unknown) = fields.keys().find(|name| *name != T::FIELD) {
        return Err(Problem::with(Code::UnknownField, unknown));
    }
    serde_json::from_value(Value::Object(fields)).map_err(|_| Problem::with(Code::BadValue, T::FIELD))
}

/// Reads a query; only these names, each once at most.
pub(super) fn query(request: &Request, known: &[&str]) -> Result<Fields, Problem> {
    let query = Fields::of_query(request);
    let is_odd = |name: &&str| !known.contains(name) || query.one(name).is_none();
    if let Some(name) = query.names().find(is_odd) {
        return Err(Problem::with(Code::UnknownField, name));
    }
    Ok(query)
}
