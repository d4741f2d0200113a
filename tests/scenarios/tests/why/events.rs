//! Events that wait, were missed, or were given up.

use lever_integration::clock::Clock;
use lever_integration::domain::Reason;
use scenarios::{Admin, Made, World};
use serde_json::json;
use sim_kit::deliveries::ModeChange;
use sim_kit::faults::{Fault, Mode};

use super::{Why, sweep};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_waits_for_an_api_key_is_not_called_lost() -> Made {
    let world = World::start().await?;
    world.local.qualified.rotate_api_key(world.team.as_str(), "the-new-key".into());
    let id = world.invited("Ada Byron").await?;
    let why = Why::of(&world, &id).await?;
    assert_eq!(why.check("access_granted"), (Some("failed"), Some("api_key_needed")));
    why.does_not_say("We have not handled a move");
    why.does_not_say(Reason::NoMatchingTag.sentence());
    why.says(Reason::ApiKeyNeeded.hint());
    why.says("The move of this candidate waits");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_waits_for_a_login_is_not_called_lost() -> Made {
    let world = World::start().await?;
    world.local.lever.switch(serde_json::from_value(json!({"after_revocation": "continue"}))?)?;
    world.local.lever.revoke(None)?;
    let id = world.invited("Ada Byron").await?;
    let why = Why::of(&world, &id).await?;
    assert_eq!(why.check("access_granted"), (Some("failed"), Some("reconnect_needed")));
    why.does_not_say("We have not handled a move");
    why.says("The move of this candidate waits");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_access_is_noticed_by_the_question_itself() -> Made {
    let world = World::start().await?;
    let id = world.candidate("Ada Byron", json!({"tags": [World::TITLE]}))?;
    world.local.lever.revoke(None)?;
    let why = Why::of(&world, &id).await?;
    assert_eq!(why.check("access_granted"), (Some("failed"), Some("reconnect_needed")));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_missed_while_the_access_was_revoked_is_found_after_the_login() -> Made {
    let world = World::start().await?;
    world.local.lever.switch(serde_json::from_value(json!({"after_revocation": "stop"}))?)?;
    world.local.lever.revoke(None)?;
    let id = world.invited("Ada Byron").await?;
    assert_eq!(world.reasons(&id).await?, [], "Lever told nobody");
    sweep(&world).await?;
    assert_eq!(world.mailed("Ada Byron"), [""; 0]);
    Admin::of(&world.local, &world.team)?.log_in().await?;
    let why = Why::of(&world, &id).await?;
    why.says("We have not handled a move of this candidate yet.");
    why.says("we look for missed moves ourselves");
    sweep(&world).await?;
    assert_eq!(world.mailed("Ada Byron"), [World::TITLE]);
    Ok(())
}

/// Every attempt passes, for the simulators too: a link from Qualified would have expired otherwise.
async fn wait_until_given_up(world: &World) -> Made {
    let before = world.clock.now();
    world.wait_out().await?;
    assert_eq!(world.local.queue.dead_letters().len(), 1);
    let passed = world.clock.now().duration_since(before);
    for kit in [world.local.lever.kit(), world.local.qualified.kit()] {
        kit.clock.advance_ms(i64::try_from(passed.as_millis())?);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_has_moved_on_is_told_what_was_decided_in_the_stage() -> Made {
    let world = World::start().await?;
    let id = world.candidate("Ada Byron", json!({"tags": [World::TITLE], "emails": []}))?;
    world.move_to(&id, World::TRIGGER).await?;
    assert_eq!(world.reasons(&id).await?, [Reason::NoEmail]);
    world.move_to(&id, "Offer").await?;
    let why = Why::of(&world, &id).await?;
    assert_eq!(why.check("in_trigger_stage"), (Some("failed"), Some("no_email")));
    why.says(Reason::NoEmail.sentence());
    why.says(Reason::NoEmail.hint());
    why.does_not_say(Reason::MovedOn.sentence());
    why.does_not_say("This is no longer in the way");

    let quick = world.candidate("Bob Late", json!({}))?;
    world.local.lever.kit().deliveries.set_mode(ModeChange { drop_next: Some(100), ..Default::default() });
    world.local.lever.move_to(&quick, World::TRIGGER, None)?;
    world.move_to(&quick, "Offer").await?;
    let why = Why::of(&world, &quick).await?;
    why.says("The candidate is no longer in a trigger stage.");
    why.does_not_say(Reason::MovedOn.sentence());
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_left_before_the_event_was_handled_is_told_so() -> Made {
    let world = World::start().await?;
    let id = world.candidate("Ada Byron", json!({"tags": [World::TITLE]}))?;
    let kit = world.local.lever.kit();
    kit.deliveries.set_mode(ModeChange { hold: Some(true), ..Default::default() });
    world.local.lever.move_to(&id, World::TRIGGER, None)?;
    world.local.lever.move_to(&id, "Offer", None)?;
    kit.deliveries.set_mode(ModeChange { hold: Some(false), ..Default::default() });
    kit.deliveries.release(Default::default());
    world.wait_out().await?;
    assert_eq!(world.reasons(&id).await?, [Reason::MovedOn]);
    let why = Why::of(&world, &id).await?;
    assert_eq!(why.check("in_trigger_stage"), (Some("failed"), Some("moved_on")));
    why.says(Reason::MovedOn.sentence());
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_was_given_up_is_not_called_lost() -> Made {
    let world = World::start().await?;
    let id = world.candidate("Ada Byron", json!({"tags": [World::TITLE]}))?;
    let kit = world.local.lever.kit();
    let read = Fault::new("GET", &format!("/v1/opportunities/{id}"), Mode::Status);
    kit.faults.plan(Fault { status: Some(500), times: 1_000, ..read });
    world.local.lever.move_to(&id, World::TRIGGER, None)?;
    wait_until_given_up(&world).await?;
    assert_eq!(world.reasons(&id).await?, [Reason::GivenUp]);
    kit.faults.clear();
    let why = Why::of(&world, &id).await?;
    assert_eq!(why.check("event_seen"), (Some("failed"), Some("given_up")));
    why.says(Reason::GivenUp.sentence());
    why.says(Reason::GivenUp.hint());
    assert_eq!(world.local.queue.redrive(), 1);
    world.wait_out().await?;
    let why = Why::of(&world, &id).await?;
    assert_eq!(why.check("event_seen").0, Some("passed"), "done after all");
    why.says("Invited to");
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invitation_that_was_begun_and_given_up_is_not_promised() -> Made {
    let world = World::start().await?;
    let id = world.candidate("Ada Byron", json!({"tags": [World::TITLE]}))?;
    let kit = world.local.qualified.kit();
    let invite = Fault::new("POST", "/api/v1/**", Mode::Status);
    kit.faults.plan(Fault { status: Some(500), times: 1_000, ..invite });
    world.local.lever.move_to(&id, World::TRIGGER, None)?;
    wait_until_given_up(&world).await?;
    assert_eq!(world.reasons(&id).await?, [Reason::GivenUp]);
    assert_eq!(world.ledger(&id).await?.len(), 1, "begun");
    let why = Why::of(&world, &id).await?;
    why.says(Reason::GivenUp.sentence());
    why.does_not_say("on its way");
    kit.faults.clear();
    assert_eq!(world.local.queue.redrive(), 1);
    world.wait_out().await?;
    Why::of(&world, &id).await?.says("Invited to");
    world.finish().await
}
