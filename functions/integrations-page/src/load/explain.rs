//! Every check for one candidate, from what was read: the judgement of the page, without IO.
//!
//! Says nothing that the worker would not: whether an assessment is asked for is decided by the worker's own
//! functions, and that Qualified took an invitation is said only when the ledger says so.

use jiff::Timestamp;
use lever_integration::domain::{
    Activity, Assessment, Assignment, AssignmentState, EventId, Opportunity, Outcome, Reason, StageChanged,
    TriggerStage,
};
use lever_integration::flow::{
    AssignmentDecision, Check, Entry, Reach, Step, TagReading, check_opportunity, decide_stage_change,
    first_failure, last_trigger_entry, read_tags, trigger_entry,
};

use crate::view::model::{
    AssessmentChecks, CheckLine, CheckOutcome, Failure, NearTitle, WebhookState, WhyCheck,
};

/// All that the checks are judged by.
pub(super) struct Facts<'a> {
    pub(super) opportunity: &'a Opportunity,
    pub(super) trigger_stages: &'a [TriggerStage],
    /// The team's assessments, or what keeps us from asking for them.
    pub(super) assessments: Result<&'a [Assessment], Reason>,
    pub(super) ledger: &'a [Assignment],
    /// Newest first.
    pub(super) history: &'a [Activity],
    /// Since when an event about the candidate waits for an admin.
    pub(super) waits_since: Option<Timestamp>,
    pub(super) webhook: WebhookState,
    /// What the next sweep looks at.
    pub(super) reach: Reach,
    /// What the candidate's stage is called.
    pub(super) stage: Option<String>,
    pub(super) now: Timestamp,
}

/// What the checks came to.
pub(super) struct Judged {
    pub(super) checks: Vec<CheckLine>,
    pub(super) assessments: Vec<AssessmentChecks>,
    pub(super) near: Vec<NearTitle>,
}

/// Checks in order; after the first that fails, the others are not reached.
#[derive(Default)]
pub(super) struct Trail {
    pub(super) lines: Vec<CheckLine>,
    has_failed: bool,
}

impl Trail {
    pub(super) fn add(&mut self, check: WhyCheck, failure: Option<Failure>, detail: Option<String>) {
        self.push(check, failure.map_or(CheckOutcome::Passed, CheckOutcome::Failed), detail);
    }

    fn push(&mut self, check: WhyCheck, outcome: CheckOutcome, detail: Option<String>) {
        let outcome = if self.has_failed { CheckOutcome::NotReached } else { outcome };
        self.has_failed |= matches!(outcome, CheckOutcome::Failed(_));
        self.lines.push(CheckLine { check, outcome, detail });
    }
}

/// What is said of the way to a candidate when it leads nowhere.
pub(super) fn unreadable(check: WhyCheck, reason: Reason, waits_since: Option<Timestamp>) -> Vec<CheckLine> {
    let mut trail = Trail::default();
    trail.add(check, Some(Failure::Because(reason)), waits_since.map(waits));
    trail.lines
}

fn waits(since: Timestamp) -> String {
    format!("The move of this candidate waits since {} UTC.", since.strftime("%-d %b %Y, %H:%M"))
}

