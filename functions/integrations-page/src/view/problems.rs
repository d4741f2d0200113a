//! What stops or disturbs invitations, on top of the page, each with what fixes it.

use jiff::Timestamp;
use maud::{Markup, html};

use super::model::{Problem, Viewer, WAITING_MAX};
use super::parts::{login_form, post_form, since, webhook_settings_path, when};
use super::words::{self, Tone};
use crate::paths;

/// How late what nobody tells us is found.
const LOOKS: &str = "we look ourselves, every five minutes while there is activity, otherwise once a day.";

/// One problem in words.
struct Banner {
    tone: Tone,
    title: &'static str,
    text: Markup,
    fix: Fix,
}

/// What fixes a problem.
enum Fix {
    /// A form that an admin may send.
    Form(Markup),
    /// A place on the page or another page, useful for an admin only.
    Link(&'static str, &'static str),
    /// Nothing to click that only admins may click.
    Open(Markup),
}

/// Whether invitations stop because of a problem.
pub(super) fn stops_invitations(problem: &Problem) -> bool {
    match problem {
        Problem::ReconnectNeeded { .. }
        | Problem::LeverRefuses { .. }
        | Problem::ApiKeyRefused { .. }
        | Problem::NoTriggerStage
        | Problem::NoPublishedAssessment => true,
        Problem::WebhookGone
        | Problem::WebhookSilent { .. }
        | Problem::SubscriptionMissing
        | Problem::NoWebhooksInPlan
        | Problem::StagesGone { .. }
        | Problem::LeverUnreachable
        | Problem::LeverBusy
        | Problem::QualifiedUnreachable => false,
    }
}

/// All problems; an empty live region if there are none.
pub(super) fn problems(problems: &[Problem], viewer: &Viewer, now: Timestamp) -> Markup {
    html! {
        div class="problems" aria-live="polite" {
            @if !problems.is_empty() {
                section aria-labelledby="problems" {
                    h2 id="problems" class="hidden" { "Problems" }
                    @for problem in problems { (banner(&describe(problem, viewer, now), viewer)) }
                }
            }
        }
    }
}

fn banner(banner: &Banner, viewer: &Viewer) -> Markup {
    html! {
        div class={ "banner " (banner.tone.class()) } {
            div class="grow" {
                h3 { (banner.title) }
                (banner.text)
                @if viewer.csrf().is_none() && !matches!(banner.fix, Fix::Open(_)) {
                    p class="hint" { "Ask an admin of your team to do this." }
                }
            }
            @match (&banner.fix, viewer) {
                (Fix::Form(form), Viewer::Admin { .. }) => (form),
                (Fix::Link(href, label), Viewer::Admin { .. }) => {
                    a class="button primary" href=(href) data-opens=[opens(href)] { (label) }
                },
                (Fix::Open(content), _) => (content),
                (Fix::Form(_) | Fix::Link(..), Viewer::Member) => {}
            }
        }
    }
}

/// The dialog that a link opens where the script runs.
fn opens(href: &str) -> Option<&'static str> {
    (href == paths::ADD_STAGE).then_some("add-stage")
}

