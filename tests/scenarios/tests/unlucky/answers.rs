//! An answer was lost, or something changed between the mail and its record.

use std::time::Duration;

use lever_integration::domain::Reason;
use scenarios::calls::{INVITE, LOOK_UP};
use scenarios::{Made, World};
use serde_json::json;
use sim_kit::faults::Mode;

use super::{of_title, plan};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_changed_after_a_lost_answer_gets_no_second_invitation() -> Made {
    let world = World::start().await?;
    let id = world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
    plan(&world, "POST", INVITE, Mode::DropAfter, 1, 0);
    world.move_to(&id, World::TRIGGER).await?;
    world.local.lever.correct_email(&id, "new@example.com")?;
    world.wait_out().await?;
    assert_eq!(world.local.qualified.mails().len(), 1);
    assert_eq!(world.reasons(&id).await?, [Reason::Invited]);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_removed_after_a_lost_answer_does_not_hide_the_invitation() -> Made {
    let world = World::start().await?;
    let id = world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
    plan(&world, "POST", INVITE, Mode::DropAfter, 1, 0);
    world.move_to(&id, World::TRIGGER).await?;
    world.local.lever.anonymise(&id)?;
    world.wait_out().await?;
    assert_eq!(world.reasons(&id).await?, [Reason::Invited]);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tag_taken_off_before_anything_was_sent_sends_nothing() -> Made {
    for path in [LOOK_UP, INVITE] {
        let world = World::start().await?;
        let id = world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
        plan(&world, "*", path, Mode::Status, 1, 0);
        world.move_to(&id, World::TRIGGER).await?;
        world.local.lever.tag(&id, &[World::OTHER_TITLE.to_owned()], &[World::TITLE.to_owned()])?;
        world.wait_out().await?;
        assert_eq!(world.mailed("Candidate 1").len(), 1, "{path}");
        assert_eq!(world.reasons(&id).await?, [Reason::NoMatchingTag, Reason::Invited], "{path}");
        assert_eq!(of_title(&world, &id)?, [""; 0]);
        // Put back, it asks as any other does.
        world.local.lever.tag(&id, &[World::TITLE.to_owned()], &[])?;
        world.move_to(&id, "Offer").await?;
        world.move_to(&id, World::TRIGGER).await?;
        assert_eq!(of_title(&world, &id)?, ["Rust Basics - Invited"]);
        world.finish().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tag_taken_off_after_a_lost_answer_does_not_hide_the_invitation() -> Made {
    let world = World::start().await?;
    let id = world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
    plan(&world, "POST", INVITE, Mode::DropAfter, 1, 0);
    world.move_to(&id, World::TRIGGER).await?;
    world.local.lever.tag(&id, &[], &[World::TITLE.to_owned()])?;
    world.wait_out().await?;
    assert_eq!(world.mailed("Candidate 1").len(), 1);
    assert_eq!(world.reasons(&id).await?, [Reason::Invited]);
    assert_eq!(of_title(&world, &id)?, ["Rust Basics - Invited"]);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_assessment_unpublished_after_the_mail_does_not_hide_the_invitation() -> Made {
    for (path, mode) in [(INVITE, Mode::DropAfter), ("/v1/opportunities/*/addTags", Mode::Status)] {
        let world = World::start().await?;
        let id = world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
        plan(&world, "POST", path, mode, 1, 0);
        world.move_to(&id, World::TRIGGER).await?;
        world.local.qualified.unpublish_assessment(world.first_assessment().await?.as_str())?;
        // The list of assessments is read again by then.
        world.pass(Duration::from_secs(120));
        world.wait_out().await?;
        assert_eq!(world.mailed("Candidate 1").len(), 1, "{path}");
        assert_eq!(world.reasons(&id).await?, [Reason::Invited], "{path}");
        assert_eq!(of_title(&world, &id)?, ["Rust Basics - Invited"], "{path}");
        world.finish().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_assessment_unpublished_before_anything_was_sent_sends_nothing() -> Made {
    let world = World::start().await?;
    let id = world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
    plan(&world, "POST", INVITE, Mode::Status, 1, 0);
    world.move_to(&id, World::TRIGGER).await?;
    world.local.qualified.unpublish_assessment(world.first_assessment().await?.as_str())?;
    world.pass(Duration::from_secs(120));
    world.wait_out().await?;
    assert_eq!(world.mailed("Candidate 1").len(), 0);
    assert_eq!(world.reasons(&id).await?, [Reason::NotPublished]);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_sent_is_told_although_the_candidate_moved_on_before_the_rest() -> Made {
    let world = World::start().await?;
    let id = world.candidate("Candidate 1", json!({"tags": [World::TITLE, World::OTHER_TITLE]}))?;
    plan(&world, "POST", INVITE, Mode::Status, 1, 1);
    world.move_to(&id, World::TRIGGER).await?;
    assert_eq!(world.mailed("Candidate 1").len(), 1, "one of two");
    world.move_to(&id, "Offer").await?;
    world.wait_out().await?;
    let mut reasons = world.reasons(&id).await?;
    reasons.sort();
    let mut expected = [Reason::Invited, Reason::MovedOn];
    expected.sort();
    assert_eq!(reasons, expected);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_changed_after_a_lost_answer_does_not_hide_an_invitation_that_was_given_anew() -> Made {
    let world = World::start().await?;
    let first = world.invited("Candidate 1").await?;
    let result = world.result(&first).await?;
    world.close_result(result.as_str()).await?;
    world.pass(Duration::from_secs(600));
    let second = world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
    plan(&world, "POST", INVITE, Mode::DropAfter, 1, 0);
    world.move_to(&second, World::TRIGGER).await?;
    world.local.lever.correct_email(&second, "new@example.com")?;
    world.wait_out().await?;
    assert_eq!(world.local.qualified.mails().len(), 2);
    assert_eq!(world.reasons(&second).await?, [Reason::Invited]);
    assert_eq!(world.result(&second).await?, result);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_changed_after_a_lost_answer_does_not_hide_it_behind_another_invitation() -> Made {
    let world = World::start().await?;
    let id = world.candidate("Candidate 1", json!({"tags": [World::TITLE, World::OTHER_TITLE]}))?;
    plan(&world, "POST", INVITE, Mode::Status, 1, 0);
    plan(&world, "POST", INVITE, Mode::DropAfter, 1, 0);
    world.move_to(&id, World::TRIGGER).await?;
    world.local.lever.correct_email(&id, "new@example.com")?;
    world.wait_out().await?;
    assert_eq!((world.mailed("Candidate 1").len(), world.local.qualified.mails().len()), (1, 2));
    assert_eq!(world.reasons(&id).await?, [Reason::Invited, Reason::Invited]);
    world.finish().await
}
