//! Switches: one for each assumption about the real service, and the faults that are not about a single call.
//!
//! The assumptions are numbered as in the README. Every default is the likeliest behaviour.

use serde::{Deserialize, Serialize};
use sim_kit::clock::Millis;

/// Q2: how a record that is not there is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotFoundShape {
    /// `{reason, user}` as JSON.
    Reason,
    /// No body.
    Empty,
    /// An HTML page.
    Html,
}

/// Q4: the same person is invited again to the same assessment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DuplicateInvite {
    /// The existing invitation is answered.
    Existing,
    /// A new invitation to the same result replaces the old one.
    NewInvitation,
    /// 422.
    Refused,
}

/// Q6: an address that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvalidEmail {
    /// 422 with `ValidationErrors`.
    Refused,
    /// 200 without that address in `data`.
    LeftOut,
}

/// Q8: the team's own id when a person is invited again with another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlternateId {
    /// The newest invitation overwrites it.
    NewestWins,
    /// The first one stays.
    FirstWins,
}

/// Q10: what `assessment_result_state_changed` carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StateChangedPayload {
    /// The same as `assessment_result_submitted`.
    Full,
    /// Only `id` and `state`.
    IdAndState,
}

/// Q16: what becomes of the result when its invitation expires.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expired {
    /// It stays `invited`.
    StaysInvited,
    /// It is terminated.
    Terminates,
}

/// What is done with optional fields in answers and payloads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Optionals {
    /// Present as they are.
    AsTheyAre,
    /// All `null`.
    Null,
    /// All left out.
    Missing,
}

/// An invite call whose answer carries no invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmptyInvite {
    /// Does not occur.
    Off,
    /// Nothing took effect.
    WithoutEffect,
    /// The invitation took effect all the same.
    WithEffect,
}

/// All switches of one simulator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Switches {
    /// Q1: records on a page unless `limit` says otherwise.
    pub q1_default_page_size: usize,
    /// Q1: most records on a page.
    pub q1_max_page_size: usize,
    /// Q2: shape of a 404.
    pub q2_not_found: NotFoundShape,
    /// Q3: calls allowed in any second, then 429; `null` = no limit.
    pub q3_max_rps: Option<usize>,
    /// Q3: `Retry-After` of that 429 in seconds; `null` = no header.
    pub q3_retry_after_s: Option<u32>,
    /// Q4: repeated invitation.
    pub q4_duplicate_invite: DuplicateInvite,
    /// Q5: addresses are compared without case and blanks.
    pub q5_ignore_email_case: bool,
    /// Q6: invalid address.
    pub q6_invalid_email: InvalidEmail,
    /// Q7: status for an assessment that is not published.
    pub q7_unpublished_status: u16,
    /// Q7: status for an assessment that does not exist.
    pub q7_unknown_status: u16,
    /// Q8: repeated `alternate_id`.
    pub q8_alternate_id: AlternateId,
    /// Q9: page of a candidate, `{id}` stands for the team candidate.
    pub q9_candidate_page: String,
    /// Q10: payload of a state change.
    pub q10_state_changed: StateChangedPayload,
    /// Q11: sign webhooks with this key in the header `X-Qualified-Signature`; `null` = unsigned.
    pub q11_signing_key: Option<String>,
    /// Q12: subscriptions may be made with the API key; 403 otherwise.
    pub q12_subscribe_by_key: bool,
    /// Q13: a new API key kills the one before.
    pub q13_one_key: bool,
    /// Q14: a first name without a last name is accepted.
    pub q14_first_name_only: bool,
    /// Q15: searching people finds archived ones.
    pub q15_finds_archived: bool,
    /// Q16: expired invitation.
    pub q16_expired: Expired,

    /// Every list shows this many records on a page, whatever was asked for.
    pub page_size: Option<usize>,
    /// Factor on the pause before a webhook's retry (60 s).
    pub webhook_time_scale: f64,
    /// How long a receiver of webhooks may take, real milliseconds.
    pub webhook_timeout_ms: u64,
    /// How long scoring takes, simulated milliseconds.
    pub submitting_ms: Millis,
    /// How long after the submission similarity is found, simulated milliseconds.
    pub similarity_ms: Millis,
    /// Whether the deprecated twins of started and submitted are sent to those who ask for them.
    pub deprecated_events: bool,
    /// Whether terminating a result is told to subscribers.
    pub webhook_on_terminate: bool,
    /// Whether webhooks carry score 0 whatever the exhibit says.
    pub webhook_score_zero: bool,
    /// The boolean `passingScore` of a result whose assessment has no cut score.
    pub passing_without_cut_score: bool,
    /// Adds fields nobody knows to answers and payloads.
    pub extra_fields: bool,
    /// Optional fields in answers and payloads.
    pub optionals: Optionals,
    /// Invite calls answered without an invitation.
    pub empty_invite: EmptyInvite,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            q1_default_page_size: 25,
            q1_max_page_size: 100,
            q2_not_found: NotFoundShape::Reason,
            q3_max_rps: None,
            q3_retry_after_s: Some(1),
            q4_duplicate_invite: DuplicateInvite::Existing,
            q5_ignore_email_case: true,
            q6_invalid_email: InvalidEmail::Refused,
            q7_unpublished_status: 422,
            q7_unknown_status: 400,
            q8_alternate_id: AlternateId::NewestWins,
            q9_candidate_page: "/hire/candidates/all/{id}".to_owned(),
            q10_state_changed: StateChangedPayload::Full,
            q11_signing_key: None,
            q12_subscribe_by_key: true,
            q13_one_key: true,
            q14_first_name_only: true,
            q15_finds_archived: true,
            q16_expired: Expired::StaysInvited,
            page_size: None,
            webhook_time_scale: 1.0,
            webhook_timeout_ms: 5_000,
            submitting_ms: 0,
            similarity_ms: 0,
            deprecated_events: true,
            webhook_on_terminate: false,
            webhook_score_zero: false,
            passing_without_cut_score: true,
            extra_fields: false,
            optionals: Optionals::AsTheyAre,
            empty_invite: EmptyInvite::Off,
        }
    }
}

impl Switches {
    /// These switches with some set anew.
    ///
    /// # Errors
    /// Names the switch nobody knows, or the value it cannot take.
    pub fn with(
        &self,
        changes: serde_json::Map<String, serde_json::Value>,
    ) -> Result<Self, serde_json::Error> {
        let mut all = serde_json::to_value(self)?;
        if let Some(fields) = all.as_object_mut() {
            fields.extend(changes);
        }
        serde_json::from_value(all)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_switch_nobody_knows_is_refused_by_name() {
        let changes = json!({"page_sise": 1}).as_object().unwrap().clone();
        let error = Switches::default().with(changes).unwrap_err();
        assert!(error.to_string().contains("`page_sise`"), "{error}");
    }

    #[test]
    fn only_the_named_switches_change() {
        let changes = json!({"page_size": 1}).as_object().unwrap().clone();
        let changed = Switches::default().with(changes).unwrap();
        assert_eq!(changed, Switches { page_size: Some(1), ..Switches::default() });
    }
}
