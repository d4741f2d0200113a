//! Refusals of the Data API and how they look on the wire: `{code, message}` (Lever API reference, Errors).

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::lever::Lever;
use crate::rule::Rule;
use crate::switches::Switches;
use crate::world::Problem;

/// A refused call.
#[derive(Debug, Clone)]
pub(crate) enum ApiError {
    /// 400.
    BadRequest { rule: Rule, message: String },
    /// 401; the client is not told why.
    Unauthorized { rule: Rule, detail: String },
    /// 403 for want of a scope.
    MissingScope { scope: String },
    /// 403 for another reason, which no client can know beforehand.
    Forbidden { message: String },
    /// 404 for a thing that is not there.
    NotFound { message: String },
    /// 404 for a route that is not there.
    NoRoute,
    /// 422.
    Unprocessable { message: String },
    /// 429.
    TooManyRequests { bucket: String },
    /// 301, 307 or 308 to another data centre.
    Redirect { status: u16, location: String },
}

impl ApiError {
    pub(crate) fn bad(message: impl Into<String>) -> Self {
        Self::BadRequest { rule: Rule::BadValue, message: message.into() }
    }

    fn breach(&self) -> Option<(Rule, String)> {
        match self {
            Self::BadRequest { rule, message } => Some((*rule, message.clone())),
            Self::Unauthorized { rule, detail } => Some((*rule, detail.clone())),
            Self::MissingScope { scope } => Some((Rule::MissingScope, format!("{scope} was not granted"))),
            Self::NoRoute => Some((Rule::UnknownRoute, "there is no such route".to_owned())),
            Self::TooManyRequests { bucket } => {
                Some((Rule::RateExceeded, format!("the bucket of {bucket} is empty")))
            }
            Self::Forbidden { .. }
            | Self::NotFound { .. }
            | Self::Unprocessable { .. }
            | Self::Redirect { .. } => None,
        }
    }

    fn on_wire(&self, path: &str, switches: &Switches) -> (u16, Value) {
        let body = |code: &str, message: &str| json!({"code": code, "message": message});
        match self {
            Self::BadRequest { message, .. } => (400, body(&switches.code_bad_request, message)),
            Self::Unauthorized { .. } => (401, error_body(401)),
            Self::MissingScope { scope } => {
                (403, body(&switches.code_forbidden, &format!("This request requires the scope {scope}.")))
            }
            Self::Forbidden { message } => (403, body(&switches.code_forbidden, message)),
            Self::NotFound { message } => (404, body("ResourceNotFound", message)),
            Self::NoRoute => (404, no_route_body(path)),
            Self::Unprocessable { message } => (422, body("UnprocessableEntityError", message)),
            Self::TooManyRequests { .. } => {
                (429, body(&switches.code_too_many_requests, "Too many requests."))
            }
            Self::Redirect { status, .. } => {
                (*status, body("MovedPermanently", "Follow the Location header."))
            }
        }
    }
}

/// Lever's body for a route that is not there.
pub(crate) fn no_route_body(path: &str) -> Value {
    json!({"code": "ResourceNotFound", "message": format!("{path} does not exist")})
}

/// Lever's body for a status, as a fault answers it.
pub(crate) fn error_body(status: u16) -> Value {
    let (code, message) = match status {
        400 => ("BadRequestError", "The request is malformed."),
        401 => ("UnauthorizedError", "The request requires authentication."),
        403 => ("ForbiddenError", "The request is not permitted."),
        404 => ("ResourceNotFound", "The resource was not found"),
        429 => ("TooManyRequestsError", "Too many requests."),
        503 => ("ServiceUnavailableError", "Lever is down for maintenance."),
        _ => ("InternalServerError", "Something went wrong."),
    };
    json!({"code": code, "message": message})
}

impl From<Problem> for ApiError {
    fn from(problem: Problem) -> Self {
        match problem {
            Problem::Missing { .. } => Self::NotFound { message: problem.to_string() },
            Problem::Invalid(message) => Self::bad(message),
            Problem::Refused(message) => Self::Forbidden { message },
        }
    }
}

impl IntoResponse for ApiError {
    /// Only carries the error outwards; [`finish`] gives it its looks.
    fn into_response(self) -> Response {
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// The layer around the Data API: renders errors, records violations, sets Lever's headers.
pub(crate) async fn finish(State(lever): State<Lever>, request: Request, next: Next) -> Response {
    let (method, path) = (request.method().as_str().to_owned(), request.uri().path().to_owned());
    let mut response = next.run(request).await;
    if let Some(error) = response.extensions().get::<ApiError>().cloned() {
        if let Some((rule, detail)) = error.breach() {
            lever.kit.violate(&method, &path, &rule.name(), detail);
        }
        let (status, body) = lever.look(|world, _| error.on_wire(&path, &world.switches));
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        response = (status, Json(body)).into_response();
        if let ApiError::Redirect { location, .. } = &error
            && let Ok(location) = HeaderValue::from_str(location)
        {
            response.headers_mut().insert(header::LOCATION, location);
        }
    }
    dress(&mut response);
    response
}

/// The headers recorded on every answer of the real API; neither a request id nor anything about the rate limit.
fn dress(response: &mut Response) {
    let headers = response.headers_mut();
    if headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/json") {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    }
    headers.insert(header::SERVER, HeaderValue::from_static("lever-data-api"));
    headers.insert(HeaderName::from_static("x-stream-path"), HeaderValue::from_static("dapi"));
    headers.insert(HeaderName::from_static("x-lever-region"), HeaderValue::from_static("global"));
}
