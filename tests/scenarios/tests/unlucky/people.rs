//! Takes, people and keys that are told out of order or stand beside one another.

use std::time::Duration;

use lever_integration::domain::{ApiKey, Reason};
use scenarios::calls::{LOOK_UP, refused_address};
use scenarios::{Made, World};
use serde_json::json;
use sim_kit::faults::{Fault, Mode};

use super::{of_title, plan};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_event_of_the_first_take_does_not_undo_the_retake() -> Made {
    let world = World::start().await?;
    let id = world.invited("Candidate 1").await?;
    let result = world.result(&id).await?;
    world.submit_result(&result).await?;
    world.shows(&id, "Rust Basics - Submitted").await?;
    let retake = world.retake_result(result.as_str())?;
    world.start_result(retake.as_str())?;
    world.shows(&id, "Rust Basics - Started").await?;
    world.rerun_all().await?;
    assert_eq!(world.result(&id).await?, retake.as_str());
    assert_eq!(of_title(&world, &id)?, ["Rust Basics - Started"]);
    assert_eq!(world.notes(&id)?.len(), 1);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_retake_is_followed_after_two_records_of_the_person_were_merged() -> Made {
    let world = World::start().await?;
    world.invited("Candidate 2").await?;
    let id = world.invited("Candidate 1").await?;
    let result = world.result(&id).await?;
    world.submit_result(&result).await?;
    world.shows(&id, "Rust Basics - Submitted").await?;
    let people = world.local.qualified.team_candidates();
    let of = |email: &str| people.iter().find(|one| one.email.as_deref() == Some(email));
    let from = of("candidate-1@example.com").ok_or("no such person")?.id.to_string();
    let into = of("candidate-2@example.com").ok_or("no such person")?.id.to_string();
    let path = format!("/_sim/team_candidates/{from}/merge");
    world.local.qualified_control().post(&path, &json!({"into": into})).await?;
    let retake = world.retake_result(result.as_str())?;
    world.start_result(retake.as_str())?;
    world.shows(&id, "Rust Basics - Started").await?;
    world.wait_out().await?;
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_opportunities_of_one_person_one_that_fails_does_not_stop_the_other() -> Made {
    let world = World::start().await?;
    let first = world.invited("Candidate 1").await?;
    let second = world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
    world.move_to(&second, World::TRIGGER).await?;
    let result = world.result(&first).await?;
    let mut ids = [first, second];
    ids.sort();
    plan(&world, "POST", &format!("/v1/opportunities/{}/addTags", ids[0]), Mode::Status, 3, 0);
    world.start_result(&result)?;
    world.settle().await?;
    assert_eq!(of_title(&world, &ids[1])?, ["Rust Basics - Started"], "the other one");
    world.wait_out().await?;
    for id in &ids {
        assert_eq!(of_title(&world, id)?, ["Rust Basics - Started"]);
        assert!(world.reasons(id).await?.contains(&Reason::Started), "{:?}", world.reasons(id).await?);
    }
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_opportunities_of_one_person_each_is_told_although_the_second_came_later() -> Made {
    let world = World::start().await?;
    let first = world.invited("Candidate 1").await?;
    let second = world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
    world.move_to(&second, World::TRIGGER).await?;
    let result = world.result(&first).await?;
    let mut ids = [first, second];
    ids.sort();
    plan(&world, "POST", &format!("/v1/opportunities/{}/addTags", ids[1]), Mode::Status, 2, 0);
    world.start_result(&result)?;
    world.wait_out().await?;
    for id in &ids {
        assert_eq!(of_title(&world, id)?, ["Rust Basics - Started"]);
        assert!(world.reasons(id).await?.contains(&Reason::Started), "{:?}", world.reasons(id).await?);
    }
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_replaced_while_the_old_one_is_refused_is_not_marked_as_refused() -> Made {
    let world = World::start().await?;
    let id = world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
    let refusal = Fault { status: Some(401), delay_ms: 500, ..Fault::new("GET", LOOK_UP, Mode::Status) };
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
async fn somebody_refused_and_then_invited_elsewhere_is_told_as_attached() -> Made {
    let world = World::start().await?;
    world.local.qualified.kit().faults.plan(refused_address());
    let id = world.invited("Candidate 1").await?;
    let elsewhere = world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
    world.move_to(&elsewhere, World::TRIGGER).await?;
    world.move_to(&id, "Offer").await?;
    world.move_to(&id, World::TRIGGER).await?;
    assert_eq!(world.reasons(&id).await?, [Reason::AttachedToExisting, Reason::EmailRefused]);
    world.finish().await
}
