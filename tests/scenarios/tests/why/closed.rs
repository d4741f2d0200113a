//! Results that the team closes in Qualified: told each time, and followed when they go on.

use lever_integration::domain::{Reason, ResultNews};
use scenarios::{Made, World, news};
use serde_json::json;

use super::{Why, sweep};

/// Nobody has started, or somebody has; and the team closes the result.
async fn close(world: &World, id: &str) -> Made<String> {
    let result = world.result(id).await?;
    world.close_result(&result).await?;
    sweep(world).await?;
    assert_eq!(world.reasons(id).await?[0], Reason::Terminated);
    Ok(result)
}

async fn start(world: &World, id: &str) -> Made {
    let result = world.result(id).await?;
    world.start_result(&result)?;
    world.shows(id, &format!("{} - Started", World::TITLE)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_result_closed_once_more_after_it_was_given_anew_is_told_once_more() -> Made {
    let world = World::start().await?;
    let id = world.invited("Ada Byron").await?;
    close(&world, &id).await?;
    world.move_anew(&id)?;
    world.settle().await?;
    assert_eq!(world.reasons(&id).await?[0], Reason::Invited);
    close(&world, &id).await?;
    let told = [Reason::Terminated, Reason::Invited, Reason::Terminated, Reason::Invited];
    assert_eq!(world.reasons(&id).await?, told);
    Why::of(&world, &id).await?.says("Closed in Qualified without a submission");
    sweep(&world).await?;
    assert_eq!(world.reasons(&id).await?.len(), told.len(), "it is told once");
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_at_work_again_after_their_result_was_closed_is_not_called_closed() -> Made {
    let world = World::start().await?;
    let id = world.invited("Ada Byron").await?;
    start(&world, &id).await?;
    let result = close(&world, &id).await?;
    // Invited again, and not by the move that the page is asked about.
    let other = world.candidate("Ada Byron", json!({"tags": [World::TITLE]}))?;
    world.move_to(&other, World::TRIGGER).await?;
    assert_eq!(world.result(&other).await?, result);
    start(&world, &other).await?;
    assert_eq!(world.reasons(&id).await?[0], Reason::Reopened);
    let why = Why::of(&world, &id).await?;
    why.does_not_say("Closed in Qualified");
    why.says("The candidate has started");
    // Told again, late: nothing new.
    let count = world.reasons(&id).await?.len();
    let again = world.envelope(news(&result, ResultNews::Started)?);
    assert!(world.work_off(&again).await);
    assert_eq!(world.reasons(&id).await?.len(), count);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asked_again_after_a_started_result_was_closed_it_says_so_and_restores_the_tags() -> Made {
    let world = World::start().await?;
    let id = world.invited("Ada Byron").await?;
    start(&world, &id).await?;
    close(&world, &id).await?;
    world.pass(World::SWEEP_IS_DUE);
    world.move_anew(&id)?;
    world.settle().await?;
    let told = [Reason::Terminated, Reason::Terminated, Reason::Started, Reason::Invited];
    assert_eq!(world.reasons(&id).await?, told);
    assert_eq!(world.tags(&id)?, [format!("{} - Started", World::TITLE)]);
    assert_eq!(world.mailed("Ada Byron").len(), 1);
    world.finish().await
}
