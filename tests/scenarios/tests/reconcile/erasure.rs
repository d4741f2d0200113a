//! Whoever is deleted or anonymised in Lever is erased here, and nobody else.

use scenarios::{Made, World};
use serde_json::json;
use sim_kit::faults::{Fault, Mode};

use super::{AN_HOUR, connect, fail_always, sweep, sweep_after};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_deleted_or_anonymised_in_lever_is_erased_here() -> Made {
    let world = World::start().await?;
    let (gone, faceless, stays) =
        (world.invited("Ada").await?, world.invited("Bob").await?, world.invited("Eve").await?);
    sweep(&world).await?;
    world.local.lever.delete(&gone)?;
    world.local.lever.anonymise(&faceless)?;
    sweep_after(&world, AN_HOUR).await?;
    sweep_after(&world, AN_HOUR).await?;
    for id in [&gone, &faceless] {
        assert_eq!((world.ledger(id).await?.len(), world.activity(id).await?.len()), (0, 0), "{id}");
    }
    let stored = world.local.stored_items().await?.join("\n");
    assert!(!stored.contains(&gone) && !stored.contains(&faceless), "still named in the table");
    assert_eq!((world.ledger(&stays).await?.len(), world.activity(&stays).await?.len()), (1, 1));
    world.finish().await
}

/// So many other candidates are created and deleted in Lever.
fn delete_others(world: &World, count: usize) -> Made {
    for _ in 0..count {
        let id = world.candidate("Somebody else", json!({}))?;
        world.local.lever.delete(&id)?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_deletions_than_one_look_reads_are_met_by_the_next() -> Made {
    let world = World::start().await?;
    let last = world.invited("Ada").await?;
    sweep(&world).await?;
    // Lever lists the oldest deletion first.
    delete_others(&world, 500)?;
    world.local.lever.delete(&last)?;
    sweep_after(&world, AN_HOUR).await?;
    assert_eq!(world.ledger(&last).await?.len(), 1, "five hundred are read at once");
    sweep_after(&world, AN_HOUR).await?;
    assert_eq!((world.ledger(&last).await?.len(), world.activity(&last).await?.len()), (0, 0));
    let later = world.invited("Bob").await?;
    world.local.lever.delete(&later)?;
    sweep_after(&world, AN_HOUR).await?;
    sweep_after(&world, AN_HOUR).await?;
    assert_eq!(world.ledger(&later).await?.len(), 0, "later deletions are asked for");
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_place_among_the_deletions_that_lever_no_longer_knows_costs_a_new_beginning() -> Made {
    let world = World::start().await?;
    let last = world.invited("Ada").await?;
    sweep(&world).await?;
    delete_others(&world, 100)?;
    world.local.lever.delete(&last)?;
    let body = Some(json!({"code": "BadRequestError", "message": "Invalid offset token"}));
    let second_page = Fault::new("GET", "/v1/opportunities/deleted", Mode::Status);
    let fault = Fault { status: Some(400), body, skip: 1, ..second_page };
    world.local.lever.kit().faults.plan(fault);
    let answer = sweep_after(&world, AN_HOUR).await?;
    assert_eq!((answer.failed, world.ledger(&last).await?.len()), (0, 0));
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_behind_opportunities_that_lever_does_not_show_readably_is_kept() -> Made {
    let world = World::start().await?;
    let mut ids = [world.invited("Ada").await?, world.invited("Bob").await?, world.invited("Eve").await?];
    // As the walk over the ledger goes.
    ids.sort();
    let [garbled, refused, behind] = ids;
    sweep(&world).await?;
    world.local.lever.anonymise(&behind)?;
    fail_always(&world, &format!("/v1/opportunities/{garbled}"), Mode::MalformedJson, None);
    fail_always(&world, &format!("/v1/opportunities/{refused}"), Mode::Status, Some(400));
    sweep_after(&world, AN_HOUR).await?;
    sweep_after(&world, AN_HOUR).await?;
    let mut left = Vec::new();
    for id in [&garbled, &refused, &behind] {
        left.push(world.ledger(id).await?.len());
    }
    assert_eq!(left, [1, 1, 0]);
    world.local.lever.kit().faults.clear();
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_behind_an_opportunity_that_always_fails_is_kept_for_ever() -> Made {
    let world = World::start().await?;
    let mut ids = [world.invited("Ada").await?, world.invited("Bob").await?];
    ids.sort();
    let [broken, behind] = ids;
    sweep(&world).await?;
    world.local.lever.anonymise(&behind)?;
    fail_always(&world, &format!("/v1/opportunities/{broken}"), Mode::Status, Some(500));
    assert_eq!(sweep_after(&world, AN_HOUR).await?.failed, 1, "Lever may be down: it is asked again soon");
    assert_eq!(world.ledger(&behind).await?.len(), 1);
    for _ in 0..10 {
        sweep(&world).await?;
    }
    assert_eq!((world.ledger(&broken).await?.len(), world.ledger(&behind).await?.len()), (1, 0));
    assert_eq!(sweep(&world).await?.failed, 0);
    world.local.lever.kit().faults.clear();
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whom_lever_could_not_show_for_a_moment_is_looked_at_by_the_next_sweep() -> Made {
    let world = World::start().await?;
    let faceless = world.invited("Ada").await?;
    sweep(&world).await?;
    world.local.lever.anonymise(&faceless)?;
    let path = format!("/v1/opportunities/{faceless}");
    world.local.lever.kit().faults.plan(Fault::new("GET", &path, Mode::Status));
    sweep_after(&world, AN_HOUR).await?;
    assert_eq!(world.ledger(&faceless).await?.len(), 1);
    sweep(&world).await?;
    assert_eq!(world.ledger(&faceless).await?.len(), 0);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_opportunity_that_lever_merely_does_not_know_is_kept() -> Made {
    let world = World::start().await?;
    let id = world.invited("Ada").await?;
    let other = world.local.lever.add_account(&serde_json::from_value(json!({"name": "Another"}))?)?;
    let minted = world.local.lever.mint(serde_json::from_value(json!({"account": other}))?)?;
    connect(&world, &world.team.clone(), &minted).await?;
    for _ in 0..3 {
        sweep_after(&world, AN_HOUR).await?;
    }
    assert_eq!(world.ledger(&id).await?.len(), 1);
    Ok(())
}
