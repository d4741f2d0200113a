//! Brings one assignment to an invitation: claim, look up, invite, record, show.

use jiff::Timestamp;

use crate::domain::{
    AssessmentResult, Assignment, AssignmentState, ContactId, EmailAddress, LeaseHolder, Mirror, Opportunity,
    Progress, Reason, Standing, TeamCandidateId,
};
use crate::qualified::{Invitation, Novelty};

use super::effects::{Problems, invitation_refusal};
use super::ledger::{Claim, claim};
use super::look_up::{Earlier, followed, is_older, is_open, look_up};
use super::{Access, Error, Worker};

/// Who is to be invited, as just read from Lever.
pub(crate) struct Invitee<'a> {
    opportunity: &'a Opportunity,
    /// Where the invitation goes, or why there must be none any more.
    admission: Result<&'a EmailAddress, Reason>,
}

impl<'a> Invitee<'a> {
    /// Somebody who may be invited.
    pub(crate) fn admitted(opportunity: &'a Opportunity, email: &'a EmailAddress) -> Self {
        Self { opportunity, admission: Ok(email) }
    }

    /// Somebody who was being invited and may no longer be.
    pub(crate) fn refused(opportunity: &'a Opportunity, reason: Reason) -> Self {
        Self { opportunity, admission: Err(reason) }
    }

    /// Where to look for an invitation: also of somebody who may not be invited.
    pub(super) fn address(&self) -> Option<&'a EmailAddress> {
        self.admission.ok().or(self.opportunity.email.as_ref())
    }

    /// Whose opportunity it is.
    pub(super) fn contact(&self) -> &'a ContactId {
        &self.opportunity.contact
    }
}

/// Whether an earlier run may have invited already without its being on record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Run {
    /// None has begun.
    First,
    /// One has.
    Repeated,
}

impl Run {
    /// What is told: found by the look-up of a repeated run, the earlier run of this very event sent it.
    fn tells(self, reason: Reason) -> Reason {
        match self {
            Self::Repeated if reason == Reason::AttachedToExisting => Reason::Invited,
            Self::First | Self::Repeated => reason,
        }
    }
}

/// Asks for the tags again, and of whoever has not started, whether the invitation reaches the present address.
pub(super) fn ask_again(mirror: &mut Mirror, now: Timestamp) {
    mirror.shown = None;
    mirror.asked_again_at = Some(now);
    let standing = if mirror.is_closed { Reason::Terminated } else { Reason::TagsRestored };
    mirror.came_to = (!mirror.is_invitation_due()).then_some(standing);
}

/// What the look-up or the invitation came to.
enum Found {
    /// An invitation.
    Invited(Box<Mirror>, Reason),
    /// None, and there will be none.
    Refused(Reason),
}

impl Worker {
    /// Brings an assignment, as read from the ledger or new, to an invitation that Lever shows.
    pub(crate) async fn bring_to_invitation(
        &self,
        access: &Access<'_>,
        (assignment, run): (Assignment, Run),
        invitee: &Invitee<'_>,
        holder: &LeaseHolder,
    ) -> Result<(Reason, Problems), Error> {
        let mut claim = claim(&*self.store, &*self.clock, assignment, holder).await?;
        if claim.assignment().mirror().is_some_and(Mirror::is_invitation_due) {
            return self.invite_again(access, claim, invitee, run).await;
        }
        if let Some(reason) = standing_reason(claim.assignment()) {
            let (_, problems) = self.show(access, claim, None).await?;
            return Ok((reason, problems));
        }
        let found = match self.look_up_or_invite(access, &claim, invitee, run).await {
            Ok(found) => found,
            Err(error) => {
                let _ = claim.release().await;
                return Err(error);
            }
        };
        match found {
            Found::Refused(reason) => {
                claim.set_state(AssignmentState::Refused { reason });
                claim.release().await?;
                Ok((reason, Problems::new()))
            }
            Found::Invited(mirror, reason) => {
                claim.set_state(AssignmentState::Mirrored(*mirror));
                claim.record().await?;
                let (_, problems) = self.show(access, claim, None).await?;
                Ok((run.tells(reason), problems))
            }
        }
    }

    /// Makes sure that the invitation of somebody who was asked for again, and has not started, reaches the present
    /// address: it may have been corrected, the invitation cancelled or expired, the person forgotten.
    async fn invite_again(
        &self,
        access: &Access<'_>,
        mut claim: Claim<'_>,
        invitee: &Invitee<'_>,
        run: Run,
    ) -> Result<(Reason, Problems), Error> {
        let found = match self.look_up_and_invite(access, &claim, invitee, run).await {
            Ok(found) => found,
            Err(error) => {
                let _ = claim.release().await;
                return Err(error);
            }
        };
        let mut reason = Reason::TagsRestored;
        claim.update_mirror(|mirror| {
            mirror.asked_again_at = None;
            match found {
                Found::Invited(new, how) if new.result == mirror.result => {
                    mirror.is_closed = false;
                    if how == Reason::Invited && mirror.invitation != new.invitation {
                        mirror.invitation = new.invitation;
                        reason = how;
                    }
                }
                // A later take of the same person is followed once it is started, not before.
                Found::Invited(new, how) if new.team_candidate != mirror.team_candidate => {
                    *mirror = *new;
                    reason = run.tells(how);
                }
                Found::Invited(..) => {}
                // The title stays, so that moving in once more asks once more.
                Found::Refused(why) => (reason, mirror.shown) = (why, Some(mirror.standing)),
            }
            mirror.came_to = Some(reason);
        });
        claim.record().await?;
        let (_, problems) = self.show(access, claim, None).await?;
        Ok((reason, problems))
    }