impl Facts<'_> {
    pub(super) fn judge(&self) -> Judged {
        let mut trail = Trail::default();
        let access = self.assessments.err().map(Failure::Because);
        trail.add(WhyCheck::AccessGranted, access, access.and(self.waits_since).map(waits));
        trail.push(WhyCheck::EventSeen, self.event(), None);
        for row in check_opportunity(self.opportunity, self.trigger_stages, self.now) {
            let detail = (row.check == Check::InTriggerStage).then(|| self.stage.clone()).flatten();
            let failure = row.failure.map(|reason| self.in_hindsight(reason));
            trail.add(WhyCheck::Opportunity(row.check), failure, detail);
        }
        let assessments = self.assessments.unwrap_or_default();
        let reading = read_tags(&self.opportunity.tags, assessments);
        let named = names_something(&reading, self.ledger);
        trail.add(WhyCheck::TagNamesAssessment, named.err().map(Failure::Because), None);
        let invited = self.ledger.iter().filter_map(|entry| self.invited(entry));
        let asked = self.decisions(assessments).into_iter().filter_map(|decision| {
            self.of_decision(&decision, Trail { lines: Vec::new(), has_failed: trail.has_failed })
        });
        Judged { assessments: invited.chain(asked).collect(), near: near(&reading), checks: trail.lines }
    }

    /// What the worker would decide now, whatever was decided before.
    fn decisions(&self, assessments: &[Assessment]) -> Vec<AssignmentDecision> {
        let Ok(admission) = first_failure(self.opportunity, self.trigger_stages, self.now) else {
            return Vec::new();
        };
        let event = StageChanged {
            // No entry of the ledger has this cause.
            id: EventId::found(0),
            triggered_at: self.now,
            opportunity: self.opportunity.id.clone(),
            to_stage: self.opportunity.stage.clone(),
            body_digest: String::new(),
        };
        decide_stage_change(&event, self.opportunity, &admission, assessments, self.ledger)
    }

    /// An event is missing only if the candidate is where one should have come from, and nothing shows that it
    /// was handled. One that was put aside came, and is told as that.
    fn event(&self) -> CheckOutcome {
        let Some(entry) = self.entry() else {
            let has_come = !self.history.is_empty() || !self.ledger.is_empty() || self.waits_since.is_some();
            return if has_come { CheckOutcome::Passed } else { CheckOutcome::NotDue };
        };
        let mut of_entry = self.ledger.iter().filter(|known| known.created_at >= entry.at);
        let is_begun = of_entry.clone().next().is_some();
        let is_handled = self.waits_since.is_some()
            || self.told(&entry).next().is_some()
            || of_entry.any(|known| known.mirror().is_some());
        match (is_handled, self.is_given_up(&entry), is_begun) {
            (true, _, _) | (false, false, true) => CheckOutcome::Passed,
            (false, true, _) => CheckOutcome::Failed(Failure::Because(Reason::GivenUp)),
            (false, false, false) => CheckOutcome::Failed(Failure::NoEvent(self.webhook)),
        }
    }

    /// Whether the event about an entry was put aside.
    fn is_given_up(&self, entry: &Entry) -> bool {
        let is_of_move = |line: &Activity| line.reason == Reason::GivenUp && line.assessment.is_none();
        self.history.iter().any(|line| is_of_move(line) && line.at >= entry.at)
    }

    fn entry(&self) -> Option<Entry> {
        trigger_entry(self.opportunity, self.trigger_stages)
    }

    /// The lines about an entry, newest first. Of a candidate whom Lever did not show only the time is known.
    fn told<'a>(&'a self, entry: &'a Entry) -> impl Iterator<Item = &'a Activity> {
        let is_unseen = |line: &Activity| {
            matches!(line.reason, Reason::OpportunityHidden | Reason::OpportunityGone) && line.at >= entry.at
        };
        self.history.iter().filter(move |line| entry.is_told_by(line) || is_unseen(line))
    }

    /// Of whoever has moved on, why there was no invitation while there was time, as far as it is on record.
    fn in_hindsight(&self, reason: Reason) -> Failure {
        if reason != Reason::MovedOn {
            return Failure::Because(reason);
        }
        let Some(entry) = last_trigger_entry(self.opportunity, self.trigger_stages) else {
            return Failure::LeftStage;
        };
        if let Some(told) = self.told(&entry).next() {
            let is_refusal = told.reason.outcome() == Outcome::NotInvited;
            return if is_refusal { Failure::DecidedThen(told.reason) } else { Failure::LeftStage };
        }
        if self.is_given_up(&entry) {
            return Failure::Because(Reason::GivenUp);
        }
        let came_late = self.history.iter().any(|line| line.reason == Reason::MovedOn && line.at >= entry.at);
        if came_late { Failure::Because(Reason::MovedOn) } else { Failure::LeftStage }
    }

    /// What was decided about an assessment when the candidate came into the stage, if it still stands: then no
    /// invitation follows by itself.
    fn standing(&self, decision: &AssignmentDecision) -> Option<Failure> {
        let entry = self.entry()?;
        if self.told(&entry).next().is_none() || self.reach.is_open(&entry, self.history) {
            return None;
        }
        let of_this = self.told(&entry).find(|line| line.assessment == decision.assessment);
        let line = of_this.or_else(|| self.told(&entry).find(|line| line.assessment.is_none()));
        let refusal = line.map(|line| line.reason).filter(|reason| reason.outcome() == Outcome::NotInvited);
        // Without a word about this assessment, nothing asked for it then.
        Some(refusal.map_or(Failure::TagCameLate, Failure::DecidedBefore))
    }

    /// What must hold for one assessment, after what must hold whatever the assessment.
    fn of_decision(&self, decision: &AssignmentDecision, mut trail: Trail) -> Option<AssessmentChecks> {
        let title = decision.facts.title.clone()?;
        match &decision.step {
            Step::Nothing(Reason::NoMatchingTag | Reason::MisspeltTag) => return None,
            Step::Nothing(reason) if is_about_the_assessment(*reason) => {
                trail.add(WhyCheck::AssessmentReady, Some(Failure::Because(*reason)), None);
                trail.add(WhyCheck::NotAssignedBefore, None, None);
                trail.push(WhyCheck::AcceptedByQualified, CheckOutcome::NotDue, None);
            }
            Step::Nothing(Reason::AlreadyAssigned) | Step::RestoreTags(_) => return None,
            Step::Nothing(reason) => {
                trail.add(WhyCheck::AssessmentReady, None, None);
                trail.add(WhyCheck::NotAssignedBefore, Some(Failure::Because(*reason)), None);
                trail.push(WhyCheck::AcceptedByQualified, CheckOutcome::NotDue, None);
            }
            // Begun and not finished: the ledger says so, and the worker or the reconciler goes on.
            Step::Finish(entry) if matches!(entry.state, AssignmentState::Inviting) => {
                let is_given_up = self.entry().is_some_and(|entry| self.is_given_up(&entry));
                let given_up = CheckOutcome::Failed(Failure::Because(Reason::GivenUp));
                let outcome = if is_given_up { given_up } else { CheckOutcome::NotDue };
                trail.push(WhyCheck::AcceptedByQualified, outcome, None);
            }
            Step::Finish(_) | Step::Withdraw(..) => return None,
            Step::Invite(_) => {
                trail.add(WhyCheck::AssessmentReady, None, None);
                trail.add(WhyCheck::NotAssignedBefore, None, None);
                match self.standing(decision) {
                    Some(Failure::DecidedBefore(
                        reason @ (Reason::EmailRefused | Reason::AssessmentRefused),
                    )) => {
                        let refused = Some(Failure::Because(reason));
                        trail.add(WhyCheck::AcceptedByQualified, refused, None);
                    }
                    standing => {
                        trail.add(WhyCheck::NotDecidedBefore, standing, None);
                        trail.push(WhyCheck::AcceptedByQualified, CheckOutcome::NotDue, None);
                    }
                }
            }
        }
        Some(AssessmentChecks { title, checks: trail.lines, progress: None, is_closed: false })
    }

    /// An invitation on the ledger. What has to hold before one is of no interest any more.
    fn invited(&self, entry: &Assignment) -> Option<AssessmentChecks> {
        let mirror = entry.mirror()?;
        let mut trail = Trail::default();
        trail.add(WhyCheck::AcceptedByQualified, None, None);
        Some(AssessmentChecks {
            title: entry.title.clone(),
            checks: trail.lines,
            progress: Some(mirror.standing.progress),
            is_closed: mirror.is_closed,
        })
    }
}

fn is_about_the_assessment(reason: Reason) -> bool {
    matches!(reason, Reason::AmbiguousTitle | Reason::NotPublished | Reason::NotForCandidates)
}

fn names_something(reading: &TagReading<'_>, ledger: &[Assignment]) -> Result<(), Reason> {
    match (
        reading.verdicts.is_empty() && ledger.iter().all(Assignment::is_refused),
        reading.nearest.is_some(),
    ) {
        (false, _) => Ok(()),
        (true, true) => Err(Reason::MisspeltTag),
        (true, false) => Err(Reason::NoMatchingTag),
    }
}

fn near(reading: &TagReading<'_>) -> Vec<NearTitle> {
    let near = |(tag, title): (&lever_integration::domain::Tag, &lever_integration::domain::Title)| {
        NearTitle { tag: tag.clone(), title: title.clone() }
    };
    reading.nearest.map(near).into_iter().collect()
}
