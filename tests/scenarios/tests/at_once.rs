//! Two workers at once, and one that is too slow; fifty at once with a hundred copies of an event.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use lever_integration::domain::{Reason, ResultNews};
use lever_integration::failure::Disposition;
use lever_integration::queue::Envelope;
use lever_integration::service::{Error, Handled};
use scenarios::calls::{EXHIBIT, INVITE, LOOK_UP};
use scenarios::{Made, World, new_run, news};
use serde_json::json;
use sim_kit::Kit;
use sim_kit::faults::{Fault, Mode};
use tokio::task::JoinSet;

/// How often an event is delivered, and to how many workers at once.
const COPIES: usize = 100;
const WORKERS: usize = 50;

/// So long takes a call that is made slow, in milliseconds.
const SLOW: u64 = 600;
/// By then a run that began before is within its slow call.
const MEANWHILE: Duration = Duration::from_millis(300);
fn count(kit: &Kit, method: &str, path: &str) -> usize {
    kit.calls.after(0).iter().filter(|call| call.method == method && call.path == path).count()
}

fn slow_down(kit: &Kit, method: &str, path: &str, times: u64) {
    kit.faults.plan(Fault { delay_ms: SLOW, times, ..Fault::new(method, path, Mode::Delay) });
}

/// A candidate in the trigger stage of whom nobody was told.
fn candidate(world: &World, name: &str) -> Made<String> {
    let id = world.candidate(name, json!({"tags": [World::TITLE]}))?;
    world.local.lever.move_to(&id, World::TRIGGER, None)?;
    Ok(id)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_workers_at_once_one_invites_and_the_other_comes_back() -> Made {
    let world = World::without_deliveries().await?;
    let qualified = world.local.qualified.kit();
    let id = candidate(&world, "Candidate 1")?;
    let envelopes = [world.envelope(world.moved(&id)?), world.envelope(world.moved(&id)?)];
    let runs = [new_run(), new_run()];
    let worker = &world.local.worker;
    slow_down(world.local.lever.kit(), "GET", "/v1/opportunities/*", 2);
    slow_down(qualified, "GET", LOOK_UP, 2);
    let (first, second) =
        tokio::join!(worker.handle(&envelopes[0], &runs[0]), worker.handle(&envelopes[1], &runs[1]));
    assert_eq!([&first, &second].iter().filter(|outcome| outcome.is_ok()).count(), 1, "{first:?} {second:?}");
    assert!([&first, &second].iter().any(|outcome| matches!(outcome, Err(Error::Contended))));
    assert_eq!((count(qualified, "POST", INVITE), count(qualified, "GET", LOOK_UP)), (1, 1));
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_comes_second_leaves_the_first_one_alone() -> Made {
    let world = World::without_deliveries().await?;
    let qualified = world.local.qualified.kit();
    let id = candidate(&world, "Candidate 1")?;
    let envelope = world.envelope(world.moved(&id)?);
    let runs = [new_run(), new_run()];
    let worker = &world.local.worker;
    slow_down(qualified, "GET", LOOK_UP, 1);
    let late = async {
        tokio::time::sleep(MEANWHILE).await;
        worker.handle(&envelope, &runs[1]).await
    };
    let (first, second) = tokio::join!(worker.handle(&envelope, &runs[0]), late);
    assert!(matches!((&first, &second), (Ok(_), Err(Error::Contended))), "{first:?} {second:?}");
    assert_eq!((count(qualified, "POST", INVITE), count(qualified, "GET", LOOK_UP)), (1, 1));
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_whose_lease_ended_does_not_invite() -> Made {
    let world = World::without_deliveries().await?;
    let qualified = world.local.qualified.kit();
    let id = candidate(&world, "Candidate 1")?;
    let envelope = world.envelope(world.moved(&id)?);
    let runs = [new_run(), new_run()];
    slow_down(qualified, "GET", LOOK_UP, 1);
    let time_flies = async {
        tokio::time::sleep(MEANWHILE).await;
        world.clock.advance(Duration::from_secs(100));
    };
    let (outcome, ()) = tokio::join!(world.local.worker.handle(&envelope, &runs[0]), time_flies);
    assert!(matches!(outcome, Err(Error::LeaseLost)), "{outcome:?}");
    assert_eq!(count(qualified, "POST", INVITE), 0);
    world.local.worker.handle(&envelope, &runs[1]).await?;
    assert_eq!(world.mailed("Candidate 1"), [World::TITLE]);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_is_done_costs_no_call_when_the_queue_brings_it_again() -> Made {
    let world = World::without_deliveries().await?;
    let id = candidate(&world, "Candidate 1")?;
    let envelope = world.envelope(world.moved(&id)?);
    world.local.worker.handle(&envelope, &new_run()).await?;
    let again = async {
        assert_eq!(world.local.worker.handle(&envelope, &new_run()).await?, Handled::Duplicate);
        Ok(())
    };
    let (lever, qualified) = Box::pin(world.calls_during(again)).await?;
    assert_eq!((lever.len(), qualified.len()), (0, 0));
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_is_overtaken_tells_the_invitation_and_not_its_tag() -> Made {
    let world = World::without_deliveries().await?;
    let id = candidate(&world, "Candidate 1")?;
    let envelope = world.envelope(world.moved(&id)?);
    slow_down(world.local.lever.kit(), "GET", &format!("/v1/opportunities/{id}"), 1);
    let (worker, runs) = (&world.local.worker, [new_run(), new_run()]);
    let overtaking = async {
        tokio::time::sleep(MEANWHILE).await;
        worker.handle(&envelope, &runs[1]).await
    };
    let (overtaken, overtaking) = tokio::join!(worker.handle(&envelope, &runs[0]), overtaking);
    let invited = Handled::Decided(vec![Reason::Invited]);
    assert_eq!((overtaken?, overtaking?), (invited.clone(), invited));
    assert_eq!(world.mailed("Candidate 1"), [World::TITLE]);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_at_once_renew_a_dead_token_once() -> Made {
    let world = World::without_deliveries().await?;
    let lever = world.local.lever.kit();
    let ids = [candidate(&world, "Candidate 1")?, candidate(&world, "Candidate 2")?];
    world.clock.advance(Duration::from_secs(2 * 60 * 60));
    let envelopes = [world.envelope(world.moved(&ids[0])?), world.envelope(world.moved(&ids[1])?)];
    let runs = [new_run(), new_run()];
    let before = count(lever, "POST", "/oauth/token");
    slow_down(lever, "POST", "/oauth/token", 1);
    let worker = &world.local.worker;
    let late = async {
        tokio::time::sleep(MEANWHILE).await;
        worker.handle(&envelopes[1], &runs[1]).await
    };
    let (first, second) = tokio::join!(worker.handle(&envelopes[0], &runs[0]), late);
    assert!(first.is_ok() && second.is_ok(), "{first:?} {second:?}");
    assert_eq!(count(lever, "POST", "/oauth/token") - before, 1);
    world.finish().await
}

/// What so many workers, each its own and all at once, decide about so many copies of an event, and how often a copy
/// had to come back because another worker was at it. One that began before the decision was on record may find the
/// same once more.
async fn crowd(world: &World, envelope: &Envelope) -> Made<(BTreeSet<Reason>, usize)> {
    let (taken, came_back) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let mut runs = JoinSet::new();
    for _ in 0..WORKERS {
        let (worker, envelope) = (world.local.parts.worker()?, envelope.clone());
        let (taken, came_back) = (Arc::clone(&taken), Arc::clone(&came_back));
        runs.spawn(async move {
            let mut decided = BTreeSet::new();
            while taken.fetch_add(1, Ordering::SeqCst) < COPIES {
                let handled = loop {
                    match worker.handle(&envelope, &new_run()).await {
                        Err(error) if matches!(error.disposition(), Disposition::Transient { .. }) => {
                            came_back.fetch_add(1, Ordering::SeqCst);
                            tokio::time::sleep(MEANWHILE).await;
                        }
                        outcome => break outcome?,
                    }
                };
                match handled {
                    Handled::Decided(reasons) => decided.extend(reasons),
                    Handled::Duplicate => {}
                    Handled::NotOurs | Handled::TeamGone | Handled::Waiting(_) => panic!("{handled:?}"),
                }
            }
            Ok::<_, Error>(decided)
        });
    }
    let decided = runs.join_all().await.into_iter().collect::<Result<Vec<_>, _>>()?;
    Ok((decided.into_iter().flatten().collect(), came_back.load(Ordering::SeqCst)))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_copies_worked_by_fifty_at_once_make_one_mail_and_one_note() -> Made {
    let world = World::without_deliveries().await?;
    let (lever, qualified) = (world.local.lever.kit(), world.local.qualified.kit());
    let id = candidate(&world, "Candidate 1")?;
    slow_down(qualified, "GET", LOOK_UP, 1);
    let (decided, came_back) = crowd(&world, &world.envelope(world.moved(&id)?)).await?;
    assert_eq!(decided, BTreeSet::from([Reason::Invited]));
    assert_eq!(world.reasons(&id).await?, [Reason::Invited]);
    assert!(came_back > 0, "they did not meet");
    assert_eq!(world.mailed("Candidate 1"), [World::TITLE]);
    assert_eq!(qualified.calls.count("POST", INVITE), 1);

    let result = world.result(&id).await?;
    world.start_result(&result)?;
    world.submit_result(&result).await?;
    slow_down(qualified, "GET", EXHIBIT, 1);
    let (decided, came_back) = crowd(&world, &world.envelope(news(&result, ResultNews::Submitted)?)).await?;
    assert_eq!(decided, BTreeSet::from([Reason::Submitted]));
    assert_eq!(world.reasons(&id).await?, [Reason::Submitted, Reason::Invited]);
    assert!(came_back > 0, "they did not meet");
    assert_eq!(world.notes(&id)?.len(), 1);
    assert_eq!(lever.calls.count("POST", "/v1/opportunities/*/notes"), 1);
    assert!(world.tags(&id)?.iter().any(|tag| tag == "Rust Basics - Submitted"));
    assert_eq!(world.mailed("Candidate 1"), [World::TITLE]);
    world.finish().await
}
