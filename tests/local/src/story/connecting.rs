//! From nothing to a connected team: the admin opens the page from Qualified and clicks through it.

use integrations_page::paths::{self, field};
use lever_integration::domain::TeamId;
use serde_json::json;

use super::{SECOND_TRIGGER_STAGE, Story, TRIGGER_STAGE};
use crate::Error;
use crate::browser::{Browser, Shown};
use crate::timeline::Actor;

impl Story<'_> {
    /// Connects the first team of the simulated Qualified.
    ///
    /// # Errors
    /// With the first step that was not seen.
    pub async fn connect(&self) -> Result<TeamId, Error> {
        let state = self.qualified.get("/_sim/state").await?;
        let team = &state["teams"][0];
        let (Some(id), Some(key)) = (team["id"].as_str(), team["api_key"].as_str()) else {
            return Err(Error::Step("Qualified has no team".to_owned()));
        };
        let mut browser = Browser::new()?;
        let page = browser.open(&format!("{}/_sim/launch?team={id}", self.scene.qualified)).await?;
        self.say(Actor::Admin, "opens the Integrations page from Qualified");
        let page = browser.submit(&page, paths::API_KEY, &[(field::API_KEY, key)]).await?;
        says(&page, "Qualified accepted the API key.")?;
        self.say(
            Actor::Admin,
            "enters the Qualified API key; the service checks it and subscribes to results",
        );
        let page = self.log_in(&mut browser, &page).await?;
        self.add_trigger_stages(&mut browser, page).await?;
        self.lever.post("/_sim/webhooks/groups", &json!({"candidateStageChange": true})).await?;
        self.say(Actor::Admin, "switches \"Candidate Stage Change\" on in Lever's settings");
        id.parse().map_err(|error| Error::Step(format!("{error}")))
    }

    /// Logs in to Lever; the consent page is clicked away by the simulator.
    async fn log_in(&self, browser: &mut Browser, page: &Shown) -> Result<Shown, Error> {
        self.lever.post("/_sim/consent", &json!({"mode": "accept"})).await?;
        let page = browser.submit(page, paths::LOGIN, &[]).await?;
        self.lever.post("/_sim/consent", &json!({"mode": "page"})).await?;
        says(&page, "You are connected to Lever.")?;
        self.say(Actor::Admin, "logs in to Lever and consents; the service registers its webhook");
        Ok(page)
    }

    async fn add_trigger_stages(&self, browser: &mut Browser, mut page: Shown) -> Result<(), Error> {
        let state = self.lever.get("/_sim/state").await?;
        let stages = state["accounts"][0]["stages"].as_array().cloned().unwrap_or_default();
        for text in [TRIGGER_STAGE, SECOND_TRIGGER_STAGE] {
            let id = stages.iter().find(|stage| stage["text"] == text).and_then(|stage| stage["id"].as_str());
            let id = id.ok_or_else(|| Error::Step(format!("Lever has no stage `{text}`")))?;
            page = browser.submit(&page, paths::STAGES, &[(field::STAGE, id)]).await?;
            says(&page, "The trigger stage was added.")?;
            self.say(Actor::Admin, &format!("adds the trigger stage \"{text}\""));
        }
        Ok(())
    }
}

/// The page has to say this.
fn says(page: &Shown, sentence: &str) -> Result<(), Error> {
    if page.status.is_success() && page.html.contains(sentence) {
        return Ok(());
    }
    Err(Error::Step(format!("{} answered {} without \"{sentence}\"", page.url.path(), page.status)))
}
