//! Runs that end in the middle: at every call of the table, once and twice, for every kind of event.

use lever_integration::domain::{Event, Reason, ResultNews};
use lever_integration::service::Worker;
use scenarios::{Last, Made, World, address, new_run, news};
use serde_json::json;
use sim_kit::faults::{Fault, Mode};

/// How often an event may come back until it is done.
const RECEIVES: usize = 4;

/// Where a run ends.
type End = (usize, Last);

/// How a run is kept from finishing.
#[derive(Debug, Clone, Copy)]
enum Hindrance {
    /// It loses its table.
    Ends(End),
    /// This call of Lever or Qualified fails, and the run learns so.
    Refused(&'static str, &'static str),
}

/// The calls of a candidate's way.
const CALLS: [(&str, &str); 7] = [
    ("GET", "/v1/opportunities/*"),
    ("POST", "/v1/opportunities/*/addTags"),
    ("POST", "/v1/opportunities/*/removeTags"),
    ("POST", "/v1/opportunities/*/notes"),
    ("GET", "/api/v1/team_candidates"),
    ("POST", "/api/v1/assessment_invitations/invite_candidates"),
    ("GET", "/api/v1/assessment_results/*/exhibit"),
];

/// A new process that loses its table.
fn doomed(world: &World, (calls, last): End) -> Made<Worker> {
    Ok(world.failing(calls, last).worker()?)
}

/// Handles an event in runs hindered as told, and then in free ones until it is done.
async fn handle(world: &World, event: Event, hindrances: &[Hindrance]) -> Made {
    let envelope = world.envelope(event);
    let kits = [world.local.lever.kit(), world.local.qualified.kit()];
    for hindrance in hindrances {
        let doomed = match hindrance {
            Hindrance::Ends(end) => Some(doomed(world, *end)?),
            Hindrance::Refused(method, path) => {
                for kit in kits {
                    kit.faults.plan(Fault::new(method, path, Mode::Status));
                }
                None
            }
        };
        let worker = doomed.as_ref().unwrap_or(&world.local.worker);
        _ = worker.handle(&envelope, &new_run()).await;
        for kit in kits {
            kit.faults.clear();
        }
        world.clock.advance(World::LEASE_IS_OVER);
    }
    for _ in 0..RECEIVES {
        if world.local.worker.handle(&envelope, &new_run()).await.is_ok() {
            return Ok(());
        }
        world.clock.advance(World::LEASE_IS_OVER);
    }
    Err(format!("{hindrances:?}: the event is never done").into())
}

/// One candidate's whole way, with runs of each kind of event hindered as told.
async fn play(world: &World, name: &str, hindrances: [&[Hindrance]; 3]) -> Made {
    let told = format!("{hindrances:?}");
    let id = world.candidate(name, json!({"tags": [World::TITLE]}))?;
    world.local.lever.move_to(&id, World::TRIGGER, None)?;
    handle(world, world.moved(&id)?, hindrances[0]).await?;
    assert_eq!(shown(world, &id)?, ["Rust Basics - Invited"], "{told}");
    let result = world.result(&id).await?;
    world.start_result(&result)?;
    handle(world, news(&result, ResultNews::Started)?, hindrances[1]).await?;
    assert_eq!(shown(world, &id)?, ["Rust Basics - Started"], "{told}");
    world.submit_result(&result).await?;
    handle(world, news(&result, ResultNews::Submitted)?, hindrances[2]).await?;
    assert_eq!(shown(world, &id)?, ["Rust Basics - Submitted"], "{told}");
    assert_eq!((world.mailed(name).len(), world.notes(&id)?.len()), (1, 1), "mails and notes, {told}");
    let reasons = world.reasons(&id).await?;
    // Whether an invitation found again after a crash was ours is not on record.
    let is_told = matches!(reasons.last(), Some(Reason::Invited | Reason::AttachedToExisting));
    assert!(is_told, "{reasons:?}, {told}");
    assert_eq!(reasons[..reasons.len() - 1], [Reason::Submitted, Reason::Started], "{told}");
    Ok(())
}

fn shown(world: &World, id: &str) -> Made<Vec<String>> {
    Ok(world.tags(id)?.into_iter().filter(|tag| tag.starts_with(World::TITLE)).collect())
}

