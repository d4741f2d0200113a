//! Stage changes and tags that nobody told, and those that were told after all.

use lever_integration::domain::{Event, EventId, Reason, StageChanged};
use lever_integration::service::Handled;
use local::connect::add_trigger_stage;
use reconciler::Answer;
use scenarios::{Made, World, new_run};
use serde_json::json;
use sim_kit::deliveries::ModeChange;

use super::{A_DAY, AN_HOUR, shown, sweep, sweep_after};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_candidate_whose_event_was_lost_is_invited_once_by_the_next_sweep() -> Made {
    let world = World::without_deliveries().await?;
    let id = world.candidate("Ada", json!({"tags": [World::TITLE]}))?;
    world.local.lever.move_to(&id, World::TRIGGER, None)?;
    assert_eq!(sweep(&world).await?, Answer { swept: 1, failed: 0, found: 1, complete: true });
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sweep_amid_deliveries_that_come_after_all_brings_no_second_mail_or_note() -> Made {
    let world = World::start().await?;
    let kit = world.local.lever.kit();
    for round in 0..5 {
        let name = format!("Ada {round}");
        kit.deliveries.set_mode(ModeChange { hold: Some(true), ..Default::default() });
        let id = world.candidate(&name, json!({"tags": [World::TITLE]}))?;
        world.local.lever.move_to(&id, World::TRIGGER, None)?;
        world.pass(World::SWEEP_IS_DUE);
        let late = async {
            kit.deliveries.set_mode(ModeChange { hold: Some(false), ..Default::default() });
            kit.deliveries.release(Default::default());
        };
        let (first, second, ()) = tokio::join!(world.local.reconcile(), world.local.reconcile(), late);
        assert_eq!((first?.failed, second?.failed), (0, 0));
        world.wait_out().await?;
        sweep(&world).await?;
        assert_eq!(world.mailed(&name), [World::TITLE]);
        assert_eq!(shown(&world, &id)?, ["Rust Basics - Invited"]);
        let told = world.reasons(&id).await?;
        assert!(told.iter().filter(|one| **one == Reason::Invited).count() == 1, "{told:?}");
    }
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_delivery_after_the_sweep_changes_nothing() -> Made {
    let world = World::start().await?;
    let kit = world.local.lever.kit();
    kit.deliveries.set_mode(ModeChange { hold: Some(true), ..Default::default() });
    let id = world.candidate("Ada", json!({"tags": [World::TITLE]}))?;
    world.local.lever.move_to(&id, World::TRIGGER, None)?;
    world.pass(World::SWEEP_IS_DUE);
    world.local.reconcile().await?;
    world.shows(&id, "Rust Basics - Invited").await?;
    kit.deliveries.release(Default::default());
    world.wait_out().await?;
    assert_eq!((world.mailed("Ada").len(), shown(&world, &id)?.len()), (1, 1));
    let mut reasons = world.reasons(&id).await?;
    reasons.sort();
    assert_eq!(reasons, [Reason::Invited, Reason::AlreadyAssigned]);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_in_the_stage_when_it_was_added_stays_uninvited() -> Made {
    let world = World::without_deliveries().await?;
    let id = world.candidate("Ada", json!({"tags": [World::TITLE]}))?;
    let stage = "Phone screen";
    world.local.lever.move_to(&id, stage, None)?;
    world.pass(World::SWEEP_IS_DUE);
    add_trigger_stage(&world.local, &world.team, stage).await?;
    for _ in 0..3 {
        assert_eq!(sweep(&world).await?.found, 0);
    }
    assert_eq!(world.mailed("Ada"), [""; 0]);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fresh_move_is_left_to_its_own_event() -> Made {
    let world = World::without_deliveries().await?;
    let id = world.candidate("Ada", json!({"tags": [World::TITLE]}))?;
    world.pass(World::SWEEP_IS_DUE);
    world.local.lever.move_to(&id, World::TRIGGER, None)?;
    let first = world.local.reconcile().await?;
    assert_eq!((first.swept, first.found), (1, 0));
    assert_eq!(sweep(&world).await?.found, 1);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tag_put_on_after_the_move_counts_for_a_day() -> Made {
    let world = World::start().await?;
    let id = world.candidate("Ada", json!({}))?;
    let later = world.candidate("Bob", json!({}))?;
    for id in [&id, &later] {
        world.move_to(id, World::TRIGGER).await?;
        assert_eq!(world.reasons(id).await?, [Reason::NoMatchingTag]);
    }
    for _ in 0..4 {
        assert_eq!(sweep_after(&world, AN_HOUR).await?.found, 0);
    }
    world.local.lever.tag(&id, &[World::TITLE.to_owned()], &[])?;
    assert_eq!(sweep(&world).await?.found, 1);
    assert_eq!(shown(&world, &id)?, ["Rust Basics - Invited"]);
    assert_eq!(world.reasons(&id).await?, [Reason::Invited, Reason::NoMatchingTag]);
    assert_eq!(sweep(&world).await?.found, 0);
    world.pass(A_DAY);
    world.local.lever.tag(&later, &[World::TITLE.to_owned()], &[])?;
    assert_eq!(sweep(&world).await?.found, 0);
    assert_eq!((world.mailed("Ada").len(), world.mailed("Bob").len()), (1, 0));
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tag_taken_off_by_the_recruiter_does_not_bring_a_second_look() -> Made {
    let world = World::start().await?;
    let id = world.invited("Ada").await?;
    world.local.lever.tag(&id, &[World::TITLE.to_owned()], &["Rust Basics - Invited".to_owned()])?;
    assert_eq!(sweep(&world).await?.found, 0);
    assert_eq!(shown(&world, &id)?, [World::TITLE]);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_decided_while_the_finding_waited_in_the_queue_is_not_decided_again() -> Made {
    let world = World::without_deliveries().await?;
    let id = world.candidate("Ada", json!({}))?;
    world.local.lever.move_to(&id, World::TRIGGER, None)?;
    let Event::StageChanged(delivered) = world.moved(&id)? else { return Err("no stage change".into()) };
    let worker = &world.local.worker;
    worker.handle(&world.envelope(Event::StageChanged(delivered.clone())), &new_run()).await?;
    let told = world.activity(&id).await?;
    let entered_at = told[0].facts.entered_at.ok_or("no entry")?;
    let found = StageChanged { id: EventId::found(1), triggered_at: entered_at, ..delivered };
    let handled = worker.handle(&world.envelope(Event::StageChanged(found)), &new_run()).await?;
    assert_eq!(handled, Handled::Duplicate);
    assert_eq!(world.activity(&id).await?, told);
    world.finish().await
}
