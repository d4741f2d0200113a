//! Two events tell of one move, as when a sweep tells of a move whose own event is still being worked off.

use std::time::Duration;

use lever_integration::domain::Reason;
use lever_integration::queue::Envelope;
use scenarios::calls::INVITE;
use scenarios::{Made, World, address, new_run};
use serde_json::json;
use sim_kit::faults::{Fault, Mode};

const ADD_TAGS: &str = "/v1/opportunities/*/addTags";
const CORRECTED: &str = "Corrected";
const CORRECTED_AGAIN: &str = "Corrected again";

async fn work(world: &World, word: &Envelope) -> bool {
    world.local.worker.handle(word, &new_run()).await.is_ok()
}

/// A candidate who was invited by this move, and nothing else is to come of it.
async fn invited(world: &World) -> Made<String> {
    let id = world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
    world.local.lever.move_to(&id, World::TRIGGER, None)?;
    assert!(work(world, &world.envelope(world.moved(&id)?)).await);
    Ok(id)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_lost_answer_it_sends_no_second_invitation() -> Made {
    let world = World::without_deliveries().await?;
    let id = invited(&world).await?;
    world.pass(Duration::from_secs(600));
    world.local.lever.correct_email(&id, &address(CORRECTED))?;
    world.move_anew(&id)?;
    let words = [world.envelope(world.moved(&id)?), world.envelope(world.moved(&id)?)];
    world.local.qualified.kit().faults.plan(Fault::new("POST", INVITE, Mode::DropAfter));
    assert!(!work(&world, &words[0]).await);
    world.local.lever.correct_email(&id, &address(CORRECTED_AGAIN))?;
    assert!(work(&world, &words[1]).await);
    assert_eq!((world.mailed(CORRECTED).len(), world.mailed(CORRECTED_AGAIN).len()), (1, 0));
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn before_the_tags_it_tells_the_invitation_and_sends_none() -> Made {
    for is_asked_again in [false, true] {
        let world = World::without_deliveries().await?;
        let id = if is_asked_again {
            let id = invited(&world).await?;
            world.pass(Duration::from_secs(600));
            world.local.lever.correct_email(&id, &address(CORRECTED))?;
            world.move_anew(&id)?;
            id
        } else {
            let id = world.candidate(CORRECTED, json!({"tags": [World::TITLE]}))?;
            world.local.lever.move_to(&id, World::TRIGGER, None)?;
            id
        };
        let words = [world.envelope(world.moved(&id)?), world.envelope(world.moved(&id)?)];
        world.local.lever.kit().faults.plan(Fault::new("POST", ADD_TAGS, Mode::Status));
        assert!(!work(&world, &words[0]).await);
        world.pass(Duration::from_secs(600));
        world.local.lever.correct_email(&id, &address(CORRECTED_AGAIN))?;
        for word in [&words[1], &words[0]] {
            assert!(work(&world, word).await);
        }
        let sent = (world.mailed(CORRECTED).len(), world.mailed(CORRECTED_AGAIN).len());
        assert_eq!(sent, (1, 0), "asked again: {is_asked_again}");
        let reasons = world.reasons(&id).await?;
        let invited = reasons.iter().filter(|reason| **reason == Reason::Invited).count();
        assert_eq!(invited, 1 + usize::from(is_asked_again), "{reasons:?}");
        assert_eq!(world.tags(&id)?, ["Rust Basics - Invited"]);
        world.finish().await?;
    }
    Ok(())
}