fn ends() -> impl Iterator<Item = End> {
    (1..World::CALLS_MAX).flat_map(|calls| [(calls, Last::Undone), (calls, Last::Done)])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_ends_at_any_call_of_the_table_is_finished_by_the_next_one() -> Made {
    let world = World::without_deliveries().await?;
    for (number, end) in ends().enumerate() {
        let hindrances = [Hindrance::Ends(end)];
        play(&world, &format!("Candidate {number}"), [&hindrances, &hindrances, &hindrances]).await?;
    }
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asking_again_mails_a_corrected_address_once_through_a_run_that_ends_at_any_call() -> Made {
    let world = World::without_deliveries().await?;
    let refusals = CALLS.iter().map(|(method, path)| Hindrance::Refused(method, path));
    for (number, hindrance) in ends().map(Hindrance::Ends).chain(refusals).enumerate() {
        let (name, corrected) = (format!("Candidate {number}"), format!("Corrected {number}"));
        let id = world.candidate(&name, json!({"tags": [World::TITLE]}))?;
        world.local.lever.move_to(&id, World::TRIGGER, None)?;
        handle(&world, world.moved(&id)?, &[]).await?;
        world.local.lever.correct_email(&id, &address(&corrected))?;
        world.move_anew(&id)?;
        handle(&world, world.moved(&id)?, &[hindrance]).await?;
        assert_eq!(shown(&world, &id)?, ["Rust Basics - Invited"], "{hindrance:?}");
        assert_eq!((world.mailed(&name).len(), world.mailed(&corrected).len()), (1, 1), "{hindrance:?}");
    }
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asking_again_restores_the_tags_through_a_run_that_ends_at_any_call() -> Made {
    let world = World::without_deliveries().await?;
    for (number, end) in ends().enumerate() {
        let id = world.candidate(&format!("Candidate {number}"), json!({"tags": [World::TITLE]}))?;
        world.local.lever.move_to(&id, World::TRIGGER, None)?;
        handle(&world, world.moved(&id)?, &[]).await?;
        world.move_anew(&id)?;
        handle(&world, world.moved(&id)?, &[Hindrance::Ends(end)]).await?;
        assert_eq!(shown(&world, &id)?, ["Rust Basics - Invited"], "{end:?}");
    }
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_doubt_outlives_a_second_run_that_fails_at_any_call() -> Made {
    let world = World::without_deliveries().await?;
    for (number, end) in ends().filter(|(_, last)| *last == Last::Undone).enumerate() {
        for (more, (method, path)) in CALLS.into_iter().enumerate() {
            let hindrances = [Hindrance::Ends(end), Hindrance::Refused(method, path)];
            play(&world, &format!("Candidate {number} {more}"), [&hindrances, &[], &hindrances]).await?;
        }
    }
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lines_in_another_order_than_those_of_a_run_that_ended_tell_nothing_twice() -> Made {
    let world = World::without_deliveries().await?;
    let titles = [World::TITLE, World::OTHER_TITLE].map(str::to_owned);
    let shown = [World::TITLE.to_owned(), format!("{} - Invited", World::TITLE)];
    for calls in 0..World::CALLS_OF_TWO {
        let id = world.candidate(&format!("Candidate {calls}"), json!({"tags": [World::TITLE]}))?;
        world.local.lever.move_to(&id, World::TRIGGER, None)?;
        handle(&world, world.moved(&id)?, &[]).await?;
        world.local.lever.tag(&id, &titles, &[])?;
        world.local.lever.move_to(&id, "Offer", None)?;
        world.pass(World::LEASE_IS_OVER);
        world.local.lever.move_to(&id, World::TRIGGER, None)?;
        let envelope = world.envelope(world.moved(&id)?);
        _ = doomed(&world, (calls, Last::Undone))?.handle(&envelope, &new_run()).await;
        world.pass(World::LEASE_IS_OVER);
        world.local.lever.tag(&id, &[], &shown)?;
        world.local.lever.tag(&id, &shown[1..], &[])?;
        assert!(world.work_off(&envelope).await, "{calls}");
        let reasons = world.reasons(&id).await?;
        assert_eq!(
            reasons.iter().filter(|told| **told == Reason::Invited).count(),
            2,
            "{calls}: {reasons:?}"
        );
    }
    world.finish().await
}
