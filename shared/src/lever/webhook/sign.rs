//! Signed deliveries for tests, made as Lever makes them.

use jiff::Timestamp;
use ring::hmac;
use serde_json::{Value, json};

use super::STAGE_CHANGE_EVENT;
use super::delivery::encode_hex;
use crate::domain::{OpportunityId, SignatureToken, StageId};

/// The signature of a delivery: lower-case hex of the HMAC over token and time.
pub fn sign(key: &SignatureToken, token: &str, triggered_at: Timestamp) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.expose().as_bytes());
    let text = format!("{token}{}", triggered_at.as_millisecond());
    encode_hex(hmac::sign(&key, text.as_bytes()).as_ref())
}

/// The body of a signed delivery of any event.
pub fn signed_body(
    key: &SignatureToken,
    token: &str,
    triggered_at: Timestamp,
    event: &str,
    data: &Value,
) -> Vec<u8> {
    let delivery = json!({
        "event": event,
        "triggeredAt": triggered_at.as_millisecond(),
        "token": token,
        "signature": sign(key, token, triggered_at),
        "data": data,
    });
    delivery.to_string().into_bytes()
}

/// The body of a signed stage change.
pub fn stage_change_body(
    key: &SignatureToken,
    token: &str,
    triggered_at: Timestamp,
    opportunity: &OpportunityId,
    to_stage: &StageId,
) -> Vec<u8> {
    let data = json!({
        "opportunityId": opportunity.as_str(),
        "contactId": "2b9c0000-0000-4000-8000-000000000002",
        "candidateId": "c0de0000-0000-4000-8000-000000000003",
        "toStageId": to_stage.as_str(),
        "fromStageId": "lead-new",
    });
    signed_body(key, token, triggered_at, STAGE_CHANGE_EVENT, &data)
}
