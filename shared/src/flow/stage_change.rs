//! What a stage change means for each assessment that the candidate's tags name.
//!
//! The opportunity has passed its checks ([`super::first_failure`]); here its tags meet the team's
//! assessments and the ledger.

use crate::domain::{
    Assessment, AssessmentId, Assignment, AssignmentState, EventId, Facts, Opportunity, Reason, StageChanged,
    Tag, Title,
};

use super::checks::Admission;
use super::matching::{TagVerdict, read_tags};
use super::tag_change::wanted_tag;

/// What to do about one assessment, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct AssignmentDecision {
    /// Which assessment, if a tag names one.
    pub assessment: Option<AssessmentId>,
    /// What to do.
    pub step: Step,
    /// What it rests on.
    pub facts: Facts,
}

/// What to do about one assessment.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Claim the ledger entry and invite.
    Invite(Request),
    /// The same event came before: finish what it began.
    Finish(Box<Assignment>),
    /// The same event began to invite, and for this reason it would not any more: look whether the mail went out.
    /// Follow it if it did, and send none if it did not.
    Withdraw(Box<Assignment>, Reason),
    /// Asked for again while the invitation exists: show the present status again.
    RestoreTags(Box<Assignment>),
    /// Nothing, for this reason.
    Nothing(Reason),
}

/// A request for an invitation: everything the ledger entry needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Which assessment.
    pub assessment: AssessmentId,
    /// Its title now, frozen from here on.
    pub title: Title,
    /// The tag that asks for it.
    pub tag: Tag,
    /// The entry of an earlier, refused request, which this one replaces.
    pub replaces: Option<Box<Assignment>>,
}

/// Decides for every assessment named; always at least one decision.
pub fn decide_stage_change(
    event: &StageChanged,
    opportunity: &Opportunity,
    admission: &Admission,
    assessments: &[Assessment],
    ledger: &[Assignment],
) -> Vec<AssignmentDecision> {
    let reading = read_tags(&opportunity.tags, assessments);
    let mut decisions: Vec<_> = reading
        .verdicts
        .iter()
        .map(|verdict| decide_verdict(verdict, event, opportunity, ledger))
        .map(|(assessment, step, tag, title)| AssignmentDecision {
            assessment,
            step,
            facts: Facts { tag: Some(tag), title: Some(title), ..admission.facts.clone() },
        })
        .collect();
    for entry in ledger.iter().filter(|entry| is_begun_by(entry, event)) {
        if !decisions.iter().any(|decision| decision.assessment.as_ref() == Some(&entry.assessment)) {
            let step = finish_unasked(entry, Reason::NoMatchingTag);
            decisions.push(AssignmentDecision { step, ..finish_begun(entry, admission.facts.clone()) });
        }
    }
    if decisions.is_empty() {
        let (reason, tag, title) = match reading.nearest {
            Some((tag, title)) => (Reason::MisspeltTag, Some(tag.clone()), Some(title.clone())),
            None => (Reason::NoMatchingTag, None, None),
        };
        decisions.push(AssignmentDecision {
            assessment: None,
            step: Step::Nothing(reason),
            facts: Facts { tag, title, ..admission.facts.clone() },
        });
    }
    decisions
}

/// The decision to finish what the same event began. What is finished already is told once more, since the run that
/// did it may have ended before it told.
pub fn finish_begun(assignment: &Assignment, facts: Facts) -> AssignmentDecision {
    AssignmentDecision {
        assessment: Some(assignment.assessment.clone()),
        facts: Facts {
            tag: Some(assignment.original_tag.clone()),
            title: Some(assignment.title.clone()),
            ..facts
        },
        step: Step::Finish(Box::new(assignment.clone())),
    }
}

fn is_begun_by(entry: &Assignment, event: &StageChanged) -> bool {
    entry.cause == event.id && !entry.is_refused()
}

/// Finishes what the same event began though no tag asks for it now, for this reason. We touch no tag before the
/// invitation is on record: as long as it is not, somebody else took the tag off.
fn finish_unasked(entry: &Assignment, reason: Reason) -> Step {
    let is_mail_due = match &entry.state {
        AssignmentState::Inviting => true,
        AssignmentState::Mirrored(mirror) => mirror.is_invitation_due(),
        AssignmentState::Refused { .. } => false,
    };
    if is_mail_due {
        Step::Withdraw(Box::new(entry.clone()), reason)
    } else {
        Step::Finish(Box::new(entry.clone()))
    }
}

