//! Codes that the domain knows a list of.

use std::borrow::Cow;

use lever_integration::domain::Reason;
use serde::{Serialize, Serializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// Why something was decided, as a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ReasonCode(pub(super) Reason);

impl Serialize for ReasonCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.code())
    }
}

impl PartialSchema for ReasonCode {
    fn schema() -> RefOr<Schema> {
        let codes = Reason::ALL.iter().map(|reason| reason.code());
        let schema = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(codes));
        schema.description(Some("Why something was decided.")).into()
    }
}

impl ToSchema for ReasonCode {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("ReasonCode")
    }
}

/// The reason to filter by; empty for all.
pub(in crate::api) struct ReasonFilter;

impl PartialSchema for ReasonFilter {
    fn schema() -> RefOr<Schema> {
        let recorded = Reason::ALL.iter().filter(|reason| reason.is_recorded());
        let codes = recorded.map(|reason| reason.code()).chain([""]);
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some(codes)).into()
    }
}
