//! `/authorize`: the page, the decision taken on it, and the redirect back to the app.

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use maud::Markup;
use url::Url;

use super::consent::{self, Fault, Request};
use super::page;
use crate::lever::Lever;
use crate::rule::Rule;
use crate::switches::RepeatedConsent;
use crate::world::{ConsentMode, World};

/// Remembers in the browser who logged in.
const COOKIE: &str = "lever_sim_user";

/// Where a decision leads.
enum Outcome {
    Page(Markup),
    Callback { target: String, user: Option<String> },
}

pub(super) async fn authorize(
    State(lever): State<Lever>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let query = query.unwrap_or_default();
    let request = match read(&lever, "GET", &query, &headers) {
        Ok(request) => request,
        Err(response) => return *response,
    };
    if request.audience.is_none() {
        let detail = "audience is missing or not exact: the token will be useless for the API";
        lever.kit.violate("GET", "/authorize", &Rule::WrongAudience.name(), detail);
    }
    let outcome = lever.change(|world, now| match world.consent.mode {
        ConsentMode::Page => match known_user(world, &request, &headers) {
            Some(user) => accepted(world, &request, Some(&user), now),
            None => Outcome::Page(page::consent(world, &request, &query)),
        },
        ConsentMode::Accept => {
            let user = world.consent.user.clone();
            accepted(world, &request, user.as_deref(), now)
        }
        ConsentMode::Deny => denied(&request, "The user denied the request."),
    });
    respond(outcome)
}

/// A browser that consented before, if such a one is not asked again.
fn known_user(world: &World, request: &Request, headers: &HeaderMap) -> Option<String> {
    if request.prompt || world.switches.repeated_consent == RepeatedConsent::AskAgain {
        return None;
    }
    let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
    let user = cookies.split(';').find_map(|cookie| cookie.trim().strip_prefix(COOKIE)?.strip_prefix('='))?;
    let (account, _) = world.user_named(Some(user)).ok()?;
    let consented = &world.account(&account).ok()?.consented;
    request.grantable().iter().all(|scope| consented.contains(scope)).then(|| user.to_owned())
}

pub(super) async fn decide(
    State(lever): State<Lever>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    form: String,
) -> Response {
    let request = match read(&lever, "POST", &query.unwrap_or_default(), &headers) {
        Ok(request) => request,
        Err(response) => return *response,
    };
    let form: Vec<(String, String)> = url::form_urlencoded::parse(form.as_bytes()).into_owned().collect();
    let field = |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let outcome = lever.change(|world, now| match field("decision") {
        Some("accept") => accepted(world, &request, field("user"), now),
        Some(_) | None => denied(&request, "The user denied the request."),
    });
    respond(outcome)
}

fn read(lever: &Lever, method: &str, query: &str, headers: &HeaderMap) -> Result<Request, Box<Response>> {
    let parameters: Vec<(String, String)> =
        url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let fault = match lever.look(|world, _| consent::read(&parameters, world, host)) {
        Ok(request) => return Ok(request),
        Err(fault) => fault,
    };
    let (rule, detail, response) = match fault {
        Fault::Shown { rule, detail } => {
            (rule, detail, (StatusCode::BAD_REQUEST, Html(page::undefined().into_string())).into_response())
        }
        Fault::Told { rule, error, detail, redirect_uri, state } => {
            let target = callback(&redirect_uri, &state, &[("error", error), ("error_description", &detail)]);
            (rule, detail, found(&target))
        }
    };
    lever.kit.violate(method, "/authorize", &rule.name(), detail);
    Err(Box::new(response))
}

fn accepted(
    world: &mut World,
    request: &Request,
    user: Option<&str>,
    now: sim_kit::clock::Millis,
) -> Outcome {
    let Ok((account, user)) = world.user_named(user) else {
        return denied(request, "There is no such user.");
    };
    match consent::accept(world, request, &account, &user, now) {
        Ok(code) => Outcome::Callback {
            target: callback(&request.redirect_uri, &request.state, &[("code", &code)]),
            user: Some(user.to_string()),
        },
        Err(why) => denied(request, why),
    }
}

fn denied(request: &Request, why: &str) -> Outcome {
    let told = [("error", "access_denied"), ("error_description", why)];
    Outcome::Callback { target: callback(&request.redirect_uri, &request.state, &told), user: None }
}

fn callback(redirect_uri: &str, state: &str, told: &[(&str, &str)]) -> String {
    let Ok(mut url) = Url::parse(redirect_uri) else { return redirect_uri.to_owned() };
    url.query_pairs_mut().extend_pairs(told);
    if !state.is_empty() {
        url.query_pairs_mut().append_pair("state", state);
    }
    url.to_string()
}

fn respond(outcome: Outcome) -> Response {
    match outcome {
        Outcome::Page(page) => Html(page.into_string()).into_response(),
        Outcome::Callback { target, user } => {
            let mut response = found(&target);
            let cookie =
                user.and_then(|user| format!("{COOKIE}={user}; Path=/authorize; HttpOnly").parse().ok());
            if let Some(cookie) = cookie {
                response.headers_mut().insert(header::SET_COOKIE, cookie);
            }
            response
        }
    }
}

fn found(target: &str) -> Response {
    (StatusCode::FOUND, [(header::LOCATION, target)]).into_response()
}
