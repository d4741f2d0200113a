//! Errors as `application/problem+json` (RFC 9457).
//!
//! A problem repeats nothing of the request but the name of a field.

use lambda_http::http::StatusCode;
use lambda_http::{Body, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::respond::json;
use crate::view::model::{Trouble, Unread};
use crate::{Page, paths};

/// The media type of problems.
pub(super) const MEDIA_TYPE: &str = "application/problem+json";
/// The longest field name repeated, in characters.
const FIELD_CHARS_MAX: usize = 100;

macro_rules! codes {
    ($($variant:ident = $code:literal, $status:ident, $title:literal, $detail:literal;)*) => {
        /// What can be wrong with a request.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Code {
            $(#[doc = $title] $variant,)*
        }

        impl Code {
            fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            pub(super) fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status,)* }
            }

            pub(super) fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }

            fn detail(self) -> &'static str {
                match self { $(Self::$variant => $detail,)* }
            }
        }
    };
}

codes! {
    UnknownField = "unknown-field", BAD_REQUEST, "There is no such field",
        "The request has a field that this operation does not know, or has one twice.";
    Malformed = "malformed", BAD_REQUEST, "The request is malformed",
        "The body has to be one JSON object as the OpenAPI document describes it.";
    NoSession = "no-session", UNAUTHORIZED, "There is no session",
        "Open the Integrations page from Qualified and send its session cookie.";
    RequestRefused = "request-refused", FORBIDDEN, "The request is not from this session",
        "A change needs the session's token in X-CSRF-Token and the Origin of the page.";
    AdminsOnly = "admins-only", FORBIDDEN, "Only an admin may do this",
        "Ask an admin of the team in Qualified.";
    NotFound = "not-found", NOT_FOUND, "There is no such thing",
        "Nothing is at this address, or nobody matches what was asked for.";
    MethodNotAllowed = "method-not-allowed", METHOD_NOT_ALLOWED, "Not with this method",
        "The Allow header names the methods of this address.";
    NotConnected = "not-connected", CONFLICT, "The team is not connected",
        "Give the API key of Qualified and log in to Lever first.";
    TooLarge = "too-large", PAYLOAD_TOO_LARGE, "The body is too large",
        "A body may have 64 KiB.";
    NotJson = "not-json", UNSUPPORTED_MEDIA_TYPE, "The body is not JSON",
        "Send the body as application/json.";
    BadValue = "bad-value", UNPROCESSABLE_ENTITY, "A field holds something impossible",
        "The value of the named field is missing, malformed, or refused by Lever or Qualified.";
    Busy = "busy", TOO_MANY_REQUESTS, "Lever is limiting our requests",
        "The calls that Lever allows are used up for now. Try again in a minute.";
    Unavailable = "unavailable", SERVICE_UNAVAILABLE, "Not just now",
        "Lever, Qualified or the table did not answer. Try again in a minute.";
}

/// What is wrong with a request.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Problem {
    /// Names the kind of problem; the fragment does not change.
    #[serde(rename = "type")]
    #[schema(format = "uri-reference")]
    kind: String,
    /// What kind of problem it is, in words.
    title: &'static str,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What can be done about it.
    detail: &'static str,
    /// The field at fault, if one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
}

impl Problem {
    /// A problem with one field.
    pub(super) fn with(code: Code, field: &str) -> Self {
        Self { field: Some(field.chars().take(FIELD_CHARS_MAX).collect()), ..Self::from(code) }
    }

    /// The same problem, told more exactly.
    pub(super) fn told(self, detail: &'static str) -> Self {
        Self { detail, ..self }
    }

    /// The answer that tells it.
    pub(super) fn response(&self, page: &Page) -> Response<Body> {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
        json(page, status, MEDIA_TYPE, serde_json::to_string(self).unwrap_or_default())
    }
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self {
            kind: format!("{}#{}", paths::OPENAPI, code.code()),
            title: code.title(),
            status: code.status().as_u16(),
            detail: code.detail(),
            field: None,
        }
    }
}

impl From<Unread> for Problem {
    fn from(cause: Unread) -> Self {
        match cause {
            Unread::NoAnswer => Code::Unavailable.into(),
            Unread::Refused => Self::from(Code::NotConnected)
                .told("Lever refuses what we ask. Log in to Lever again, as a Super Admin."),
            Unread::Busy => Code::Busy.into(),
        }
    }
}

impl From<Trouble> for Problem {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::BadField(field) => Self::with(Code::BadValue, field),
            Trouble::NoSession => Code::NoSession.into(),
            Trouble::LaunchRefused | Trouble::FormRefused => Code::RequestRefused.into(),
            Trouble::AdminsOnly => Code::AdminsOnly.into(),
            Trouble::BadRequest => Code::Malformed.into(),
            Trouble::NotFound => Code::NotFound.into(),
            Trouble::MethodNotAllowed => Code::MethodNotAllowed.into(),
            Trouble::LeverBusy => Unread::Busy.into(),
            Trouble::LeverRefuses => Unread::Refused.into(),
            Trouble::Login(_) | Trouble::Unavailable => Code::Unavailable.into(),
        }
    }
}
