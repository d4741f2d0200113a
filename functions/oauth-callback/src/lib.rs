//! Takes the browser back from Lever: `GET /lever/callback`, or `/lever/callback/sandbox`.
//!
//! A login that connects leaves this address at once (303), so that neither code nor state stay in the browser's
//! history; the Integrations page tells of it. Whatever else becomes of a login is told by a page at this very address.
//! Code and state stay there, and are of no use: the state serves once and in this browser's session only, the code
//! only together with our secret and with the verifier that is forgotten when the state is used.

use integrations_page::{CallbackOutcome, Page, whatever_happens};
use lambda_http::http::Method;
use lambda_http::{Body, Request, Response};
use lever_integration::service::connect::{Callback, LoginError};
use url::form_urlencoded;

/// The name of this function, in logs as in the template.
pub const NAME: &str = "oauth-callback";
/// The routes of the gateway that lead here, as the template names them.
pub const ROUTES: &[&str] = &["ANY /lever/callback", "ANY /lever/callback/sandbox"];

/// Answers one request; never fails and never panics.
pub async fn handle(page: &Page, request: Request) -> Response<Body> {
    whatever_happens(NAME, page, request.uri().path(), answer(page, &request)).await
}

async fn answer(page: &Page, request: &Request) -> Response<Body> {
    let path = page.callback_path();
    let is_callback = request.uri().path() == path && matches!(*request.method(), Method::GET | Method::HEAD);
    if !is_callback {
        return page.tell_callback(request, CallbackOutcome::NotFound).await;
    }
    let callback = callback(request.uri().query().unwrap_or_default());
    let outcome = match callback {
        Some(callback) => {
            let completed = page.complete_login(request, &callback).await;
            completed.map_or_else(CallbackOutcome::Failed, CallbackOutcome::Done)
        }
        None => CallbackOutcome::Failed(LoginError::Malformed),
    };
    page.tell_callback(request, outcome).await
}

/// What the query says; nothing if a parameter is there twice.
fn callback(query: &str) -> Option<Callback> {
    let mut callback = Callback::default();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let place = match &*name {
            "state" => &mut callback.state,
            "code" => &mut callback.code,
            "iss" => &mut callback.issuer,
            "error" => &mut callback.error,
            _ => continue,
        };
        if place.replace(value.into_owned()).is_some() {
            return None;
        }
    }
    Some(callback)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_that_is_there_twice_makes_the_callback_malformed() {
        let read = callback("state=s&code=c%20d&error_description=x").unwrap();
        assert_eq!((read.state.as_deref(), read.code.as_deref(), read.error), (Some("s"), Some("c d"), None));
        assert!(callback("state=s&code=a&code=b").is_none());
        assert!(callback("").unwrap().state.is_none());
    }
}
