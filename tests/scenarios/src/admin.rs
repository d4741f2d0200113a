//! An admin with a browser: begins a login, consents in Lever, comes back.
//!
//! Redirects are followed by hand, so that a test can look at each of them or lose it.

use lever_integration::domain::{AccountChange, TeamId};
use lever_integration::service::connect::{Callback, Connector, Login, LoginError};
use lever_sim::world::{Consent, ConsentMode};
use local::Local;
use reqwest::Url;
use reqwest::header::LOCATION;

use crate::Made;

/// An admin of one team.
pub struct Admin<'a> {
    /// What the page and the callback are made of.
    pub connector: Connector,
    local: &'a Local,
    team: TeamId,
    browser: reqwest::Client,
}

impl<'a> Admin<'a> {
    /// Identifies the session of the admin's browser.
    pub const SESSION: &'static str = "the session of the admin's browser";

    /// An admin of this team, who will consent to whatever Lever asks.
    ///
    /// # Errors
    /// When a part cannot be made.
    pub fn of(local: &'a Local, team: &TeamId) -> Made<Self> {
        local.lever.set_consent(Consent { mode: ConsentMode::Accept, user: None })?;
        let browser = sim_kit::http::builder().redirect(reqwest::redirect::Policy::none()).build()?;
        Ok(Self { connector: local.parts.connector()?, local, team: team.clone(), browser })
    }

    /// Clicks the button; where the browser is sent.
    ///
    /// # Errors
    /// When the login cannot begin.
    pub async fn begin(&self, account_change: AccountChange) -> Made<Url> {
        let user = "admin".parse()?;
        Ok(self.connector.begin_login(&self.team, &user, Self::SESSION, account_change).await?)
    }

    /// Visits Lever; what its redirect brings back.
    ///
    /// # Errors
    /// When Lever does not redirect to where the team's callback is.
    pub async fn consent(&self, authorize: Url) -> Made<Callback> {
        let answer = self.browser.get(authorize).send().await?;
        let location = answer.headers().get(LOCATION).ok_or("Lever did not redirect")?.to_str()?;
        let back = Url::parse(location)?;
        let expected = self.connector.redirect_uri();
        if !location.starts_with(expected.as_str()) {
            return Err("Lever redirects to another place".into());
        }
        let one =
            |name: &str| back.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        Ok(Callback { state: one("state"), code: one("code"), issuer: one("iss"), error: one("error") })
    }

    /// The browser comes back with what Lever gave it.
    ///
    /// # Errors
    /// When the team is not connected by that.
    pub async fn come_back(&self, callback: &Callback) -> Result<Login, LoginError> {
        self.connector.complete_login(callback, Some(Self::SESSION)).await
    }

    /// From the button to the page with "connected" on it.
    ///
    /// # Errors
    /// When the team is not connected.
    pub async fn log_in(&self) -> Made<Login> {
        let callback = self.consent(self.begin(AccountChange::Ask).await?).await?;
        Ok(self.come_back(&callback).await?)
    }

    /// The webhooks of the first account in Lever.
    pub fn webhooks(&self) -> Vec<serde_json::Value> {
        self.local.lever.state()["accounts"][0]["webhooks"].as_array().cloned().unwrap_or_default()
    }
}
