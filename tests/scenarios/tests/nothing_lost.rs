//! What passes by somebody at the wrong moment is not lost: news, dead letters, events that wait, notes, lines.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use lever_integration::domain::{Event, EventId, Reason, ResultNews, StageChanged, Title};
use lever_integration::queue::{Envelope, Error as QueueError, Queue};
use lever_integration::service::{Handled, Worker};
use lever_integration::setup::Parts;
use qualified_sim::ResultState;
use scenarios::calls::INVITE;
use scenarios::{Last, Made, World, address, new_run, news};
use serde_json::json;
use sim_kit::faults::{Fault, Mode};

const RESULTS: &str = "/api/v1/assessment_results";
/// So long takes a call that is made slow: much longer than two events and a submission.
const SLOW: Duration = Duration::from_secs(2);
/// By then a run that began before is within its slow call.
const MEANWHILE: Duration = Duration::from_millis(300);

/// A candidate who handed in, at rest, in a world whose events come from the test alone.
async fn submitted(world: &World, name: &str) -> Made<(String, String)> {
    let (id, result) = invited(world, name).await?;
    world.submit_result(&result).await?;
    world.local.worker.handle(&world.envelope(news(&result, ResultNews::Submitted)?), &new_run()).await?;
    Ok((id, result))
}

/// A candidate who was invited, and the result.
async fn invited(world: &World, name: &str) -> Made<(String, String)> {
    let id = world.candidate(name, json!({"tags": [World::TITLE]}))?;
    world.local.lever.move_to(&id, World::TRIGGER, None)?;
    world.local.worker.handle(&world.envelope(world.moved(&id)?), &new_run()).await?;
    let result = world.result(&id).await?;
    Ok((id, result))
}

fn retake_of(world: &World, result: &str) -> Made<String> {
    let retake = world.retake_result(result)?;
    world.start_result(&retake)?;
    Ok(retake)
}

