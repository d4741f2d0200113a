//! What a stage change means for each assessment that the candidate's tags name.
//!
//! The opportunity has passed its checks ([`super::first_failure`]); here its tags meet the team's
//! assessments and the ledger.

use crate::domain::{
    Activity, Assessment, AssessmentId, Assignment, AssignmentState, EventId, Facts, Opportunity, Reason,
    StageChanged, Tag, Title,
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
        .map(|verdict| decide_verdict(verdict, (event, admission), opportunity, ledger))
        .map(|(assessment, step, tag, title)| AssignmentDecision {
            assessment,
            facts: Facts { tag: Some(tag), title: Some(title), ..facts_of(&step, event, &admission.facts) },
            step,
        })
        .collect();
    for entry in ledger.iter().filter(|entry| entry.cause == event.id) {
        if !decisions.iter().any(|decision| decision.assessment.as_ref() == Some(&entry.assessment)) {
            let step = finish_unasked(entry, why_unasked(entry, &decisions));
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

/// The decision to finish what the same event began. What is finished or refused already is told once more, since the
/// run that did it may have ended before it told.
pub fn finish_begun(assignment: &Assignment, facts: Facts) -> AssignmentDecision {
    AssignmentDecision {
        assessment: Some(assignment.assessment.clone()),
        facts: Facts {
            tag: Some(assignment.original_tag.clone()),
            title: Some(assignment.title.clone()),
            ..of_move(assignment, facts)
        },
        step: finish(assignment),
    }
}

fn facts_of(step: &Step, event: &StageChanged, facts: &Facts) -> Facts {
    match step {
        Step::Finish(begun) if begun.cause == event.id => of_move(begun, facts.clone()),
        Step::Invite(_) | Step::Finish(_) | Step::Withdraw(..) | Step::RestoreTags(_) | Step::Nothing(_) => {
            facts.clone()
        }
    }
}

/// What is only told once more is told of the move that it was done for: a later one is still to be decided about.
fn of_move(begun: &Assignment, facts: Facts) -> Facts {
    let entered_at = begun.entered_at.filter(|_| !begun.is_invitation_due()).or(facts.entered_at);
    Facts { entered_at, ..facts }
}

fn finish(entry: &Assignment) -> Step {
    match entry.state {
        AssignmentState::Refused { reason } => Step::Nothing(reason),
        AssignmentState::Inviting | AssignmentState::Mirrored(_) => Step::Finish(Box::new(entry.clone())),
    }
}

/// Finishes what the same event began though no tag of the title is there now, for this reason. We leave a status tag
/// where we take the title off: somebody else took it off.
fn finish_unasked(entry: &Assignment, reason: Reason) -> Step {
    if entry.is_invitation_due() { Step::Withdraw(Box::new(entry.clone()), reason) } else { finish(entry) }
}

/// Why no tag asks for what was begun: a tag may say its title and mean nothing that can be sent.
fn why_unasked(entry: &Assignment, decisions: &[AssignmentDecision]) -> Reason {
    let is_of_title = |title: &Title| title.normal() == entry.title.normal();
    let mut of_title = decisions.iter().filter(|one| one.facts.title.as_ref().is_some_and(is_of_title));
    of_title
        .find_map(|one| if let Step::Nothing(reason) = one.step { Some(reason) } else { None })
        .unwrap_or(Reason::NoMatchingTag)
}

/// What an event is told to have done that finds an invitation on record, which came about for this reason.
///
/// What lines of another event of the move or of another telling of it say, it did not do.
pub fn reason_of_event(
    event: &StageChanged,
    assignment: &Assignment,
    reason: Reason,
    lines: &[Activity],
) -> Reason {
    let came_to = assignment.mirror().and_then(|mirror| mirror.came_to).unwrap_or(reason);
    let is_told = lines.iter().any(|line| {
        let is_of_move = line.event == event.id
            || line.event == assignment.cause
            || line.facts.entered_at == assignment.entered_at;
        (&line.event, line.at) != (&event.id, event.triggered_at)
            && line.assessment.as_ref() == Some(&assignment.assessment)
            && is_of_move
            && tells_invitation(line.reason)
    });
    if is_told { Reason::AlreadyAssigned } else { came_to }
}

/// Whether asking for an invitation came to one.
pub fn tells_invitation(reason: Reason) -> bool {
    matches!(reason, Reason::Invited | Reason::AttachedToExisting | Reason::TagsRestored)
}

fn decide_verdict(
    verdict: &TagVerdict<'_>,
    (event, admission): (&StageChanged, &Admission),
    opportunity: &Opportunity,
    ledger: &[Assignment],
) -> (Option<AssessmentId>, Step, Tag, Title) {
    let entry = |assessment: &Assessment| ledger.iter().find(|entry| entry.assessment == assessment.id);
    let unasked = |assessment: &Assessment, reason| match entry(assessment) {
        Some(entry) if entry.cause == event.id && !entry.is_refused() => finish_unasked(entry, reason),
        Some(_) | None => Step::Nothing(reason),
    };
    let refused = |assessment: &Assessment, tag: &Tag, reason| {
        (Some(assessment.id.clone()), unasked(assessment, reason), tag.clone(), assessment.title.clone())
    };
    match *verdict {
        TagVerdict::Names(assessment, tag) => {
            let step = match entry(assessment) {
                Some(entry) => decide_known(entry, assessment, tag, (event, admission), opportunity),
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
                Some(entry) => decide_status(entry, &event.id),
                None => Step::Nothing(Reason::StatusTagPresent),
            };
            (Some(assessment.id.clone()), step, tag.clone(), assessment.title.clone())
        }
    }
}

/// Nothing but a status tag says the title of an assessment that the ledger already has for this opportunity.
fn decide_status(entry: &Assignment, event: &EventId) -> Step {
    match &entry.state {
        // Not ours: we put one there only once the invitation is on record.
        AssignmentState::Inviting if entry.cause == *event => finish_unasked(entry, Reason::StatusTagPresent),
        // Nor is what is there while nothing was shown since somebody asked again.
        AssignmentState::Mirrored(mirror) if entry.cause == *event && mirror.shown.is_none() => {
            finish_unasked(entry, Reason::StatusTagPresent)
        }
        AssignmentState::Mirrored(_) if entry.cause == *event => Step::Finish(Box::new(entry.clone())),
        AssignmentState::Inviting | AssignmentState::Mirrored(_) => Step::Nothing(Reason::AlreadyAssigned),
        AssignmentState::Refused { .. } => Step::Nothing(Reason::StatusTagPresent),
    }
}

/// A tag names an assessment that the ledger already has for this opportunity.
fn decide_known(
    entry: &Assignment,
    assessment: &Assessment,
    tag: &Tag,
    (event, admission): (&StageChanged, &Admission),
    opportunity: &Opportunity,
) -> Step {
    match &entry.state {
        AssignmentState::Inviting => Step::Finish(Box::new(entry.clone())),
        AssignmentState::Mirrored(_) if entry.cause == event.id => Step::Finish(Box::new(entry.clone())),
        AssignmentState::Mirrored(_) if has_status_tag(&entry.title, opportunity) => {
            Step::Nothing(Reason::AlreadyAssigned)
        }
        // A second word about the move; if the first was told that nobody is invited, it asks once more.
        AssignmentState::Mirrored(mirror)
            if entry.entered_at.is_some()
                && entry.entered_at == admission.facts.entered_at
                && mirror.came_to.is_none_or(tells_invitation) =>
        {
            Step::Finish(Box::new(entry.clone()))
        }
        AssignmentState::Mirrored(_) => Step::RestoreTags(Box::new(entry.clone())),
        AssignmentState::Refused { .. } if has_status_tag(&assessment.title, opportunity) => {
            Step::Nothing(Reason::StatusTagPresent)
        }
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
