//! Every call of a candidate's way, gone wrong in every way: the end is the same as without.

use scenarios::{Made, World};
use serde_json::json;
use sim_kit::faults::{Fault, Mode};

/// The calls of a candidate's way. Those of one path come several times.
const CALLS: [(&str, &str); 7] = [
    ("GET", "/v1/opportunities/*"),
    ("POST", "/v1/opportunities/*/addTags"),
    ("POST", "/v1/opportunities/*/removeTags"),
    ("POST", "/v1/opportunities/*/notes"),
    ("GET", "/api/v1/team_candidates"),
    ("POST", "/api/v1/assessment_invitations/invite_candidates"),
    ("GET", "/api/v1/assessment_results/*/exhibit"),
];

/// How a call goes wrong: how, and with which status.
const WAYS: [(Mode, Option<u16>); 8] = [
    (Mode::Status, Some(429)),
    (Mode::Status, Some(500)),
    (Mode::DropBefore, None),
    (Mode::DropAfter, None),
    (Mode::StatusAfter, Some(504)),
    (Mode::MalformedJson, None),
    (Mode::WrongShape, None),
    (Mode::Html, None),
];

async fn play(world: &World, name: &str, told: &str) -> Made {
    let id = world.candidate(name, json!({"tags": [World::TITLE]}))?;
    world.move_to(&id, World::TRIGGER).await?;
    world.wait_out().await?;
    let result = world.result(&id).await?;
    world.start_result(&result)?;
    world.wait_out().await?;
    world.submit_result(&result).await?;
    world.wait_out().await?;
    let tags: Vec<_> = world.tags(&id)?.into_iter().filter(|tag| tag.starts_with(World::TITLE)).collect();
    assert_eq!(tags, [format!("{} - Submitted", World::TITLE)], "{told}");
    assert_eq!((world.mailed(name).len(), world.notes(&id)?.len()), (1, 1), "mails and notes, {told}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_goes_wrong_with_any_call_each_candidate_gets_one_mail_and_one_note() -> Made {
    let world = World::start().await?;
    world.local.lever.switch(serde_json::from_value(json!({"rate_per_second": 0}))?)?;
    for (number, (method, path)) in CALLS.into_iter().enumerate() {
        for (way, (mode, status)) in WAYS.into_iter().enumerate() {
            let kit =
                if path.starts_with("/v1") { world.local.lever.kit() } else { world.local.qualified.kit() };
            kit.faults.plan(Fault { status, times: 2, ..Fault::new(method, path, mode) });
            play(&world, &format!("Candidate {number} {way}"), &format!("{method} {path}, {mode:?}")).await?;
            // An answer lost once may be enough: whoever looks then finds what it was about.
            assert!(kit.faults.list().iter().all(|fault| fault.times < 2), "{method} {path}: no such call");
            kit.faults.clear();
        }
    }
    world.finish().await
}