    /// Invites whoever may be invited and has not started. Qualified sends nothing where an invitation is active
    /// already (Qualified: Invite candidates, `skip_email_resend`).
    async fn look_up_and_invite(
        &self,
        access: &Access<'_>,
        claim: &Claim<'_>,
        invitee: &Invitee<'_>,
        run: Run,
    ) -> Result<Found, Error> {
        let Earlier { at_address, sent } = look_up(access, claim.assignment(), invitee, run).await?;
        let followed = followed(access, claim.assignment(), at_address.as_ref()).await?;
        let has_started =
            |result: &AssessmentResult| result.progress().is_some_and(|at| at > Progress::Invited);
        if let Some(found) = followed.filter(has_started).or(sent.filter(is_open)) {
            return Ok(attach(&found));
        }
        let at_address = at_address.as_ref();
        match invitee.admission {
            Ok(email) => match at_address.filter(|result| has_started(result)) {
                Some(started) => Ok(attach(started)),
                None => self.invite(access, claim, (invitee, email), at_address).await,
            },
            Err(why) => Ok(at_address.filter(|result| is_open(result)).map_or(Found::Refused(why), attach)),
        }
    }

    async fn look_up_or_invite(
        &self,
        access: &Access<'_>,
        claim: &Claim<'_>,
        invitee: &Invitee<'_>,
        run: Run,
    ) -> Result<Found, Error> {
        let Earlier { at_address, sent } = look_up(access, claim.assignment(), invitee, run).await?;
        if let Some(result) = sent.as_ref().or(at_address.as_ref()) {
            // One that was closed brings nobody to the assessment. Whoever may no longer be invited follows it if an
            // earlier run sent it.
            let is_ours = invitee.admission.is_err() && !is_older(result, claim.assignment());
            if is_open(result) || is_ours {
                return Ok(attach(result));
            }
        }
        let email = match invitee.admission {
            Ok(email) => email,
            Err(reason) => return Ok(Found::Refused(reason)),
        };
        self.invite(access, claim, (invitee, email), at_address.as_ref()).await
    }

    /// Sends the invitation. `before` is what was at the address: Qualified gives a result that was closed once more, and if that
    /// is a retake, those who follow an earlier take are to find it (see [`Worker::report`]).
    async fn invite(
        &self,
        access: &Access<'_>,
        claim: &Claim<'_>,
        (invitee, email): (&Invitee<'_>, &EmailAddress),
        before: Option<&AssessmentResult>,
    ) -> Result<Found, Error> {
        let assessment = &claim.assignment().assessment;
        self.check_connected(&claim.assignment().team, access).await?;
        claim.check()?;
        let Opportunity { name, contact, .. } = invitee.opportunity;
        let invitation = Invitation { email, name, assessment, contact };
        match access.qualified.invite(&invitation).await {
            Ok(invited) => match invited.novelty {
                Novelty::New => {
                    let given_anew = before.filter(|result| result.id == invited.result);
                    let attempt = given_anew.map_or(1, AssessmentResult::attempt);
                    let standing = Standing { attempt, ..Standing::first(Progress::Invited) };
                    let mut mirror = new_mirror(invited.result, invited.team_candidate, standing);
                    mirror.invitation = Some(invited.invitation);
                    Ok(Found::Invited(Box::new(mirror), Reason::Invited))
                }
                Novelty::Existing => Ok(attach(&access.qualified.exhibit(&invited.result).await?)),
            },
            Err(error) => match invitation_refusal(&error) {
                Some(reason) => {
                    self.assessments.forget(&claim.assignment().team);
                    Ok(Found::Refused(reason))
                }
                None => Err(error.into()),
            },
        }
    }
}

/// How an invitation that is on record came about.
pub(crate) fn standing_reason(assignment: &Assignment) -> Option<Reason> {
    let invitation = &assignment.mirror()?.invitation;
    Some(if invitation.is_some() { Reason::Invited } else { Reason::AttachedToExisting })
}

/// Follows a result that exists already.
fn attach(result: &AssessmentResult) -> Found {
    let standing =
        Standing { attempt: result.attempt(), progress: result.progress().unwrap_or(Progress::Invited) };
    let mut mirror = new_mirror(result.id.clone(), result.team_candidate.clone(), standing);
    mirror.submitted_at = result.submitted_at;
    Found::Invited(Box::new(mirror), Reason::AttachedToExisting)
}

fn new_mirror(
    result: crate::domain::ResultId,
    team_candidate: TeamCandidateId,
    standing: Standing,
) -> Mirror {
    Mirror {
        invitation: None,
        result,
        team_candidate,
        standing,
        shown: None,
        noted: 0,
        submitted_at: None,
        asked_again_at: None,
        came_to: None,
        is_closed: false,
    }
}
