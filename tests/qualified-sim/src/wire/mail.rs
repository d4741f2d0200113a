//! Mails as the control API shows them.

use serde_json::{Value, json};

use super::time::iso;
use crate::world::Mail;

/// One mail; the link leads to this simulator.
pub(crate) fn record(mail: &Mail, base_url: &str) -> Value {
    json!({
        "to": mail.to,
        "kind": mail.kind,
        "assessment_title": mail.assessment_title,
        "assessment_id": mail.assessment_id,
        "invite_link": format!("{base_url}{}", mail.invite_path),
        "at": iso(mail.at_ms),
        "result_id": mail.result_id,
        "invitation_id": mail.invitation_id,
        "team_id": mail.team_id,
        "custom_message": mail.custom_message,
    })
}
