//! Inviting one person to one assessment: who is new, who was invited before, who has already submitted.

use sim_kit::clock::Millis;
use sim_kit::random;

use super::assessment::{Assessment, AssessmentState};
use super::candidate::CandidateState;
use super::ids::{AssessmentId, InvitationId, MemberId, ResultId, TeamCandidateId, TeamId};
use super::invitation::{Action, Invitation};
use super::mail::MailKind;
use super::result_state::ResultState;
use super::team_steps::RetryOrder;
use super::{Refused, World};
use crate::switches::{AlternateId, DuplicateInvite};

const DAY: Millis = 86_400_000;

/// Everything the inviter may say (Qualified: API reference, Invite candidates).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct InviteOrder {
    pub(crate) team_id: TeamId,
    pub(crate) assessment_id: AssessmentId,
    pub(crate) email: String,
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
    pub(crate) alternate_id: Option<String>,
    pub(crate) labels: Vec<String>,
    pub(crate) assigned_team_member_ids: Vec<MemberId>,
    pub(crate) send_email_to_candidate: bool,
    pub(crate) send_email_to_inviter: bool,
    pub(crate) skip_email_resend: bool,
    pub(crate) skip_registration: Option<bool>,
    pub(crate) custom_message: Option<String>,
    pub(crate) expires_at: Option<Millis>,
    pub(crate) reminder_at: Option<Millis>,
    pub(crate) apply_day_defaults: bool,
    pub(crate) retry: Option<RetryOrder>,
    pub(crate) enforced_time_limit: Option<u32>,
    pub(crate) access_locked: bool,
    pub(crate) access_starts_at: Option<Millis>,
    pub(crate) access_ends_at: Option<Millis>,
    /// `api`, or the role of the member who invites from the page.
    pub(crate) inviter_role: &'static str,
    pub(crate) test_team_member: bool,
    pub(crate) dry_run: bool,
}

impl InviteOrder {
    /// An order with the defaults of the API.
    pub(crate) fn new(team_id: TeamId, assessment_id: AssessmentId, email: &str) -> Self {
        Self {
            team_id,
            assessment_id,
            email: email.to_owned(),
            first_name: None,
            last_name: None,
            alternate_id: None,
            labels: Vec::new(),
            assigned_team_member_ids: Vec::new(),
            send_email_to_candidate: true,
            send_email_to_inviter: false,
            skip_email_resend: false,
            skip_registration: None,
            custom_message: None,
            expires_at: None,
            reminder_at: None,
            apply_day_defaults: false,
            retry: None,
            enforced_time_limit: None,
            access_locked: false,
            access_starts_at: None,
            access_ends_at: None,
            inviter_role: "api",
            test_team_member: false,
            dry_run: false,
        }
    }
}

impl World {
    /// Invites, and returns the invitation as the reply shows it (before any mail went out).
    ///
    /// # Errors
    /// [`Refused`] if the assessment is not there, of another team, or not published.
    pub(crate) fn invite(&mut self, order: &InviteOrder, now: Millis) -> Result<Invitation, Refused> {
        let assessment = self.assessment(&order.assessment_id)?.clone();
        if assessment.team_id != order.team_id {
            return Err(Refused::NotFound { what: "assessment", id: assessment.id.to_string() });
        }
        if assessment.state != AssessmentState::Published {
            return Err(Refused::NotPublished(assessment.state));
        }
        let known = self.candidate_by_email(&order.team_id, &order.email).map(|person| person.id.clone());
        let person = known.unwrap_or_else(|| self.new_candidate(&order.team_id, &order.email, now));
        self.update_person(&person, order, now)?;
        let current =
            self.current_take(&person, &assessment.id).map(|result| (result.id.clone(), result.state));
        let Some((result, state)) = current else {
            let result = self.new_result(&person, &assessment, order, now)?;
            return self.first_invitation(order, &assessment, &person, &result, now);
        };
        if state == ResultState::Submitted {
            return self.invite_again_after_submission(order, &result, now);
        }
        let active = self.newest_invitation(&result).filter(|invitation| invitation.is_active(now)).cloned();
        match active {
            Some(invitation) if state != ResultState::Terminated => self.repeat(order, &invitation, now),
            Some(_) | None => {
                self.reactivate(&result, now)?;
                self.first_invitation(order, &assessment, &person, &result, now)
            }
        }
    }

