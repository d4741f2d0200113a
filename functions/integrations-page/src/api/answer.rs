//! From a route to its answer; who may do what is checked in the order session, origin, token, role.

use lambda_http::http::{Method, StatusCode};
use lambda_http::{Body, Request, Response};
use lever_integration::domain::AccountChange;
use lever_integration::launch::Role;
use lever_integration::session::Session;
use serde::Serialize;

use super::document::document;
use super::input::{NewApiKey, NewTriggerStages, body, query};
use super::model::{
    ActivityPage, LoginUrl, Overview, Removal, Session as SessionModel, StageList, WhyAnswer,
};
use super::problem::{Code, Problem};
use super::route::{Found, Operation, allowed, find};
use crate::change::{self, Healed, NotAdded};
use crate::paths::{self, field};
use crate::request::{cookies, header, origin_headers};
use crate::respond::{allowing, json, no_content};
use crate::routes::shell;
use crate::view::model::{ApiKeyRejection, DialogState};
use crate::{Page, load};

/// The header that carries the token of the session.
pub(super) const CSRF_HEADER: &str = "x-csrf-token";
/// Why there is nothing to register with Qualified.
const NO_WEBHOOKS: &str = "The team's plan in Qualified has no webhooks; results are found by looking.";
/// The media type of everything but problems.
pub(super) const JSON: &str = "application/json";

/// Whether a path belongs to the API.
pub(crate) fn is_for(path: &str) -> bool {
    path.starts_with(paths::API) || path == paths::OPENAPI
}

/// The answer when nothing else can be said.
pub(crate) fn unavailable(page: &Page) -> Response<Body> {
    Problem::from(Code::Unavailable).response(page)
}

/// Answers a request to the API.
pub(crate) async fn answer(page: &Page, request: &Request) -> Response<Body> {
    let found = find(request.uri().path());
    if found.is_empty() {
        return Problem::from(Code::NotFound).response(page);
    }
    let wanted = if request.method() == Method::HEAD { &Method::GET } else { request.method() };
    let Some(one) = found.iter().find(|one| one.route.method == *wanted) else {
        let refused = Problem::from(Code::MethodNotAllowed).response(page);
        return allowing(refused, &allowed(&found));
    };
    perform(page, request, *one).await.unwrap_or_else(|problem| problem.response(page))
}

async fn perform(page: &Page, request: &Request, found: Found<'_>) -> Result<Response<Body>, Problem> {
    let operation = found.route.operation;
    if operation == Operation::Document {
        query(request, &[])?;
        return shown(page, &document(page.sessions.cookie_name()));
    }
    let session =
        page.sessions.read(cookies(request), page.clock.now()).map_err(|_| Problem::from(Code::NoSession))?;
    if found.route.is_change() {
        may_change(page, request, &session)?;
    }
    let query = query(request, found.route.query)?;
    let shell = shell(page, &session, &query);
    match operation {
        Operation::Document | Operation::Session => {
            shown(page, &SessionModel::of(&session, shell.viewer.csrf()))
        }
        Operation::Overview => {
            let model = load::overview(page, &session.team, shell, DialogState::Closed, None).await?;
            shown(page, &Overview::from(model))
        }
        Operation::Stages => {
            shown(page, &StageList::try_from(load::offered_stages(page, &session.team).await?)?)
        }
        Operation::Activity => {
            let model = load::activity(page, &session.team, shell, &query).await?;
            shown(page, &ActivityPage::try_from(model)?)
        }
        Operation::Why => {
            let model = load::why(page, &session.team, shell, &query).await?;
            shown(page, &WhyAnswer::try_from(model.answer)?)
        }
        Operation::AddTriggerStages
        | Operation::RemoveTriggerStage
        | Operation::SetApiKey
        | Operation::Login
        | Operation::RegisterWebhook
        | Operation::RegisterSubscription
        | Operation::RemoveIntegration => change(page, request, &session, found).await,
    }
}

