//! A second connected team beside that of the world: another customer of both services.

use std::sync::Arc;

use lever_integration::clock::Clock;
use lever_integration::domain::TeamId;
use lever_sim::AccountSeed;
use local::connect::{add_trigger_stage_in, connect_team};
use local::{Local, Options};
use serde_json::{Value, json};

use crate::{Made, ShiftedClock, World};

/// The team in Qualified.
const TEAM: &str = "5f0000000000000000000002";
/// Its assessment there.
const ASSESSMENT: &str = "5f00000000000000000000a2";
/// Its key there.
const API_KEY: &str = "the-key-of-the-neighbour";

/// The second team. What it has is real: its own account in Lever, webhook, subscription and candidates.
#[derive(Debug)]
pub struct Neighbour {
    /// The team.
    pub team: TeamId,
    /// Its account in Lever.
    pub account: String,
    /// Its trigger stage.
    pub trigger: String,
    /// Where Lever delivers for it.
    pub lever_url: String,
    /// What Lever signs those deliveries with.
    pub signature_token: String,
    /// Where Qualified delivers for it.
    pub qualified_url: String,
    /// A candidate in its account.
    pub opportunity: String,
    /// A result in Qualified.
    pub result: String,
}

impl World {
    /// The world with a second team that is connected as well.
    ///
    /// # Errors
    /// When a step fails.
    pub async fn with_neighbour() -> Made<(Self, Neighbour)> {
        let clock = Arc::new(ShiftedClock::default());
        let local = Local::start(&Options::default(), Arc::clone(&clock) as Arc<dyn Clock>).await?;
        let mut seed = qualified_sim::Seed::default();
        seed.teams.push(serde_json::from_value(json!({
            "id": TEAM, "name": "The Neighbour", "api_key": API_KEY,
            "assessments": [{"id": ASSESSMENT, "title": Self::TITLE}],
            "invited": [{"email": "neighbour@example.com", "assessment_id": ASSESSMENT}],
        }))?);
        local.qualified.reset(Some(seed))?;
        let stages = json!({"name": "The Neighbour", "stages": [{"text": Self::TRIGGER}]});
        let account = local.lever.add_account(&serde_json::from_value::<AccountSeed>(stages)?)?;
        let world = Self::connected(local, clock).await?;
        let team = connect_team(&world.local, (TEAM, API_KEY), Some(&account)).await?;
        let trigger = add_trigger_stage_in(&world.local, &team, &account, Self::TRIGGER).await?;
        let opportunity =
            world.candidate("Neighbour", json!({"account": account, "stage": Self::TRIGGER}))?;
        world.settle().await?;
        let neighbour = world.look_at_neighbour(team, account, trigger, opportunity).await?;
        Ok((world, neighbour))
    }

    async fn look_at_neighbour(
        &self,
        team: TeamId,
        account: String,
        trigger: String,
        opportunity: String,
    ) -> Made<Neighbour> {
        let text = |value: &Value| value.as_str().map(str::to_owned).ok_or("not there");
        let state = self.local.lever.state();
        let webhook = &state["accounts"][1]["webhooks"][0];
        let qualified = self.local.qualified_control().get("/_sim/state").await?;
        let results = self.local.qualified.results();
        let result = results.iter().find(|result| result.team_id.as_str() == TEAM).ok_or("no result")?;
        Ok(Neighbour {
            team,
            account,
            trigger,
            lever_url: text(&webhook["url"])?,
            signature_token: text(&webhook["configuration"]["signatureToken"])?,
            qualified_url: text(&qualified["subscriptions"][1]["url"])?,
            opportunity,
            result: result.id.as_str().to_owned(),
        })
    }
}
