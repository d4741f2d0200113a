//! What must hold for an opportunity before its tags are even looked at, in the order it is explained.
//!
//! The worker acts on the first failure; the page shows all of them.

use jiff::Timestamp;

use crate::domain::{EmailAddress, Facts, Opportunity, Reason, StageId, TriggerStage};

/// One thing that must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Check {
    /// The candidate is in a trigger stage.
    InTriggerStage,
    /// The candidate entered it after it became one.
    EnteredAfterAdded,
    /// The opportunity is not archived.
    Active,
    /// The personal data is still there.
    NotAnonymised,
    /// There is an e-mail address.
    HasEmail,
    /// The data protection policy allows contact.
    ContactAllowed,
}

/// What a check came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckResult {
    /// Which check.
    pub check: Check,
    /// Why it failed, if it did.
    pub failure: Option<Reason>,
}

/// An opportunity that passed every check.
#[derive(Debug, Clone, PartialEq)]
pub struct Admission {
    /// The stage that lets its candidates be invited.
    pub stage: StageId,
    /// Where the invitation goes.
    pub email: EmailAddress,
    /// What the decision rests on so far.
    pub facts: Facts,
}

/// All checks, in order. `triggered_at` is the signed time of the stage change; it stands in where
/// Lever's history does not say when the candidate entered the stage.
pub fn check_opportunity(
    opportunity: &Opportunity,
    trigger_stages: &[TriggerStage],
    triggered_at: Timestamp,
) -> Vec<CheckResult> {
    let trigger = trigger_stages.iter().find(|trigger| trigger.stage == opportunity.stage);
    let entered_at = opportunity.entered_present_stage_at().unwrap_or(triggered_at);
    let row = |check, holds: Option<bool>, reason| CheckResult {
        check,
        failure: (holds != Some(true)).then_some(reason),
    };
    let entered_after = trigger.map(|trigger| entered_at >= trigger.added_at);
    let has_left = opportunity.stage_entries.iter().any(|entry| {
        trigger_stages.iter().any(|trigger| trigger.stage == entry.stage && entry.at >= trigger.added_at)
    });
    let elsewhere = if has_left { Reason::MovedOn } else { Reason::StageNotTrigger };
    vec![
        row(Check::InTriggerStage, Some(trigger.is_some()), elsewhere),
        row(Check::EnteredAfterAdded, entered_after, Reason::EnteredBeforeTrigger),
        row(Check::Active, Some(opportunity.archived_at.is_none()), Reason::Archived),
        row(Check::NotAnonymised, Some(!opportunity.is_anonymised), Reason::Anonymised),
        row(Check::HasEmail, Some(opportunity.email.is_some()), Reason::NoEmail),
        row(Check::ContactAllowed, Some(opportunity.is_contact_allowed), Reason::ContactNotAllowed),
    ]
}

/// Admits an opportunity or names the first check that failed.
///
/// # Errors
/// With the reason of the first check that failed and the facts it rests on.
pub fn first_failure(
    opportunity: &Opportunity,
    trigger_stages: &[TriggerStage],
    triggered_at: Timestamp,
) -> Result<Admission, Box<(Reason, Facts)>> {
    let trigger = trigger_stages.iter().find(|trigger| trigger.stage == opportunity.stage);
    let facts = Facts {
        stage: Some(opportunity.stage.clone()),
        entered_at: opportunity.entered_present_stage_at(),
        trigger_added_at: trigger.map(|trigger| trigger.added_at),
        ..Facts::default()
    };
    let failure =
        check_opportunity(opportunity, trigger_stages, triggered_at).into_iter().find_map(|row| row.failure);
    match (failure, &opportunity.email) {
        (Some(reason), _) => Err(Box::new((reason, facts))),
        (None, None) => Err(Box::new((Reason::NoEmail, facts))),
        (None, Some(email)) => {
            Ok(Admission { stage: opportunity.stage.clone(), email: email.clone(), facts })
        }
    }
}
