//! From happenings to signed deliveries.

use std::sync::Arc;

use serde_json::{Map, Value, json};
use sim_kit::clock::{Clock, Millis};
use sim_kit::deliveries::{Compose, Wire};
use sim_kit::guarded::Guarded;
use sim_kit::random;

use crate::scopes;
use crate::sign::signature;
use crate::switches::{AfterRevocation, ConfidentialEvents, GroupOff, Presence, RetryBody, Switches};
use crate::world::{Account, AccountId, Event, Happening, Webhook, WebhookId, World};

/// One delivery to one webhook.
#[derive(Debug, Clone)]
pub(crate) struct Outgoing {
    account: AccountId,
    webhook: WebhookId,
    url: String,
    event: Event,
    /// Absent in the test call.
    id: Option<String>,
    data: Map<String, Value>,
    token: String,
    triggered_at: Millis,
    signature: String,
}

impl Outgoing {
    fn new(account: &Account, webhook: &Webhook, data: Map<String, Value>, now: Millis) -> Self {
        let token = random::hex(48);
        Self {
            account: account.id.clone(),
            webhook: webhook.id.clone(),
            url: webhook.url.clone(),
            event: webhook.event,
            id: None,
            data,
            signature: signature(&webhook.signature_token, &token, now),
            token,
            triggered_at: now,
        }
    }

    fn resigned(&self, signature_token: &str, now: Millis) -> Self {
        let token = random::hex(48);
        let signature = signature(signature_token, &token, now);
        Self { signature, token, triggered_at: now, ..self.clone() }
    }

    /// What the list of deliveries says about it.
    pub(crate) fn about(&self) -> Value {
        json!({"account": self.account, "webhook": self.webhook, "event": self.event, "test": self.data.is_empty()})
    }

    fn body(&self) -> String {
        let mut envelope = json!({
            "event": self.event, "triggeredAt": self.triggered_at, "token": self.token,
            "signature": self.signature, "data": self.data,
        });
        if let Some(id) = &self.id {
            envelope["id"] = json!(id);
        }
        envelope.to_string()
    }
}

/// Takes what happened out of the accounts and addresses it to the webhooks that hear of it.
pub(crate) fn collect(world: &mut World, now: Millis) -> Vec<Outgoing> {
    let mut outgoing = Vec::new();
    let switches = &world.switches;
    for account in &mut world.accounts {
        for happening in std::mem::take(&mut account.happenings) {
            if account.groups.get(&happening.event) == Some(&true) {
                address(account, &happening, switches, now, &mut outgoing);
            } else if switches.group_off == GroupOff::Queue {
                account.kept_back.push(happening);
            }
        }
    }
    outgoing
}

fn address(
    account: &Account,
    happening: &Happening,
    switches: &Switches,
    now: Millis,
    out: &mut Vec<Outgoing>,
) {
    let revoked = account.consented.is_empty() && switches.after_revocation == AfterRevocation::Stop;
    let withheld = happening.confidential
        && switches.confidential_events == ConfidentialEvents::Withhold
        && !scopes::cover(&account.consented, "confidential:access:admin");
    if revoked || withheld {
        return;
    }
    let data = data_of(account, happening);
    for webhook in account.webhooks.iter().filter(|webhook| webhook.hears(happening)) {
        let id = (switches.event_id == Presence::Present).then(random::uuid);
        out.push(Outgoing { id, ..Outgoing::new(account, webhook, data.clone(), now) });
    }
}

fn data_of(account: &Account, happening: &Happening) -> Map<String, Value> {
    let mut data = happening.data.clone();
    data.insert("contactId".to_owned(), json!(happening.contact));
    if let Some(opportunity) = &happening.opportunity {
        data.insert("opportunityId".to_owned(), json!(opportunity));
        data.insert("candidateId".to_owned(), json!(account.candidate_id(opportunity)));
    }
    data
}

/// The test call of a webhook: signed, without data.
pub(crate) fn ping(world: &World, account: &AccountId, webhook: &WebhookId, now: Millis) -> Option<Outgoing> {
    let account = world.account(account).ok()?;
    let webhook = account.webhooks.iter().find(|known| known.id == *webhook)?;
    Some(Outgoing::new(account, webhook, Map::new(), now))
}

/// How the delivery is sent, attempt by attempt; it is called off when its webhook is gone.
pub(crate) fn compose(world: &Guarded<World>, clock: &Clock, delivery: Outgoing) -> Compose {
    let (world, clock) = (world.clone(), clock.clone());
    Arc::new(move |attempt| {
        let world = world.lock();
        let account = world.account(&delivery.account).ok()?;
        let webhook = account.webhooks.iter().find(|webhook| webhook.id == delivery.webhook)?;
        let body = match world.switches.retry_body {
            RetryBody::Resigned if attempt > 1 => {
                delivery.resigned(&webhook.signature_token, clock.now_ms()).body()
            }
            RetryBody::Resigned | RetryBody::Same => delivery.body(),
        };
        let headers = [("user-agent", "Lever-Webhooks"), ("content-type", "application/json")];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        Some(Wire { url: delivery.url.clone(), headers, body })
    })
}
