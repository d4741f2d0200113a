//! Titles and status tags that look like one another, and tags that Lever refuses.

use lever_integration::domain::Reason;
use scenarios::calls::{ADD_TAGS, NOTES};
use scenarios::{Made, World};
use serde_json::json;
use sim_kit::faults::{Fault, Mode};

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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tags_refused_are_told_although_the_note_failed_at_first() -> Made {
    let world = World::start().await?;
    let id = world.invited("Candidate 1").await?;
    let result = world.result(&id).await?;
    world.start_result(&result)?;
    world.shows(&id, "Rust Basics - Started").await?;
    let faults = &world.local.lever.kit().faults;
    let refusal = Fault::new("POST", ADD_TAGS, Mode::Status);
    faults.plan(Fault { status: Some(403), times: 10, ..refusal });
    faults.plan(Fault::new("POST", NOTES, Mode::Status));
    world.submit_result(&result).await?;
    world.settle().await?;
    world.wait_out().await?;
    let told = [Reason::TagsRefused, Reason::Submitted, Reason::Started, Reason::Invited];
    assert_eq!(world.reasons(&id).await?, told);
    assert_eq!(world.notes(&id)?.len(), 1);
    world.finish().await
}
