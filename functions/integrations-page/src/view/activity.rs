//! Activity: what was decided about whom, newest first.

use jiff::Timestamp;
use lever_integration::domain::{Outcome, Reason};
use maud::{Markup, html};
use url::form_urlencoded;

use super::layout::{Place, page};
use super::model::{ActivityFilter, ActivityLine, ActivityPage, Reading};
use super::parts::{candidate, pill, when};
use super::words;
use crate::paths::{self, field};

/// The page with filter and paging.
pub fn activity_page(model: &ActivityPage) -> Markup {
    let content = html! {
        h1 { "Activity" }
        p class="lead" { "Every decision of the last 90 days, newest first." }
        (filter_form(&model.filter))
        div id="activity" class="card" {
            @if model.is_cut { p { (words::MORE_CANDIDATES) } }
            @match &model.lines {
                Reading::Known(lines) if lines.is_empty() => (nothing(model)),
                Reading::Known(lines) => (list(lines, model.shell.now)),
                Reading::NotConnected => p class="empty" {
                    "Candidates are looked up in Lever, and there is no working connection. Log in to Lever first."
                },
                Reading::Unavailable(cause) => p class="empty" { (words::unread(*cause)) }
            }
            (pages(model))
        }
    };
    page(&model.shell, Place::Activity, "Activity", &content)
}

/// The newest lines, for the overview.
pub(super) fn card(lines: &[ActivityLine], now: Timestamp) -> Markup {
    html! {
        section class="card" aria-labelledby="activity-title" {
            h2 id="activity-title" { "Activity" }
            @if lines.is_empty() {
                p class="empty" { "Nothing yet. Move a candidate into a trigger stage in Lever and look here again." }
            } @else {
                (list(lines, now))
                p class="actions" { a class="button" href=(paths::ACTIVITY) { "Show all activity" } }
            }
        }
    }
}

fn list(lines: &[ActivityLine], now: Timestamp) -> Markup {
    html! {
        ol class="lines" {
            @for line in lines {
                li {
                    (row(line, now))
                    @if line.reason.outcome() == Outcome::NotInvited {
                        p { a href=(why_path(line)) {
                            "See every check" span class="hidden" { " for " (candidate_name(line)) }
                        } }
                    }
                }
            }
        }
    }
}

/// Lines as a list on the page that has every check already.
pub(super) fn history(lines: &[ActivityLine], now: Timestamp) -> Markup {
    html! { ol class="lines" { @for line in lines { li { (row(line, now)) } } } }
}

fn row(line: &ActivityLine, now: Timestamp) -> Markup {
    let outcome = line.reason.outcome();
    let label = match outcome {
        Outcome::Followed => words::short(line.reason),
        Outcome::Invited | Outcome::NotInvited | Outcome::Problem | Outcome::Waiting => {
            words::outcome(outcome)
        }
    };
    let title_label = if line.reason == Reason::MisspeltTag { "Nearest title" } else { "Assessment" };
    let tag = line
        .tag
        .as_ref()
        .filter(|tag| line.title.as_ref().is_none_or(|title| title.as_str() != tag.as_str()));
    html! {
        div class="row" {
            p class="name" { (candidate(&line.candidate)) }
            (pill(words::outcome_tone(outcome), label))
            span class="time" { (when(line.at, now)) }
        }
        p { (line.reason.sentence()) }
        @if has_hint(outcome) { p class="hint" { (line.reason.hint()) } }
        dl class="facts" {
            @if let Some(title) = &line.title { (fact(title_label, title.as_str())) }
            @if let Some(tag) = tag { (fact("Tag", tag.as_str())) }
            @if let Some(stage) = &line.stage { (fact("Stage", stage)) }
            @if let Some(attempt) = line.attempt.filter(|attempt| *attempt > 1) {
                (fact("Attempt", &attempt.to_string()))
            }
        }
    }
}

fn has_hint(outcome: Outcome) -> bool {
    match outcome {
        Outcome::NotInvited | Outcome::Problem | Outcome::Waiting => true,
        Outcome::Invited | Outcome::Followed => false,
    }
}

fn fact(name: &str, value: &str) -> Markup {
    html! { div { dt { (name) } dd { (value) } } }
}

fn candidate_name(line: &ActivityLine) -> &str {
    line.candidate.name.as_ref().map_or(line.candidate.opportunity.as_str(), |name| name.as_str())
}

fn why_path(line: &ActivityLine) -> String {
    with_query(paths::WHY, &[(field::OPPORTUNITY, line.candidate.opportunity.as_str())])
}

fn filter_form(filter: &ActivityFilter) -> Markup {
    html! {
        form method="get" action=(paths::ACTIVITY) class="filter" role="search" data-updates="activity" {
            div class="grow" {
                label for="search" { "Candidate" }
                input id="search" name=(field::SEARCH) type="search" value=(filter.search) maxlength="300"
                    placeholder="Name or Lever link" autocomplete="off" aria-describedby="search-finds";
            }
            div class="grow" {
                label for="reason" { "Reason" }
                select id="reason" name=(field::REASON) {
                    option value="" { "All reasons" }
                    @for outcome in words::RECORDED_OUTCOMES {
                        optgroup label=(words::outcome(outcome)) {
                            @for reason in Reason::ALL.iter().filter(|reason| reason.outcome() == outcome) {
                                option value=(reason.code()) selected[filter.reason == Some(*reason)] {
                                    (words::short(*reason))
                                }
                            }
                        }
                    }
                }
            }
            button type="submit" { "Show" }
            a class="button plain" href=(paths::ACTIVITY) data-clears hidden[filter.is_empty()] { "Show everything" }
            p id="search-finds" class="hint" {
                "A name finds candidates with recent activity and those in a trigger stage; a link finds anybody."
            }
        }
    }
}

fn nothing(model: &ActivityPage) -> Markup {
    html! {
        p class="empty" {
            @if model.filter.is_empty() {
                "Nothing yet. Move a candidate into a trigger stage in Lever and look here again."
            } @else if model.older.is_some() {
                "No match in the newest entries. Choose Older to look further back."
            } @else if model.is_cut {
                "No match for the candidates we looked at."
            } @else {
                "Nothing matches. Look for another candidate or reason."
            }
        }
    }
}

fn pages(model: &ActivityPage) -> Markup {
    let path = |cursor: Option<&str>| {
        let mut query = Vec::new();
        if let Some(reason) = model.filter.reason {
            query.push((field::REASON, reason.code()));
        }
        if !model.filter.search.is_empty() {
            query.push((field::SEARCH, model.filter.search.as_str()));
        }
        query.extend(cursor.map(|cursor| (field::CURSOR, cursor)));
        with_query(paths::ACTIVITY, &query)
    };
    html! {
        @if model.cursor.is_some() || model.older.is_some() {
            nav class="pages" aria-label="Pages of activity" {
                @if model.cursor.is_some() { a class="button" href=(path(None)) { "Newest" } }
                @if let Some(older) = &model.older { a class="button" href=(path(Some(older))) { "Older" } }
            }
        }
    }
}

/// A path with a query, percent-encoded.
pub(super) fn with_query(path: &str, query: &[(&str, &str)]) -> String {
    if query.is_empty() {
        return path.to_owned();
    }
    let encoded = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
    format!("{path}?{encoded}")
}
