//! Sample models for every page, shared by the preview and the tests. No real person or team.

mod activity;
mod overview;
mod why;

use integrations_page::view::model::*;
use integrations_page::view::{
    account_change_page, activity_page, overview as overview_page, remove_page, trouble_page, why_page,
};
use jiff::Timestamp;
use lever_integration::domain::{Id, Kind, LeverEnvironment, Tag, Title};
use maud::Markup;

use activity::activity_filtered;
use overview::{dialog, rejected};
use why::{
    choices, closed, decided_before, decided_then, hidden, misspelt, no_event, several_assessments, waiting,
    why,
};

pub(crate) use activity::activity;
pub(crate) use overview::{connected, fresh, login, reconnect, troubled, working};

/// What stands in the forms of an admin.
pub(crate) const CSRF: &str = "csrf-token-of-the-session";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap_or_default()
}

#[expect(clippy::unwrap_used, reason = "the samples are fixed")]
fn id<K: Kind>(text: &str) -> Id<K> {
    text.parse().unwrap()
}

fn title(text: &str) -> Option<Title> {
    Title::new(text).ok()
}

fn tag(text: &str) -> Option<Tag> {
    Tag::new(text).ok()
}

/// What every page of an admin has.
pub(crate) fn admin() -> Shell {
    Shell {
        team_name: "Team 1".to_owned(),
        viewer: Viewer::Admin { csrf: CSRF.to_owned() },
        now: at("2026-03-04T12:00:00Z"),
        notices: vec![],
    }
}

/// What every page of a member has.
pub(crate) fn member() -> Shell {
    Shell { viewer: Viewer::Member, ..admin() }
}

/// Every trouble.
pub(crate) fn troubles() -> Vec<Trouble> {
    vec![
        Trouble::NoSession,
        Trouble::LaunchRefused,
        Trouble::AdminsOnly,
        Trouble::FormRefused,
        Trouble::Login(LoginTrouble::Denied),
        Trouble::Login(LoginTrouble::Expired),
        Trouble::Login(LoginTrouble::NotOpen),
        Trouble::Login(LoginTrouble::Elsewhere),
        Trouble::Login(LoginTrouble::MissingScopes(vec!["notes:write:admin".to_owned()])),
        Trouble::Login(LoginTrouble::Failed),
        Trouble::BadField("stage"),
        Trouble::BadField("api_key"),
        Trouble::BadRequest,
        Trouble::NotFound,
        Trouble::MethodNotAllowed,
        Trouble::LeverBusy,
        Trouble::LeverRefuses,
        Trouble::Unavailable,
    ]
}

fn account_change(shell: Shell) -> AccountChange {
    AccountChange {
        shell,
        old: id("a0b1c2d3-0000-4000-8000-000000000001"),
        new: id("a0b1c2d3-0000-4000-8000-000000000002"),
        environment: LeverEnvironment::Production,
    }
}

/// Every page for one viewer.
pub(crate) fn pages_for(shell: &Shell) -> Vec<(&'static str, Markup)> {
    let one = || shell.clone();
    let explained = |model| WhyAnswer::Explained(Box::new(model));
    let unread = |cause| activity_page(&activity_filtered(one(), Reading::Unavailable(cause)));
    vec![
        ("overview-fresh", overview_page(&fresh(one()))),
        ("overview-key-rejected", overview_page(&rejected(one()))),
        ("overview-login", overview_page(&login(one()))),
        ("overview-connected", overview_page(&connected(one()))),
        ("overview-working", overview_page(&working(one()))),
        ("overview-reconnect", overview_page(&reconnect(one()))),
        ("overview-troubled", overview_page(&troubled(one()))),
        ("overview-dialog", overview_page(&dialog(one(), DialogState::Open))),
        ("overview-dialog-error", overview_page(&dialog(one(), DialogState::NothingChosen))),
        ("activity", activity_page(&activity(one()))),
        ("activity-filtered", activity_page(&activity_filtered(one(), Reading::Known(vec![])))),
        ("activity-cut", activity_page(&ActivityPage { is_cut: true, ..activity(one()) })),
        ("activity-unavailable", unread(Unread::NoAnswer)),
        ("activity-refused", unread(Unread::Refused)),
        ("activity-busy", unread(Unread::Busy)),
        ("why-not-asked", why_page(&why(one(), WhyAnswer::NotAsked))),
        ("why-nobody", why_page(&why(one(), WhyAnswer::NobodyFound { is_cut: false }))),
        ("why-nobody-yet", why_page(&why(one(), WhyAnswer::NobodyFound { is_cut: true }))),
        ("why-several", why_page(&why(one(), choices()))),
        ("why-misspelt", why_page(&why(one(), explained(misspelt())))),
        ("why-several-assessments", why_page(&why(one(), explained(several_assessments())))),
        ("why-closed", why_page(&why(one(), explained(closed())))),
        ("why-no-event", why_page(&why(one(), explained(no_event(WebhookState::Waiting))))),
        ("why-decided-before", why_page(&why(one(), explained(decided_before())))),
        ("why-decided-then", why_page(&why(one(), explained(decided_then())))),
        ("why-hidden", why_page(&why(one(), explained(hidden())))),
        ("why-waiting", why_page(&why(one(), explained(waiting())))),
        ("remove", remove_page(&one())),
        ("account-change", account_change_page(&account_change(one()))),
    ]
}

/// Every page there is: for an admin, for a member, and without a session.
pub(crate) fn all_pages() -> Vec<(String, Markup)> {
    let mut pages = vec![];
    for (viewer, shell) in [("admin", admin()), ("member", member())] {
        pages.extend(pages_for(&shell).into_iter().map(|(name, page)| (format!("{viewer}-{name}"), page)));
    }
    for (number, trouble) in troubles().into_iter().enumerate() {
        for (viewer, shell) in [("admin", Some(admin())), ("member", Some(member())), ("nobody", None)] {
            let page = trouble_page(&TroublePage { shell, trouble: trouble.clone() });
            pages.push((format!("{viewer}-trouble-{number:02}"), page));
        }
    }
    pages
}
