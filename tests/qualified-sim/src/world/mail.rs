//! The mail outbox: every invitation mail a candidate would get. Nothing is really sent.

use serde::Serialize;
use sim_kit::clock::Millis;

use super::ids::{AssessmentId, InvitationId, ResultId, TeamId};
use super::{Refused, World};

/// Why a mail was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MailKind {
    /// First mail of an invitation.
    Invite,
    /// The one reminder.
    Reminder,
    /// A further mail to the same invitation or result.
    Resend,
}

/// Whether the candidate is told by mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tell {
    /// A mail goes out.
    Candidate,
    /// No mail.
    Nobody,
}

/// One mail to a candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Address as invited.
    pub to: String,
    /// Why.
    pub kind: MailKind,
    /// Title at the time of sending.
    pub assessment_title: String,
    /// Which assessment.
    pub assessment_id: AssessmentId,
    /// Which result the link leads to.
    pub result_id: ResultId,
    /// Which invitation.
    pub invitation_id: InvitationId,
    /// Whose.
    pub team_id: TeamId,
    /// The candidate's link, without the host.
    pub invite_path: String,
    /// The inviter's words.
    pub custom_message: Option<String>,
    /// When, in simulated milliseconds since the epoch.
    pub at_ms: Millis,
}

impl World {
    /// Puts a mail about an invitation into the outbox.
    pub(crate) fn send_mail(
        &mut self,
        id: &InvitationId,
        kind: MailKind,
        now: Millis,
    ) -> Result<(), Refused> {
        let invitation = self.invitation_mut(id)?;
        invitation.send_attempts += 1;
        invitation.last_sent = Some(now);
        let invitation = invitation.clone();
        let mail = Mail {
            to: invitation.email.clone(),
            kind,
            assessment_title: self.assessment(&invitation.assessment_id)?.title.clone(),
            invite_path: invitation.path(),
            assessment_id: invitation.assessment_id,
            result_id: invitation.result_id,
            invitation_id: invitation.id,
            team_id: invitation.team_id,
            custom_message: invitation.custom_message,
            at_ms: now,
        };
        self.mails.push(mail);
        Ok(())
    }
}
