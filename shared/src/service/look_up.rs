//! What is at Qualified before an invitation is sent: at the present address, and from a run whose record was lost.

use jiff::Timestamp;

use crate::domain::{AssessmentId, AssessmentResult, Assignment, CLOCK_DIFFERENCE_MAX, Mirror, ResultState};
use crate::qualified::{self, Person};

use super::invite::{Invitee, Run};
use super::{Access, Error};

/// The results that an earlier invitation may have led to.
pub(super) struct Earlier {
    /// Of the person at the present address.
    pub(super) at_address: Option<AssessmentResult>,
    /// What an earlier run sent to an address that has been changed or removed since. A repeated run asks for it where
    /// nothing open is at the present address.
    pub(super) sent: Option<AssessmentResult>,
}

/// Looks for them.
pub(super) async fn look_up(
    access: &Access<'_>,
    assignment: &Assignment,
    invitee: &Invitee<'_>,
    run: Run,
) -> Result<Earlier, Error> {
    let by_address = match invitee.address() {
        Some(address) => access.qualified.find_person(address).await?,
        None => None,
    };
    let at_address = result_of(access, by_address, &assignment.assessment).await?;
    let sent = match run {
        Run::Repeated if !at_address.as_ref().is_some_and(is_open) => {
            sent(access, assignment, invitee).await?
        }
        Run::First | Run::Repeated => None,
    };
    Ok(Earlier { at_address, sent })
}

/// What an earlier run sent, to whichever address the contact had. Of several results an open one counts, and then the newest
/// person's: invitations to other assessments may have gone to another address.
async fn sent(
    access: &Access<'_>,
    assignment: &Assignment,
    invitee: &Invitee<'_>,
) -> Result<Option<AssessmentResult>, Error> {
    let mut closed = None;
    let mut people = access.qualified.find_people_of(invitee.contact()).await?;
    // Profiles merged in Lever since have one contact.
    if assignment.contact != *invitee.contact() {
        people.extend(access.qualified.find_people_of(&assignment.contact).await?);
    }
    for person in people {
        let result = result_of(access, Some(person), &assignment.assessment).await?;
        match result.filter(|result| !is_older(result, assignment) && !is_followed(result, assignment)) {
            Some(result) if is_open(&result) => return Ok(Some(result)),
            found => closed = closed.or(found),
        }
    }
    Ok(closed)
}

/// What the assignment follows, unless it is at the present address: its start may be known to Qualified alone.
pub(super) async fn followed(
    access: &Access<'_>,
    assignment: &Assignment,
    at_address: Option<&AssessmentResult>,
) -> Result<Option<AssessmentResult>, Error> {
    match assignment.mirror().filter(|mirror| at_address.is_none_or(|result| result.id != mirror.result)) {
        Some(mirror) => match access.qualified.exhibit(&mirror.result).await {
            Err(qualified::Error::NotFound) => Ok(None),
            found => Ok(Some(found?)),
        },
        None => Ok(None),
    }
}

/// Whether it can still bring somebody to the assessment, or has.
pub(super) fn is_open(result: &AssessmentResult) -> bool {
    result.state != ResultState::Terminated
}

/// Whether a result was invited before the assignment asked for it, by clocks that may differ. No run of the assignment
/// sent that, and it reaches nobody at the present address.
pub(super) fn is_older(result: &AssessmentResult, assignment: &Assignment) -> bool {
    let asked_at =
        assignment.mirror().and_then(|mirror| mirror.asked_again_at).unwrap_or(assignment.created_at);
    let certain = |at: Timestamp| at.saturating_add(CLOCK_DIFFERENCE_MAX).is_ok_and(|at| at < asked_at);
    result.invited_at.max(result.created_at).is_some_and(certain)
}

/// Whether it is what the assignment follows, or another result of that person: it is known, and at another address.
fn is_followed(result: &AssessmentResult, assignment: &Assignment) -> bool {
    let is_of =
        |mirror: &Mirror| mirror.result == result.id || mirror.team_candidate == result.team_candidate;
    assignment.mirror().is_some_and(is_of)
}

async fn result_of(
    access: &Access<'_>,
    person: Option<Person>,
    assessment: &AssessmentId,
) -> Result<Option<AssessmentResult>, Error> {
    match person.filter(|person| person.assessments.contains(assessment)) {
        Some(person) => match access.qualified.current_result(&person.team_candidate, assessment).await {
            // Removed in Qualified a moment ago.
            Err(qualified::Error::NotFound) => Ok(None),
            found => Ok(found?),
        },
        None => Ok(None),
    }
}
