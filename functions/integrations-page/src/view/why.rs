//! **Why was this candidate not invited?** The question, the candidates to choose from, every check.

use jiff::Timestamp;
use lever_integration::domain::{Progress, Title};
use lever_integration::flow::Check;
use maud::{Markup, html};

use super::activity::{history, with_query};
use super::layout::{Place, page};
use super::model::{
    CandidateChoice, CheckLine, CheckOutcome, Explanation, Failure, NearTitle, Viewer, WebhookState,
    WhyAnswer, WhyCheck, WhyPage,
};
use super::parts::{candidate, copyable, pill, when};
use super::words::{self, Tone};
use crate::paths::{self, field};

/// The page.
pub fn why_page(model: &WhyPage) -> Markup {
    let content = html! {
        h1 { "Why was this candidate not invited?" }
        (form(&model.asked))
        @match &model.answer {
            WhyAnswer::NotAsked => p class="lead" {
                "Paste the link of a candidate in Lever, or type a name. You see every check in order and what to do."
            },
            WhyAnswer::NobodyFound => (message("Nobody was found", "No candidate in Lever matches. \
                Check the spelling, or paste the link from the address bar of Lever.")),
            WhyAnswer::NotConnected => (message("There is no connection to Lever",
                "Log in to Lever on the overview first; candidates are looked up there.")),
            WhyAnswer::Unavailable => (message("The answer could not be found",
                "Lever or Qualified did not answer. Try again in a minute.")),
            WhyAnswer::Several(choices) => (several(choices, model.shell.now)),
            WhyAnswer::Explained(explanation) => (explained(explanation, &model.shell.viewer, model.shell.now))
        }
    };
    page(&model.shell, Place::Why, "Why was this candidate not invited?", &content)
}

/// The card on the overview.
pub(super) fn card() -> Markup {
    html! {
        section class="card" aria-labelledby="why" {
            h2 id="why" { "Why was this candidate not invited?" }
            (form(""))
        }
    }
}

fn form(asked: &str) -> Markup {
    html! {
        form method="get" action=(paths::WHY) class="stack" role="search" {
            label for="candidate" { "Lever link or name of the candidate" }
            div class="field" {
                input id="candidate" name=(field::CANDIDATE) type="search" value=(asked) required maxlength="300"
                    autocomplete="off";
                button type="submit" class="primary" { "Find out" }
            }
        }
    }
}

fn message(title: &str, text: &str) -> Markup {
    html! { section class="card" { h2 { (title) } p { (text) } } }
}

fn several(choices: &[CandidateChoice], now: Timestamp) -> Markup {
    html! {
        section class="card" aria-labelledby="choices" {
            h2 id="choices" { "Which one do you mean?" }
            ul class="rows" {
                @for choice in choices {
                    li {
                        div class="grow" {
                            p class="name" { (candidate(&choice.candidate)) }
                            p class="detail" {
                                @if let Some(stage) = &choice.stage { "Stage: " (stage) ". " }
                                @if let Some(at) = choice.created_at { "Created " (when(at, now)) ". " }
                                @if choice.archived_at.is_some() { "Archived." }
                            }
                        }
                        a class="button small" href=(with_query(paths::WHY,
                            &[(field::OPPORTUNITY, choice.candidate.opportunity.as_str())])) {
                            "Choose"
                            span class="hidden" {
                                " " (choice.candidate.name.as_ref().map_or("", |name| name.as_str()))
                                ", " (choice.stage.as_deref().unwrap_or_default())
                            }
                        }
                    }
                }
            }
        }
    }
}

fn explained(explanation: &Explanation, viewer: &Viewer, now: Timestamp) -> Markup {
    html! {
        section class="card" aria-labelledby="answer" {
            h2 id="answer" { (candidate(&explanation.candidate)) }
            @match first_failure(&explanation.checks) {
                Some(failure) => (verdict(None, failure)),
                None => {
                    @for one in &explanation.assessments {
                        @match (one.progress, first_failure(&one.checks)) {
                            (Some(progress), _) => (invited(&one.title, progress)),
                            (None, Some(failure)) => (verdict(Some(&one.title), failure)),
                            (None, None) => (nothing_in_the_way(&one.title))
                        }
                    }
                }
            }
            (near(&explanation.near))
            h3 { "Every check" }
            ol class="checks" { @for line in &explanation.checks { (check(line)) } }
            @for one in &explanation.assessments {
                h4 { "For “" (one.title) "”" }
                ol class="checks" { @for line in &one.checks { (check(line)) } }
            }
            @if matches!(viewer, Viewer::Admin { .. }) {
                p class="actions" { a href=(paths::PAGE) { "Go to trigger stages and assessments" } }
            }
        }
        @if !explanation.history.is_empty() {
            section class="card" aria-labelledby="history" {
                h2 id="history" { "What happened so far" }
                (history(&explanation.history, now))
            }
        }
    }
}