fn decide_verdict(
    verdict: &TagVerdict<'_>,
    event: &StageChanged,
    opportunity: &Opportunity,
    ledger: &[Assignment],
) -> (Option<AssessmentId>, Step, Tag, Title) {
    let entry = |assessment: &Assessment| ledger.iter().find(|entry| entry.assessment == assessment.id);
    let unasked = |assessment: &Assessment, reason| match entry(assessment) {
        Some(entry) if is_begun_by(entry, event) => finish_unasked(entry, reason),
        Some(_) | None => Step::Nothing(reason),
    };
    let refused = |assessment: &Assessment, tag: &Tag, reason| {
        (Some(assessment.id.clone()), unasked(assessment, reason), tag.clone(), assessment.title.clone())
    };
    match *verdict {
        TagVerdict::Names(assessment, tag) => {
            let step = match entry(assessment) {
                Some(entry) => decide_known(entry, assessment, tag, &event.id, opportunity),
                None if has_status_tag(&assessment.title, opportunity) || is_shown_by_us(tag, ledger) => {
                    Step::Nothing(Reason::StatusTagPresent)
                }
                None => Step::Invite(request(assessment, tag, None)),
            };
            (Some(assessment.id.clone()), step, tag.clone(), assessment.title.clone())
        }
        TagVerdict::Ambiguous(title, tag) => {
            (None, Step::Nothing(Reason::AmbiguousTitle), tag.clone(), title.clone())
        }
        TagVerdict::NotPublished(assessment, tag) => refused(assessment, tag, Reason::NotPublished),
        TagVerdict::NotForCandidates(assessment, tag) => refused(assessment, tag, Reason::NotForCandidates),
        TagVerdict::OnlyStatus(assessment, tag, _) => {
            let step = match entry(assessment) {
                Some(entry) if entry.cause == event.id => finish_unasked(entry, Reason::StatusTagPresent),
                Some(_) => Step::Nothing(Reason::AlreadyAssigned),
                None => Step::Nothing(Reason::StatusTagPresent),
            };
            (Some(assessment.id.clone()), step, tag.clone(), assessment.title.clone())
        }
    }
}

/// A tag names an assessment that the ledger already has for this opportunity.
fn decide_known(
    entry: &Assignment,
    assessment: &Assessment,
    tag: &Tag,
    event: &EventId,
    opportunity: &Opportunity,
) -> Step {
    match &entry.state {
        AssignmentState::Inviting => Step::Finish(Box::new(entry.clone())),
        AssignmentState::Mirrored(_) if entry.cause == *event => Step::Finish(Box::new(entry.clone())),
        AssignmentState::Mirrored(_) if has_status_tag(&entry.title, opportunity) => {
            Step::Nothing(Reason::AlreadyAssigned)
        }
        AssignmentState::Mirrored(_) => Step::RestoreTags(Box::new(entry.clone())),
        // Even if this event caused the refusal: the candidate may have come back since, and nobody else may tell.
        AssignmentState::Refused { .. } => {
            Step::Invite(request(assessment, tag, Some(Box::new(entry.clone()))))
        }
    }
}

fn request(assessment: &Assessment, tag: &Tag, replaces: Option<Box<Assignment>>) -> Request {
    Request { assessment: assessment.id.clone(), title: assessment.title.clone(), tag: tag.clone(), replaces }
}

/// Whether the tag is the status of another assessment, put there by us: it asks for nothing, even if an
/// assessment bears it as its title.
fn is_shown_by_us(tag: &Tag, ledger: &[Assignment]) -> bool {
    let shown = |entry: &Assignment| Some(wanted_tag(entry, entry.mirror()?.shown?.progress));
    ledger.iter().any(|entry| shown(entry).as_ref() == Some(tag))
}

fn has_status_tag(title: &Title, opportunity: &Opportunity) -> bool {
    opportunity.tags.iter().any(|tag| title.claimed_progress(tag).is_some())
}
