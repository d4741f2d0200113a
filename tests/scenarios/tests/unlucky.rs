//! What changes outside between two attempts, and what of several things fails.

use std::time::Duration;

use lever_integration::domain::{ApiKey, Reason};
use scenarios::{Made, World};
use serde_json::json;
use sim_kit::faults::{Fault, Mode};

const INVITE: &str = "/api/v1/assessment_invitations/invite_candidates";
const OTHER_TITLE: &str = "AngularJS: Services, Directives, and Filters";

fn plan(world: &World, method: &str, path: &str, mode: Mode, times: u64, skip: u64) {
    for kit in [world.local.lever.kit(), world.local.qualified.kit()] {
        kit.faults.plan(Fault { times, skip, ..Fault::new(method, path, mode) });
    }
}

fn of_title(world: &World, id: &str) -> Made<Vec<String>> {
    Ok(world.tags(id)?.into_iter().filter(|tag| tag.starts_with(World::TITLE)).collect())
}

/// A recruiter corrects the address of a candidate.
async fn change_address(world: &World, id: &str, to: &str) -> Made {
    let scope = json!({"scopes": "contact:write:admin"});
    let minted = world.local.lever_control().post("/_sim/token", &scope).await?;
    let token = minted["access_token"].as_str().ok_or("no token")?;
    let state = world.local.lever.state();
    let mut all = state["accounts"][0]["opportunities"].as_array().into_iter().flatten();
    let contact = all.find(|one| one["id"] == *id).and_then(|one| one["contact"].as_str());
    let url = format!("{}/v1/contacts/{}", world.local.lever.url(), contact.ok_or("no contact")?);
    let put = reqwest::Client::new().put(url).bearer_auth(token).json(&json!({"emails": [to]}));
    let status = put.send().await?.status();
    if status.is_success() { Ok(()) } else { Err(format!("answered {status}").into()) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_replaced_while_the_old_one_is_refused_is_not_marked_as_refused() -> Made {
    let world = World::start().await?;
    let id = world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
    let refusal = Fault {
        status: Some(401),
        delay_ms: 500,
        ..Fault::new("GET", "/api/v1/team_candidates", Mode::Status)
    };
    world.local.qualified.kit().faults.plan(refusal);
    world.local.lever.move_to(&id, World::TRIGGER, None)?;
    tokio::time::sleep(Duration::from_millis(250)).await;
    let store = &world.local.parts.store;
    let mut team = store.load_team(&world.team).await?.ok_or("no team")?.team;
    let (qualified_team, _) = world.local.qualified.first_team().ok_or("no team")?;
    world.local.qualified.rotate_api_key(qualified_team, "new-key-000000000000".into());
    team.api_key = Some(ApiKey::new("new-key-000000000000".to_owned()));
    _ = store.record_team(&team).await?;
    world.wait_out().await?;
    let team = store.load_team(&world.team).await?.ok_or("no team")?.team;
    assert_eq!(team.api_key_refused_at, None);
    assert_eq!(world.reasons(&id).await?, [Reason::Invited]);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_longest_title_still_changes_its_tag() -> Made {
    let world = World::start().await?;
    world.local.lever.switch(serde_json::from_value(json!({"tag_max_chars": 1000}))?)?;
    let title = "x".repeat(512);
    let id = world.first_assessment().await?;
    world.local.qualified.rename_assessment(id.as_str(), &title).map_err(|error| error.to_string())?;
    let id = world.candidate("Candidate 1", json!({"tags": [title]}))?;
    world.move_to(&id, World::TRIGGER).await?;
    assert_eq!(world.tags(&id)?, [format!("{title} - Invited")]);
    let result = world.result(&id).await?;
    world.start_result(&result)?;
    world.settle().await?;
    assert_eq!(world.tags(&id)?, [format!("{title} - Started")]);
    world.finish().await
}

