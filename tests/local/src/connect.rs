//! Connects the first team of the simulated Qualified to the simulated Lever, without a browser.
//!
//! Tokens are minted by the simulator's control API, so that no test of something else has to log in;
//! everything else is done by the service itself.

use std::time::Duration;

use lever_integration::domain::{
    AccessToken, Connection, ConnectionState, LeverEnvironment, LeverTokens, RefreshToken, TeamId,
    TriggerStage,
};
use lever_integration::store::Recorded;
use serde_json::json;

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
    connect_team(local, (id.as_str(), key.expose()), None).await
}

/// Connects a team of the simulated Qualified, given by its id and API key, to an account of the simulated Lever, or to
/// the first one.
///
/// # Errors
/// When a step fails.
pub async fn connect_team(
    local: &Local,
    (id, key): (&str, &str),
    account: Option<&str>,
) -> Result<TeamId, Error> {
    let id: TeamId = id.parse().map_err(|error| step("team id", error))?;
    let connector = local.parts.connector()?;
    connector.set_api_key(&id, key).await.map_err(|error| step("API key", error))?;
    let known = connector.ensure_team(&id).await.map_err(|error| step("team", error))?;
    let connection = Connection {
        team: id.clone(),
        account: None,
        environment: LeverEnvironment::Sandbox,
        api_base: None,
        state: ConnectionState::Active(minted_tokens(local, account).await?),
        refresh_intent: None,
        webhook: None,
        last_event_at: None,
        last_refused_at: None,
        version: known.connection.as_ref().map_or(0, |one| one.version),
    };
    let recorded = local.parts.store.record_connection(&connection).await;
    if recorded.map_err(|error| step("connection", error))? == Recorded::Conflict {
        return Err(Error::Step("somebody else changed the connection meanwhile".to_owned()));
    }
    connector.heal_webhook(&id).await.map_err(|error| step("webhook", error))?;
    Ok(id)
}

async fn minted_tokens(local: &Local, account: Option<&str>) -> Result<LeverTokens, Error> {
    let minted = Control::new(&local.lever.url()).post("/_sim/token", &json!({"account": account})).await?;
    let text = |name: &str| minted[name].as_str().unwrap_or_default().to_owned();
    let lifetime = Duration::from_secs(minted["expires_in"].as_u64().unwrap_or_default());
    let now = local.parts.clock.now();
    Ok(LeverTokens {
        access: AccessToken::new(text("access_token")),
        refresh: RefreshToken::new(text("refresh_token")),
        expires_at: now.saturating_add(lifetime).map_err(|error| step("expiry", error))?,
    })
}

/// Adds the stage with this name of the first account as a trigger stage and returns its id.
///
/// # Errors
/// When there is no such stage, or a step fails.
pub async fn add_trigger_stage(local: &Local, team: &TeamId, text: &str) -> Result<String, Error> {
    let state = Control::new(&local.lever.url()).get("/_sim/state").await?;
    let first = state["accounts"][0]["id"].as_str().unwrap_or_default();
    add_trigger_stage_in(local, team, first, text).await
}

/// The same in an account of Lever given by its id.
///
/// # Errors
/// When there is no such stage, or a step fails.
pub async fn add_trigger_stage_in(
    local: &Local,
    team: &TeamId,
    account: &str,
    text: &str,
) -> Result<String, Error> {
    let state = Control::new(&local.lever.url()).get("/_sim/state").await?;
    let accounts = state["accounts"].as_array().cloned().unwrap_or_default();
    let account = accounts.into_iter().find(|one| one["id"] == account).unwrap_or_default();
    let stages = account["stages"].as_array().cloned().unwrap_or_default();
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

fn step(what: &str, error: impl std::fmt::Display) -> Error {
    Error::Step(format!("{what}: {error}"))
}
