//! **Why was this candidate not invited?** The question, the candidates to choose from, every check.

use jiff::Timestamp;
use lever_integration::domain::{Progress, Title};
use lever_integration::flow::Check;
use maud::{Markup, html};

use super::activity::{history, with_query};
use super::layout::{Place, page};
use super::model::{
    AssessmentChecks, CandidateChoice, CheckLine, CheckOutcome, Explanation, Failure, NearTitle, Unread,
    Viewer, WhyAnswer, WhyCheck, WhyPage,
};
use super::parts::{candidate, copyable, pill};
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
            WhyAnswer::NobodyFound { is_cut: true } => (message("Nobody was found among those we looked at",
                "There are more candidates in your trigger stages than we look through. Paste the link from the \
                address bar of Lever, which finds anybody.")),
            WhyAnswer::NobodyFound { is_cut: false } => (message("Nobody was found", "A name finds the \
                candidates with recent activity and those in a trigger stage. Check the spelling, or paste the \
                link from the address bar of Lever, which finds anybody.")),
            WhyAnswer::NotConnected => (message("There is no connection to Lever",
                "Log in to Lever on the overview first; candidates are looked up there.")),
            WhyAnswer::Unavailable(cause) => (message("The answer could not be found", match cause {
                Unread::NoAnswer => "Lever or Qualified did not answer. Try again in a minute.",
                Unread::Refused | Unread::Busy => words::unread(*cause),
            })),
            WhyAnswer::Several { choices, is_cut } => {
                (several(choices, is_cut.then_some(words::MORE_CANDIDATES)))
            },
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

fn several(choices: &[CandidateChoice], more: Option<&str>) -> Markup {
    html! {
        section class="card" aria-labelledby="choices" {
            h2 id="choices" { "Which one do you mean?" }
            @if let Some(more) = more { p { (more) } }
            ul class="rows" {
                @for choice in choices {
                    li {
                        div class="grow" {
                            p class="name" { (candidate(&choice.candidate)) }
                            p class="detail" {
                                @if let Some(stage) = &choice.stage { "Stage: " (stage) ". " }
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
            (verdicts(explanation))
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

/// What was invited to, then what keeps the rest from it.
fn verdicts(explanation: &Explanation) -> Markup {
    let general = first_failure(&explanation.checks);
    let open = || explanation.assessments.iter().filter(|one| one.progress.is_none());
    let is_all_invited = !explanation.assessments.is_empty() && open().next().is_none();
    html! {
        @for one in &explanation.assessments {
            @if let Some(progress) = one.progress { (invited(one, progress)) }
        }
        @match general {
            Some(failure) => { @if !is_all_invited { (verdict(None, failure)) } },
            None => {
                @for one in open() {
                    @match first_failure(&one.checks) {
                        Some(failure) => (verdict(Some(&one.title), failure)),
                        None => (nothing_in_the_way(&one.title))
                    }
                }
            }
        }
    }
}

fn first_failure(checks: &[CheckLine]) -> Option<Failure> {
    checks.iter().find_map(|line| match line.outcome {
        CheckOutcome::Failed(failure) => Some(failure),
        CheckOutcome::Passed | CheckOutcome::NotDue | CheckOutcome::NotReached => None,
    })
}

fn verdict(title: Option<&Title>, failure: Failure) -> Markup {
    html! {
        div class="verdict bad" {
            p class="name" {
                "Not invited" @if let Some(title) = title { " to “" (title) "”" } "."
            }
            p { (failure.sentence()) }
            p { b { "What to do: " } (failure.hint()) }
        }
    }
}

fn invited(one: &AssessmentChecks, progress: Progress) -> Markup {
    html! {
        div class="verdict good" {
            p class="name" { "Invited to “" (one.title) "”." }
            @if one.is_closed {
                p { "Closed in Qualified without a submission. A new invitation can be sent from there; it shows here \
                    only when the candidate starts or hands in." }
            } @else {
                @match progress {
                    Progress::Invited => p { "The candidate has not started yet. The e-mail may have gone astray; \
                        it can be sent again from Qualified." },
                    Progress::Started | Progress::Submitted => p {
                        "The candidate has " (words::progress(progress))
                        @if progress == Progress::Submitted { " it" } "."
                    }
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
                h3 { "Did you mean this title?" }
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
        CheckOutcome::NotDue => ("not-reached", Tone::Quiet, "Not yet"),
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
        WhyCheck::AccessGranted => "Lever and Qualified let us in.",
        WhyCheck::Readable => "Lever lets us see the candidate.",
        WhyCheck::EventSeen => "We handled the move of this candidate.",
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
        WhyCheck::NotDecidedBefore => "Nothing else was decided when the candidate was moved.",
        WhyCheck::AcceptedByQualified => "Qualified took the invitation.",
    }
}