fn shown(world: &World, id: &str) -> Made<Vec<String>> {
    Ok(world.tags(id)?.into_iter().filter(|tag| tag.starts_with(World::TITLE)).collect())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn news_of_a_retake_finds_who_comes_to_follow_it_meanwhile() -> Made {
    let world = World::without_deliveries().await?;
    let (id, result) = submitted(&world, "Candidate 1").await?;
    let retake = retake_of(&world, &result)?;
    let started = world.news_of_take(&retake, ResultNews::Started)?;
    let handed_in = world.news_of_take(&retake, ResultNews::Submitted)?;
    let delay_ms = u64::try_from(SLOW.as_millis())?;
    world.local.qualified.kit().faults.plan(Fault { delay_ms, ..Fault::new("GET", RESULTS, Mode::Delay) });
    let runs = [new_run(), new_run()];
    let overtaking = async {
        tokio::time::sleep(MEANWHILE).await;
        let moved = world.local.worker.handle(&started, &runs[1]).await?;
        world.submit_result(&retake).await?;
        Made::Ok(moved)
    };
    let (looked, moved) = tokio::join!(world.local.worker.handle(&handed_in, &runs[0]), overtaking);
    assert_eq!(moved?, Handled::Decided(vec![Reason::Retaken]));
    assert_eq!(looked?, Handled::Decided(vec![Reason::Submitted]));
    assert_eq!(
        (shown(&world, &id)?, world.notes(&id)?.len()),
        (vec!["Rust Basics - Submitted".to_owned()], 2)
    );
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_sweep_found_and_was_given_up_is_done_after_a_redrive() -> Made {
    let world = World::without_deliveries().await?;
    let id = world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
    world.local.lever.move_to(&id, World::TRIGGER, None)?;
    let faults = &world.local.lever.kit().faults;
    let read = format!("/v1/opportunities/{id}");
    faults.plan(Fault { status: Some(500), times: 1_000, ..Fault::new("GET", &read, Mode::Status) });
    world.pass(World::SWEEP_IS_DUE);
    assert_eq!(world.local.reconcile().await?.found, 1);
    world.wait_out().await?;
    assert_eq!(world.reasons(&id).await?, [Reason::GivenUp]);
    faults.clear();
    assert_eq!(world.local.queue.redrive(), 1);
    world.wait_out().await?;
    assert_eq!(world.mailed("Candidate 1"), [World::TITLE]);
    assert!(world.reasons(&id).await?.contains(&Reason::Invited));
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_told_to_wait_for_too_long_says_so() -> Made {
    let world = World::without_deliveries().await?;
    let id = world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
    world.local.lever.move_to(&id, World::TRIGGER, None)?;
    let faults = &world.local.lever.kit().faults;
    faults.plan(Fault {
        status: Some(429),
        times: 10_000,
        ..Fault::new("GET", "/v1/opportunities/*", Mode::Status)
    });
    world.local.queue.send(&world.envelope(world.moved(&id)?)).await?;
    world.wait_out().await?;
    assert_eq!(world.local.queue.dead_letters().len(), 1);
    assert_eq!(world.reasons(&id).await?, [Reason::GivenUp]);
    faults.clear();
    assert_eq!(world.local.queue.redrive(), 1);
    world.wait_out().await?;
    assert_eq!(world.mailed("Candidate 1"), [World::TITLE]);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_submission_has_its_note_when_the_retake_is_told_first() -> Made {
    let world = World::without_deliveries().await?;
    let (id, result) = invited(&world, "Candidate 1").await?;
    world.submit_result(&result).await?;
    let retake = retake_of(&world, &result)?;
    let worker = &world.local.worker;
    let told = worker.handle(&world.news_of_take(&retake, ResultNews::Started)?, &new_run()).await?;
    assert_eq!(told, Handled::Decided(vec![Reason::Submitted, Reason::Retaken]));
    worker.handle(&world.envelope(news(&result, ResultNews::Submitted)?), &new_run()).await?;
    assert_eq!(shown(&world, &id)?, ["Rust Basics - Started"]);
    world.submit_result(&retake).await?;
    worker.handle(&world.news_of_take(&retake, ResultNews::Submitted)?, &new_run()).await?;
    assert_eq!(shown(&world, &id)?, ["Rust Basics - Submitted"]);
    let notes = world.notes(&id)?;
    let of = |take: &str| notes.iter().filter(|note| note.contains(&format!("Reference: {take}/"))).count();
    assert_eq!((of(&result), of(&retake)), (1, 1), "{notes:?}");
    let told = world.reasons(&id).await?.into_iter().filter(|reason| *reason == Reason::Submitted).count();
    assert_eq!(told, 2);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_decision_on_what_a_sweep_found_is_told_though_the_run_ends_amid_telling() -> Made {
    let world = World::without_deliveries().await?;
    let titles = [World::TITLE, World::OTHER_TITLE];
    for calls in 0..World::CALLS_OF_TWO {
        let id = world.candidate(&format!("Candidate {calls}"), json!({"tags": titles}))?;
        world.local.lever.move_to(&id, World::TRIGGER, None)?;
        let Event::StageChanged(moved) = world.moved(&id)? else { return Err("no stage change".into()) };
        let entered = &world.local.lever.opportunity(&id)?["stageChanges"];
        let at = entered.as_array().and_then(|all| all.last()).and_then(|one| one["updatedAt"].as_i64());
        let triggered_at = Timestamp::from_millisecond(at.ok_or("no such entry")?)?;
        let event = StageChanged { id: EventId::found(u128::try_from(calls)?), triggered_at, ..moved };
        let envelope = world.envelope(Event::StageChanged(event));
        _ = world.failing(calls, Last::Undone).worker()?.handle(&envelope, &new_run()).await;
        world.pass(World::LEASE_IS_OVER);
        world.local.worker.handle(&envelope, &new_run()).await?;
        let lines = world.activity(&id).await?;
        let told = lines.iter().filter_map(|line| line.facts.title.as_ref()).map(Title::as_str);
        assert_eq!(told.collect::<BTreeSet<_>>(), BTreeSet::from(titles), "{calls} calls");
    }
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_retake_that_another_opportunity_follows_already_is_found() -> Made {
    let world = World::without_deliveries().await?;
    let (id, result) = submitted(&world, "Candidate 1").await?;
    let retake = retake_of(&world, &result)?;
    world.submit_result(&retake).await?;
    let (other, followed) = invited(&world, "Candidate 1").await?;
    assert_eq!(followed, retake);
    world.local.reconcile().await?;
    world.wait_out().await?;
    assert_eq!(world.result(&id).await?, retake);
    for opportunity in [&id, &other] {
        let notes = world.notes(opportunity)?;
        let of_retake = notes.iter().filter(|note| note.contains(&format!("Reference: {retake}/")));
        assert_eq!(of_retake.count(), 1, "{notes:?}");
    }
    world.pass(World::SWEEP_IS_DUE);
    assert_eq!(world.local.reconcile().await?.found, 0);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_retake_that_was_closed_and_given_anew_for_another_opportunity_is_found() -> Made {
    let world = World::without_deliveries().await?;
    let (id, result) = submitted(&world, "Candidate 1").await?;
    let retake = world.retake_result(&result)?;
    world.close_result(&retake).await?;
    let (other, given) = invited(&world, "Candidate 1").await?;
    assert_eq!(given, retake);
    world.start_result(&retake)?;
    world.local.reconcile().await?;
    world.wait_out().await?;
    for opportunity in [&id, &other] {
        assert_eq!(world.result(opportunity).await?, retake);
        let tags = world.tags(opportunity)?;
        assert!(tags.contains(&format!("{} - Started", World::TITLE)), "{tags:?}");
    }
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_retake_that_was_given_anew_to_an_address_that_came_back_is_found() -> Made {
    let world = World::without_deliveries().await?;
    let (id, result) = submitted(&world, "Candidate 1").await?;
    let retake = world.retake_result(&result)?;
    world.close_result(&retake).await?;
    let other = world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
    world.local.lever.correct_email(&other, &address("Elsewhere"))?;
    world.local.qualified.kit().faults.plan(Fault::new("POST", INVITE, Mode::DropAfter));
    world.local.lever.move_to(&other, World::TRIGGER, None)?;
    let moved = world.envelope(world.moved(&other)?);
    assert!(world.local.worker.handle(&moved, &new_run()).await.is_err());
    for sent in world.local.qualified.results_that(|one| one.state == ResultState::Invited) {
        world.close_result(sent.id.as_str()).await?;
    }
    world.local.lever.correct_email(&other, &address("Candidate 1"))?;
    world.local.worker.handle(&moved, &new_run()).await?;
    assert_eq!(world.result(&other).await?, retake);
    world.start_result(&retake)?;
    world.local.reconcile().await?;
    world.wait_out().await?;
    for opportunity in [&id, &other] {
        assert_eq!(world.result(opportunity).await?, retake);
    }
    world.finish().await
}

/// A queue whose messages are worked off before it says that it has them.
struct WorkedOffAtOnce {
    worker: Worker,
}

#[async_trait]
impl Queue for WorkedOffAtOnce {
    async fn send(&self, envelope: &Envelope) -> Result<(), QueueError> {
        let handled = self.worker.handle(envelope, &new_run()).await;
        handled.map(drop).map_err(|error| QueueError::Unavailable { cause: error.to_string() })
    }
    async fn postpone(&self, _receipt: &str, _delay: Duration) -> Result<(), QueueError> {
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_has_to_wait_again_at_once_still_waits() -> Made {
    let world = World::without_deliveries().await?;
    let parts = &world.local.parts;
    let id = world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
    world.local.lever.move_to(&id, World::TRIGGER, None)?;
    world.local.lever.revoke(None)?;
    let waits = world.local.worker.handle(&world.envelope(world.moved(&id)?), &new_run()).await?;
    assert_eq!(waits, Handled::Waiting(Reason::ReconnectNeeded));
    let queue = Arc::new(WorkedOffAtOnce { worker: parts.worker()? });
    // Lever is still closed to us: whoever takes the event up parks it again.
    Parts { queue, ..world.failing(usize::MAX, Last::Undone) }.connector()?.resume(&world.team).await?;
    assert_eq!(parts.store.parked_events(&world.team, 100).await?.len(), 1);
    Ok(())
}
