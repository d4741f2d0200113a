//! What the team does to a result: terminate it, let the candidate go on, let the candidate take it anew.

use sim_kit::clock::Millis;

use super::candidate::CandidateState;
use super::ids::ResultId;
use super::invitation::{Action, Invitation};
use super::invite::InviteOrder;
use super::mail::{MailKind, Tell};
use super::result::Retry;
use super::result_state::{ClosedReason, ResultState};
use super::{Refused, World};

/// How a submitted result shall be taken up again.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RetryOrder {
    /// [`Action::Reopen`] or [`Action::Retake`].
    pub(crate) action: Action,
    pub(crate) send_email_to_candidate: bool,
    pub(crate) custom_message: Option<String>,
    pub(crate) access_starts_at: Option<Millis>,
    pub(crate) access_ends_at: Option<Millis>,
    pub(crate) enforced_time_limit: Option<u32>,
}

impl RetryOrder {
    /// A retry with the defaults of the API.
    pub(crate) fn new(action: Action) -> Self {
        Self {
            action,
            send_email_to_candidate: true,
            custom_message: None,
            access_starts_at: None,
            access_ends_at: None,
            enforced_time_limit: None,
        }
    }
}

impl World {
    /// Closes a result that is not final (Qualified: API reference, Terminate: no score, no webhooks).
    pub(crate) fn terminate(
        &mut self,
        id: &ResultId,
        reason: ClosedReason,
        now: Millis,
    ) -> Result<(), Refused> {
        let state = self.result(id)?.state;
        match state {
            ResultState::Submitted | ResultState::Terminated => {
                Err(Refused::NotInState { id: id.to_string(), state: state.as_str(), verb: "terminate" })
            }
            ResultState::Invited | ResultState::Opened | ResultState::Started | ResultState::Submitting => {
                self.close(id, reason, now)
            }
        }
    }

    pub(crate) fn close(&mut self, id: &ResultId, reason: ClosedReason, now: Millis) -> Result<(), Refused> {
        self.set_state(id, ResultState::Terminated, now)?;
        let result = self.result_mut(id)?;
        result.closed_reason = Some(reason);
        result.terminated_at = Some(now);
        if self.switches.webhook_on_terminate { self.tell_state(id) } else { Ok(()) }
    }

    /// Brings a dead result back to `invited` for a new invitation.
    pub(crate) fn reactivate(&mut self, id: &ResultId, now: Millis) -> Result<(), Refused> {
        self.set_state(id, ResultState::Invited, now)?;
        let result = self.result_mut(id)?;
        result.closed_reason = None;
        result.terminated_at = None;
        result.invited_at = Some(now);
        result.opened_at = None;
        Ok(())
    }

    /// Allows a submitted current result to be taken up again; nothing changes until the candidate returns.
    pub(crate) fn schedule_retry(
        &mut self,
        id: &ResultId,
        order: &RetryOrder,
        now: Millis,
    ) -> Result<Invitation, Refused> {
        let result = self.result(id)?.clone();
        if result.state != ResultState::Submitted {
            let state = result.state.as_str();
            return Err(Refused::NotInState { id: id.to_string(), state, verb: "retry" });
        }
        if !result.current_take {
            return Err(Refused::NotCurrent(id.clone()));
        }
        let retake = order.action == Action::Retake;
        if retake && !self.team(&result.team_id).is_some_and(|team| team.features.retakes) {
            return Err(Refused::RetakesOff);
        }
        let invitation = self.invitation_for_retry(id, order, now)?;
        let changed = self.result_mut(id)?;
        changed.updated_at = now;
        changed.reopened_by.clone_from(&invitation.team_member_id);
        changed.retry = Some(Retry {
            retake,
            access_starts_at: order.access_starts_at,
            access_ends_at: order.access_ends_at,
            enforced_time_limit: order.enforced_time_limit,
            retake_result: None,
        });
        changed.access_starts_at = order.access_starts_at.or(changed.access_starts_at);
        changed.access_ends_at = order.access_ends_at.or(changed.access_ends_at);
        if order.send_email_to_candidate {
            let kind = if retake { MailKind::Invite } else { MailKind::Resend };
            self.send_mail(&invitation.id, kind, now)?;
        }
        Ok(invitation)
    }

