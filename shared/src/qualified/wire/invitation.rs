//! Inviting: what is asked and what comes back.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use super::envelope::{lenient, parse_id, time};
use crate::domain::{AssessmentId, ContactId};
use crate::qualified::answer::{Invitation, Invited, Novelty};
use crate::qualified::error::{Error, Flaw};

/// Put on every person this integration invites, so that the team can filter by it.
const LABEL: &str = "Lever";
/// The longest part of a name sent, in characters; Lever limits names less than any reader would.
const NAME_CHARS_MAX: usize = 100;
/// An invitation older than this was there before the call. Both times are Qualified's own, so this only
/// has to exceed what it takes to answer: 10 s, our own time limit.
const EXISTING_AFTER: SignedDuration = SignedDuration::from_secs(60);

/// The fields of an invitation. `alternate_id` belongs to the person, not to the invitation, so it names the
/// contact. Without a last name, the first name goes alone (assumption Q14).
pub(in crate::qualified) fn invitation_data(invitation: &Invitation<'_>) -> Value {
    let mut data = json!({
        "candidates": [invitation.email.as_str()],
        "assessment_id": invitation.assessment.as_str(),
        "alternate_id": alternate_id(invitation.contact),
        "labels": [LABEL],
        "skip_email_resend": true,
        "apply_day_defaults": true,
    });
    let names = [("first_name", invitation.name.first()), ("last_name", invitation.name.last())];
    for (field, name) in names {
        if let Some(name) = name {
            data[field] = name.chars().take(NAME_CHARS_MAX).collect::<String>().into();
        }
    }
    data
}

/// The id of ours that Qualified keeps beside a person.
pub(in crate::qualified) fn alternate_id(contact: &ContactId) -> String {
    format!("lever:contact:{contact}")
}

/// `{"type": …, "data": […], "meta": {"timestamp": …}}`, one row for each address, without paging.
#[derive(Deserialize)]
pub(in crate::qualified) struct Invitations {
    data: Vec<InvitationRow>,
    #[serde(default, deserialize_with = "lenient")]
    meta: Option<Meta>,
}

#[derive(Deserialize)]
struct Meta {
    #[serde(default, deserialize_with = "time")]
    timestamp: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct InvitationRow {
    id: String,
    assessment_id: String,
    assessment_result_id: String,
    team_candidate_id: String,
    #[serde(default, deserialize_with = "time")]
    created_at: Option<Timestamp>,
}

impl Invitations {
    /// The invitation to the assessment. No row at all means that the only address was refused
    /// (assumption Q6).
    pub(in crate::qualified) fn into_invited(self, assessment: &AssessmentId) -> Result<Invited, Error> {
        if self.data.is_empty() {
            return Err(Error::EmailRefused);
        }
        let row = self.data.into_iter().find(|row| row.assessment_id == assessment.as_str());
        let row = row.ok_or(Flaw::OtherObject)?;
        let answered_at = self.meta.and_then(|meta| meta.timestamp);
        Ok(Invited {
            invitation: parse_id(&row.id)?,
            result: parse_id(&row.assessment_result_id)?,
            team_candidate: parse_id(&row.team_candidate_id)?,
            novelty: novelty(row.created_at, answered_at),
        })
    }
}

fn novelty(created_at: Option<Timestamp>, answered_at: Option<Timestamp>) -> Novelty {
    match created_at.zip(answered_at) {
        Some((created, answered)) if answered.duration_since(created) > EXISTING_AFTER => Novelty::Existing,
        Some(_) | None => Novelty::New,
    }
}
