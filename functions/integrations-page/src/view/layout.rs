//! The frame of every page: head, header with the team's name, main part.

use maud::{DOCTYPE, Markup, html};

use super::model::{Shell, Viewer};
use crate::{assets, paths};

/// Which entry of the navigation is the present page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Overview,
    Activity,
    Why,
    /// None of them.
    Elsewhere,
}

/// A page of a session. `content` has the heading.
pub(super) fn page(shell: &Shell, place: Place, title: &str, content: &Markup) -> Markup {
    let header = html! {
        nav aria-label="Lever integration" {
            ul {
                (entry(place, Place::Overview, paths::PAGE, "Overview"))
                (entry(place, Place::Activity, paths::ACTIVITY, "Activity"))
                (entry(place, Place::Why, paths::WHY, "Why not invited?"))
            }
        }
        p class="team" { span class="hidden" { "Team " } bdi { (shell.team_name) } }
    };
    let content = html! {
        @if !shell.notices.is_empty() {
            div class="notice" role="status" { @for notice in &shell.notices { p { (notice.sentence()) } } }
        }
        @if matches!(shell.viewer, Viewer::Member) {
            div class="notice quiet" {
                p { "You can look at everything here. Only an admin of your team in Qualified can change it." }
            }
        }
        (content)
    };
    frame(title, &header, &content)
}

/// A page without a session.
pub(super) fn bare_page(title: &str, content: &Markup) -> Markup {
    frame(title, &html! {}, content)
}

fn entry(present: Place, place: Place, path: &str, label: &str) -> Markup {
    let is_present = present == place;
    html! { li { a href=(path) aria-current=[is_present.then_some("page")] { (label) } } }
}

fn frame(title: &str, header: &Markup, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                title { (title) " · Lever integration · Qualified" }
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                link rel="icon" type="image/svg+xml" href=(assets::icon().path);
                link rel="stylesheet" href=(assets::style().path);
                script src=(assets::script().path) defer {}
            }
            body {
                a class="skip" href="#content" { "Skip to the content" }
                header class="top" {
                    div class="bar" {
                        p class="brand" {
                            img src=(assets::icon().path) alt="" width="24" height="24";
                            "Qualified " span { "Integrations" }
                        }
                        (header)
                    }
                }
                main id="content" tabindex="-1" { (content) }
                div id="announcer" class="hidden" role="status" aria-live="polite" {}
            }
        }
    }
}
