//! Pages that say what went wrong and what to do. Nothing of the request is repeated on them.

use maud::{Markup, html};

use super::layout::{Place, bare_page, page};
use super::model::{LoginTrouble, Trouble, TroublePage};
use super::parts::login_form;
use super::words;
use crate::paths;

/// What to offer.
enum Way {
    /// The page can only be opened from Qualified.
    FromQualified,
    /// Log in to Lever once more.
    LoginAgain,
    /// Back to the overview.
    Back,
    /// Load the same page again.
    Again,
}

/// The page.
pub fn trouble_page(model: &TroublePage) -> Markup {
    let (title, text, way) = describe(&model.trouble);
    let content = html! {
        section class="card trouble" aria-labelledby="trouble" {
            h1 id="trouble" { (title) }
            (text)
            (way_out(&way, model))
        }
    };
    match &model.shell {
        Some(shell) => page(shell, Place::Elsewhere, title, &content),
        None => bare_page(title, &content),
    }
}

fn way_out(way: &Way, model: &TroublePage) -> Markup {
    let csrf = model.shell.as_ref().and_then(|shell| shell.viewer.csrf());
    html! {
        @match (way, csrf, &model.shell) {
            (Way::LoginAgain, Some(csrf), _) => div class="actions" {
                (login_form(csrf, "Log in to Lever", "primary"))
                a class="button" href=(paths::PAGE) { "Back to the overview" }
            },
            (Way::Again, _, Some(_)) => p class="actions" {
                a class="button primary" href=(paths::PAGE) { "Load the overview again" }
            },
            (Way::LoginAgain | Way::Back, _, Some(_)) => p class="actions" {
                a class="button primary" href=(paths::PAGE) { "Back to the overview" }
            },
            (Way::FromQualified, _, _) => (path()),
            (Way::LoginAgain | Way::Back | Way::Again, _, None) => {
                p { "Open the page from Qualified:" }
                (path())
            }
        }
    }
}

/// The way through Qualified to the page.
fn path() -> Markup {
    html! {
        ol class="path" aria-label="Where to click in Qualified" {
            li { "Account" }
            li { "Integrations" }
            li { "Lever" }
        }
    }
}

fn describe(trouble: &Trouble) -> (&'static str, Markup, Way) {
    let say = |text: &str| html! { p { (text) } };
    match trouble {
        Trouble::NoSession => (
            "Open this page from Qualified",
            say("You are not signed in here, or it was more than eight hours ago. In Qualified, go to:"),
            Way::FromQualified,
        ),
        Trouble::LaunchRefused => (
            "This link no longer works",
            say(
                "A link from Qualified can be used once and within five minutes. Open the page from Qualified again:",
            ),
            Way::FromQualified,
        ),
        Trouble::AdminsOnly => (
            "Only an admin can do this",
            say("Ask an admin of your team in Qualified. You can look at everything on the overview."),
            Way::Back,
        ),
        Trouble::FormRefused => (
            "Nothing was changed",
            say(
                "The form did not come from this page, or the page was open for too long. Go back and try again.",
            ),
            Way::Back,
        ),
        Trouble::BadField(name) => (
            "Something in the form is not right",
            html! { p { "Check " (words::input(name)) " and try again. Nothing was changed." } },
            Way::Back,
        ),
        Trouble::BadRequest => (
            "We could not read this request",
            say("Nothing was changed. Go back and try again; if it happens twice, ask for help."),
            Way::Back,
        ),
        Trouble::NotFound => (
            "There is no such page",
            say("The address may be mistyped, or what it showed is gone."),
            Way::Back,
        ),
        Trouble::MethodNotAllowed => (
            "This address is not meant to be opened",
            say("Nothing was changed. Use the buttons on the overview."),
            Way::Back,
        ),
        Trouble::LeverBusy => (
            "Lever is limiting our requests",
            say("Nothing was changed. Invitations go on, a little later. Wait a minute and try again."),
            Way::Again,
        ),
        Trouble::LeverRefuses => (
            "Lever refuses what we ask",
            say("Nothing was changed. Log in to Lever again on the overview, as a Super Admin."),
            Way::Back,
        ),
        // Whatever failed may have been half done.
        Trouble::Unavailable => (
            "This does not work right now",
            say(
                "Wait a minute and try again. If you were changing something, the overview shows how far it came.",
            ),
            Way::Again,
        ),
        Trouble::Login(cause) => {
            let (title, text) = describe_login(cause);
            (title, text, Way::LoginAgain)
        }
    }
}

fn describe_login(trouble: &LoginTrouble) -> (&'static str, Markup) {
    let say = |text: &str| html! { p { (text) } };
    match trouble {
        LoginTrouble::Denied => (
            "Lever was not connected",
            html! {
                p { "Either you did not choose Accept in Lever, or you may not connect integrations there. Nothing was changed." }
                p { "Only a Super Admin in Lever, or somebody with the permission “Manage API credentials and manage integrations”, can connect one. If you are, log in again and choose Accept; otherwise ask such a person to open this page in Qualified." }
            },
        ),
        LoginTrouble::NotOpen => (
            "This login is no longer open",
            say(
                "It was finished already, perhaps by a double click, or it was begun longer than ten minutes ago. The overview shows which; log in again if you are not connected.",
            ),
        ),
        LoginTrouble::Elsewhere => (
            "This login was begun somewhere else",
            say(
                "It has to be finished in the browser and for the team it was begun with. Nothing was changed.",
            ),
        ),
        LoginTrouble::MissingScopes(missing) => (
            "Lever granted less than we need",
            html! {
                p { "Without all the permissions asked for, candidates cannot be invited, so nothing was changed." }
                @if !missing.is_empty() {
                    p { "These are missing:" }
                    ul class="plain-list" { @for scope in missing { li { code { (scope) } } } }
                }
                p { "Log in again and accept them all." }
            },
        ),
        LoginTrouble::Failed => (
            "Lever did not finish the login",
            say(
                "Its answer made no sense to us, so nothing was changed. Log in again; if it happens twice, ask for help.",
            ),
        ),
        LoginTrouble::Expired => (
            "This login took too long",
            say("A login to Lever has to be finished within ten minutes. Nothing was changed. Log in again."),
        ),
    }
}
