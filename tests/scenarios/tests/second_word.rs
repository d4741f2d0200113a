//! Two events tell of one move, as when a sweep tells of a move whose own event is still being worked off.

use std::time::Duration;

use lever_integration::domain::Reason;
use scenarios::calls::{ADD_TAGS, INVITE};
use scenarios::{Last, Made, World, address, new_run};
use serde_json::json;
use sim_kit::faults::{Fault, Mode};

const CORRECTED: &str = "Corrected";
const CORRECTED_AGAIN: &str = "Corrected again";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_lost_answer_it_sends_no_second_invitation() -> Made {
    let world = World::without_deliveries().await?;
    let id = world.invited_alone("Candidate 1").await?;
    world.pass(Duration::from_secs(600));
    world.local.lever.correct_email(&id, &address(CORRECTED))?;
    world.move_anew(&id)?;
    let words = [world.envelope(world.moved(&id)?), world.envelope(world.moved(&id)?)];
    world.local.qualified.kit().faults.plan(Fault::new("POST", INVITE, Mode::DropAfter));
    assert!(!world.work_off(&words[0]).await);
    world.local.lever.correct_email(&id, &address(CORRECTED_AGAIN))?;
    assert!(world.work_off(&words[1]).await);
    assert_eq!((world.mailed(CORRECTED).len(), world.mailed(CORRECTED_AGAIN).len()), (1, 0));
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn before_the_tags_it_tells_the_invitation_and_sends_none() -> Made {
    for is_asked_again in [false, true] {
        let world = World::without_deliveries().await?;
        let id = if is_asked_again {
            let id = world.invited_alone("Candidate 1").await?;
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
        assert!(!world.work_off(&words[0]).await);
        world.pass(Duration::from_secs(600));
        world.local.lever.correct_email(&id, &address(CORRECTED_AGAIN))?;
        for word in [&words[1], &words[0]] {
            assert!(world.work_off(word).await);
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_finding_did_it_tells_although_the_own_event_of_the_move_told_otherwise_meanwhile() -> Made {
    let world = World::without_deliveries().await?;
    let ends = (0..World::CALLS_MAX).flat_map(|calls| [Last::Undone, Last::Done].map(|last| (calls, last)));
    for (number, end) in ends.enumerate() {
        let name = format!("Candidate {number}");
        let id = world.candidate(&name, json!({"tags": [World::TITLE]}))?;
        world.local.lever.move_to(&id, World::TRIGGER, None)?;
        let (found, own) = (world.envelope(world.found(&id)?), world.envelope(world.moved(&id)?));
        let doomed = world.failing(end.0, end.1).worker()?;
        _ = doomed.handle(&found, &new_run()).await;
        let status = world.tags(&id)?;
        world.local.lever.tag(&id, &[], &status)?;
        world.clock.advance(World::LEASE_IS_OVER);
        assert!(world.work_off(&own).await, "{end:?}");
        world.clock.advance(World::LEASE_IS_OVER);
        assert!(world.work_off(&found).await, "{end:?}");
        let reasons = world.reasons(&id).await?;
        // Whether an invitation found again after a crash was ours is not on record.
        let invited = |reason: &&Reason| matches!(reason, Reason::Invited | Reason::AttachedToExisting);
        assert_eq!(reasons.iter().filter(invited).count(), world.mailed(&name).len(), "{end:?}: {reasons:?}");
    }
    world.finish().await
}
