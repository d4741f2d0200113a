//! What happens by itself when its time comes: reminders, expiry, time limits, scoring, similarity.

use sim_kit::clock::Millis;

use super::ids::{InvitationId, ResultId};
use super::invitation::Invitation;
use super::mail::MailKind;
use super::result::Risk;
use super::result_state::{ClosedReason, ResultState};
use super::{Refused, World};
use crate::switches::Expired;

/// Something to do later.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Due {
    Remind(InvitationId),
    Expire(InvitationId),
    /// Scoring in the background is done.
    Scored(ResultId),
    /// The time limit set at this start has run out.
    TimeLimit {
        result: ResultId,
        started_at: Millis,
    },
    Similarity {
        result: ResultId,
        levels: Vec<Option<Risk>>,
    },
}

impl World {
    /// When the next thing is due.
    pub(crate) fn next_due(&self) -> Option<Millis> {
        self.agenda.keys().next().map(|(at, _)| *at)
    }

    /// Adds something to do at `at`.
    pub(crate) fn plan(&mut self, at: Millis, due: Due) {
        self.planned += 1;
        self.agenda.insert((at, self.planned), due);
    }

    pub(crate) fn plan_for_invitation(&mut self, invitation: &Invitation) {
        if let Some(at) = invitation.reminder_at.filter(|_| invitation.send_email_to_candidate) {
            self.plan(at, Due::Remind(invitation.id.clone()));
        }
        if let Some(at) = invitation.expires_at {
            self.plan(at, Due::Expire(invitation.id.clone()));
        }
    }

    /// Does what is due until `now`, each at its own time.
    pub(crate) fn tick(&mut self, now: Millis) {
        while let Some(first) = self.agenda.first_entry().filter(|first| first.key().0 <= now) {
            let ((at, _), due) = first.remove_entry();
            // A thing that is gone or has moved on has nothing left to do.
            _ = self.perform(due, at);
        }
    }

    fn perform(&mut self, due: Due, now: Millis) -> Result<(), Refused> {
        match due {
            Due::Remind(id) => self.remind(&id, now),
            Due::Expire(id) => self.expired(&id, now),
            Due::Scored(id) => self.finish_submission(&id, now),
            Due::TimeLimit { result, started_at } => {
                let running = self.result(&result)?;
                if running.state == ResultState::Started && running.started_at == Some(started_at) {
                    self.begin_submission(&result, ClosedReason::TimerRanOut, now)?;
                }
                Ok(())
            }
            Due::Similarity { result, levels } => self.find_similarity(&result, &levels, now),
        }
    }

    /// One reminder, only if not started by then.
    fn remind(&mut self, id: &InvitationId, now: Millis) -> Result<(), Refused> {
        let invitation = self.invitation_mut(id)?;
        let (due, result) = (invitation.is_active(now) && !invitation.reminded, invitation.result_id.clone());
        let waiting = matches!(self.result(&result)?.state, ResultState::Invited | ResultState::Opened);
        if due && waiting {
            self.invitation_mut(id)?.reminded = true;
            self.send_mail(id, MailKind::Reminder, now)?;
        }
        Ok(())
    }

    /// An expired invitation leaves the result `invited`, unless the switch for Q16 says otherwise.
    pub(crate) fn expired(&mut self, id: &InvitationId, now: Millis) -> Result<(), Refused> {
        let invitation = self.invitation_mut(id)?;
        let (gone, result) = (!invitation.is_active(now), invitation.result_id.clone());
        match self.switches.q16_expired {
            Expired::Terminates if gone && self.result(&result)?.state == ResultState::Invited => {
                self.close(&result, ClosedReason::InvitationCanceled, now)
            }
            Expired::Terminates | Expired::StaysInvited => Ok(()),
        }
    }
}
