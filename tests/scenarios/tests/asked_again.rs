//! Asking again for somebody who has not started: the invitation reaches the present address, and once.

use std::time::Duration;

use lever_integration::domain::{Reason, ResultNews};
use scenarios::calls::{INVITE, LOOK_UP, REMOVE_TAGS, refused_address};
use scenarios::{Made, World, address, news};
use serde_json::json;
use sim_kit::faults::{Fault, Mode};

const CORRECTED: &str = "Corrected";
const CORRECTED_AGAIN: &str = "Corrected again";
/// After this time an invitation does not count as just made.
const NO_LONGER_NEW: Duration = Duration::from_secs(600);

async fn ask_again(world: &World, id: &str) -> Made {
    world.tag_anew(id)?;
    world.move_to(id, "Offer").await?;
    world.move_to(id, World::TRIGGER).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_corrected_address_is_invited_and_its_result_followed() -> Made {
    let world = World::start().await?;
    let id = world.invited("Candidate 1").await?;
    let first = world.result(&id).await?;
    world.local.lever.correct_email(&id, &address(CORRECTED))?;
    ask_again(&world, &id).await?;
    assert_eq!(world.reasons(&id).await?, [Reason::Invited, Reason::Invited]);
    assert_eq!((world.mailed("Candidate 1").len(), world.mailed(CORRECTED).len()), (1, 1));
    let second = world.result(&id).await?;
    assert_ne!(first, second);
    world.submit_result(&second).await?;
    world.shows(&id, "Rust Basics - Submitted").await?;
    assert_eq!(world.notes(&id)?.len(), 1);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_invited_at_the_corrected_address_by_hand_is_followed() -> Made {
    let world = World::start().await?;
    let id = world.invited("Candidate 1").await?;
    let by_hand = world.invited(CORRECTED).await?;
    world.pass(NO_LONGER_NEW);
    world.local.lever.correct_email(&id, &address(CORRECTED))?;
    ask_again(&world, &id).await?;
    assert_eq!(world.reasons(&id).await?, [Reason::AttachedToExisting, Reason::Invited]);
    assert_eq!(world.result(&id).await?, world.result(&by_hand).await?);
    assert_eq!((world.mailed("Candidate 1").len(), world.mailed(CORRECTED).len()), (1, 1));
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invitation_that_was_closed_or_has_expired_is_sent_anew() -> Made {
    for is_closed in [true, false] {
        let world = World::start().await?;
        let id = world.invited("Candidate 1").await?;
        let result = world.result(&id).await?;
        let qualified = &world.local.qualified;
        let ended = if is_closed {
            qualified.terminate_result(result.as_str())
        } else {
            qualified.expire_result(result.as_str())
        };
        ended.map_err(|error| error.to_string())?;
        world.settle().await?;
        ask_again(&world, &id).await?;
        assert_eq!(world.reasons(&id).await?[0], Reason::Invited, "closed: {is_closed}");
        assert_eq!(world.mailed("Candidate 1").len(), 2, "closed: {is_closed}");
        assert_eq!(world.result(&id).await?, result);
        world.finish().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_opportunity_of_somebody_whose_result_was_closed_is_invited() -> Made {
    let world = World::start().await?;
    let first = world.invited("Candidate 1").await?;
    let result = world.result(&first).await?;
    world.close_result(result.as_str()).await?;
    let second = world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
    world.move_to(&second, World::TRIGGER).await?;
    assert_eq!(world.reasons(&second).await?, [Reason::Invited]);
    assert_eq!(world.mailed("Candidate 1").len(), 2);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_result_is_no_invitation_to_a_run_that_begins_again_either() -> Made {
    let world = World::start().await?;
    let first = world.invited("Candidate 1").await?;
    let result = world.result(&first).await?;
    world.close_result(result.as_str()).await?;
    let second = world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
    let kit = world.local.qualified.kit();
    kit.faults.plan(Fault::new("GET", LOOK_UP, Mode::Status));
    world.move_to(&second, World::TRIGGER).await?;
    world.wait_out().await?;
    assert_eq!(world.reasons(&second).await?, [Reason::Invited]);
    assert_eq!(world.mailed("Candidate 1").len(), 2);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_sent_to_an_earlier_address_long_ago_is_not_taken_for_what_a_lost_run_sent() -> Made {
    let world = World::start().await?;
    let first = world.invited("Candidate 1").await?;
    world.pass(NO_LONGER_NEW);
    let second = world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
    world.local.lever.correct_email(&second, &address(CORRECTED))?;
    world.local.qualified.kit().faults.plan(Fault::new("POST", INVITE, Mode::Status));
    world.move_to(&second, World::TRIGGER).await?;
    world.wait_out().await?;
    assert_eq!(world.reasons(&second).await?, [Reason::Invited]);
    assert_eq!((world.mailed("Candidate 1").len(), world.mailed(CORRECTED).len()), (1, 1));
    assert_ne!(world.result(&second).await?, world.result(&first).await?);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn news_of_the_earlier_invitation_does_not_take_the_place_of_the_one_asked_for() -> Made {
    for is_closed in [true, false] {
        let world = World::start().await?;
        let id = world.invited("Candidate 1").await?;
        let result = world.result(&id).await?;
        world.pass(NO_LONGER_NEW);
        world.local.lever.correct_email(&id, &address(CORRECTED))?;
        let kit = world.local.qualified.kit();
        kit.faults.plan(Fault::new("GET", LOOK_UP, Mode::Status));
        ask_again(&world, &id).await?;
        let qualified = &world.local.qualified;
        let changed = if is_closed {
            qualified.terminate_result(result.as_str())
        } else {
            qualified.open_result(result.as_str()).map(drop)
        };
        changed.map_err(|error| error.to_string())?;
        // What is news to the first invitation shows its status again.
        world.local.reconcile().await?;
        world.settle().await?;
        world.wait_out().await?;
        assert_eq!(world.mailed(CORRECTED).len(), 1, "closed: {is_closed}");
        let reasons = world.reasons(&id).await?;
        let invited = reasons.iter().filter(|reason| **reason == Reason::Invited).count();
        assert_eq!(invited, 2, "closed: {is_closed}: {reasons:?}");
        world.finish().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn news_that_comes_while_asked_again_puts_no_tags_on_and_takes_no_invitation_away() -> Made {
    let world = World::without_deliveries().await?;
    let id = world.invited_alone("Candidate 1").await?;
    let result = world.result(&id).await?;
    world.pass(NO_LONGER_NEW);
    world.local.lever.correct_email(&id, &address(CORRECTED))?;
    world.move_anew(&id)?;
    let asking = world.envelope(world.moved(&id)?);
    world.local.qualified.kit().faults.plan(Fault::new("GET", LOOK_UP, Mode::Status));
    assert!(!world.work_off(&asking).await);
    // The answer to taking the title off would be lost.
    world.local.lever.kit().faults.plan(Fault::new("POST", REMOVE_TAGS, Mode::DropAfter));
    world.work_off(&world.envelope(news(&result, ResultNews::StateChanged)?)).await;
    assert_eq!(world.tags(&id)?, [World::TITLE], "the title is what asks");
    world.local.lever.kit().faults.clear();
    world.pass(NO_LONGER_NEW);
    assert!(world.work_off(&asking).await);
    assert_eq!(world.mailed(CORRECTED).len(), 1);
    assert_eq!(world.reasons(&id).await?, [Reason::Invited, Reason::Invited]);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_result_closed_before_is_not_followed_by_whom_nobody_asks_for_any_more() -> Made {
    let world = World::start().await?;
    let first = world.invited("Candidate 1").await?;
    let result = world.result(&first).await?;
    world.close_result(result.as_str()).await?;
    world.pass(NO_LONGER_NEW);
    let second = world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
    let kit = world.local.qualified.kit();
    kit.faults.plan(Fault::new("GET", LOOK_UP, Mode::Status));
    world.move_to(&second, World::TRIGGER).await?;
    world.local.lever.tag(&second, &[], &[World::TITLE.to_owned()])?;
    world.wait_out().await?;
    assert_eq!(world.reasons(&second).await?, [Reason::NoMatchingTag]);
    assert_eq!(world.tags(&second)?, [""; 0]);
    assert_eq!(world.mailed("Candidate 1").len(), 1);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_result_does_not_take_the_place_of_the_invitation_of_whom_nobody_asks_for_any_more() -> Made
{
    let world = World::start().await?;
    let id = world.invited("Candidate 1").await?;
    let first = world.result(&id).await?;
    let other = world.invited(CORRECTED).await?;
    world.close_result(world.result(&other).await?.as_str()).await?;
    world.local.lever.correct_email(&id, &address(CORRECTED))?;
    let kit = world.local.qualified.kit();
    kit.faults.plan(Fault::new("GET", LOOK_UP, Mode::Status));
    ask_again(&world, &id).await?;
    world.move_to(&id, "Offer").await?;
    world.wait_out().await?;
    assert_eq!(world.result(&id).await?, first);
    world.submit_result(&first).await?;
    world.shows(&id, "Rust Basics - Submitted").await?;
    assert_eq!(world.notes(&id)?.len(), 1);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_changed_after_a_lost_answer_gets_no_second_invitation() -> Made {
    for since_the_first in [Duration::ZERO, NO_LONGER_NEW] {
        let world = World::start().await?;
        let id = world.invited("Candidate 1").await?;
        let first = world.result(&id).await?;
        world.pass(since_the_first);
        world.local.lever.correct_email(&id, &address(CORRECTED))?;
        world.local.qualified.kit().faults.plan(Fault::new("POST", INVITE, Mode::DropAfter));
        ask_again(&world, &id).await?;
        world.local.lever.correct_email(&id, &address(CORRECTED_AGAIN))?;
        world.wait_out().await?;
        assert_eq!((world.mailed(CORRECTED).len(), world.mailed(CORRECTED_AGAIN).len()), (1, 0));
        assert_ne!(world.result(&id).await?, first);
        assert_eq!(world.reasons(&id).await?, [Reason::Invited, Reason::Invited]);
        world.finish().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_invitation_at_the_earlier_address_is_not_taken_for_what_a_lost_run_sent() -> Made {
    for since_the_first in [Duration::ZERO, NO_LONGER_NEW] {
        let world = World::start().await?;
        let id = world.invited("Candidate 1").await?;
        world.pass(since_the_first);
        world.local.lever.correct_email(&id, &address(CORRECTED))?;
        world.local.qualified.kit().faults.plan(Fault::new("POST", INVITE, Mode::Status));
        ask_again(&world, &id).await?;
        world.wait_out().await?;
        assert_eq!((world.mailed("Candidate 1").len(), world.mailed(CORRECTED).len()), (1, 1));
        assert_eq!(world.reasons(&id).await?, [Reason::Invited, Reason::Invited]);
        world.finish().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_refused_when_asked_for_again_can_be_asked_for_once_more() -> Made {
    let world = World::start().await?;
    let id = world.invited("Candidate 1").await?;
    world.local.lever.correct_email(&id, &address("Misspelt"))?;
    world.local.qualified.kit().faults.plan(refused_address());
    ask_again(&world, &id).await?;
    assert_eq!(world.reasons(&id).await?, [Reason::EmailRefused, Reason::Invited]);
    // As the activity says: correct the address, move out and in.
    world.local.lever.correct_email(&id, &address(CORRECTED))?;
    world.move_to(&id, "Offer").await?;
    world.move_to(&id, World::TRIGGER).await?;
    assert_eq!(world.reasons(&id).await?[0], Reason::Invited);
    assert_eq!((world.mailed("Candidate 1").len(), world.mailed(CORRECTED).len()), (1, 1));
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_leaves_the_stage_before_the_second_invitation_gets_it_when_back() -> Made {
    let world = World::start().await?;
    let id = world.invited("Candidate 1").await?;
    world.local.lever.correct_email(&id, &address(CORRECTED))?;
    world.local.qualified.kit().faults.plan(Fault::new("POST", INVITE, Mode::Status));
    ask_again(&world, &id).await?;
    world.move_to(&id, "Offer").await?;
    world.wait_out().await?;
    assert_eq!(world.reasons(&id).await?, [Reason::MovedOn, Reason::Invited]);
    world.move_to(&id, World::TRIGGER).await?;
    assert_eq!(world.reasons(&id).await?[0], Reason::Invited);
    assert_eq!((world.mailed("Candidate 1").len(), world.mailed(CORRECTED).len()), (1, 1));
    world.finish().await
}