    /// The existing invitation if its link still works, a new one otherwise.
    fn invitation_for_retry(
        &mut self,
        id: &ResultId,
        order: &RetryOrder,
        now: Millis,
    ) -> Result<Invitation, Refused> {
        let alive = self.newest_invitation(id).filter(|invitation| invitation.is_active(now));
        let alive = alive.map(|invitation| invitation.id.clone());
        let used = match alive {
            Some(existing) => existing,
            None => {
                let result = self.result(id)?.clone();
                let assessment = self.assessment(&result.assessment_id)?.clone();
                let email = self.candidate(&result.team_candidate_id)?.email.clone().unwrap_or_default();
                let invite = InviteOrder::new(result.team_id, result.assessment_id, &email);
                self.new_invitation(&invite, &assessment, &result.team_candidate_id, id, now).id
            }
        };
        let invitation = self.invitation_mut(&used)?;
        invitation.action = order.action;
        if order.custom_message.is_some() {
            invitation.custom_message.clone_from(&order.custom_message);
        }
        Ok(invitation.clone())
    }

    /// The team lets the candidate go on with a submitted result.
    pub(crate) fn reopen(&mut self, id: &ResultId, tell: Tell, now: Millis) -> Result<ResultId, Refused> {
        let order = RetryOrder {
            send_email_to_candidate: tell == Tell::Candidate,
            ..RetryOrder::new(Action::Reopen)
        };
        self.schedule_retry(id, &order, now)?;
        Ok(id.clone())
    }

    /// The team lets the candidate take it anew, at once; returns the new result.
    pub(crate) fn retake(&mut self, id: &ResultId, tell: Tell, now: Millis) -> Result<ResultId, Refused> {
        let order = RetryOrder { send_email_to_candidate: false, ..RetryOrder::new(Action::Retake) };
        let invitation = self.schedule_retry(id, &order, now)?;
        let newer = self.follow_retake(id, now)?;
        if tell == Tell::Candidate {
            self.send_mail(&invitation.id, MailKind::Invite, now)?;
        }
        Ok(newer)
    }

    /// Takes a retry back that was not taken up yet.
    pub(crate) fn cancel_retry(&mut self, id: &ResultId, now: Millis) -> Result<(), Refused> {
        let result = self.result_mut(id)?;
        if result.retry.take().is_none() {
            let state = result.state.as_str();
            return Err(Refused::NotInState { id: id.to_string(), state, verb: "cancel the retry of" });
        }
        result.updated_at = now;
        result.reopened_by = None;
        Ok(())
    }

    /// Where the candidate's link leads: to a new result if a retake was scheduled and not yet taken up.
    pub(crate) fn follow_retake(&mut self, id: &ResultId, now: Millis) -> Result<ResultId, Refused> {
        match self.result(id)?.retry.clone() {
            Some(Retry { retake_result: Some(newer), .. }) => Ok(newer),
            Some(retry) if retry.retake => self.begin_retake(id, &retry, now),
            Some(_) | None => Ok(id.clone()),
        }
    }

    /// Makes the new result of a scheduled retake; the old one is kept, but is no longer the current take.
    pub(crate) fn begin_retake(
        &mut self,
        id: &ResultId,
        retry: &Retry,
        now: Millis,
    ) -> Result<ResultId, Refused> {
        let old = self.result(id)?.clone();
        let assessment = self.assessment(&old.assessment_id)?.clone();
        let email = self.candidate(&old.team_candidate_id)?.email.clone().unwrap_or_default();
        let mut order = InviteOrder::new(old.team_id, old.assessment_id, &email);
        order.enforced_time_limit = retry.enforced_time_limit.or(old.enforced_time_limit);
        order.access_starts_at = retry.access_starts_at;
        order.access_ends_at = retry.access_ends_at;
        order.dry_run = old.dry_run;
        let newer = self.new_result(&old.team_candidate_id, &assessment, &order, now)?;
        self.result_mut(&newer)?.retake_number = old.retake_number.max(1) + 1;
        let old = self.result_mut(id)?;
        old.current_take = false;
        old.updated_at = now;
        if let Some(retry) = &mut old.retry {
            retry.retake_result = Some(newer.clone());
        }
        let person = old.team_candidate_id.clone();
        for invitation in self.invitations.iter_mut().filter(|invitation| &invitation.result_id == id) {
            invitation.result_id = newer.clone();
            invitation.accepted = false;
        }
        self.tell_state(&newer)?;
        self.roll_up(&person, CandidateState::Invited, now)?;
        Ok(newer)
    }
}
