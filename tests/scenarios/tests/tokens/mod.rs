//! Tokens of Lever and the key of Qualified when they expire, are refused, or get lost on the way.
//!
//! Each [`Tokens`] here stands for a Lambda of its own: they share the table and nothing else.

mod expiry;
mod lost;
mod refused;

use std::sync::Arc;
use std::time::Duration;

use lever_integration::domain::{AccessToken, Connection, ConnectionState, LeverTokens, Reason};
use lever_integration::service::Error;
use lever_integration::service::tokens::{Need, Tokens};
use lever_integration::store::Store;
use lever_integration::{http, lever};
use scenarios::{Made, World};
use sim_kit::faults::{Fault, Mode};

/// The life of an access token of Lever.
const HOUR: Duration = Duration::from_secs(3600);
/// A mark of this age was left by somebody who died.
const MARK_IS_OLD: Duration = Duration::from_secs(21);

fn keeper(world: &World) -> Made<Tokens> {
    keeper_on(Arc::clone(&world.local.parts.store), world)
}

fn keeper_on(store: Arc<dyn Store>, world: &World) -> Made<Tokens> {
    let parts = &world.local.parts;
    let oauth = lever::OAuth::new(
        http::client()?,
        &parts.config.lever_auth_base,
        &parts.config.lever_audience,
        &parts.secret.lever_client_id,
        parts.secret.lever_client_secret.clone(),
    );
    Ok(Tokens::new(store, Arc::clone(&parts.clock), oauth))
}

/// One run that asks for the team's tokens; what it would use.
async fn run(world: &World) -> Made<Result<LeverTokens, Error>> {
    Ok(ask(keeper(world)?, world).await)
}

fn ask(keeper: Tokens, world: &World) -> impl Future<Output = Result<LeverTokens, Error>> + use<> {
    let team = world.team.clone();
    async move {
        let context = keeper.ready_team(&team, Need::Fresh).await?.expect("the team is known");
        Ok(active(&context.connection.expect("the team is connected")).expect("the connection works"))
    }
}

async fn connection(world: &World) -> Made<Connection> {
    let context = world.local.parts.store.load_team(&world.team).await?.ok_or("no team")?;
    Ok(context.connection.ok_or("no connection")?)
}

fn active(connection: &Connection) -> Option<LeverTokens> {
    match &connection.state {
        ConnectionState::Active(tokens) => Some(tokens.clone()),
        ConnectionState::ReconnectNeeded { .. } => None,
    }
}

/// Time passes for everybody.
fn pass(world: &World, by: Duration) {
    world.clock.advance(by);
    world.local.lever.kit().clock.advance_ms(i64::try_from(by.as_millis()).unwrap());
}

fn token_calls(world: &World) -> usize {
    world.local.lever.kit().calls.count("POST", "/oauth/token")
}

fn plan(world: &World, method: &str, path: &str, mode: Mode, change: impl FnOnce(&mut Fault)) {
    let mut fault = Fault::new(method, path, mode);
    change(&mut fault);
    world.local.lever.kit().faults.plan(fault);
}

fn plan_token_call(world: &World, mode: Mode, delay_ms: u64) {
    plan(world, "POST", "/oauth/token", mode, |fault| fault.delay_ms = delay_ms);
}

fn switch(world: &World, switches: serde_json::Value) -> Made {
    world.local.lever.switch(serde_json::from_value(switches)?)?;
    Ok(())
}

fn broken_rules(world: &World) -> Vec<String> {
    world.local.lever.kit().violations.list().into_iter().map(|violation| violation.rule).collect()
}

async fn is_live(world: &World, access: &AccessToken) -> Made<bool> {
    let url = format!("{}/v1/stages", world.local.lever.url());
    let answer = sim_kit::http::client().get(url).bearer_auth(access.expose()).send().await?;
    Ok(answer.status().is_success())
}

async fn parked(world: &World) -> Made<Vec<Reason>> {
    let parked = world.local.parts.store.parked_events(&world.team, 100).await?;
    Ok(parked.into_iter().map(|event| event.reason).collect())
}

fn invitations(world: &World) -> usize {
    world.local.qualified.mails().len()
}
