//! Connects the first team of the simulated Qualified to the simulated Lever, without a browser.
//!
//! Tokens are minted by the simulator's control API; everything else is done as the service does it:
//! the webhook and the subscription are registered over the two APIs, credentials are sealed and stored.

use std::time::Duration;

use lever_integration::domain::{
    AccessToken, ApiKey, Connection, ConnectionState, LeverEnvironment, LeverTokens, RefreshToken, Team,
    TeamId, TriggerStage,
};
use lever_integration::service::connect::{
    ensure_lever_webhook, ensure_subscription, lever_webhook_url, qualified_webhook_url,
};
use lever_integration::store::Recorded;
use lever_integration::{http, lever, qualified};
use serde_json::{Value, json};

use crate::control::Control;
use crate::{Error, Local};

/// Connects the first team of the simulated Qualified.
///
/// # Errors
/// When a step fails.
pub async fn connect(local: &Local) -> Result<TeamId, Error> {
    let (id, key) = local
        .qualified
        .first_team()
        .ok_or_else(|| Error::Step("the simulated Qualified has no team".to_owned()))?;
    let id: TeamId = id.as_str().parse().map_err(|error| step("team id", error))?;
    let store = &local.parts.store;
    let connector = local.parts.connector()?;
    let known = connector.ensure_team(&id).await.map_err(|error| step("team", error))?;
    let connected_before = known.connection.as_ref().map_or(0, |one| one.version);
    let mut team = known.team;
    team.api_key = Some(ApiKey::new(key.expose().to_owned()));
    team.api_key_refused_at = None;
    team.version = recorded(store.record_team(&team).await.map_err(|error| step("team", error))?)?;
    let minted = Control::new(&local.lever.url()).post("/_sim/token", &json!({})).await?;
    connect_lever(local, &team, &minted, connected_before).await?;
    subscribe(local, &mut team).await?;
    Ok(team.id)
}

async fn connect_lever(local: &Local, team: &Team, minted: &Value, version: u64) -> Result<(), Error> {
    let text = |name: &str| minted[name].as_str().unwrap_or_default().to_owned();
    let lifetime = Duration::from_secs(minted["expires_in"].as_u64().unwrap_or_default());
    let tokens = LeverTokens {
        access: AccessToken::new(text("access_token")),
        refresh: RefreshToken::new(text("refresh_token")),
        expires_at: local
            .parts
            .clock
            .now()
            .saturating_add(lifetime)
            .map_err(|error| step("expiry", error))?,
    };
    let mut connection = Connection {
        team: team.id.clone(),
        account: None,
        environment: LeverEnvironment::Sandbox,
        api_base: None,
        state: ConnectionState::Active(tokens.clone()),
        refresh_intent: None,
        webhook: None,
        last_event_at: None,
        last_refused_at: None,
        version,
    };
    let store = &local.parts.store;
    let failed = |error| step("connection", error);
    connection.version = recorded(store.record_connection(&connection).await.map_err(failed)?)?;
    let client = lever::Client::new(http_client()?, &local.parts.config.lever_api_base);
    let url = lever_webhook_url(&local.parts.config.public_base_url, team);
    let webhook = ensure_lever_webhook(&client.api(&tokens.access, None), &url, &connection).await;
    connection.webhook = Some(webhook.map_err(|error| step("webhook", error))?);
    recorded(store.record_connection(&connection).await.map_err(failed)?)?;
    Ok(())
}

async fn subscribe(local: &Local, team: &mut Team) -> Result<(), Error> {
    let client = qualified::Client::new(http_client()?, &local.parts.config.qualified_api_base);
    let url = qualified_webhook_url(&local.parts.config.public_base_url, team);
    let Some(key) = team.api_key.clone() else { return Ok(()) };
    let subscription =
        ensure_subscription(&client.api(&key), &url).await.map_err(|error| step("subscription", error))?;
    team.subscription = Some(subscription);
    team.version = recorded(local.parts.store.record_team(team).await.map_err(|error| step("team", error))?)?;
    Ok(())
}

/// Adds the stage with this name as a trigger stage and returns its id.
///
/// # Errors
/// When there is no such stage, or a step fails.
pub async fn add_trigger_stage(local: &Local, team: &TeamId, text: &str) -> Result<String, Error> {
    let state = Control::new(&local.lever.url()).get("/_sim/state").await?;
    let stages = state["accounts"][0]["stages"].as_array().cloned().unwrap_or_default();
    let found = stages.iter().find(|stage| stage["text"] == text).and_then(|stage| stage["id"].as_str());
    let id = found.ok_or_else(|| Error::Step(format!("Lever has no stage `{text}`")))?;
    let stage = TriggerStage {
        stage: id.parse().map_err(|error| step("stage", error))?,
        text: text.to_owned(),
        added_at: local.parts.clock.now(),
        added_by: "admin".parse().map_err(|error| step("user", error))?,
    };
    local
        .parts
        .store
        .record_trigger_stage(team, &stage)
        .await
        .map_err(|error| step("trigger stage", error))?;
    Ok(id.to_owned())
}

fn http_client() -> Result<reqwest::Client, Error> {
    http::client().map_err(|error| step("HTTP client", error))
}

fn recorded(recorded: Recorded) -> Result<u64, Error> {
    match recorded {
        Recorded::Done { version } => Ok(version),
        Recorded::Conflict => Err(Error::Step("somebody else changed the team meanwhile".to_owned())),
    }
}

fn step(what: &str, error: impl std::fmt::Display) -> Error {
    Error::Step(format!("{what}: {error}"))
}
