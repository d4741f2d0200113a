//! What was lost heals: every webhook dropped, and the sweep brings the same end.

mod erasure;
mod lost;
mod rounds;
mod trouble;
mod upkeep;

use std::time::Duration;

use lever_integration::clock::Clock;
use lever_integration::domain::{
    AccessToken, Connection, ConnectionState, LeverEnvironment, LeverTokens, RefreshToken, TeamId,
};
use reconciler::Answer;
use scenarios::{Made, World};
use sim_kit::faults::{Fault, Mode};

/// Longer than the pause between two looks after webhooks and deletions.
const AN_HOUR: Duration = Duration::from_secs(61 * 60);
const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Time passes, the reconciler runs, and the worker does what was found.
async fn sweep_after(world: &World, pause: Duration) -> Made<Answer> {
    world.pass(pause);
    let answer = world.local.reconcile().await?;
    world.settle().await?;
    Ok(answer)
}

async fn sweep(world: &World) -> Made<Answer> {
    sweep_after(world, World::SWEEP_IS_DUE).await
}

/// Every reading of this path fails from now on.
fn fail_always(world: &World, path: &str, mode: Mode, status: Option<u16>) {
    let fault = Fault { times: u64::MAX, status, ..Fault::new("GET", path, mode) };
    world.local.lever.kit().faults.plan(fault);
}

async fn connection(world: &World, team: &TeamId) -> Made<Connection> {
    let context = world.local.parts.store.load_team(team).await?.ok_or("no team")?;
    Ok(context.connection.ok_or("no connection")?)
}

fn webhooks(world: &World) -> Vec<String> {
    let state = world.local.lever.state();
    let webhooks = state["accounts"][0]["webhooks"].as_array().cloned().unwrap_or_default();
    webhooks.iter().filter_map(|one| one["id"].as_str().map(str::to_owned)).collect()
}

fn shown(world: &World, id: &str) -> Made<Vec<String>> {
    Ok(world.tags(id)?.into_iter().filter(|tag| tag.starts_with(World::TITLE)).collect())
}

/// Connects a team with these tokens, without a key for Qualified.
async fn connect(world: &World, id: &TeamId, minted: &serde_json::Value) -> Made {
    let store = &world.local.parts.store;
    let context = world.local.parts.connector()?.ensure_team(id).await?;
    let text = |name: &str| minted[name].as_str().unwrap_or_default().to_owned();
    let connection = Connection {
        team: id.clone(),
        account: None,
        environment: LeverEnvironment::Sandbox,
        api_base: None,
        state: ConnectionState::Active(LeverTokens {
            access: AccessToken::new(text("access_token")),
            refresh: RefreshToken::new(text("refresh_token")),
            expires_at: world.clock.now() + Duration::from_secs(3600),
        }),
        refresh_intent: None,
        webhook: None,
        last_event_at: None,
        last_refused_at: None,
        version: context.connection.map_or(0, |connection| connection.version),
    };
    let _ = store.record_connection(&connection).await?;
    Ok(())
}
