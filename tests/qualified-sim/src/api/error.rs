//! Error answers as the real service gives them, and the violations that go with some of them.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use serde_json::{Value, json};

use crate::switches::NotFoundShape;
use crate::world::Refused;

/// The reason of every answer for a thing that is not there.
const NOT_FOUND: &str = "Sorry, we couldn't find that resource";

/// What a good client would not have sent.
#[derive(Debug, Clone)]
pub(crate) struct Broken {
    pub(crate) rule: &'static str,
    pub(crate) detail: String,
}

/// An error answer on its way out; the judging layer fills in who asked.
#[derive(Debug, Clone)]
pub(crate) struct ApiError {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) broken: Option<Broken>,
    /// Answered in the shape the switch for Q2 says.
    pub(crate) is_not_found: bool,
    pub(crate) retry_after_s: Option<u32>,
}

impl ApiError {
    fn plain(status: u16, reason: &str) -> Self {
        let body = json!({"reason": reason, "user": null});
        Self { status, body, broken: None, is_not_found: false, retry_after_s: None }
    }

    fn breaking(mut self, rule: &'static str, detail: impl Into<String>) -> Self {
        self.broken = Some(Broken { rule, detail: detail.into() });
        self
    }

    /// 401: no usable key. The body never names a user.
    pub(crate) fn unauthorized(rule: &'static str, detail: impl Into<String>) -> Self {
        Self::plain(401, "unauthorized").breaking(rule, detail)
    }

    /// 403: the key may not do this.
    pub(crate) fn forbidden(reason: &str) -> Self {
        Self::plain(403, reason)
    }

    /// 404 in the shape of Q2.
    pub(crate) fn not_found() -> Self {
        Self { is_not_found: true, ..Self::plain(404, NOT_FOUND) }
    }

    /// A record referred to in a body is not there.
    pub(crate) fn bad_reference(status: u16) -> Self {
        Self::plain(status, NOT_FOUND)
    }

    /// 404 for a route the service does not have.
    pub(crate) fn unknown_route(detail: String) -> Self {
        Self::not_found().breaking("unknown_route", detail)
    }

    /// 400: the request itself is wrong.
    pub(crate) fn misuse(rule: &'static str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self::plain(400, &detail).breaking(rule, detail)
    }

    /// 422 without field messages.
    pub(crate) fn semantic(reason: &str) -> Self {
        Self::plain(422, reason)
    }

    /// 422 with a message for a field.
    pub(crate) fn invalid(kind: &str, field: &str, message: &str) -> Self {
        let body = json!({
            "errors": {field: message},
            "type": kind,
            "attributes": {},
            "id": null,
            "reason": "ValidationErrors",
        });
        Self { body, ..Self::plain(422, "") }
    }

    /// 422 for a field that a good client would not have sent like this.
    pub(crate) fn invalid_misuse(rule: &'static str, kind: &str, field: &str, message: &str) -> Self {
        Self::invalid(kind, field, message).breaking(rule, format!("{field}: {message}"))
    }

    /// 429 (Q3).
    pub(crate) fn too_many(retry_after_s: Option<u32>, detail: String) -> Self {
        let refused = Self { retry_after_s, ..Self::plain(429, "Too many requests") };
        refused.breaking("rate_limit", detail)
    }

    /// The answer, with the name of whoever holds the key.
    pub(crate) fn render(&self, user: Option<&str>, not_found: NotFoundShape) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        let mut response = match (self.is_not_found, not_found) {
            (true, NotFoundShape::Empty) => status.into_response(),
            (true, NotFoundShape::Html) => {
                (status, Html("<!doctype html><h1>Not found</h1>")).into_response()
            }
            (true, NotFoundShape::Reason) | (false, _) => {
                let mut body = self.body.clone();
                if let Some(named) = body.get_mut("user").filter(|_| self.status != 401) {
                    *named = json!(user);
                }
                (status, axum::Json(body)).into_response()
            }
        };
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.render(None, NotFoundShape::Reason);
        response.extensions_mut().insert(self);
        response
    }
}

impl From<Refused> for ApiError {
    fn from(refused: Refused) -> Self {
        match &refused {
            Refused::NotFound { .. } => Self::not_found(),
            Refused::NotInState { .. }
            | Refused::NotCurrent(_)
            | Refused::LinkDead(_)
            | Refused::NoAccess(_)
            | Refused::NotPublished(_)
            | Refused::AlreadyInvited
            | Refused::RetakesOff
            | Refused::Submission(_)
            | Refused::NotMergeable { .. } => Self::semantic(&refused.to_string()),
        }
    }
}

/// The body of an error that a planned fault asks for.
pub(crate) fn body_of_status(status: u16) -> Value {
    match status {
        401 => ApiError::plain(401, "unauthorized").body,
        403 => ApiError::plain(403, "User is not permitted to do this").body,
        404 => ApiError::not_found().body,
        422 => ApiError::invalid("AssessmentInvitation", "base", "is not valid").body,
        429 => ApiError::plain(429, "Too many requests").body,
        _ => ApiError::plain(status, "Something went wrong").body,
    }
}
