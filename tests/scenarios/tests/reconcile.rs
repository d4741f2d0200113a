//! What was lost heals: every webhook dropped, and the sweep brings the same end.

use std::time::Duration;

use lever_integration::domain::Reason;
use scenarios::{Made, World};
use serde_json::json;

/// Longer than a stage change is left to its own event, and than the pause between two sweeps.
const A_WHILE: Duration = Duration::from_secs(6 * 60);

/// Time passes, the reconciler runs, and the worker does what was found.
async fn sweep(world: &World) -> Made<reconciler::Answer> {
    world.clock.advance(A_WHILE);
    let answer = world.local.reconcile().await?;
    world.settle().await?;
    Ok(answer)
}

fn shown(world: &World, id: &str) -> Made<Vec<String>> {
    Ok(world.tags(id)?.into_iter().filter(|tag| tag.starts_with(World::TITLE)).collect())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_candidate_whose_event_was_lost_is_invited_once_by_the_next_sweep() -> Made {
    let world = World::without_deliveries().await?;
    let id = world.candidate("Ada", json!({"tags": [World::TITLE]}))?;
    world.local.lever.move_to(&id, World::TRIGGER, None)?;
    assert_eq!(sweep(&world).await?, reconciler::Answer { swept: 1, failed: 0, found: 1, complete: true });
    assert_eq!(shown(&world, &id)?, ["Rust Basics - Invited"]);
    assert_eq!(sweep(&world).await?.found, 0);
    assert_eq!(world.mailed("Ada"), [World::TITLE]);
    assert_eq!(world.reasons(&id).await?, [Reason::Invited]);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_every_delivery_lost_a_candidates_whole_way_ends_as_with_all_of_them() -> Made {
    let told = World::start().await?;
    let lost = World::without_deliveries().await?;
    let mut ends = Vec::new();
    for world in [told, lost] {
        let id = world.candidate("Ada", json!({"tags": [World::TITLE]}))?;
        world.move_to(&id, World::TRIGGER).await?;
        sweep(&world).await?;
        let result = world.result(&id).await?;
        world.start_result(&result)?;
        sweep(&world).await?;
        world.shows(&id, "Rust Basics - Started").await?;
        world.submit_result(&result).await?;
        sweep(&world).await?;
        world.shows(&id, "Rust Basics - Submitted").await?;
        let entry = world.ledger(&id).await?.remove(0);
        let mirror = entry.mirror().ok_or("nothing is followed")?;
        let mut notes = world.notes(&id)?;
        notes.iter_mut().for_each(|note| *note = note.lines().take(1).collect());
        let reasons = world.reasons(&id).await?;
        ends.push((
            shown(&world, &id)?,
            notes,
            world.mailed("Ada"),
            reasons,
            (mirror.standing, mirror.noted),
        ));
        world.finish().await?;
    }
    assert_eq!(ends[0], ends[1]);
    Ok(())
}
