//! What changes outside between two attempts, and what of several things fails.

use std::time::Duration;

use lever_integration::domain::{ApiKey, Event, Reason};
use lever_integration::queue::{Envelope, Queue as _};
use scenarios::{Made, World};
use serde_json::json;
use sim_kit::faults::{Fault, Mode};

const INVITE: &str = "/api/v1/assessment_invitations/invite_candidates";
const OTHER_TITLE: &str = "AngularJS: Services, Directives, and Filters";

fn plan(world: &World, method: &str, path: &str, mode: Mode, times: u64, skip: u64) {
    for kit in [world.local.lever.kit(), world.local.qualified.kit()] {
        kit.faults.plan(Fault { times, skip, ..Fault::new(method, path, mode) });
    }
}

fn of_title(world: &World, id: &str) -> Made<Vec<String>> {
    Ok(world.tags(id)?.into_iter().filter(|tag| tag.starts_with(World::TITLE)).collect())
}

/// A recruiter corrects the address of a candidate.
async fn change_address(world: &World, id: &str, to: &str) -> Made {
    let scope = json!({"scopes": "contact:write:admin"});
    let minted = world.local.lever_control().post("/_sim/token", &scope).await?;
    let token = minted["access_token"].as_str().ok_or("no token")?;
    let state = world.local.lever.state();
    let mut all = state["accounts"][0]["opportunities"].as_array().into_iter().flatten();
    let contact = all.find(|one| one["id"] == *id).and_then(|one| one["contact"].as_str());
    let url = format!("{}/v1/contacts/{}", world.local.lever.url(), contact.ok_or("no contact")?);
    let put = sim_kit::http::client().put(url).bearer_auth(token).json(&json!({"emails": [to]}));
    let status = put.send().await?.status();
    if status.is_success() { Ok(()) } else { Err(format!("answered {status}").into()) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_event_of_the_first_take_does_not_undo_the_retake() -> Made {
    let world = World::start().await?;
    let id = world.invited("Candidate 1").await?;
    let result = world.result(&id).await?;
    world.submit_result(&result).await?;
    world.shows(&id, "Rust Basics - Submitted").await?;
    let retake = world.retake_result(result.as_str())?;
    world.start_result(retake.as_str())?;
    world.shows(&id, "Rust Basics - Started").await?;
    world.rerun_all().await?;
    assert_eq!(world.result(&id).await?, retake.as_str());
    assert_eq!(of_title(&world, &id)?, ["Rust Basics - Started"]);
    assert_eq!(world.notes(&id)?.len(), 1);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_retake_is_followed_after_two_records_of_the_person_were_merged() -> Made {
    let world = World::start().await?;
    world.invited("Candidate 2").await?;
    let id = world.invited("Candidate 1").await?;
    let result = world.result(&id).await?;
    world.submit_result(&result).await?;
    world.shows(&id, "Rust Basics - Submitted").await?;
    let people = world.local.qualified.team_candidates();
    let of = |email: &str| people.iter().find(|one| one.email.as_deref() == Some(email));
    let from = of("candidate-1@example.com").ok_or("no such person")?.id.to_string();
    let into = of("candidate-2@example.com").ok_or("no such person")?.id.to_string();
    let path = format!("/_sim/team_candidates/{from}/merge");
    world.local.qualified_control().post(&path, &json!({"into": into})).await?;
    let retake = world.retake_result(result.as_str())?;
    world.start_result(retake.as_str())?;
    world.shows(&id, "Rust Basics - Started").await?;
    world.wait_out().await?;
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_changed_after_a_lost_answer_gets_no_second_invitation() -> Made {
    let world = World::start().await?;
    let id = world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
    plan(&world, "POST", INVITE, Mode::DropAfter, 1, 0);
    world.move_to(&id, World::TRIGGER).await?;
    change_address(&world, &id, "new@example.com").await?;
    world.wait_out().await?;
    assert_eq!(world.local.qualified.mails().len(), 1);
    assert_eq!(world.reasons(&id).await?, [Reason::Invited]);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_removed_after_a_lost_answer_does_not_hide_the_invitation() -> Made {
    let world = World::start().await?;
    let id = world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
    plan(&world, "POST", INVITE, Mode::DropAfter, 1, 0);
    world.move_to(&id, World::TRIGGER).await?;
    world.local.lever.anonymise(&id)?;
    world.wait_out().await?;
    assert_eq!(world.reasons(&id).await?, [Reason::Invited]);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tag_taken_off_before_anything_was_sent_sends_nothing() -> Made {
    for path in ["/api/v1/team_candidates", INVITE] {
        let world = World::start().await?;
        let id = world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
        plan(&world, "*", path, Mode::Status, 1, 0);
        world.move_to(&id, World::TRIGGER).await?;
        world.local.lever.tag(&id, &[OTHER_TITLE.to_owned()], &[World::TITLE.to_owned()])?;
        world.wait_out().await?;
        assert_eq!(world.mailed("Candidate 1").len(), 1, "{path}");
        assert_eq!(world.reasons(&id).await?, [Reason::NoMatchingTag, Reason::Invited], "{path}");
        assert_eq!(of_title(&world, &id)?, [""; 0]);
        // Put back, it asks as any other does.
        world.local.lever.tag(&id, &[World::TITLE.to_owned()], &[])?;
        world.move_to(&id, "Offer").await?;
        world.move_to(&id, World::TRIGGER).await?;
        assert_eq!(of_title(&world, &id)?, ["Rust Basics - Invited"]);
        world.finish().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tag_taken_off_after_a_lost_answer_does_not_hide_the_invitation() -> Made {
    let world = World::start().await?;
    let id = world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
    plan(&world, "POST", INVITE, Mode::DropAfter, 1, 0);
    world.move_to(&id, World::TRIGGER).await?;
    world.local.lever.tag(&id, &[], &[World::TITLE.to_owned()])?;
    world.wait_out().await?;
    assert_eq!(world.mailed("Candidate 1").len(), 1);
    assert_eq!(world.reasons(&id).await?, [Reason::Invited]);
    assert_eq!(of_title(&world, &id)?, ["Rust Basics - Invited"]);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_assessment_unpublished_after_the_mail_does_not_hide_the_invitation() -> Made {
    for (path, mode) in [(INVITE, Mode::DropAfter), ("/v1/opportunities/*/addTags", Mode::Status)] {
        let world = World::start().await?;
        let id = world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
        plan(&world, "POST", path, mode, 1, 0);
        world.move_to(&id, World::TRIGGER).await?;
        world.local.qualified.unpublish_assessment(world.first_assessment().await?.as_str())?;
        // The list of assessments is read again by then.
        world.pass(Duration::from_secs(120));
        world.wait_out().await?;
        assert_eq!(world.mailed("Candidate 1").len(), 1, "{path}");
        assert_eq!(world.reasons(&id).await?, [Reason::Invited], "{path}");
        assert_eq!(of_title(&world, &id)?, ["Rust Basics - Invited"], "{path}");
        world.finish().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_assessment_unpublished_before_anything_was_sent_sends_nothing() -> Made {
    let world = World::start().await?;
    let id = world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
    plan(&world, "POST", INVITE, Mode::Status, 1, 0);
    world.move_to(&id, World::TRIGGER).await?;
    world.local.qualified.unpublish_assessment(world.first_assessment().await?.as_str())?;
    world.pass(Duration::from_secs(120));
    world.wait_out().await?;
    assert_eq!(world.mailed("Candidate 1").len(), 0);
    assert_eq!(world.reasons(&id).await?, [Reason::NotPublished]);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_sent_is_told_although_the_candidate_moved_on_before_the_rest() -> Made {
    let world = World::start().await?;
    let id = world.candidate("Candidate 1", json!({"tags": [World::TITLE, OTHER_TITLE]}))?;
    plan(&world, "POST", INVITE, Mode::Status, 1, 1);
    world.move_to(&id, World::TRIGGER).await?;
    assert_eq!(world.mailed("Candidate 1").len(), 1, "one of two");
    world.move_to(&id, "Offer").await?;
    world.wait_out().await?;
    let mut reasons = world.reasons(&id).await?;
    reasons.sort();
    let mut expected = [Reason::Invited, Reason::MovedOn];
    expected.sort();
    assert_eq!(reasons, expected);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_opportunities_of_one_person_one_that_fails_does_not_stop_the_other() -> Made {
    let world = World::start().await?;
    let first = world.invited("Candidate 1").await?;
    let second = world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
    world.move_to(&second, World::TRIGGER).await?;
    let result = world.result(&first).await?;
    let mut ids = [first, second];
    ids.sort();
    plan(&world, "POST", &format!("/v1/opportunities/{}/addTags", ids[0]), Mode::Status, 3, 0);
    world.start_result(&result)?;
    world.settle().await?;
    assert_eq!(of_title(&world, &ids[1])?, ["Rust Basics - Started"], "the other one");
    world.wait_out().await?;
    for id in &ids {
        assert_eq!(of_title(&world, id)?, ["Rust Basics - Started"]);
        assert!(world.reasons(id).await?.contains(&Reason::Started), "{:?}", world.reasons(id).await?);
    }
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_opportunities_of_one_person_each_is_told_although_the_second_came_later() -> Made {
    let world = World::start().await?;
    let first = world.invited("Candidate 1").await?;
    let second = world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
    world.move_to(&second, World::TRIGGER).await?;
    let result = world.result(&first).await?;
    let mut ids = [first, second];
    ids.sort();
    plan(&world, "POST", &format!("/v1/opportunities/{}/addTags", ids[1]), Mode::Status, 2, 0);
    world.start_result(&result)?;
    world.wait_out().await?;
    for id in &ids {
        assert_eq!(of_title(&world, id)?, ["Rust Basics - Started"]);
        assert!(world.reasons(id).await?.contains(&Reason::Started), "{:?}", world.reasons(id).await?);
    }
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_replaced_while_the_old_one_is_refused_is_not_marked_as_refused() -> Made {
    let world = World::start().await?;
    let id = world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
    let refusal = Fault {
        status: Some(401),
        delay_ms: 500,
        ..Fault::new("GET", "/api/v1/team_candidates", Mode::Status)
    };
    world.local.qualified.kit().faults.plan(refusal);
    world.local.lever.move_to(&id, World::TRIGGER, None)?;
    tokio::time::sleep(Duration::from_millis(250)).await;
    let store = &world.local.parts.store;
    let mut team = store.load_team(&world.team).await?.ok_or("no team")?.team;
    let (qualified_team, _) = world.local.qualified.first_team().ok_or("no team")?;
    world.local.qualified.rotate_api_key(qualified_team, "new-key-000000000000".into());
    team.api_key = Some(ApiKey::new("new-key-000000000000".to_owned()));
    _ = store.record_team(&team).await?;
    world.wait_out().await?;
    let team = store.load_team(&world.team).await?.ok_or("no team")?.team;
    assert_eq!(team.api_key_refused_at, None);
    assert_eq!(world.reasons(&id).await?, [Reason::Invited]);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_longest_title_still_changes_its_tag() -> Made {
    let world = World::start().await?;
    world.local.lever.switch(serde_json::from_value(json!({"tag_max_chars": 1000}))?)?;
    let title = "x".repeat(512);
    let id = world.first_assessment().await?;
    world.local.qualified.rename_assessment(id.as_str(), &title).map_err(|error| error.to_string())?;
    let id = world.candidate("Candidate 1", json!({"tags": [title]}))?;
    world.move_to(&id, World::TRIGGER).await?;
    assert_eq!(world.tags(&id)?, [format!("{title} - Invited")]);
    let result = world.result(&id).await?;
    world.start_result(&result)?;
    world.settle().await?;
    assert_eq!(world.tags(&id)?, [format!("{title} - Started")]);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_status_tag_of_ours_does_not_ask_for_an_assessment_that_bears_it_as_title() -> Made {
    let world = World::start().await?;
    let third = world.local.qualified_control().get("/_sim/state").await?["assessments"][2]["id"].clone();
    let third = third.as_str().ok_or("no assessment")?;
    world
        .local
        .qualified
        .rename_assessment(third, "Rust Basics - Invited")
        .map_err(|error| error.to_string())?;
    let id = world.invited("Candidate 1").await?;
    world.move_to(&id, "Offer").await?;
    world.move_to(&id, World::TRIGGER).await?;
    assert_eq!(world.mailed("Candidate 1"), [World::TITLE]);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_tag_that_asks_for_another_assessment_stays() -> Made {
    let world = World::start().await?;
    let third = world.local.qualified_control().get("/_sim/state").await?["assessments"][2]["id"].clone();
    let third = third.as_str().ok_or("no assessment")?;
    world
        .local
        .qualified
        .rename_assessment(third, "Rust Basics - Invited")
        .map_err(|error| error.to_string())?;
    let id = world.candidate("Candidate 1", json!({"tags": ["Rust Basics - Invited"]}))?;
    world.move_to(&id, World::TRIGGER).await?;
    assert_eq!(world.mailed("Candidate 1"), ["Rust Basics - Invited"]);
    assert_eq!(world.tags(&id)?, ["Rust Basics - Invited - Invited"]);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_refused_and_then_invited_elsewhere_is_told_as_attached() -> Made {
    let world = World::start().await?;
    let body = json!({"errors": {"candidates": ["is invalid"]}, "reason": "ValidationErrors"});
    let fault = Fault { status: Some(422), body: Some(body), ..Fault::new("POST", INVITE, Mode::Status) };
    world.local.qualified.kit().faults.plan(fault);
    let id = world.invited("Candidate 1").await?;
    let elsewhere = world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
    world.move_to(&elsewhere, World::TRIGGER).await?;
    world.move_to(&id, "Offer").await?;
    world.move_to(&id, World::TRIGGER).await?;
    assert_eq!(world.reasons(&id).await?, [Reason::AttachedToExisting, Reason::EmailRefused]);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_sweep_finished_meanwhile_is_told_once() -> Made {
    let world = World::start().await?;
    let id = world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
    let mut fault = Fault { status: Some(429), ..Fault::new("POST", INVITE, Mode::Status) };
    fault.headers.insert("retry-after".to_owned(), "600".to_owned());
    world.local.qualified.kit().faults.plan(fault);
    world.move_to(&id, World::TRIGGER).await?;
    world.pass(Duration::from_secs(180));
    world.local.reconcile().await?;
    world.shows(&id, "Rust Basics - Invited").await?;
    world.wait_out().await?;
    assert_eq!(world.mailed("Candidate 1").len(), 1);
    let mut reasons = world.reasons(&id).await?;
    reasons.sort();
    let mut expected = [Reason::Invited, Reason::AlreadyAssigned];
    expected.sort();
    assert_eq!(reasons, expected);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invitation_is_told_as_one_although_levers_clock_is_ahead() -> Made {
    let world = World::start().await?;
    world.local.lever.kit().clock.advance_ms(30_000);
    let id = world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
    plan(&world, "POST", "/v1/opportunities/*/addTags", Mode::Status, 1, 0);
    world.move_to(&id, World::TRIGGER).await?;
    world.wait_out().await?;
    assert_eq!(world.reasons(&id).await?, [Reason::Invited]);
    world.finish().await
}

/// The same event, told at another time, as the reconciler tells what is left open.
fn told_again(world: &World, event: &Event) -> Made<Envelope> {
    let Event::StageChanged(mut event) = event.clone() else { return Err("no stage change".into()) };
    event.triggered_at = event.triggered_at.saturating_add(Duration::from_secs(900))?;
    Ok(world.envelope(Event::StageChanged(event)))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_is_told_twice_tells_its_invitation_once() -> Made {
    let world = World::without_deliveries().await?;
    let id = world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
    world.local.lever.move_to(&id, World::TRIGGER, None)?;
    let moved = world.moved(&id)?;
    world.local.queue.send(&told_again(&world, &moved)?).await?;
    world.settle().await?;
    world.local.queue.send(&world.envelope(moved)).await?;
    world.settle().await?;
    assert_eq!(world.reasons(&id).await?, [Reason::Invited, Reason::AlreadyAssigned]);
    assert_eq!(world.mailed("Candidate 1").len(), 1);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_status_put_there_by_hand_is_not_overlooked_by_the_second_telling() -> Made {
    let world = World::without_deliveries().await?;
    let id = world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
    plan(&world, "POST", INVITE, Mode::Status, 1, 0);
    world.local.lever.move_to(&id, World::TRIGGER, None)?;
    let moved = world.moved(&id)?;
    world.local.queue.send(&world.envelope(moved.clone())).await?;
    world.settle().await?;
    let status = format!("{} - Invited", World::TITLE);
    world.local.lever.tag(&id, &[status], &[World::TITLE.to_owned()])?;
    world.local.queue.send(&told_again(&world, &moved)?).await?;
    world.wait_out().await?;
    assert_eq!(world.mailed("Candidate 1").len(), 0);
    assert_eq!(world.reasons(&id).await?, [Reason::StatusTagPresent, Reason::StatusTagPresent]);
    world.finish().await
}
