//! Titles and status tags that look like one another.

use scenarios::{Made, World};
use serde_json::json;

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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_status_tag_of_ours_does_not_ask_for_an_assessment_that_bears_it_as_title() -> Made {
    let world = World::start().await?;
    let third = world.local.qualified_control().get("/_sim/state").await?["assessments"][2]["id"].clone();
    let third = third.as_str().ok_or("no assessment")?;
    world
        .local
        .qualified
        .rename_assessment(third, "Rust Basics - Invited")
        .map_err(|error| error.to_string())?;
    let id = world.invited("Candidate 1").await?;
    world.move_to(&id, "Offer").await?;
    world.move_to(&id, World::TRIGGER).await?;
    assert_eq!(world.mailed("Candidate 1"), [World::TITLE]);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_tag_that_asks_for_another_assessment_stays() -> Made {
    let world = World::start().await?;
    let third = world.local.qualified_control().get("/_sim/state").await?["assessments"][2]["id"].clone();
    let third = third.as_str().ok_or("no assessment")?;
    world
        .local
        .qualified
        .rename_assessment(third, "Rust Basics - Invited")
        .map_err(|error| error.to_string())?;
    let id = world.candidate("Candidate 1", json!({"tags": ["Rust Basics - Invited"]}))?;
    world.move_to(&id, World::TRIGGER).await?;
    assert_eq!(world.mailed("Candidate 1"), ["Rust Basics - Invited"]);
    assert_eq!(world.tags(&id)?, ["Rust Basics - Invited - Invited"]);
    world.finish().await
}