fn describe(problem: &Problem, viewer: &Viewer, now: Timestamp) -> Banner {
    // Without a trigger stage there is no fault, only a next step.
    let is_fault = stops_invitations(problem) && *problem != Problem::NoTriggerStage;
    let tone = if is_fault { Tone::Bad } else { Tone::Attention };
    let csrf = viewer.csrf().unwrap_or_default();
    let (title, text, fix) = match problem {
        Problem::ReconnectNeeded { since: at, waiting, .. } => (
            "Lever no longer accepts our access",
            html! {
                p {
                    "Nobody has been invited since " (since(*at)) ", and nobody will be until an admin logs in again. "
                    (waits(*waiting))
                }
            },
            Fix::Form(login_form(csrf, "Log in to Lever", "primary")),
        ),
        Problem::ApiKeyRefused { waiting } => (
            "Qualified no longer accepts the API key",
            html! { p { "Nobody is invited until the current key is entered. " (waits(*waiting)) } },
            Fix::Link("#api-key", "Enter the API key"),
        ),
        Problem::WebhookGone => (
            "Our webhook is missing in Lever",
            html! { p { "Without it we learn of moved candidates late: " (LOOKS) } },
            Fix::Form(simple_form(csrf, paths::WEBHOOK, "Register it again")),
        ),
        Problem::WebhookSilent { last_event_at } => {
            ("Lever does not tell us when candidates move", silent(*last_event_at, now), Fix::Open(html! {}))
        }
        Problem::SubscriptionMissing => (
            "Qualified does not tell us about results",
            html! { p { "Tags and notes in Lever follow late: " (LOOKS) } },
            Fix::Form(simple_form(csrf, paths::SUBSCRIPTION, "Register it again")),
        ),
        Problem::NoWebhooksInPlan => (
            "Your plan in Qualified has no webhooks",
            html! { p { "Tags and notes in Lever follow late: " (LOOKS) " Ask Qualified to enable webhooks." } },
            reload(),
        ),
        Problem::NoTriggerStage => (
            "There is no trigger stage yet",
            html! { p { "Choose the stage in Lever whose new candidates are invited." } },
            Fix::Link(paths::ADD_STAGE, "Add Trigger Stage"),
        ),
        Problem::StagesGone { texts } => (
            "A trigger stage no longer exists in Lever",
            html! { p { "Nobody can be moved into " (texts.join(", ")) ". Remove it here, and add the stage that took its place, if there is one." } },
            Fix::Link("#stages", "Go to the trigger stages"),
        ),
        Problem::NoPublishedAssessment => (
            "No assessment is published",
            html! { p { "Publish an assessment in Qualified. Its title is the tag that asks for it." } },
            Fix::Open(html! { a class="button" href="#assessments" { "See the assessments" } }),
        ),
        Problem::LeverRefuses { .. } => (
            "Lever denies a permission we need",
            html! { p { "The login works, but lacks a permission that invitations need. Log in again as a Super Admin in Lever." } },
            Fix::Form(login_form(csrf, "Log in to Lever", "primary")),
        ),
        Problem::LeverBusy => (
            "Lever is limiting our requests",
            html! { p { "Some of this page may be missing. Invitations go on, a little later. Load the page again in a minute." } },
            reload(),
        ),
        Problem::LeverUnreachable => ("Lever does not answer at the moment", unreachable(), reload()),
        Problem::QualifiedUnreachable => ("Qualified does not answer at the moment", unreachable(), reload()),
    };
    Banner { tone, title, text, fix }
}

fn simple_form(csrf: &str, action: &str, label: &str) -> Markup {
    post_form(csrf, action, "inline", &html! { button type="submit" class="primary" { (label) } })
}

fn waits(waiting: u32) -> Markup {
    html! {
        @if waiting > 0 {
            @if waiting >= u32::from(WAITING_MAX) { "At least " }
            (words::count(waiting, "event waits", "events wait")) " and will be handled then; nothing is lost."
        } @else {
            "Nothing is lost: what happens meanwhile is handled then."
        }
    }
}

fn silent(last_event_at: Option<Timestamp>, now: Timestamp) -> Markup {
    html! {
        p {
            "Candidates were moved, but "
            @match last_event_at {
                Some(at) => { "the last event came " (when(at, now)) "." },
                None => "no event ever came.",
            }
            " Until events come, " (LOOKS) " Make sure that this is switched on in Lever:"
        }
        (webhook_settings_path())
    }
}

fn unreachable() -> Markup {
    html! { p { "Some of this page may be missing. Work that is due is tried again by itself." } }
}

fn reload() -> Fix {
    Fix::Open(html! { a class="button" href=(paths::PAGE) { "Load the page again" } })
}
