//! The two pages people reach by links: the candidate's assessment, and the team's view of a candidate.
//!
//! Just enough to click through a story by hand; the real pages look different. The candidate's buttons do what the
//! control routes do.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, Redirect};
use axum::routing::{get, post};
use axum::{Form, Router};
use maud::{DOCTYPE, Markup, html};
use serde::Deserialize;

use crate::app::App;
use crate::world::{Refused, ResultId, ResultState, Submission, TeamCandidateId, World};

type Answer = Result<Html<String>, (StatusCode, Html<String>)>;

#[derive(Debug, Deserialize)]
struct Link {
    invite: String,
}

#[derive(Debug, Deserialize)]
struct Press {
    invite: String,
    step: Step,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Step {
    Start,
    Submit,
}

/// The routes of the pages.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/assess/{assessment}", get(assess))
        .route("/assess/{assessment}/step", post(step))
        .route("/hire/candidates/all/{id}", get(candidate))
}

fn framed(title: &str, body: &Markup) -> Html<String> {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head { meta charset="utf-8"; title { (title) } }
            body style="font: 1rem/1.5 system-ui; max-width: 40rem; margin: 3rem auto; padding: 0 1rem" {
                p { small { "Qualified simulator" } }
                h1 { (title) }
                (body)
            }
        }
    };
    Html(page.into_string())
}

fn missing(refused: Option<&Refused>) -> (StatusCode, Html<String>) {
    let why = refused.map_or_else(|| "There is nothing here.".to_owned(), Refused::to_string);
    (StatusCode::NOT_FOUND, framed("This link does not work", &html! { p { (why) } }))
}

fn result_of(world: &World, token: &str) -> Option<ResultId> {
    let known = world.invitations.iter().rev().find(|invitation| invitation.token == token);
    known.map(|invitation| invitation.result_id.clone())
}

/// The candidate follows the link; what was submitted can only be looked at.
async fn assess(State(app): State<App>, Query(link): Query<Link>) -> Answer {
    app.act(|world, now| {
        let id = result_of(world, &link.invite).ok_or_else(|| missing(None))?;
        let id = match world.open(&id, now) {
            Ok(opened) => opened,
            Err(Refused::NotInState { .. }) => id,
            Err(refused) => return Err(missing(Some(&refused))),
        };
        let result = world.result(&id).map_err(|refused| missing(Some(&refused)))?;
        let assessment =
            world.assessment(&result.assessment_id).map_err(|refused| missing(Some(&refused)))?;
        let reopened = result.retry.is_some();
        let button = match result.state {
            ResultState::Invited | ResultState::Opened => Some(("start", "Start")),
            ResultState::Submitted if reopened => Some(("start", "Go on")),
            ResultState::Started => Some(("submit", "Submit")),
            ResultState::Submitting | ResultState::Submitted | ResultState::Terminated => None,
        };
        let body = html! {
            @if let Some(summary) = &assessment.settings.summary { p { (summary) } }
            ol { @for challenge in &assessment.challenges { li { (challenge.title) } } }
            p { "State: " strong { (result.state.as_str()) } }
            @if let Some((step, label)) = button {
                form method="post" action=(format!("/assess/{}/step", assessment.id)) {
                    input type="hidden" name="invite" value=(link.invite);
                    button name="step" value=(step) { (label) }
                }
            }
        };
        Ok(framed(&assessment.title, &body))
    })
}

/// The candidate presses a button.
async fn step(
    State(app): State<App>,
    Path(assessment): Path<String>,
    Form(press): Form<Press>,
) -> Result<Redirect, (StatusCode, Html<String>)> {
    app.act(|world, now| {
        let id = result_of(world, &press.invite).ok_or_else(|| missing(None))?;
        let done = match press.step {
            Step::Start => world.start(&id, now),
            Step::Submit => world.submit(&id, Submission::default(), now),
        };
        done.map_err(|refused| missing(Some(&refused)))?;
        Ok(Redirect::to(&format!("/assess/{assessment}?invite={}", press.invite)))
    })
}

/// What the team sees of a candidate; the real page needs a login.
async fn candidate(State(app): State<App>, Path(id): Path<String>) -> Answer {
    app.act(|world, _| {
        let person = world.candidate(&TeamCandidateId::from(id)).map_err(|refused| missing(Some(&refused)))?;
        let name = if person.name().is_empty() { person.anonymous_name.clone() } else { person.name() };
        let body = html! {
            @if let Some(email) = &person.email { p { (email) } }
            p { "State: " strong { (person.state.label()) } }
            ul {
                @for result in world.results.iter().filter(|result| result.team_candidate_id == person.id) {
                    li {
                        @if let Ok(assessment) = world.assessment(&result.assessment_id) { (assessment.title) ": " }
                        (result.state.as_str())
                        @if let Some(score) = result.score { ", " (score) " %" }
                    }
                }
            }
        };
        Ok(framed(&name, &body))
    })
}