fn first_failure(checks: &[CheckLine]) -> Option<Failure> {
    checks.iter().find_map(|line| match line.outcome {
        CheckOutcome::Failed(failure) => Some(failure),
        CheckOutcome::Passed | CheckOutcome::NotReached => None,
    })
}

fn verdict(title: Option<&Title>, failure: Failure) -> Markup {
    html! {
        div class="verdict bad" {
            p class="name" {
                "Not invited" @if let Some(title) = title { " to “" (title) "”" } "."
            }
            p { (failure_sentence(failure)) }
            p { b { "What to do: " } (failure_hint(failure)) }
        }
    }
}

fn invited(title: &Title, progress: Progress) -> Markup {
    html! {
        div class="verdict good" {
            p class="name" { "Invited to “" (title) "”." }
            @match progress {
                Progress::Invited => p { "The candidate has not started yet. The e-mail may have gone astray; \
                    it can be sent again from Qualified." },
                Progress::Started | Progress::Submitted => p {
                    "The candidate has " (words::progress(progress)) @if progress == Progress::Submitted { " it" } "."
                }
            }
        }
    }
}

fn nothing_in_the_way(title: &Title) -> Markup {
    html! {
        div class="verdict good" {
            p class="name" { "Nothing stands in the way of “" (title) "”." }
            p { "The invitation is on its way: this takes up to five minutes. Look again then." }
        }
    }
}

fn near(near: &[NearTitle]) -> Markup {
    html! {
        @if !near.is_empty() {
            div class="near" {
                h3 { "Did you mean one of these titles?" }
                ul class="rows" {
                    @for one in near {
                        li class="assessment" {
                            (copyable(one.title.as_str()))
                            p class="detail" { "The candidate has the tag “" (one.tag) "”." }
                        }
                    }
                }
            }
        }
    }
}

fn check(line: &CheckLine) -> Markup {
    let (class, tone, word) = match line.outcome {
        CheckOutcome::Passed => ("passed", Tone::Good, "Yes"),
        CheckOutcome::Failed(_) => ("failed", Tone::Bad, "No"),
        CheckOutcome::NotReached => ("not-reached", Tone::Quiet, "Not checked"),
    };
    html! {
        li class=(class) {
            (pill(tone, word))
            div class="grow" {
                p { (statement(line.check)) }
                @if let Some(detail) = &line.detail { p class="detail" { (detail) } }
            }
        }
    }
}

fn statement(check: WhyCheck) -> &'static str {
    match check {
        WhyCheck::EventSeen => "Lever told us that the candidate was moved.",
        WhyCheck::Opportunity(Check::InTriggerStage) => "The candidate is in a trigger stage.",
        WhyCheck::Opportunity(Check::EnteredAfterAdded) => {
            "The candidate entered it after it became a trigger stage."
        }
        WhyCheck::Opportunity(Check::Active) => "The opportunity is not archived.",
        WhyCheck::Opportunity(Check::NotAnonymised) => "The candidate's personal data is still there.",
        WhyCheck::Opportunity(Check::HasEmail) => "The candidate has an e-mail address.",
        WhyCheck::Opportunity(Check::ContactAllowed) => "Your data protection policy allows contact.",
        WhyCheck::TagNamesAssessment => "A tag is the title of an assessment.",
        WhyCheck::AssessmentReady => "One published assessment for candidates has this title.",
        WhyCheck::NotAssignedBefore => "The candidate was not invited to it before.",
        WhyCheck::AcceptedByQualified => "Qualified took the invitation.",
    }
}

fn failure_sentence(failure: Failure) -> &'static str {
    match failure {
        Failure::Because(reason) => reason.sentence(),
        Failure::NoEvent(_) => "Lever has not told us that this candidate was moved.",
    }
}

fn failure_hint(failure: Failure) -> &'static str {
    match failure {
        Failure::Because(reason) => reason.hint(),
        Failure::NoEvent(WebhookState::Receiving { .. }) => {
            "Wait five minutes: we look for missed moves ourselves. If the candidate was never moved into the \
             trigger stage, move them now."
        }
        Failure::NoEvent(WebhookState::Waiting | WebhookState::Silent { .. }) => {
            "In Lever, switch on Settings → Integrations and API → Webhooks → Candidate Stage Change, then move \
             the candidate into the trigger stage again."
        }
        Failure::NoEvent(WebhookState::Gone) => {
            "Register our webhook again on the overview, then move the candidate into the trigger stage again."
        }
    }
}
