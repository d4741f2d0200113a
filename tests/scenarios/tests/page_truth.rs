//! The page says what is so, whoever finds out first.

use integrations_page::paths;
use lever_integration::domain::{ConnectionState, TeamId};
use local::browser::Browser;
use scenarios::{Made, World};
use serde_json::Value;

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
