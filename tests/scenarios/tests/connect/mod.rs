//! Connecting a team and removing it again, over HTTP: logins good and bad, webhooks, the API key.

mod accounts;
mod key;
mod login;
mod removal;
mod waiting;
mod webhooks;

use std::sync::Arc;

use lever_integration::clock::Clock;
use lever_integration::domain::{Connection, ConnectionState, LeverTokens, TeamId};
use lever_integration::store::TeamContext;
use local::{Local, Options};
use scenarios::{Admin, Made, ShiftedClock, World};
use serde_json::Value;
use sim_kit::faults::{Fault, Mode};

/// The system with a team that nobody has connected yet.
struct Stand {
    local: Local,
    clock: Arc<ShiftedClock>,
    team: TeamId,
}

impl Stand {
    async fn start() -> Made<Self> {
        let clock = Arc::new(ShiftedClock::default());
        let local = Local::start(&Options::default(), Arc::clone(&clock) as Arc<dyn Clock>).await?;
        let (team, _) = local.qualified.first_team().ok_or("no team")?;
        Ok(Self { local, clock, team: team.as_str().parse()? })
    }

    fn admin(&self) -> Made<Admin<'_>> {
        Admin::of(&self.local, &self.team)
    }

    async fn connection(&self) -> Made<Option<Connection>> {
        Ok(self.local.parts.store.load_team(&self.team).await?.and_then(|context| context.connection))
    }

    fn violations(&self) -> Vec<String> {
        self.local.lever.kit().violations.list().into_iter().map(|violation| violation.rule).collect()
    }
}

fn plan(local: &Local, method: &str, path: &str, mode: Mode, change: impl FnOnce(&mut Fault)) {
    let mut fault = Fault::new(method, path, mode);
    change(&mut fault);
    local.lever.kit().faults.plan(fault);
}

fn active(connection: &Connection) -> Option<&LeverTokens> {
    match &connection.state {
        ConnectionState::Active(tokens) => Some(tokens),
        ConnectionState::ReconnectNeeded { .. } => None,
    }
}

async fn context(world: &World) -> Made<TeamContext> {
    Ok(world.local.parts.store.load_team(&world.team).await?.ok_or("no team")?)
}

async fn connection(world: &World) -> Made<Connection> {
    Ok(context(world).await?.connection.ok_or("no connection")?)
}

fn ids(webhooks: &[Value]) -> Vec<&str> {
    webhooks.iter().filter_map(|webhook| webhook["id"].as_str()).collect()
}
