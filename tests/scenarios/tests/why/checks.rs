//! What must hold for an invitation, and who is found.

use std::time::Duration;

use lever_integration::domain::Reason;
use reqwest::StatusCode;
use scenarios::{Made, World};
use serde_json::{Value, json};
use sim_kit::deliveries::ModeChange;

use crate::api::User;

use super::{Why, sweep};

const AN_HOUR: Duration = Duration::from_secs(61 * 60);
const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_tag_is_promised_an_invitation_for_a_day_and_not_longer() -> Made {
    let world = World::start().await?;
    let id = world.candidate("Ada Byron", json!({}))?;
    let other = world.candidate("Bob Late", json!({}))?;
    for id in [&id, &other] {
        world.move_to(id, World::TRIGGER).await?;
        assert_eq!(world.reasons(id).await?, [Reason::NoMatchingTag]);
    }
    world.local.lever.tag(&id, &[World::TITLE.to_owned()], &[])?;
    let why = Why::of(&world, &id).await?;
    why.says("The invitation is on its way");
    assert_ne!(why.check("accepted_by_qualified").0, Some("passed"), "nobody asked Qualified yet");
    sweep(&world).await?;
    assert_eq!(world.mailed("Ada Byron"), [World::TITLE]);
    assert_eq!(Why::of(&world, &id).await?.check("accepted_by_qualified").0, Some("passed"));

    world.pass(AN_HOUR);
    world.local.reconcile().await?;
    world.pass(A_DAY);
    world.local.lever.tag(&other, &[World::TITLE.to_owned()], &[])?;
    let why = Why::of(&world, &other).await?;
    why.does_not_say("on its way");
    why.says(Reason::NoMatchingTag.sentence());
    why.says("out of the stage and back in");
    assert_eq!(why.check("not_decided_before"), (Some("failed"), Some("no_matching_tag")));
    assert_eq!(why.check("accepted_by_qualified").0, Some("not_reached"));
    world.local.reconcile().await?;
    world.settle().await?;
    assert_eq!(world.mailed("Bob Late"), [""; 0], "and none comes");
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_status_tag_without_a_ledger_entry_stands_in_the_way_on_the_page_too() -> Made {
    let world = World::start().await?;
    let tags = json!([World::TITLE, "Rust Basics - Invited"]);
    let id = world.candidate("Ada Byron", json!({"tags": tags}))?;
    world.move_to(&id, World::TRIGGER).await?;
    assert_eq!(world.reasons(&id).await?, [Reason::StatusTagPresent]);
    let why = Why::of(&world, &id).await?;
    assert_eq!(why.check("not_assigned_before"), (Some("failed"), Some("status_tag_present")));
    assert_eq!(why.check("accepted_by_qualified").0, Some("not_reached"));
    why.does_not_say("Nothing stands in the way");
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_never_was_in_a_trigger_stage_did_not_leave_one() -> Made {
    let world = World::start().await?;
    let id = world.candidate("Ada Byron", json!({"tags": [World::TITLE]}))?;
    let why = Why::of(&world, &id).await?;
    assert_eq!(why.check("event_seen").0, Some("not_due"));
    assert_eq!(why.check("in_trigger_stage"), (Some("failed"), Some("stage_not_trigger")));
    why.says(">Not yet<");
    why.says(Reason::StageNotTrigger.sentence());
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_candidate_who_is_hidden_or_gone_keeps_a_history_and_a_reason() -> Made {
    let world = World::start().await?;
    let hidden = world.candidate("Ada Byron", json!({"tags": [World::TITLE], "confidential": true}))?;
    world.move_to(&hidden, World::TRIGGER).await?;
    let gone = world.invited("Bob Gone").await?;
    world.local.lever.delete(&gone)?;
    for (id, reason, told) in [
        (&hidden, Reason::OpportunityHidden, Reason::OpportunityHidden),
        (&gone, Reason::OpportunityGone, Reason::Invited),
    ] {
        let why = Why::of(&world, id).await?;
        assert_eq!(why.check("readable"), (Some("failed"), Some(reason.code())));
        assert_eq!(why.explanation["history"][0]["reason"], told.code());
        why.does_not_say("No candidate in Lever matches");
        why.says(reason.sentence());
        why.says(told.sentence());
    }
    let nobody = User::sign_in(&world, "admin").await?;
    let nobody = nobody.get("/why?opportunity=00000000-0000-4000-8000-000000000000").await?;
    assert_eq!(nobody.status(), StatusCode::NOT_FOUND);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invited_candidate_is_not_held_to_what_must_hold_before_an_invitation() -> Made {
    let world = World::start().await?;
    let id = world.invited("Ada Byron").await?;
    for stage in [None, Some("Offer")] {
        if let Some(stage) = stage {
            world.move_to(&id, stage).await?;
        }
        let why = Why::of(&world, &id).await?;
        assert_eq!(why.check("not_assigned_before"), (None, None));
        assert_eq!(why.check("accepted_by_qualified").0, Some("passed"));
        why.says("Invited to “Rust Basics”.");
        why.does_not_say("Not invited");
    }
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_put_right_after_the_decision_does_not_bring_an_invitation() -> Made {
    let world = World::start().await?;
    let unreachable = world.candidate("Bob Late", json!({"tags": [World::TITLE], "archived": "Withdrew"}))?;
    world.move_to(&unreachable, World::TRIGGER).await?;
    assert_eq!(world.reasons(&unreachable).await?, [Reason::Archived]);
    world.local.lever.archive(&unreachable, None)?;
    let why = Why::of(&world, &unreachable).await?;
    assert_eq!(why.check("not_decided_before"), (Some("failed"), Some("archived")));
    why.does_not_say("on its way");

    let id = world.candidate("Ada Byron", json!({"tags": ["Unfinished Ideas"]}))?;
    world.move_to(&id, World::TRIGGER).await?;
    assert_eq!(world.reasons(&id).await?, [Reason::NotPublished]);
    world.local.lever.tag(&id, &[World::TITLE.to_owned()], &["Unfinished Ideas".to_owned()])?;
    let why = Why::of(&world, &id).await?;
    assert_eq!(why.check("not_decided_before"), (Some("failed"), None));
    why.says("The tag was put on after the candidate was moved.");
    why.does_not_say("on its way");
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_search_by_name_says_what_it_finds_and_when_its_list_is_cut() -> Made {
    let world = World::start().await?;
    world.local.lever.kit().deliveries.set_mode(ModeChange { hold: Some(true), ..Default::default() });
    for number in 0..11 {
        let id = world.candidate(&format!("Many {number}"), json!({}))?;
        world.local.lever.move_to(&id, World::TRIGGER, None)?;
    }
    let admin = User::sign_in(&world, "admin").await?;
    let page = admin.page("/integrations/lever/why?candidate=many").await?.text().await?;
    assert!(page.contains("There may be more candidates than these."), "{page}");
    let lines: Value = admin.get("/activity?search=many").await?.json().await?;
    assert_eq!(lines["is_cut"], true, "{lines}");
    let answer: Value = admin.get("/why?candidate=many").await?.json().await?;
    assert_eq!((&answer["is_cut"], answer["candidates"].as_array().map(Vec::len)), (&json!(true), Some(10)));
    let answer: Value = admin.get("/why?candidate=many+1").await?.json().await?;
    assert_eq!(answer["is_cut"], false, "{answer}");
    let nobody = admin.page("/integrations/lever/why?candidate=zzz").await?.text().await?;
    assert!(nobody.contains("with recent activity and those in a trigger stage"), "{nobody}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_more_candidates_than_lever_lists_at_once_none_is_the_only_one_and_not_all_are_nobody() -> Made {
    let world = World::start().await?;
    world.local.lever.kit().deliveries.set_mode(ModeChange { hold: Some(true), ..Default::default() });
    for number in 100..=200 {
        let id = world.candidate(&format!("Many {number}"), json!({}))?;
        world.local.lever.move_to(&id, World::TRIGGER, None)?;
    }
    let admin = User::sign_in(&world, "admin").await?;
    let mut found = 0;
    for number in [100, 200] {
        world.pass(Duration::from_secs(5));
        let answer: Value = admin.get(&format!("/why?candidate=many+{number}")).await?.json().await?;
        if answer["answer"] == "several" {
            let candidates = answer["candidates"].as_array().map(Vec::len);
            assert_eq!((candidates, &answer["is_cut"]), (Some(1), &json!(true)), "{answer}");
            found += 1;
        } else {
            assert_eq!(answer["status"], 404, "nobody else is taken for the only one: {answer}");
        }
    }
    assert!(found > 0, "all but one of them are listed");
    world.pass(Duration::from_secs(5));
    let lines: Value = admin.get("/activity?search=zzz").await?.json().await?;
    assert_eq!((&lines["lines"], &lines["is_cut"]), (&json!([]), &json!(true)), "{lines}");
    let page = admin.page("/integrations/lever/why?candidate=zzz").await?.text().await?;
    assert!(page.contains("Nobody was found among those we looked at"), "{page}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invitation_that_was_closed_in_qualified_is_not_called_astray() -> Made {
    let world = World::start().await?;
    let id = world.invited("Ada Byron").await?;
    Why::of(&world, &id).await?.says("has not started yet");
    let result = world.result(&id).await?;
    world.close_result(result.as_str()).await?;
    sweep(&world).await?;
    assert_eq!(world.reasons(&id).await?[0], Reason::Terminated);
    let why = Why::of(&world, &id).await?;
    why.says("Closed in Qualified without a submission. A new invitation can be sent from there");
    why.does_not_say("has not started yet");
    why.does_not_say("gone astray");
    assert_eq!(why.explanation["assessments"][0]["is_closed"], true);

    // Asked for again it is sent anew, and open.
    world.local.lever.tag(&id, &[World::TITLE.to_owned()], &[format!("{} - Invited", World::TITLE)])?;
    world.move_to(&id, "Offer").await?;
    world.move_to(&id, World::TRIGGER).await?;
    assert_eq!(world.reasons(&id).await?[0], Reason::Invited);
    let why = Why::of(&world, &id).await?;
    why.says("has not started yet");
    assert_eq!(why.explanation["assessments"][0]["is_closed"], false);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_invitation_after_one_was_closed_in_qualified_shows_as_soon_as_the_page_says() -> Made {
    let world = World::start().await?;
    let id = world.invited("Ada Byron").await?;
    let result = world.result(&id).await?;
    world.close_result(result.as_str()).await?;
    sweep(&world).await?;
    // Invited again, and not by the move that the page is asked about.
    let other = world.candidate("Ada Byron", json!({"tags": [World::TITLE]}))?;
    world.move_to(&other, World::TRIGGER).await?;
    assert_eq!((world.result(&other).await?, world.mailed("Ada Byron").len()), (result.clone(), 2));
    let why = Why::of(&world, &id).await?;
    why.says("it shows here only when the candidate starts or hands in");
    world.start_result(&result)?;
    world.shows(&id, &format!("{} - Started", World::TITLE)).await?;
    let why = Why::of(&world, &id).await?;
    why.does_not_say("Closed in Qualified");
    assert_eq!(why.explanation["assessments"][0]["is_closed"], false);
    world.finish().await
}
