//! What a world is put together from: the clock, the clients, the seeds.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jiff::Timestamp;
use lever_integration::clock::Clock;
use lever_integration::config::LeverClientSecret;
use lever_integration::domain::LeverEnvironment;
use lever_integration::http;
use lever_integration::queue::Queue;
use lever_integration::service::connect::Connector;
use lever_integration::store::Store;
use lever_integration::{lever, qualified};
use serde_json::json;
use url::Url;

use super::{AUDIENCE, Made, Tenant, World};
use crate::wire::{LEVER_HOST, QUALIFIED_HOST};

/// Where the service is reached.
const PUBLIC: &str = "https://integrations.qualified.example/";

/// The time of the world: it moves when the case moves it, and takes the simulators along.
#[derive(Clone)]
pub struct VirtualClock(pub(super) sim_kit::clock::Clock);

impl VirtualClock {
    /// Moves on.
    pub fn advance(&self, by: Duration) {
        self.0.advance_ms(i64::try_from(by.as_millis()).unwrap_or(i64::MAX));
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.now_ms()).unwrap_or(Timestamp::MAX)
    }
}

pub(super) fn request_builder() -> reqwest::Client {
    static BUILDER: OnceLock<reqwest::Client> = OnceLock::new();
    BUILDER.get_or_init(sim_kit::http::client).clone()
}

pub(super) fn qualified_base() -> Made<Url> {
    Ok(format!("https://{QUALIFIED_HOST}/api/").parse()?)
}

pub(super) fn clients(http: &http::Client) -> Made<(lever::Client, lever::OAuth)> {
    let app = lever_sim::AppSeed::default();
    let (api, auth) =
        (format!("https://{LEVER_HOST}/v1/").parse()?, format!("https://{LEVER_HOST}/").parse()?);
    let secret = LeverClientSecret::new(app.client_secret);
    let oauth = lever::OAuth::new(http.clone(), &auth, AUDIENCE, &app.client_id, secret);
    Ok((lever::Client::new(http.clone(), &api), oauth))
}

/// Table, queue and time, as a process is given them.
pub(super) type Ports = (Arc<dyn Store>, Arc<dyn Queue>, Arc<dyn Clock>);

pub(super) fn connector(ports: Ports, http: &http::Client) -> Made<Connector> {
    let qualified = qualified::Client::new(http.clone(), &qualified_base()?);
    Ok(Connector::new(ports, clients(http)?, qualified, PUBLIC.parse()?, LeverEnvironment::Production))
}

/// So many teams, each with an account in Lever and the assessments of the built-in team in Qualified.
pub(super) fn seeds(teams: usize) -> Made<(lever_sim::Seed, qualified_sim::Seed, Vec<Tenant>)> {
    let mut tenants = Vec::new();
    let mut accounts = Vec::new();
    let mut qualified = qualified_sim::Seed::default();
    let model = qualified.teams.pop().ok_or("no built-in team")?;
    for number in 0..teams {
        let tenant = Tenant {
            team: format!("65f0c0de00000000000a{number:04x}").parse()?,
            api_key: format!("key-of-team-{number}-0123456789abcdef"),
            account: format!("a0000000-0000-4000-8000-{number:012x}"),
            user: format!("admin@team{number}.example"),
            trigger: format!("20000000-0000-4000-8000-{number:012x}"),
        };
        accounts.push(serde_json::from_value(json!({
            "id": tenant.account, "name": format!("Team {number}"),
            "users": [{"name": "Admin", "email": tenant.user, "accessRole": "super admin"}],
            "stages": [
                {"id": format!("lead-new-{number}"), "text": "New applicant"},
                {"id": tenant.trigger, "text": World::TRIGGER},
                {"id": format!("offer-{number}"), "text": World::ELSEWHERE},
            ],
            "postings": [{"text": format!("Engineer {number}"), "tags": [World::TITLE]}],
            "groups": {"candidateStageChange": true},
        }))?);
        let mut team = model.clone();
        team.id = tenant.team.as_str().to_owned().into();
        team.api_key = tenant.api_key.clone().into();
        team.name = format!("Team {number}");
        team.members.clear();
        team.assessments.truncate(3);
        for (index, assessment) in team.assessments.iter_mut().enumerate() {
            assessment.id = Some(format!("65f0c0de00000000{index:04x}{number:04x}").into());
            assessment.settings = qualified_sim::Settings::default();
            assessment.challenges.clear();
        }
        qualified.teams.push(team);
        tenants.push(tenant);
    }
    let lever = lever_sim::Seed { accounts, ..lever_sim::Seed::default() };
    Ok((lever, qualified, tenants))
}
