//! Stages and webhooks (Lever API reference, Stages, Webhooks).
//!
//! The signature token of a webhook appears in the answer to its creation and nowhere else.

use serde::Deserialize;

use super::envelope::{Row, parse_id};
use crate::domain::{LeverWebhook, SignatureToken};
use crate::lever::{Flaw, RegisteredWebhook, Stage};

/// A stage (Lever API reference, Stages).
#[derive(Deserialize)]
pub(in crate::lever) struct StageRow {
    id: String,
    text: Option<String>,
}

impl Row for StageRow {
    fn id(&self) -> &str {
        &self.id
    }
}

impl TryFrom<StageRow> for Stage {
    type Error = Flaw;

    fn try_from(wire: StageRow) -> Result<Self, Flaw> {
        Ok(Self { id: parse_id(&wire.id, "stage id")?, text: wire.text.unwrap_or_default() })
    }
}

/// A webhook as listed: without its signature token.
#[derive(Deserialize)]
pub(in crate::lever) struct WebhookRow {
    id: String,
    event: Option<String>,
    url: Option<String>,
}

impl Row for WebhookRow {
    fn id(&self) -> &str {
        &self.id
    }
}

impl TryFrom<WebhookRow> for RegisteredWebhook {
    type Error = Flaw;

    fn try_from(wire: WebhookRow) -> Result<Self, Flaw> {
        Ok(Self {
            id: parse_id(&wire.id, "webhook id")?,
            event: wire.event.unwrap_or_default(),
            url: wire.url.unwrap_or_default(),
        })
    }
}

/// A webhook as created: recorded with one `data` around it, documented with two.
#[derive(Deserialize)]
#[serde(untagged)]
pub(in crate::lever) enum NewWebhook {
    Wrapped { data: WebhookWithToken },
    Bare(WebhookWithToken),
}

#[derive(Deserialize)]
pub(in crate::lever) struct WebhookWithToken {
    id: String,
    configuration: WebhookConfiguration,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WebhookConfiguration {
    signature_token: String,
}

impl TryFrom<NewWebhook> for LeverWebhook {
    type Error = Flaw;

    fn try_from(wire: NewWebhook) -> Result<Self, Flaw> {
        let (NewWebhook::Wrapped { data: created } | NewWebhook::Bare(created)) = wire;
        let signature_token = created.configuration.signature_token;
        if signature_token.is_empty() {
            return Err(Flaw::Field("signature token"));
        }
        Ok(Self {
            id: parse_id(&created.id, "webhook id")?,
            signature_token: SignatureToken::new(signature_token),
        })
    }
}
