//! Following a result: tags and notes through duplicates, reorderings, reopenings and retakes.

use std::time::Duration;

use lever_integration::domain::Reason;
use scenarios::{Made, World};
use serde_json::json;
use sim_kit::deliveries::{ModeChange, Order};

/// The candidate's only tag of the title, and the number of notes.
fn shown(world: &World, id: &str) -> Made<(Vec<String>, usize)> {
    let tags = world.tags(id)?.into_iter().filter(|tag| tag.starts_with(World::TITLE)).collect();
    Ok((tags, world.notes(id)?.len()))
}

fn status(suffix: &str) -> Vec<String> {
    vec![format!("{}{suffix}", World::TITLE)]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_out_of_order_and_doubled_end_in_one_tag_and_one_note() -> Made {
    let world = World::start().await?;
    let id = world.invited("Candidate 1").await?;
    let result = world.result(&id).await?;
    let deliveries = &world.local.qualified.kit().deliveries;
    deliveries.set_mode(ModeChange { hold: Some(true), duplicate_next: Some(2), ..Default::default() });
    world.start_result(&result)?;
    world.submit_result(&result).await?;
    deliveries.release(Order::Reversed);
    world.wait_out().await?;
    world.shows(&id, "Rust Basics - Submitted").await?;
    world.rerun_all().await?;
    world.wait_out().await?;
    assert_eq!(shown(&world, &id)?, (status(" - Submitted"), 1));
    assert_eq!(world.mailed("Candidate 1"), [World::TITLE]);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reopened_result_goes_back_and_gets_a_second_note() -> Made {
    let world = World::start().await?;
    let id = world.invited("Candidate 1").await?;
    let result = world.result(&id).await?;
    world.submit_result(&result).await?;
    world.shows(&id, "Rust Basics - Submitted").await?;
    // A moment has to pass for Qualified's own times to differ.
    tokio::time::sleep(Duration::from_millis(5)).await;
    world.local.qualified.reopen_result(result.as_str()).map_err(|error| error.to_string())?;
    world.start_result(&result)?;
    world.shows(&id, "Rust Basics - Started").await?;
    assert_eq!(shown(&world, &id)?.1, 1);
    world.submit_result(&result).await?;
    world.shows(&id, "Rust Basics - Submitted").await?;
    assert_eq!(shown(&world, &id)?, (status(" - Submitted"), 2));
    assert!(world.notes(&id)?.iter().any(|note| note.contains("Attempt: 2")));
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_retake_is_followed_as_a_new_attempt() -> Made {
    let world = World::start().await?;
    let id = world.invited("Candidate 1").await?;
    let result = world.result(&id).await?;
    world.submit_result(&result).await?;
    world.shows(&id, "Rust Basics - Submitted").await?;
    let retake = world.retake_result(result.as_str())?;
    world.settle().await?;
    assert_eq!(shown(&world, &id)?.0, status(" - Submitted"), "scheduling alone changes nothing");
    world.start_result(retake.as_str())?;
    world.shows(&id, "Rust Basics - Started").await?;
    world.submit_result(retake.as_str()).await?;
    world.shows(&id, "Rust Basics - Submitted").await?;
    assert_eq!(shown(&world, &id)?.1, 2);
    assert_eq!(world.result(&id).await?, retake.as_str());
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_invited_elsewhere_is_attached_and_not_mailed_again() -> Made {
    let world = World::start().await?;
    let first = world.invited("Candidate 1").await?;
    let result = world.result(&first).await?;
    world.submit_result(&result).await?;
    world.shows(&first, "Rust Basics - Submitted").await?;
    let second = world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
    world.move_to(&second, World::TRIGGER).await?;
    assert_eq!(world.reasons(&second).await?, [Reason::AttachedToExisting]);
    assert_eq!(shown(&world, &second)?, (status(" - Submitted"), 1));
    assert_eq!(world.mailed("Candidate 1"), [World::TITLE]);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asking_again_restores_the_tags_and_sends_nothing() -> Made {
    let world = World::start().await?;
    let id = world.invited("Candidate 1").await?;
    world.local.lever.tag(&id, &[World::TITLE.to_owned()], &status(" - Invited"))?;
    world.move_to(&id, "Offer").await?;
    world.move_to(&id, World::TRIGGER).await?;
    assert_eq!(world.reasons(&id).await?, [Reason::TagsRestored, Reason::Invited]);
    assert_eq!(shown(&world, &id)?.0, status(" - Invited"));
    assert_eq!(world.mailed("Candidate 1"), [World::TITLE]);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_inherited_tag_that_will_not_go_does_no_harm() -> Made {
    let world = World::start().await?;
    let sticky = json!({"inherited_tags": "sticky"});
    world.local.lever.switch(serde_json::from_value(sticky)?)?;
    world
        .local
        .lever_control()
        .post("/_sim/postings/Backend%20Engineer", &json!({"tags": [World::TITLE]}))
        .await?;
    let id = world.candidate("Candidate 1", json!({"posting": "Backend Engineer"}))?;
    world.move_to(&id, World::TRIGGER).await?;
    world.move_to(&id, "Offer").await?;
    world.move_to(&id, World::TRIGGER).await?;
    let mut tags = shown(&world, &id)?.0;
    tags.sort();
    assert_eq!(tags, [World::TITLE.to_owned(), format!("{} - Invited", World::TITLE)]);
    assert_eq!(world.mailed("Candidate 1"), [World::TITLE]);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_result_of_somebody_we_did_not_invite_costs_one_call_and_changes_nothing() -> Made {
    let world = World::start().await?;
    let invitation = json!({"data": {
        "candidates": ["stranger@example.com"],
        "assessment_id": world.first_assessment().await?,
    }});
    let (_, key) = world.local.qualified.first_team().ok_or("no team")?;
    let url = format!("{}/v1/assessment_invitations/invite_candidates", world.local.qualified.api_base());
    let client = sim_kit::http::client();
    let answer = client.post(url).header("authorization", key.expose()).json(&invitation).send().await?;
    let answer: serde_json::Value = serde_json::from_str(&answer.text().await?)?;
    let result = answer["data"][0]["assessmentResultId"].as_str().ok_or("no result")?.to_owned();
    let started = async {
        world.start_result(&result)?;
        world.settle().await
    };
    let (lever, qualified) = world.calls_during(started).await?;
    assert_eq!((lever.len(), qualified.len()), (0, 1));
    world.finish().await
}
