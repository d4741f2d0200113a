//! What an event began is overtaken before it is finished or told: by news, a later move, a tag, a merge of profiles.

use std::collections::BTreeSet;
use std::time::Duration;

use lever_integration::domain::{Reason, ResultNews};
use lever_integration::queue::Envelope;
use scenarios::calls::{ADD_TAGS, INVITE, LOOK_UP, NOTES};
use scenarios::{Last, Made, World, address, new_run, news};
use serde_json::json;
use sim_kit::faults::{Fault, Mode};

const CORRECTED: &str = "Corrected";
/// After this time an invitation does not count as just made, and a lease has ended.
const A_WHILE: Duration = Duration::from_secs(600);
const A_MONTH: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// A candidate invited a while ago, whose address has been corrected and who is asked for again.
async fn asked_again(world: &World) -> Made<(String, Envelope)> {
    let id = world.invited_alone("Candidate 1").await?;
    world.pass(A_WHILE);
    world.local.lever.correct_email(&id, &address(CORRECTED))?;
    world.move_anew(&id)?;
    let asking = world.envelope(world.moved(&id)?);
    Ok((id, asking))
}

/// Moved out and in, with whatever tags there are.
fn moved_on(world: &World, id: &str) -> Made<Envelope> {
    world.local.lever.move_to(id, "Offer", None)?;
    world.pass(Duration::from_secs(1));
    world.local.lever.move_to(id, World::TRIGGER, None)?;
    Ok(world.envelope(world.moved(id)?))
}

async fn sweep(world: &World) -> Made {
    world.pass(A_WHILE);
    world.local.reconcile().await?;
    world.settle().await
}

fn refuse_once(world: &World) {
    world.local.qualified.kit().faults.plan(Fault::new("POST", INVITE, Mode::Status));
}

/// How often the activity tells an invitation.
async fn told(world: &World, id: &str) -> Made<usize> {
    let reasons = world.reasons(id).await?;
    Ok(reasons.iter().filter(|reason| **reason == Reason::Invited).count())
}

