//! The overview: problems first, then how it is set up, then what happens.

use maud::{Markup, html};

use super::layout::{Place, page};
use super::model::{ApiKeyState, LeverState, Overview, Problem, WebhookState};
use super::parts::pill;
use super::words::Tone;
use super::{activity, assessments, connection, funnel, problems, stages, why};
use crate::paths;

/// The page.
pub fn overview(model: &Overview) -> Markup {
    let now = model.shell.now;
    let (tone, health) = health(model);
    let content = html! {
        div class="row title" { h1 { "Lever integration" } (pill(tone, health)) }
        p class="lead" {
            "Move a candidate into a trigger stage in Lever: Qualified e-mails the assessment that the tag names, \
             and tags and notes in Lever follow the result."
        }
        (problems::problems(&model.problems, &model.shell.viewer, now))
        div class="columns" {
            div class="column" {
                (connection::card(&model.connection, &model.shell))
                (stages::card(&model.stages, &model.shell))
                (assessments::card(&model.assessments))
            }
            div class="column" {
                @if is_new(model) {
                    (how_it_works())
                } @else {
                    (why::card())
                    (funnel::card(&model.funnel))
                    (activity::card(&model.activity, now))
                }
            }
        }
        @if model.shell.viewer.csrf().is_some() && is_set_up(model) {
            p class="end" { a class="quiet-danger" href=(paths::REMOVE) { "Remove integration" } }
        }
    };
    page(&model.shell, Place::Overview, "Overview", &content)
}

/// For those who have not begun: shown instead of what would be empty.
fn how_it_works() -> Markup {
    html! {
        section class="card" aria-labelledby="how" {
            h2 id="how" { "How it works" }
            ol class="steps" {
                li { b { "Connect" } p { "Enter the Qualified API key, then log in to Lever." } }
                li { b { "Choose a trigger stage" } p { "It is one of the stages you have in Lever, such as a phone screen." } }
                li { b { "Tag" } p { "Put the title of an assessment as a tag on a posting or a candidate in Lever." } }
                li { b { "Move a candidate" } p { "Whoever is moved into the trigger stage gets the assessment by e-mail. You follow it in Lever: the tag changes and the result becomes a note." } }
            }
        }
    }
}

/// Whether nobody has logged in to Lever and nothing has happened yet.
fn is_new(model: &Overview) -> bool {
    matches!(model.connection.lever, LeverState::NotConnected) && model.activity.is_empty()
}

/// In one glance: whether candidates are being invited.
fn health(model: &Overview) -> (Tone, &'static str) {
    let stopping: Vec<_> = model.problems.iter().filter(|one| problems::stops_invitations(one)).collect();
    match (&model.connection.lever, model.connection.api_key) {
        (LeverState::NotConnected, _) | (_, ApiKeyState::Missing { .. }) => (Tone::Quiet, "Not set up yet"),
        _ if stopping.iter().any(|one| **one != Problem::NoTriggerStage) => {
            (Tone::Bad, "Invitations are stopped")
        }
        _ if !stopping.is_empty() => (Tone::Attention, "Almost set up"),
        (LeverState::ReconnectNeeded { .. }, _) | (_, ApiKeyState::Refused { .. }) => {
            (Tone::Bad, "Invitations are stopped")
        }
        (LeverState::Connected { webhook: WebhookState::Waiting, .. }, _) => {
            (Tone::Attention, "Almost set up")
        }
        (LeverState::Connected { .. }, _) if model.problems.is_empty() => (Tone::Good, "Working"),
        (LeverState::Connected { .. }, _) => (Tone::Attention, "Working, with a problem"),
    }
}

fn is_set_up(model: &Overview) -> bool {
    match (&model.connection.lever, model.connection.api_key) {
        (LeverState::NotConnected, ApiKeyState::Missing { .. }) => false,
        (LeverState::NotConnected, ApiKeyState::Accepted { .. } | ApiKeyState::Refused { .. })
        | (LeverState::Connected { .. } | LeverState::ReconnectNeeded { .. }, _) => true,
    }
}
