//! Small pieces that several views are made of.

use jiff::{Timestamp, Unit};
use maud::{Markup, html};

use super::model::CandidateRef;
use super::words::Tone;
use crate::paths::{self, field};

/// Hours during which a time is told by how long ago it was.
const HOURS_RELATIVE: i64 = 24;

/// A form that changes something. The only way to write one: it needs the token of an admin's session.
pub(super) fn post_form(csrf: &str, action: &str, class: &str, body: &Markup) -> Markup {
    html! {
        form method="post" action=(action) class=(class) {
            input type="hidden" name=(field::CSRF) value=(csrf);
            (body)
        }
    }
}

/// The form that begins a login to Lever.
pub(super) fn login_form(csrf: &str, label: &str, class: &str) -> Markup {
    post_form(csrf, paths::LOGIN, "inline", &html! { button type="submit" class=(class) { (label) } })
}

/// A word in a colour.
pub(super) fn pill(tone: Tone, text: &str) -> Markup {
    html! { span class={ "pill " (tone.class()) } { (text) } }
}

/// Text to copy: selectable as a whole, and with a button where the script runs.
pub(super) fn copyable(text: &str) -> Markup {
    html! {
        span class="copyable" {
            code { (text) }
            button type="button" class="copy" data-copy=(text) hidden {
                "Copy" span class="hidden" { " the tag " (text) }
            }
        }
    }
}

/// A point in time: how long ago within a day, otherwise date and time. The script shows the user's time
/// zone instead of UTC.
pub(super) fn when(at: Timestamp, now: Timestamp) -> Markup {
    let full = full_time(at);
    let shown = ago(at, now).unwrap_or_else(|| full.clone());
    html! { time datetime=(at.round(Unit::Second).unwrap_or(at)) title=(full) { (shown) } }
}

/// A point in time that something goes on since: always date and time.
pub(super) fn since(at: Timestamp) -> Markup {
    let full = full_time(at);
    html! { time datetime=(at.round(Unit::Second).unwrap_or(at)) title=(full) { (full) } }
}

/// A point in time by date and time.
pub(super) fn full_time(at: Timestamp) -> String {
    at.strftime("%-d %b %Y, %H:%M UTC").to_string()
}

fn ago(at: Timestamp, now: Timestamp) -> Option<String> {
    let minutes = now.duration_since(at).as_secs() / 60;
    match minutes {
        ..0 => None,
        0 => Some("just now".to_owned()),
        1 => Some("1 minute ago".to_owned()),
        2..60 => Some(format!("{minutes} minutes ago")),
        60..120 => Some("1 hour ago".to_owned()),
        _ if minutes / 60 < HOURS_RELATIVE => Some(format!("{} hours ago", minutes / 60)),
        _ => None,
    }
}

/// A URL to link to: what comes from another service may be anything.
fn web_link(url: &str) -> Option<&str> {
    (url.starts_with("https://") || url.starts_with("http://")).then_some(url)
}

/// A candidate: the name if there is one, linked to Lever.
pub(super) fn candidate(candidate: &CandidateRef) -> Markup {
    let name = candidate.name.as_ref().map(|name| name.as_str()).filter(|name| !name.is_empty());
    let label = html! {
        @match name {
            Some(name) => bdi { (name) },
            None => { "Candidate " span class="id" { (candidate.opportunity) } }
        }
    };
    html! {
        @match candidate.lever_url.as_deref().and_then(web_link) {
            Some(url) => a href=(url) rel="noopener noreferrer" target="_blank" {
                (label) span class="hidden" { " (opens Lever in a new tab)" }
            },
            None => (label)
        }
    }
}

/// The way through Lever's settings to the switch that lets events out.
pub(super) fn webhook_settings_path() -> Markup {
    html! {
        ol class="path" aria-label="Where to click in Lever" {
            li { "Settings" }
            li { "Integrations and API" }
            li { "Webhooks" }
            li { "Candidate Stage Change" }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_within_a_day_are_told_by_how_long_ago_they_were() {
        let now: Timestamp = "2026-03-04T12:00:00Z".parse().unwrap();
        for (at, told) in [
            ("2026-03-04T11:59:40Z", Some("just now")),
            ("2026-03-04T11:58:59Z", Some("1 minute ago")),
            ("2026-03-04T11:01:00Z", Some("59 minutes ago")),
            ("2026-03-04T10:01:00Z", Some("1 hour ago")),
            ("2026-03-03T12:00:01Z", Some("23 hours ago")),
            ("2026-03-03T12:00:00Z", None),
            ("2026-03-04T12:05:00Z", None),
        ] {
            assert_eq!(ago(at.parse().unwrap(), now).as_deref(), told, "{at}");
        }
        assert_eq!(full_time(now), "4 Mar 2026, 12:00 UTC");
    }
}