    fn update_person(
        &mut self,
        id: &TeamCandidateId,
        order: &InviteOrder,
        now: Millis,
    ) -> Result<(), Refused> {
        let newest_wins = self.switches.q8_alternate_id == AlternateId::NewestWins;
        if self.candidate(id)?.archived {
            self.unarchive_candidate(id, now)?;
        }
        let candidate = self.candidate_mut(id)?;
        candidate.updated_at = now;
        candidate.test_team_member |= order.test_team_member;
        // Names the person has are kept; only what is missing is filled in.
        if candidate.first_name.is_none() && candidate.last_name.is_none() {
            candidate.first_name.clone_from(&order.first_name);
            candidate.last_name.clone_from(&order.last_name);
        }
        if order.alternate_id.is_some() && (newest_wins || candidate.alternate_id.is_none()) {
            candidate.alternate_id.clone_from(&order.alternate_id);
        }
        for member in &order.assigned_team_member_ids {
            if !candidate.assigned_team_member_ids.contains(member) {
                candidate.assigned_team_member_ids.push(member.clone());
            }
        }
        if order.labels.is_empty() { Ok(()) } else { self.add_labels(id, &order.labels, now) }
    }

    fn first_invitation(
        &mut self,
        order: &InviteOrder,
        assessment: &Assessment,
        person: &TeamCandidateId,
        result: &ResultId,
        now: Millis,
    ) -> Result<Invitation, Refused> {
        let invitation = self.new_invitation(order, assessment, person, result, now);
        let candidate = self.candidate_mut(person)?;
        candidate.invited_at = Some(now);
        self.tell_state(result)?;
        self.roll_up(person, CandidateState::Invited, now)?;
        if order.send_email_to_candidate {
            self.send_mail(&invitation.id, MailKind::Invite, now)?;
        }
        Ok(invitation)
    }

    pub(crate) fn new_invitation(
        &mut self,
        order: &InviteOrder,
        assessment: &Assessment,
        person: &TeamCandidateId,
        result: &ResultId,
        now: Millis,
    ) -> Invitation {
        let settings = &assessment.settings;
        let days = |days: Option<u32>| {
            days.filter(|_| order.apply_day_defaults).map(|d| now + Millis::from(d) * DAY)
        };
        let invitation = Invitation {
            id: self.ids.next(now),
            action: Action::Take,
            team_candidate_id: person.clone(),
            assessment_id: assessment.id.clone(),
            result_id: result.clone(),
            team_id: order.team_id.clone(),
            team_member_id: self.team(&order.team_id).and_then(|team| Some(team.members.first()?.id.clone())),
            inviter_role: order.inviter_role,
            send_email_to_candidate: order.send_email_to_candidate,
            send_email_to_inviter: order.send_email_to_inviter,
            send_attempts: 0,
            open_count: None,
            last_sent: None,
            expires_at: order.expires_at.or_else(|| days(settings.default_expiration_days)),
            reminder_at: order.reminder_at.or_else(|| days(settings.default_reminder_days)),
            reminded: false,
            custom_message: order.custom_message.clone().or_else(|| settings.default_invite_message.clone()),
            skipped_registration: order.skip_registration,
            email: order.email.trim().to_owned(),
            token: random::token(14),
            cancelled: false,
            accepted: false,
            created_at: now,
        };
        self.plan_for_invitation(&invitation);
        self.invitations.push(invitation.clone());
        invitation
    }

    /// The same invitation again (Q4); one more mail unless the inviter wants none.
    fn repeat(
        &mut self,
        order: &InviteOrder,
        invitation: &Invitation,
        now: Millis,
    ) -> Result<Invitation, Refused> {
        let shown = match self.switches.q4_duplicate_invite {
            DuplicateInvite::Existing => invitation.clone(),
            DuplicateInvite::NewInvitation => {
                let id: InvitationId = self.ids.next(now);
                self.invitation_mut(&invitation.id)?.cancelled = true;
                let newer = Invitation {
                    id,
                    created_at: now,
                    send_attempts: 0,
                    last_sent: None,
                    ..invitation.clone()
                };
                self.plan_for_invitation(&newer);
                self.invitations.push(newer.clone());
                newer
            }
            DuplicateInvite::Refused => return Err(Refused::AlreadyInvited),
        };
        if order.send_email_to_candidate && !order.skip_email_resend {
            self.send_mail(&shown.id, MailKind::Resend, now)?;
        }
        Ok(shown)
    }

    fn invite_again_after_submission(
        &mut self,
        order: &InviteOrder,
        result: &ResultId,
        now: Millis,
    ) -> Result<Invitation, Refused> {
        if let Some(retry) = &order.retry {
            return self.schedule_retry(result, retry, now);
        }
        let invitation = self.newest_invitation(result).cloned();
        invitation.ok_or_else(|| Refused::NotFound { what: "invitation to result", id: result.to_string() })
    }
}