/// Only from a page of this session, only by an admin.
fn may_change(page: &Page, request: &Request, session: &Session) -> Result<(), Problem> {
    let (origin, fetch_site) = origin_headers(request);
    let token = header(request.headers(), CSRF_HEADER).unwrap_or_default();
    let is_ours =
        page.sessions.check_csrf(session, token).and(page.sessions.check_origin(origin, fetch_site));
    is_ours.map_err(|_| Problem::from(Code::RequestRefused))?;
    match session.role {
        Role::Admin => Ok(()),
        Role::Member => Err(Code::AdminsOnly.into()),
    }
}

async fn change(
    page: &Page,
    request: &Request,
    session: &Session,
    found: Found<'_>,
) -> Result<Response<Body>, Problem> {
    match found.route.operation {
        Operation::AddTriggerStages => add_trigger_stages(page, session, &body(request)?).await?,
        Operation::SetApiKey => set_api_key(page, session, &body(request)?).await?,
        Operation::RemoveTriggerStage => {
            let stage = decoded(found.part.unwrap_or_default());
            change::remove_trigger_stage(page, session, &stage).await?;
        }
        Operation::Login => {
            let url = change::log_in(page, session, AccountChange::Ask).await?;
            return shown(page, &LoginUrl { url });
        }
        Operation::RegisterWebhook => {
            let team = load::team(page, &session.team).await?;
            page.connector.lever_api(&team.context).ok_or(Code::NotConnected)?;
            change::heal_webhook(page, session).await?;
        }
        Operation::RegisterSubscription => {
            let team = load::team(page, &session.team).await?;
            page.connector.qualified_api(&team.context).ok_or(Code::NotConnected)?;
            match change::heal_subscription(page, session).await? {
                Healed::Registered => {}
                Healed::NoWebhooks => {
                    return Err(Problem::from(Code::NotConnected).told(NO_WEBHOOKS));
                }
                Healed::KeyRefused => return Err(Code::NotConnected.into()),
            }
        }
        Operation::RemoveIntegration => {
            let leftovers = change::remove_integration(page, session).await?;
            return shown(page, &Removal::from(leftovers));
        }
        Operation::Document
        | Operation::Session
        | Operation::Overview
        | Operation::Stages
        | Operation::Activity
        | Operation::Why => return Err(Code::MethodNotAllowed.into()),
    }
    Ok(no_content(page))
}

async fn add_trigger_stages(page: &Page, session: &Session, new: &NewTriggerStages) -> Result<(), Problem> {
    let texts: Vec<&str> = new.stages.iter().map(String::as_str).collect();
    change::add_trigger_stages(page, session, &texts).await.map_err(|error| match error {
        NotAdded::NothingChosen | NotAdded::Malformed | NotAdded::UnknownStage => {
            Problem::with(Code::BadValue, "stages")
        }
        NotAdded::NotConnected => Code::NotConnected.into(),
        NotAdded::Failed(cause) => cause.into(),
    })
}

async fn set_api_key(page: &Page, session: &Session, new: &NewApiKey) -> Result<(), Problem> {
    let bad = |detail| Problem::with(Code::BadValue, field::API_KEY).told(detail);
    let kept = change::keep_api_key(page, session, &new.api_key).await;
    kept.map(drop).map_err(|rejection| match rejection {
        ApiKeyRejection::NoKey if new.api_key.trim().is_empty() => bad("The API key is missing."),
        ApiKeyRejection::NoKey => bad("The API key is malformed: no key of Qualified looks like this."),
        ApiKeyRejection::Refused => bad("Qualified refuses this API key."),
        ApiKeyRejection::NoApiAccess => bad("The team's plan in Qualified does not include the API."),
        ApiKeyRejection::NotChecked => Code::Unavailable.into(),
    })
}

fn shown<T: Serialize>(page: &Page, model: &T) -> Result<Response<Body>, Problem> {
    let text = serde_json::to_string(model).map_err(|_| Code::Unavailable)?;
    Ok(json(page, StatusCode::OK, JSON, text))
}

/// A part of a path without its percent signs. What a query would read otherwise stays as it is: no id
/// has such characters.
fn decoded(part: &str) -> String {
    if part.contains(['+', '=', '&']) {
        return part.to_owned();
    }
    url::form_urlencoded::parse(part.as_bytes()).map(|(name, _)| name.into_owned()).collect()
}