/// What the activity tells invitations to.
async fn titles_told(world: &World, id: &str) -> Made<BTreeSet<String>> {
    let lines = world.activity(id).await?;
    let is_told = |reason| matches!(reason, Reason::Invited | Reason::AttachedToExisting);
    let told = lines.iter().filter(|line| is_told(line.reason));
    Ok(told.filter_map(|line| line.facts.title.as_ref()).map(ToString::to_string).collect())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_result_handed_in_before_its_news_came_is_not_replaced_by_asking_again() -> Made {
    for is_answer_lost in [false, true] {
        let world = World::without_deliveries().await?;
        let (id, asking) = asked_again(&world).await?;
        let result = world.result(&id).await?;
        if is_answer_lost {
            world.local.qualified.kit().faults.plan(Fault::new("POST", INVITE, Mode::DropAfter));
            assert!(!world.work_off(&asking).await);
        }
        world.start_result(&result)?;
        world.submit_result(&result).await?;
        assert!(world.work_off(&asking).await);
        assert!(world.work_off(&world.envelope(news(&result, ResultNews::Submitted)?)).await);
        assert_eq!(world.mailed(CORRECTED).len(), usize::from(is_answer_lost));
        assert_eq!(world.notes(&id)?.len(), 1, "answer lost: {is_answer_lost}");
        assert_eq!(world.tags(&id)?, ["Rust Basics - Submitted"]);
        world.finish().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_title_taken_off_and_put_back_while_asked_again_is_invited_by_the_next_sweep() -> Made {
    let world = World::without_deliveries().await?;
    let (id, asking) = asked_again(&world).await?;
    refuse_once(&world);
    assert!(!world.work_off(&asking).await);
    world.local.lever.tag(&id, &[], &[World::TITLE.to_owned()])?;
    assert!(world.work_off(&asking).await);
    assert_eq!(world.reasons(&id).await?, [Reason::NoMatchingTag, Reason::Invited]);
    world.local.lever.tag(&id, &[World::TITLE.to_owned()], &[])?;
    sweep(&world).await?;
    sweep(&world).await?;
    assert_eq!(world.reasons(&id).await?, [Reason::Invited, Reason::NoMatchingTag, Reason::Invited]);
    assert_eq!(world.mailed(CORRECTED).len(), 1);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failed_invitation_that_a_later_move_makes_up_for_is_told_once() -> Made {
    let world = World::without_deliveries().await?;
    let (id, earlier) = world.moved_in("Candidate 1")?;
    refuse_once(&world);
    assert!(!world.work_off(&earlier).await);
    let later = moved_on(&world, &id)?;
    for event in [&later, &earlier] {
        assert!(world.work_off(event).await);
    }
    assert_eq!((told(&world, &id).await?, world.mailed("Candidate 1").len()), (1, 1));
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_later_move_that_invited_and_failed_invites_no_corrected_address() -> Made {
    let world = World::without_deliveries().await?;
    let (id, earlier) = world.moved_in("Candidate 1")?;
    refuse_once(&world);
    assert!(!world.work_off(&earlier).await);
    let later = moved_on(&world, &id)?;
    world.local.lever.kit().faults.plan(Fault::new("POST", ADD_TAGS, Mode::Status));
    assert!(!world.work_off(&later).await);
    world.local.lever.correct_email(&id, &address(CORRECTED))?;
    for event in [&later, &earlier] {
        assert!(world.work_off(event).await);
    }
    assert_eq!((world.mailed("Candidate 1").len(), world.mailed(CORRECTED).len()), (1, 0));
    assert_eq!(told(&world, &id).await?, 1);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invitation_whose_tags_a_later_move_puts_on_is_told_also_if_that_fails_at_first() -> Made {
    for fails in [false, true] {
        let world = World::without_deliveries().await?;
        let (id, earlier) = world.moved_in("Candidate 1")?;
        world.local.lever.kit().faults.plan(Fault::new("POST", ADD_TAGS, Mode::Status));
        assert!(!world.work_off(&earlier).await);
        let later = moved_on(&world, &id)?;
        if fails {
            world.local.qualified.kit().faults.plan(Fault::new("GET", LOOK_UP, Mode::Status));
            assert!(!world.work_off(&later).await);
        }
        for event in [&later, &earlier] {
            assert!(world.work_off(event).await);
        }
        let reasons = world.reasons(&id).await?;
        assert_eq!((told(&world, &id).await?, world.mailed("Candidate 1").len()), (1, 1), "{reasons:?}");
        world.finish().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invitation_told_so_long_ago_that_nobody_remembers_is_not_told_again() -> Made {
    let world = World::without_deliveries().await?;
    let id = world.invited_alone("Candidate 1").await?;
    let result = world.result(&id).await?;
    world.start_result(&result)?;
    assert!(world.work_off(&world.envelope(news(&result, ResultNews::Started)?)).await);
    for _ in 0..4 {
        world.pass(A_MONTH);
        sweep(&world).await?;
    }
    world.move_anew(&id)?;
    assert!(world.work_off(&world.envelope(world.moved(&id)?)).await);
    assert_eq!(world.reasons(&id).await?, [Reason::TagsRestored]);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asking_again_that_a_start_settles_is_not_told_as_an_invitation() -> Made {
    let world = World::without_deliveries().await?;
    let id = world.invited_alone("Candidate 1").await?;
    let result = world.result(&id).await?;
    world.pass(A_WHILE);
    world.move_anew(&id)?;
    let asking = world.envelope(world.moved(&id)?);
    refuse_once(&world);
    assert!(!world.work_off(&asking).await);
    world.start_result(&result)?;
    assert!(world.work_off(&world.envelope(news(&result, ResultNews::Started)?)).await);
    assert!(world.work_off(&asking).await);
    assert_eq!(world.reasons(&id).await?, [Reason::Started, Reason::TagsRestored, Reason::Invited]);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_said_to_be_invited_by_hand_while_asked_for_again_gets_no_invitation() -> Made {
    let world = World::without_deliveries().await?;
    let (id, asking) = asked_again(&world).await?;
    refuse_once(&world);
    assert!(!world.work_off(&asking).await);
    let status = format!("{} - Invited", World::TITLE);
    world.local.lever.tag(&id, &[status], &[World::TITLE.to_owned()])?;
    world.pass(A_WHILE);
    assert!(world.work_off(&asking).await);
    assert_eq!(world.mailed(CORRECTED), [""; 0]);
    assert_eq!(world.reasons(&id).await?, [Reason::StatusTagPresent, Reason::Invited]);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_asking_whose_event_is_lost_is_found_although_an_earlier_event_tells_late() -> Made {
    let world = World::without_deliveries().await?;
    let mut ends = 0;
    for calls in 0..World::CALLS_MAX {
        let (name, corrected) = (format!("Candidate {calls}"), format!("{CORRECTED} {calls}"));
        let (id, earlier) = world.moved_in(&name)?;
        _ = world.failing(calls, Last::Undone).worker()?.handle(&earlier, &new_run()).await;
        let is_done = world.ledger(&id).await?.first().is_some_and(|entry| !entry.is_unfinished());
        if !is_done || told(&world, &id).await? > 0 {
            continue;
        }
        ends += 1;
        world.pass(A_WHILE);
        world.local.lever.correct_email(&id, &address(&corrected))?;
        world.move_anew(&id)?;
        assert!(world.work_off(&earlier).await, "{calls}");
        sweep(&world).await?;
        assert_eq!((world.mailed(&name).len(), world.mailed(&corrected).len()), (1, 1), "{calls}");
        assert_eq!(told(&world, &id).await?, 2, "{calls}");
    }
    assert!(ends > 0, "no run ended between the tags and the activity");
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_lost_run_sent_is_found_after_the_profile_was_merged_into_another() -> Made {
    let world = World::without_deliveries().await?;
    let other = world.candidate(CORRECTED, json!({}))?;
    let (id, event) = world.moved_in("Candidate 1")?;
    world.local.qualified.kit().faults.plan(Fault::new("POST", INVITE, Mode::DropAfter));
    assert!(!world.work_off(&event).await);
    world.local.lever.merge_into(&id, &other)?;
    assert!(world.work_off(&event).await);
    assert_eq!((world.mailed("Candidate 1").len(), world.mailed(CORRECTED).len()), (1, 0));
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_invitations_both_are_told_though_a_finding_about_their_move_comes_between() -> Made {
    let world = World::without_deliveries().await?;
    for calls in 0..World::CALLS_OF_TWO {
        let name = format!("Candidate {calls}");
        let id = world.candidate(&name, json!({"tags": [World::TITLE, World::OTHER_TITLE]}))?;
        world.local.lever.move_to(&id, World::TRIGGER, None)?;
        let (found, own) = world.found_and_own(&id)?;
        _ = world.failing(calls, Last::Undone).worker()?.handle(&own, &new_run()).await;
        world.pass(A_WHILE);
        let later = moved_on(&world, &id)?;
        for event in [&found, &own, &later] {
            assert!(world.work_off(event).await, "{calls}");
            world.pass(A_WHILE);
        }
        assert_eq!(titles_told(&world, &id).await?, world.mailed(&name).into_iter().collect(), "{calls}");
    }
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_was_told_begins_nothing_more_when_it_comes_back() -> Made {
    let world = World::without_deliveries().await?;
    for calls in 0..World::CALLS_OF_TWO {
        let name = format!("Candidate {calls}");
        let id = world.candidate(&name, json!({"tags": [World::OTHER_TITLE]}))?;
        world.local.lever.move_to(&id, World::TRIGGER, None)?;
        let told = world.envelope(world.moved(&id)?);
        assert!(world.work_off(&told).await, "{calls}");
        let result = world.result(&id).await?;
        world.start_result(&result)?;
        world.submit_result(&result).await?;
        // The note stays due, so the event is not yet done with.
        world.local.lever.kit().faults.plan(Fault::new("POST", NOTES, Mode::Status));
        assert!(!world.work_off(&world.envelope(news(&result, ResultNews::Submitted)?)).await, "{calls}");
        world.local.lever.tag(&id, &[World::TITLE.to_owned()], &[])?;
        let later = moved_on(&world, &id)?;
        _ = world.failing(calls, Last::Undone).worker()?.handle(&told, &new_run()).await;
        for event in [&told, &later] {
            world.pass(A_WHILE);
            assert!(world.work_off(event).await, "{calls}");
        }
        assert_eq!(titles_told(&world, &id).await?, world.mailed(&name).into_iter().collect(), "{calls}");
        assert_eq!((world.mailed(&name).len(), world.notes(&id)?.len()), (2, 1), "{calls}");
    }
    world.finish().await
}
