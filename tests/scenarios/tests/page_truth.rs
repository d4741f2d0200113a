//! The page says what is so, whoever finds out first.

use std::time::Duration;

use integrations_page::paths;
use lever_integration::domain::{ConnectionState, TeamId};
use lever_integration::service::connect::Leftover;
use local::browser::Browser;
use scenarios::{Admin, Made, World};
use serde_json::Value;
use sim_kit::faults::{Fault, Mode};

struct Visitor<'a> {
    world: &'a World,
    http: reqwest::Client,
    cookie: String,
}

impl<'a> Visitor<'a> {
    async fn of(world: &'a World) -> Made<Self> {
        let link = world.local.qualified.launch_url(world.team.as_str(), "admin", "user-1");
        let mut browser = Browser::new()?;
        browser.open(&link.map_err(|error| error.to_string())?).await?;
        let cookie = browser.cookies_at(&world.local.gateway_url())?;
        Ok(Self { world, http: sim_kit::http::client(), cookie })
    }

    async fn get(&self, path: &str) -> Made<String> {
        let url = format!("{}{path}", self.world.local.gateway_url());
        Ok(self.http.get(url).header("cookie", &self.cookie).send().await?.text().await?)
    }

    async fn overview(&self) -> Made<Value> {
        Ok(serde_json::from_str(&self.get("/integrations/lever/api/overview").await?)?)
    }
}

async fn needs_reconnecting(world: &World, team: &TeamId) -> Made<bool> {
    let context = world.local.parts.store.load_team(team).await?.ok_or("no team")?;
    let state = context.connection.ok_or("no connection")?.state;
    Ok(matches!(state, ConnectionState::ReconnectNeeded { .. }))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_finds_out_by_itself_that_lever_revoked_the_access() -> Made {
    for path in [paths::PAGE, paths::ACTIVITY, paths::WHY, "/integrations/lever/api/stages"] {
        let world = World::start().await?;
        let id = world.invited("Candidate 1").await?;
        let visitor = Visitor::of(&world).await?;
        world.local.lever.revoke(None).map_err(|problem| format!("{problem:?}"))?;
        let asked = if path == paths::WHY { format!("{path}?candidate={id}") } else { path.to_owned() };
        visitor.get(&asked).await?;
        assert!(needs_reconnecting(&world, &world.team).await?, "{path}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_finds_out_by_itself_that_qualified_revoked_the_key() -> Made {
    let world = World::start().await?;
    let visitor = Visitor::of(&world).await?;
    world.local.qualified.rotate_api_key(world.team.as_str(), "the-new-key".into());
    for _ in 0..2 {
        let overview = visitor.overview().await?;
        let problems = overview["problems"].to_string();
        assert!(problems.contains("api_key_refused"), "{problems}");
        assert!(!problems.contains("qualified_unreachable"), "{problems}");
    }
    assert_eq!(world.local.qualified.kit().violations.list().len(), 1, "the dead key is tried once");
    Ok(())
}

/// The first check that failed for a candidate.
async fn first_failure(visitor: &Visitor<'_>, id: &str) -> Made<(String, String)> {
    let why = visitor.get(&format!("/integrations/lever/api/why?candidate={id}")).await?;
    let why: Value = serde_json::from_str(&why)?;
    let checks = why["explanation"]["checks"].as_array().cloned().unwrap_or_default();
    let failed = checks.iter().find(|check| check["outcome"] == "failed").ok_or("none failed")?;
    let text = |name: &str| failed[name].as_str().unwrap_or_default().to_owned();
    Ok((text("check"), text("reason")))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_waits_for_a_key_is_said_to_wait_for_it() -> Made {
    let world = World::start().await?;
    world.local.qualified.rotate_api_key(world.team.as_str(), "the-new-key".into());
    let parked = world.invited("Candidate 1").await?;
    let visitor = Visitor::of(&world).await?;
    let wanted = ("access_granted".to_owned(), "api_key_needed".to_owned());
    assert_eq!(first_failure(&visitor, &parked).await?, wanted, "its event is kept and not missing");
    Ok(())
}

/// How long the gateway waits for a page.
const GATEWAY: Duration = Duration::from_secs(29);

/// Lever takes calls and answers none.
fn silence(world: &World) {
    let forever = Fault { delay_ms: 600_000, times: u64::MAX, ..Fault::new("*", "/**", Mode::Delay) };
    world.local.lever.kit().faults.plan(forever);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_comes_before_the_gateway_gives_up_though_lever_is_silent() -> Made {
    let world = World::start().await?;
    for number in 0..6 {
        world.invited(&format!("Candidate {number}")).await?;
    }
    let visitor = Visitor::of(&world).await?;
    // What was read a moment ago is not asked for again.
    world.pass(Duration::from_secs(1800));
    silence(&world);
    let search = format!("{}?candidate=Candidate", paths::WHY);
    for (path, told) in [
        (paths::PAGE, "Lever does not answer at the moment"),
        (paths::ACTIVITY, "Qualified was asked to e-mail the invitation"),
        (&search, "Lever or Qualified did not answer"),
    ] {
        let page = tokio::time::timeout(GATEWAY, visitor.get(path)).await.map_err(|_| path.to_owned())??;
        assert!(page.contains(told), "{path}: {page}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_integration_is_removed_before_the_gateway_gives_up_though_lever_is_silent() -> Made {
    let world = World::start().await?;
    let admin = Admin::of(&world.local, &world.team)?;
    // The access token has expired by then.
    world.pass(Duration::from_secs(7200));
    silence(&world);
    let left = tokio::time::timeout(GATEWAY, admin.connector.remove_integration(&world.team)).await??;
    assert_eq!(left, [Leftover::LeverWebhook, Leftover::LeverAccess]);
    let context = world.local.parts.store.load_team(&world.team).await?.ok_or("no team")?;
    assert!(context.connection.is_none() && context.team.api_key.is_none());
    Ok(())
}
