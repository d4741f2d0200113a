//! What each kind of event costs in calls to the outside, counted where they arrive.

use scenarios::{Made, World};
use serde_json::json;
use sim_kit::calls::Call;

fn paths(calls: &[Call]) -> Vec<String> {
    let last = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    calls
        .iter()
        .map(|call| {
            let tail = last(&call.path);
            // Ids are not compared.
            let shown = if tail.len() >= 24 { "{id}".to_owned() } else { tail };
            format!("{} {shown}", call.method)
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_kind_of_event_costs_what_it_must_and_no_more() -> Made {
    let world = World::start().await?;
    // The list of assessments is read once a minute for a team, whatever the number of candidates.
    let (_, first) = world.calls_during(async { world.invited("Candidate 1").await.map(drop) }).await?;
    assert_eq!(paths(&first), ["GET assessments", "GET team_candidates", "POST invite_candidates"]);

    let id = world.candidate("Candidate 2", json!({"tags": [World::TITLE]}))?;
    let (lever, qualified) = world.calls_during(world.move_to(&id, World::TRIGGER)).await?;
    // Reading and tagging are two; the third takes the bare tag off (docs/decisions/0001).
    assert_eq!(paths(&lever), ["GET {id}", "POST addTags", "POST removeTags"]);
    assert_eq!(paths(&qualified), ["GET team_candidates", "POST invite_candidates"]);

    let result = world.result(&id).await?;
    let started = async {
        world.local.qualified.start_result(result.as_str()).map_err(|error| error.to_string())?;
        world.settle().await
    };
    let (lever, qualified) = world.calls_during(started).await?;
    assert_eq!(paths(&lever), ["POST addTags", "POST removeTags"]);
    assert_eq!(paths(&qualified), ["GET exhibit"]);

    let submitted = async {
        world
            .local
            .qualified
            .submit_result(result.as_str(), Default::default())
            .map_err(|error| error.to_string())?;
        world.shows(&id, "Rust Basics - Submitted").await
    };
    let (lever, qualified) = world.calls_during(submitted).await?;
    assert_eq!(paths(&lever), ["POST addTags", "POST removeTags", "POST notes"]);
    assert_eq!(paths(&qualified), ["GET exhibit"]);

    let (lever, qualified) = world.calls_during(world.rerun_all()).await?;
    assert_eq!((paths(&lever), paths(&qualified)), (vec![], vec![]), "every delivery a second time");

    let (lever, qualified) = world.calls_during(world.move_to(&id, "Offer")).await?;
    assert_eq!((paths(&lever), paths(&qualified)), (vec![], vec![]), "a stage that is no trigger stage");
    world.finish().await
}
