//! Any order, any number: the deliveries of a stage change, a start and a submission.
//!
//! Every delivery of both services is lost at first; then each arrives whenever and as often as the case
//! says, over HTTP, with the candidate acting in between. Whatever comes, nobody is mailed or noted twice
//! and no tag goes back; once everything has arrived, everything shows.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use qualified_sim::ResultState;
use scenarios::{Made, World};
use serde_json::json;
use sim_kit::Kit;
use sim_kit::deliveries::ModeChange;
use tokio::runtime::Runtime;

/// Sequences tried; each moves one candidate through the real system.
const CASES: u32 = 60;

/// Something happens.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// The candidate goes on: starts, then submits.
    Act,
    /// One of the deliveries so far arrives, this one modulo their number.
    Arrive(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![1 => Just(Step::Act), 3 => (0_usize..8).prop_map(Step::Arrive)];
    proptest::collection::vec(step, 1..14)
}

/// How far the tags say the candidate is: 0 the bare title, 1 to 3 the status tags.
fn rank(world: &World, id: &str) -> Made<usize> {
    let ranks =
        ["", " - Invited", " - Started", " - Submitted"].map(|suffix| format!("{}{suffix}", World::TITLE));
    let tags = world.tags(id)?;
    ranks
        .iter()
        .rposition(|tag| tags.contains(tag))
        .ok_or_else(|| format!("no tag of the title: {tags:?}").into())
}

fn kits(world: &World) -> [&Kit; 2] {
    [world.local.lever.kit(), world.local.qualified.kit()]
}

/// The ids of this case's deliveries, of both services.
fn delivered(world: &World, before: [usize; 2]) -> Vec<(usize, String)> {
    let of = |index: usize| {
        let list = kits(world)[index].deliveries.list();
        list.into_iter().skip(before[index]).map(move |delivery| (index, delivery.id))
    };
    of(0).chain(of(1)).collect()
}

async fn act(world: &World, id: &str) -> Made {
    let Ok(result) = world.result(id).await else { return Ok(()) };
    let state = world.local.qualified.result(result.as_str()).ok_or("no result")?.state;
    match state {
        ResultState::Invited | ResultState::Opened => world.start_result(&result),
        ResultState::Started => world.submit_result(&result).await,
        ResultState::Submitting | ResultState::Submitted | ResultState::Terminated => Ok(()),
    }
}

async fn arrive(world: &World, (index, delivery): &(usize, String)) -> Made {
    kits(world)[*index].deliveries.rerun(delivery);
    world.settle().await
}

async fn play(world: &World, name: &str, steps: &[Step]) -> Made {
    let before = kits(world).map(|kit| kit.deliveries.list().len());
    let id = world.candidate(name, json!({"tags": [World::TITLE]}))?;
    world.move_to(&id, World::TRIGGER).await?;
    let mut shown = 0;
    let mut look = |world: &World| -> Made {
        let now = rank(world, &id)?;
        assert!(now >= shown, "the tags went back from {shown} to {now}");
        shown = now;
        assert!(world.mailed(name).len() <= 1, "mailed twice");
        assert!(world.notes(&id)?.len() <= 1, "noted twice");
        Ok(())
    };
    for step in steps {
        match step {
            Step::Act => act(world, &id).await?,
            Step::Arrive(pick) => {
                let so_far = delivered(world, before);
                arrive(world, &so_far[pick % so_far.len()]).await?;
            }
        }
        look(world)?;
    }
    // In the end everything arrives: the stage change, then whatever it makes possible.
    for _ in 0..3 {
        for delivery in delivered(world, before).iter().rev() {
            arrive(world, delivery).await?;
            look(world)?;
        }
        act(world, &id).await?;
    }
    for delivery in delivered(world, before) {
        arrive(world, &delivery).await?;
    }
    let tags: Vec<_> = world.tags(&id)?.into_iter().filter(|tag| tag.starts_with(World::TITLE)).collect();
    assert_eq!(tags, [format!("{} - Submitted", World::TITLE)]);
    assert_eq!((world.mailed(name).len(), world.notes(&id)?.len()), (1, 1));
    Ok(())
}

#[test]
fn no_order_and_no_repetition_regresses_a_tag_or_mails_or_notes_twice() {
    let runtime = Runtime::new().expect("a runtime");
    let world = runtime.block_on(World::start()).expect("a world");
    // Sixty candidates within seconds would meet Lever's rate limit, which is not what this is about.
    let unlimited = serde_json::from_value(json!({"rate_per_second": 0})).expect("an object");
    world.local.lever.switch(unlimited).expect("a known switch");
    for kit in kits(&world) {
        kit.deliveries.set_mode(ModeChange { drop_next: Some(1_000_000), ..Default::default() });
    }
    let number = std::cell::Cell::new(0);
    let mut runner = TestRunner::new(Config { cases: CASES, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&steps(), |steps| {
        number.set(number.get() + 1);
        let played = runtime.block_on(play(&world, &format!("Candidate {}", number.get()), &steps));
        played.map_err(|error| TestCaseError::fail(error.to_string()))
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
    assert!(number.get() >= CASES);
    runtime.block_on(world.finish()).expect("nothing is left");
}
