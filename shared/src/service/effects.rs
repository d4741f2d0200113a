//! Makes Lever show what the ledger knows: status tags and the result note.

use crate::domain::{AssessmentResult, Assignment, Mirror, OpportunityId, Reason, Standing};
use crate::flow::{note_reference, render_note, superseded_tags, wanted_tag};
use crate::{lever, qualified};

use super::ledger::Claim;
use super::{Access, Error, Worker};

/// What could not be shown for good; the rest was.
pub(crate) type Problems = Vec<Reason>;

impl Worker {
    /// Performs what is due for a claimed assignment and gives the claim up. `result` is what was just read of
    /// Qualified, if anything was.
    pub(crate) async fn show(
        &self,
        access: &Access<'_>,
        mut claim: Claim<'_>,
        result: Option<&AssessmentResult>,
    ) -> Result<(Assignment, Problems), Error> {
        match self.show_due(access, &mut claim, result).await {
            Ok(problems) => Ok((claim.release().await?, problems)),
            Err(error @ (Error::LeaseLost | Error::Contended)) => Err(error),
            Err(error) => {
                // What was done so far goes on record; if even that fails, the lease ends by itself and
                // the next run looks before it repeats anything.
                let _ = claim.release().await;
                Err(error)
            }
        }
    }

    async fn show_due(
        &self,
        access: &Access<'_>,
        claim: &mut Claim<'_>,
        result: Option<&AssessmentResult>,
    ) -> Result<Problems, Error> {
        let mut problems = Problems::new();
        let Some(mirror) = claim.assignment().mirror().cloned() else { return Ok(problems) };
        access.lever.reserve(calls_due(&mirror)).await?;
        if mirror.is_tag_due() {
            problems.extend(show_tag(&access.lever, claim, mirror.standing).await?);
            if problems.is_empty() {
                claim.update_mirror(|mirror| mirror.shown = Some(mirror.standing));
            }
        }
        if mirror.is_note_due() {
            let read = match result {
                Some(_) => None,
                None => Some(access.qualified.exhibit(&mirror.result).await?),
            };
            // Another take has nothing to say in the note of the followed one. Whoever read that one instead did not
            // get the followed one just now, so the note stays due.
            let followed = result.filter(|result| result.id == mirror.result);
            if let Some(result) = followed.or(read.as_ref()) {
                problems.extend(self.show_note(&access.lever, claim, mirror.standing.attempt, result).await?);
                claim.update_mirror(|mirror| mirror.noted = mirror.standing.attempt);
            }
        }
        // Settled only now: a run that fails before tells nothing, and the next one is to find it refused once more.
        if problems.contains(&Reason::TagsRefused) {
            claim.update_mirror(|mirror| mirror.shown = Some(mirror.standing));
        }
        Ok(problems)
    }

    /// Writes the note of an attempt, unless it is there already.
    async fn show_note(
        &self,
        lever: &lever::Api<'_>,
        claim: &mut Claim<'_>,
        attempt: u32,
        result: &AssessmentResult,
    ) -> Result<Option<Reason>, Error> {
        let assignment = claim.assignment();
        let opportunity = assignment.opportunity.clone();
        let is_in_doubt = assignment.is_note_in_doubt;
        let text = render_note(&assignment.title, result, attempt, &self.pages.page(&result.team_candidate));
        let reference = note_reference(&result.id, attempt);
        let noted = if is_in_doubt { is_noted(lever, &opportunity, &reference).await } else { Ok(false) };
        match noted {
            Ok(true) => {
                claim.settle_note();
                return Ok(None);
            }
            Ok(false) => {}
            // What shows no notes, since it is gone or hidden, takes none either.
            Err(error) if is_refusal(&error) => return Ok(Some(Reason::NoteRefused)),
            Err(error) => return Err(error.into()),
        }
        claim.check()?;
        match lever.add_note(&opportunity, &text).await {
            Ok(_) => {
                claim.settle_note();
                Ok(None)
            }
            Err(error) if is_refusal(&error) => Ok(Some(Reason::NoteRefused)),
            Err(error) => {
                if error.may_have_happened() {
                    claim.doubt_note();
                }
                Err(error.into())
            }
        }
    }
}

/// How many Lever calls show what is due: two for the tags, one for the note.
fn calls_due(mirror: &Mirror) -> u32 {
    let tags = if mirror.is_tag_due() { 2 } else { 0 };
    tags + u32::from(mirror.is_note_due())
}

/// Adds the wanted tag, then removes what it replaces: the candidate is never without a tag.
async fn show_tag(
    lever: &lever::Api<'_>,
    claim: &Claim<'_>,
    standing: Standing,
) -> Result<Option<Reason>, Error> {
    let assignment = claim.assignment();
    let wanted = wanted_tag(assignment, standing.progress);
    claim.check()?;
    let present = match lever.add_tags(&assignment.opportunity, &[wanted]).await {
        Ok(present) => present,
        Err(error) if is_refusal(&error) => return Ok(Some(Reason::TagsRefused)),
        Err(error) => return Err(error.into()),
    };
    let superseded = superseded_tags(assignment, standing.progress, &present);
    if superseded.is_empty() {
        return Ok(None);
    }
    claim.check()?;
    match lever.remove_tags(&assignment.opportunity, &superseded).await {
        Ok(_) => Ok(None),
        Err(error) if is_refusal(&error) => Ok(Some(Reason::TagsRefused)),
        Err(error) => Err(error.into()),
    }
}

async fn is_noted(
    lever: &lever::Api<'_>,
    opportunity: &OpportunityId,
    reference: &str,
) -> Result<bool, lever::Error> {
    let notes = lever.notes(opportunity).await?;
    Ok(notes
        .iter()
        .flat_map(|note| &note.texts)
        .flat_map(|text| text.lines())
        .any(|line| line.trim() == reference))
}

/// Lever said no to this one change, and will again.
fn is_refusal(error: &lever::Error) -> bool {
    error.disposition() == crate::failure::Disposition::Unprocessable
}

/// Qualified said no to this one invitation, and will again.
pub(crate) fn invitation_refusal(error: &qualified::Error) -> Option<Reason> {
    if error.disposition() != crate::failure::Disposition::Unprocessable {
        return None;
    }
    Some(if matches!(error, qualified::Error::EmailRefused) {
        Reason::EmailRefused
    } else {
        Reason::AssessmentRefused
    })
}
