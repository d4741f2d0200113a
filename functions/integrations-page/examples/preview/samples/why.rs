//! Answers to why a candidate was not invited.

use integrations_page::view::model::*;
use lever_integration::domain::{Progress, Reason};
use lever_integration::flow::Check;

use super::activity::{candidate, lines};
use super::{at, tag, title};

pub(crate) fn why(shell: Shell, answer: WhyAnswer) -> WhyPage {
    WhyPage { shell, asked: "Candidate 3".to_owned(), answer }
}

pub(crate) fn check(check: WhyCheck, outcome: CheckOutcome, detail: Option<&str>) -> CheckLine {
    CheckLine { check, outcome, detail: detail.map(str::to_owned) }
}

pub(crate) fn opportunity_checks(outcome: CheckOutcome) -> Vec<CheckLine> {
    let passed = CheckOutcome::Passed;
    vec![
        check(WhyCheck::AccessGranted, passed, None),
        check(WhyCheck::EventSeen, passed, Some("4 Mar 2026, 09:58 UTC")),
        check(WhyCheck::Opportunity(Check::InTriggerStage), passed, Some("Phone screen")),
        check(WhyCheck::Opportunity(Check::EnteredAfterAdded), passed, Some("Entered 4 Mar, added 10 Feb")),
        check(WhyCheck::Opportunity(Check::Active), passed, None),
        check(WhyCheck::Opportunity(Check::NotAnonymised), passed, None),
        check(WhyCheck::Opportunity(Check::HasEmail), passed, None),
        check(WhyCheck::Opportunity(Check::ContactAllowed), passed, None),
        check(WhyCheck::TagNamesAssessment, outcome, Some("Tags: Berlin, Rust Bascis")),
    ]
}

pub(crate) fn assessment_checks(
    ready: CheckOutcome,
    ledger: CheckOutcome,
    sent: CheckOutcome,
) -> Vec<CheckLine> {
    vec![
        check(WhyCheck::AssessmentReady, ready, None),
        check(WhyCheck::NotAssignedBefore, ledger, None),
        check(WhyCheck::NotDecidedBefore, sent, None),
        check(WhyCheck::AcceptedByQualified, sent, None),
    ]
}

pub(crate) fn misspelt() -> Explanation {
    let not_reached = CheckOutcome::NotReached;
    let mut checks = opportunity_checks(CheckOutcome::Failed(Failure::Because(Reason::MisspeltTag)));
    checks.extend(assessment_checks(not_reached, not_reached, not_reached));
    Explanation {
        candidate: candidate(3),
        checks,
        assessments: vec![],
        near: tag("Rust Bascis")
            .zip(title("Rust Basics"))
            .map(|(tag, title)| NearTitle { tag, title })
            .into_iter()
            .collect(),
        history: lines().into_iter().skip(2).take(1).collect(),
    }
}

pub(crate) fn several_assessments() -> Explanation {
    let (passed, not_reached) = (CheckOutcome::Passed, CheckOutcome::NotReached);
    let failed = CheckOutcome::Failed(Failure::Because(Reason::AmbiguousTitle));
    let one = |name, checks, progress| {
        title(name).map(|title| AssessmentChecks { title, checks, progress, is_closed: false })
    };
    Explanation {
        checks: opportunity_checks(passed),
        assessments: [
            one(
                "Rust Basics",
                vec![check(WhyCheck::AcceptedByQualified, passed, None)],
                Some(Progress::Started),
            ),
            one("Go Basics", assessment_checks(failed, not_reached, not_reached), None),
            one("Python Basics", on_its_way(), None),
        ]
        .into_iter()
        .flatten()
        .collect(),
        near: vec![],
        ..misspelt()
    }
}

/// Invited, and closed in Qualified before the candidate started.
pub(crate) fn closed() -> Explanation {
    let mut model = several_assessments();
    model.assessments.truncate(1);
    for one in &mut model.assessments {
        (one.progress, one.is_closed) = (Some(Progress::Invited), true);
    }
    model
}

fn on_its_way() -> Vec<CheckLine> {
    let mut checks = assessment_checks(CheckOutcome::Passed, CheckOutcome::Passed, CheckOutcome::Passed);
    if let Some(last) = checks.last_mut() {
        last.outcome = CheckOutcome::NotDue;
    }
    checks
}

/// Tagged two days after the move.
pub(crate) fn decided_before() -> Explanation {
    let mut model = several_assessments();
    let failed = CheckOutcome::Failed(Failure::DecidedBefore(Reason::NoMatchingTag));
    model.assessments.drain(..2);
    for line in model.assessments.iter_mut().flat_map(|one| &mut one.checks) {
        match line.check {
            WhyCheck::NotDecidedBefore => line.outcome = failed,
            WhyCheck::AcceptedByQualified => line.outcome = CheckOutcome::NotReached,
            WhyCheck::AccessGranted
            | WhyCheck::Readable
            | WhyCheck::EventSeen
            | WhyCheck::Opportunity(_)
            | WhyCheck::TagNamesAssessment
            | WhyCheck::AssessmentReady
            | WhyCheck::NotAssignedBefore => {}
        }
    }
    model
}

/// In the stage without an e-mail address, and moved on.
pub(crate) fn decided_then() -> Explanation {
    let failed = CheckOutcome::Failed(Failure::DecidedThen(Reason::NoEmail));
    let left = check(WhyCheck::Opportunity(Check::InTriggerStage), failed, Some("Offer"));
    Explanation { checks: vec![left], near: vec![], ..misspelt() }
}

/// Lever does not show the candidate.
pub(crate) fn hidden() -> Explanation {
    let failed = CheckOutcome::Failed(Failure::Because(Reason::OpportunityHidden));
    Explanation { checks: vec![check(WhyCheck::Readable, failed, None)], near: vec![], ..misspelt() }
}

/// The event waits for a login.
pub(crate) fn waiting() -> Explanation {
    let failed = CheckOutcome::Failed(Failure::Because(Reason::ReconnectNeeded));
    let since = Some("The move of this candidate waits since 4 Mar 2026, 10:00 UTC.");
    Explanation {
        checks: vec![check(WhyCheck::AccessGranted, failed, since)],
        near: vec![],
        history: vec![],
        ..misspelt()
    }
}

pub(crate) fn no_event(webhook: WebhookState) -> Explanation {
    let mut model = misspelt();
    model.near.clear();
    model.history.clear();
    for line in &mut model.checks {
        line.outcome = CheckOutcome::NotReached;
    }
    if let [access, event, ..] = model.checks.as_mut_slice() {
        access.outcome = CheckOutcome::Passed;
        *event = check(WhyCheck::EventSeen, CheckOutcome::Failed(Failure::NoEvent(webhook)), None);
    }
    model
}

pub(crate) fn choices() -> WhyAnswer {
    let choice = |number, stage: &str, archived_at| CandidateChoice {
        candidate: candidate(number),
        stage: Some(stage.to_owned()),
        archived_at,
    };
    let choices = vec![
        choice(3, "Phone screen", None),
        choice(13, "New applicant", None),
        choice(30, "Offer", Some(at("2026-02-20T10:00:00Z"))),
    ];
    WhyAnswer::Several { choices, is_cut: true }
}
