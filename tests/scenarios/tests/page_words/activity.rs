//! What is shown of the activity, and who is found in it.

use std::time::Duration;

use integrations_page::paths;
use jiff::Timestamp;
use lever_integration::clock::Clock;
use lever_integration::domain::{Activity, ActivityId, EventId};
use scenarios::{Made, World};
use serde_json::{Value, json};
use sim_kit::faults::{Fault, Mode};

use crate::api::User;

use super::{admin, does_not_say, says};

/// Lines about this opportunity, one a second up to now, the newest last.
async fn write_lines(world: &World, sample: &Activity, id: &str, count: i64) -> Made {
    for number in 0..count {
        let event: EventId = format!("made-up-{id}-{number}").parse()?;
        let line = Activity {
            at: world.clock.now() - Duration::from_secs(u64::try_from(count - number)?),
            id: ActivityId::line(&event, 0),
            event,
            opportunity: id.parse()?,
            ..sample.clone()
        };
        world.local.parts.store.record_activity(&line).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_part_of_the_activity_is_not_shown_as_the_whole() -> Made {
    let world = World::start().await?;
    let (old, other) = (world.invited("Ada Byron").await?, world.candidate("Bob Late", json!({}))?);
    world.pass(Duration::from_secs(8 * 24 * 60 * 60));
    let sample = world.activity(&old).await?.remove(0);
    write_lines(&world, &sample, &other, 2_100).await?;

    let user = User::sign_in(&world, "admin").await?;
    let found: Value = user.get(&format!("/activity?search={old}")).await?.json().await?;
    assert_eq!(found["lines"].as_array().map(Vec::len), Some(1), "a link finds anybody: {found}");
    assert_eq!(found["older"], Value::Null);

    let (mut browser, _) = admin(&world).await?;
    let address = |query: &str| format!("{}{}?{query}", world.local.gateway_url(), paths::ACTIVITY);
    let page = browser.open(&address("reason=no_email")).await?;
    says(&page, "No match in the newest entries");
    says(&page, ">Older<");
    does_not_say(&page, "Nothing matches");

    let overview: Value = user.get("/overview").await?.json().await?;
    let weeks = overview["funnel"].as_array().map(Vec::len);
    assert!(weeks.is_some_and(|weeks| weeks <= 2), "weeks that were not counted are left out: {overview}");
    let since = overview["funnel_since"].as_str().ok_or("not said that a part was counted")?;
    assert!(since.parse::<Timestamp>()? < world.clock.now());
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_finds_the_newest_of_the_activity() -> Made {
    let world = World::start().await?;
    let sample = world.invited("Ada Byron").await?;
    let sample = world.activity(&sample).await?.remove(0);
    let mut ids = Vec::new();
    for number in 10..50 {
        let id = world.candidate(&format!("Candidate {number}"), json!({}))?;
        write_lines(&world, &sample, &id, 1).await?;
        ids.push(id);
    }
    let user = User::sign_in(&world, "admin").await?;
    // Later, so that the team's calls are not used up.
    world.pass(World::SWEEP_IS_DUE);
    for (number, id) in (10..50).zip(&ids).rev().take(10) {
        let found: Value = user.get(&format!("/activity?search=candidate+{number}")).await?.json().await?;
        assert_eq!(found["lines"][0]["candidate"]["opportunity"], **id, "Candidate {number}: {found}");
        assert_eq!(found["is_cut"], true, "there are older ones that nobody asked for");
    }
    let found: Value = user.get("/activity?search=candidate+10").await?.json().await?;
    assert_eq!((&found["lines"], &found["is_cut"]), (&json!([]), &json!(true)), "not found is not nobody");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_of_one_name_the_one_that_was_read_is_not_taken_for_the_only_one() -> Made {
    for mode in [Mode::Status, Mode::DropAfter] {
        let world = World::start().await?;
        let elsewhere = world.invited("Candidate 1").await?;
        world.move_to(&elsewhere, "Offer").await?;
        world.invited("Candidate 1").await?;
        let user = User::sign_in(&world, "admin").await?;
        world.pass(World::SWEEP_IS_DUE);
        let path = format!("/v1/opportunities/{elsewhere}");
        world.local.lever.kit().faults.plan(Fault { times: 9, ..Fault::new("GET", &path, mode) });
        let why: Value = user.get("/why?candidate=Candidate+1").await?.json().await?;
        assert_eq!(why["is_cut"], true, "{mode:?}: {why}");
    }
    Ok(())
}
