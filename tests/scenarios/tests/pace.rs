//! Lever's rate limit is never exceeded, whoever calls.

use lever_integration::domain::Reason;
use scenarios::{Made, World};
use serde_json::json;
use sim_kit::faults::{Fault, Mode};

/// More than Lever's burst of twenty calls allows at once, three calls each.
const CROWD: usize = 24;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_moved_at_once_is_invited_within_levers_rate() -> Made {
    let world = World::start().await?;
    let mut ids = Vec::new();
    for number in 0..CROWD {
        ids.push(world.candidate(&format!("Candidate {number}"), json!({"tags": [World::TITLE]}))?);
    }
    for id in &ids {
        world.local.lever.move_to(id, World::TRIGGER, None)?;
    }
    for id in &ids {
        world.shows(id, "Rust Basics - Invited").await?;
        assert_eq!(world.reasons(id).await?, [Reason::Invited]);
    }
    assert!(world.local.lever.kit().violations.list().is_empty());
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_refusal_for_the_rate_nobody_calls_until_there_is_room() -> Made {
    let world = World::start().await?;
    let kit = world.local.lever.kit();
    let refusal = Fault::new("GET", "/v1/opportunities/*", Mode::Status);
    kit.faults.plan(Fault { status: Some(429), ..refusal });
    let ids =
        ["Candidate 1", "Candidate 2"].map(|name| world.candidate(name, json!({"tags": [World::TITLE]})));
    let before = kit.calls.after(0).last().map_or(0, |call| call.seq);
    for id in &ids {
        world.local.lever.move_to(id.as_ref().map_err(ToString::to_string)?, World::TRIGGER, None)?;
    }
    for id in ids {
        world.shows(&id?, "Rust Basics - Invited").await?;
    }
    let calls = kit.calls.after(before);
    let (refused, others) = calls.split_first().ok_or("no calls")?;
    assert_eq!(refused.status, Some(429));
    let late = others.iter().filter(|call| call.at_ms - refused.at_ms >= 2_000).count();
    // The other candidate's three calls may have been granted before the refusal.
    assert!(late >= 3, "{calls:?}");
    world.finish().await
}
