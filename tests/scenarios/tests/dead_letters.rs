//! What fails for good goes to the dead letters, told and alone, and is done after a redrive.

use lever_integration::domain::Reason;
use lever_integration::queue::RECEIVES_MAX;
use scenarios::calls::EXHIBIT;
use scenarios::{Made, World};
use serde_json::json;
use sim_kit::faults::{Fault, Mode};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_ten_that_fails_for_good_is_put_aside_and_done_after_a_redrive() -> Made {
    let world = World::start().await?;
    let mut ids = Vec::new();
    for number in 0..10 {
        ids.push(world.candidate(&format!("Candidate {number}"), json!({"tags": [World::TITLE]}))?);
    }
    let poison = &ids[3];
    let read = format!("/v1/opportunities/{poison}");
    let kit = world.local.lever.kit();
    kit.faults.plan(Fault { status: Some(500), times: 1_000, ..Fault::new("GET", &read, Mode::Status) });
    for id in &ids {
        world.local.lever.move_to(id, World::TRIGGER, None)?;
    }
    world.wait_out().await?;

    let dead = world.local.queue.dead_letters();
    assert_eq!(dead.len(), 1, "{dead:?}");
    assert!(dead[0].body.contains(poison.as_str()));
    assert_eq!(dead[0].receives, RECEIVES_MAX);
    // In a receive without a permit for Lever the worker only waits, so there may be fewer reads than receives.
    let reads = kit.calls.after(0).iter().filter(|call| call.path == read).count();
    assert!((1..=usize::try_from(RECEIVES_MAX)?).contains(&reads), "{reads} reads");
    for (id, number) in ids.iter().zip(0..) {
        let (reasons, mails) = if id == poison { (Reason::GivenUp, 0) } else { (Reason::Invited, 1) };
        assert_eq!(world.reasons(id).await?, [reasons], "candidate {number}");
        assert_eq!(world.mailed(&format!("Candidate {number}")).len(), mails, "candidate {number}");
    }

    kit.faults.clear();
    assert_eq!(world.local.queue.redrive(), 1);
    world.wait_out().await?;
    assert_eq!(world.mailed("Candidate 3").len(), 1);
    assert!(world.tags(poison)?.iter().any(|tag| tag == "Rust Basics - Invited"));
    assert!(world.reasons(poison).await?.contains(&Reason::Invited));
    assert_eq!(world.local.qualified.mails().len(), 10);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_result_that_cannot_be_read_for_good_is_told_on_its_candidate() -> Made {
    let world = World::start().await?;
    let id = world.invited("Candidate 1").await?;
    let result = world.result(&id).await?;
    let kit = world.local.qualified.kit();
    let exhibit = Fault::new("GET", EXHIBIT, Mode::Status);
    kit.faults.plan(Fault { status: Some(500), times: 1_000, ..exhibit });
    world.start_result(&result)?;
    world.wait_out().await?;
    assert_eq!(world.local.queue.dead_letters().len(), 1);
    assert_eq!(world.reasons(&id).await?, [Reason::GivenUp, Reason::Invited]);
    kit.faults.clear();
    assert_eq!(world.local.queue.redrive(), 1);
    world.wait_out().await?;
    assert!(world.tags(&id)?.iter().any(|tag| tag == "Rust Basics - Started"));
    world.finish().await
}
