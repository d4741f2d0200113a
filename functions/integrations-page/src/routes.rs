//! From path and method to an answer; who may do what is decided here, for the JSON in `api/answer`.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use futures_util::FutureExt;
use lambda_http::http::{Method, StatusCode};
use lambda_http::{Body, Request, Response};
use lever_integration::launch::{Role, verify_launch};
use lever_integration::session::Session;
use lever_integration::store::Recorded;
use lever_integration::telemetry::Closing;

use crate::change;
use crate::paths::{self, field};
use crate::request::{Fields, cookies, origin_headers};
use crate::respond::{asset, html, redirect, trouble};
use crate::view::model::{DialogState, Notice, Shell, Trouble, Viewer};
use crate::view::{activity_page, overview, remove_page, why_page};
use crate::{NAME, Page, api, assets, health, load};

/// Answers one request to the page.
pub(crate) async fn answer(page: &Page, request: &Request) -> Response<Body> {
    whatever_happens(NAME, page, request.uri().path(), route(page, request)).await
}

/// Lets `answer` answer a request to `path` and writes the closing line of `unit`: a panic is answered 503.
pub fn whatever_happens(
    unit: &'static str,
    page: &Page,
    path: &str,
    answer: impl Future<Output = Response<Body>>,
) -> impl Future<Output = Response<Body>> {
    let began = Instant::now();
    AssertUnwindSafe(answer).catch_unwind().map(move |answered| {
        let response = answered.unwrap_or_else(|_| unavailable(page, path));
        close(unit, &response, began);
        response
    })
}

/// The last line of a request; one answered 5xx is an error.
fn close(unit: &'static str, response: &Response<Body>, began: Instant) {
    if response.status().is_server_error() {
        Closing::new(unit, "failed", began.elapsed()).log_as_error();
    } else {
        Closing::new(unit, "answered", began.elapsed()).log();
    }
}

fn unavailable(page: &Page, path: &str) -> Response<Body> {
    if api::is_for(path) { api::unavailable(page) } else { trouble(page, None, Trouble::Unavailable) }
}

async fn route(page: &Page, request: &Request) -> Response<Body> {
    let path = request.uri().path();
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    if let Some(found) = assets::find(path).filter(|_| is_read) {
        return asset(page, found);
    }
    if path == paths::HEALTH {
        return health::answer(request.method());
    }
    if api::is_for(path) {
        return api::answer(page, request).await;
    }
    let query = Fields::of_query(request);
    if let Some(link) = query.one(LAUNCH).filter(|_| is_read && path == paths::PAGE) {
        return launch(page, link).await;
    }
    let Ok(session) = page.sessions.read(cookies(request), page.clock.now()) else {
        return trouble(page, None, Trouble::NoSession);
    };
    let shell = shell(page, &session, &query);
    match (request.method(), path) {
        (&Method::GET | &Method::HEAD, _) => show(page, &session, shell, path, &query).await,
        (&Method::POST, _) => post(page, request, &session, shell).await,
        _ => trouble(page, Some(shell), Trouble::MethodNotAllowed),
    }
}

/// The query parameter that holds a launch link.
const LAUNCH: &str = "launch";
/// The query parameter that holds what was just done.
const NOTICE: &str = "done";
/// The query parameter that asks for the dialog.
const DIALOG: &str = "dialog";

/// The address that tells what was just done, and what came of it.
pub(crate) fn done(notices: &[Notice]) -> String {
    let codes: Vec<_> = notices.iter().map(|notice| format!("{NOTICE}={}", notice.code())).collect();
    format!("{}?{}", paths::PAGE, codes.join("&"))
}

pub(crate) fn shell(page: &Page, session: &Session, query: &Fields) -> Shell {
    let viewer = match session.role {
        Role::Admin => Viewer::Admin { csrf: page.sessions.csrf_token(session).as_str().to_owned() },
        Role::Member => Viewer::Member,
    };
    Shell {
        team_name: session.team_name.clone(),
        viewer,
        now: page.clock.now(),
        notices: Notice::ALL
            .iter()
            .copied()
            .filter(|notice| query.all(NOTICE).any(|code| code == notice.code()))
            .collect(),
    }
}

/// Begins a session from a launch link, once, and leaves the link behind. The link is used up last: it still
/// serves if anything before that fails.
async fn launch(page: &Page, link: &str) -> Response<Body> {
    let now = page.clock.now();
    let refused = || trouble(page, None, Trouble::LaunchRefused);
    let Ok(launch) = verify_launch(link, &page.launch_key, now) else { return refused() };
    if let Err(error) = page.connector.ensure_team(&launch.team).await {
        return trouble(page, None, load::unavailable(error));
    }
    let Ok(session) = page.sessions.begin(&launch, now) else {
        return trouble(page, None, Trouble::Unavailable);
    };
    match page.store.record_launch(launch.id.as_str(), launch.expires_at).await {
        Ok(Recorded::Done { .. }) => redirect(page, paths::PAGE, Some(&page.sessions.set_cookie(&session))),
        Ok(Recorded::Conflict) => refused(),
        Err(error) => trouble(page, None, load::unavailable(error)),
    }
}

async fn show(page: &Page, session: &Session, shell: Shell, path: &str, query: &Fields) -> Response<Body> {
    let markup = match path {
        paths::PAGE => {
            let dialog = match query.one(DIALOG) {
                Some("add-stage") => DialogState::Open,
                Some("nothing-chosen") => DialogState::NothingChosen,
                Some("unknown-stage") => DialogState::UnknownStage,
                Some(_) | None => DialogState::Closed,
            };
            let rejection = query.one(field::API_KEY).and_then(change::rejection_from_code);
            load::overview(page, &session.team, shell.clone(), dialog, rejection)
                .await
                .map(|model| overview(&model))
        }
        paths::ACTIVITY => {
            let asked = load::activity(page, &session.team, shell.clone(), query).await;
            let model = match asked {
                // A link with a place or a reason that there is not: whoever followed it wants the activity.
                Err(Trouble::BadField(field::CURSOR | field::REASON)) => {
                    load::activity(page, &session.team, shell.clone(), &Fields::default()).await
                }
                model => model,
            };
            model.map(|model| activity_page(&model))
        }
        paths::WHY => {
            load::why(page, &session.team, shell.clone(), query).await.map(|model| why_page(&model))
        }
        paths::REMOVE => Ok(remove_page(&shell)),
        _ => Err(Trouble::NotFound),
    };
    match markup {
        Ok(markup) => html(page, StatusCode::OK, markup),
        Err(cause) => trouble(page, Some(shell), cause),
    }
}

/// A form: only from a page of this session, only by an admin.
async fn post(page: &Page, request: &Request, session: &Session, shell: Shell) -> Response<Body> {
    let (origin, fetch_site) = origin_headers(request);
    let Some(form) = Fields::of_form(request) else { return trouble(page, Some(shell), Trouble::BadRequest) };
    let token = form.one(field::CSRF).unwrap_or_default();
    let is_ours =
        page.sessions.check_csrf(session, token).and(page.sessions.check_origin(origin, fetch_site));
    if is_ours.is_err() {
        return trouble(page, Some(shell), Trouble::FormRefused);
    }
    if session.role != Role::Admin {
        return trouble(page, Some(shell), Trouble::AdminsOnly);
    }
    match change::perform(page, session, request.uri().path(), &form).await {
        Ok(to) => redirect(page, &to, None),
        Err(cause) => trouble(page, Some(shell), cause),
    }
}
