//! Webhooks that an app registered in an account.

use std::net::IpAddr;

use serde_json::{Value, json};
use sim_kit::clock::Millis;
use sim_kit::random;
use url::{Host, Url};

use super::event::{Event, Happening, Origin};
use super::ids::WebhookId;
use super::problem::Problem;

#[derive(Debug, Clone)]
pub(crate) struct Webhook {
    pub(crate) id: WebhookId,
    pub(crate) event: Event,
    pub(crate) url: String,
    /// Only opportunities of these origins; `None` where the event takes no conditions.
    pub(crate) origins: Option<Vec<Origin>>,
    pub(crate) signature_token: String,
    pub(crate) created_at: Millis,
    pub(crate) updated_at: Millis,
}

impl Webhook {
    pub(crate) fn new(
        event: Event,
        url: String,
        origins: Option<Vec<Origin>>,
        now: Millis,
    ) -> Result<Self, Problem> {
        Ok(Self {
            id: WebhookId::fresh(),
            event,
            url: checked_url(url)?,
            origins: checked_origins(event, origins)?,
            signature_token: random::hex(48),
            created_at: now,
            updated_at: now,
        })
    }

    pub(crate) fn regenerate_token(&mut self, now: Millis) {
        self.signature_token = random::hex(48);
        self.updated_at = now;
    }

    pub(crate) fn hears(&self, happening: &Happening) -> bool {
        let origin_fits = match (&self.origins, happening.origin) {
            (Some(wanted), Some(origin)) => wanted.contains(&origin),
            (Some(_), None) | (None, _) => true,
        };
        self.event == happening.event && origin_fits
    }

    /// The webhook as it is listed: without its signature token.
    pub(crate) fn json(&self) -> Value {
        let configuration = match &self.origins {
            Some(origins) => json!({"conditions": {"origins": origins}}),
            None => json!({}),
        };
        json!({
            "id": self.id, "event": self.event, "url": self.url, "configuration": configuration,
            "createdAt": self.created_at, "updatedAt": self.updated_at,
        })
    }

    /// The webhook as the answer to its creation shows it, the only place where the API tells the token.
    pub(crate) fn json_with_token(&self) -> Value {
        let mut json = self.json();
        json["configuration"]["signatureToken"] = json!(self.signature_token);
        json
    }
}

/// Lever wants https; plain http is taken for the loopback interface only, so that tests can receive.
pub(crate) fn checked_url(text: String) -> Result<String, Problem> {
    let url = Url::parse(&text).map_err(|why| Problem::invalid(format!("url is not valid: {why}")))?;
    if url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url)) {
        return Ok(text);
    }
    Err(Problem::invalid("url must use https"))
}

/// Whether the URL points at this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
        None => false,
    }
}

/// Fills in every origin where none is named, as Lever does.
pub(crate) fn checked_origins(
    event: Event,
    wanted: Option<Vec<Origin>>,
) -> Result<Option<Vec<Origin>>, Problem> {
    match (event.takes_conditions(), wanted) {
        (true, wanted) => Ok(Some(wanted.unwrap_or_else(|| Origin::ALL.to_vec()))),
        (false, None) => Ok(None),
        (false, Some(_)) => Err(Problem::invalid("this event takes no conditions")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_and_loopback_http_may_receive() {
        let takes = |url: &str| checked_url(url.to_owned()).is_ok();
        assert!(takes("https://hooks.example.com/x"));
        assert!(takes("http://127.0.0.1:9/x") && takes("http://localhost/x") && takes("http://[::1]/x"));
        assert!(!takes("http://hooks.example.com/x") && !takes("ftp://localhost/") && !takes("nonsense"));
    }
}
