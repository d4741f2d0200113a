//! The control API: reset, state, mails, launch, what the team does.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use serde_json::{Value, json};

use super::{ANGULAR, NOBODY, RUST, Sim, TEAM};
use crate::{LaunchClaims, QualifiedSim, Seed};

#[tokio::test]
async fn every_route_is_listed_with_a_line() {
    let sim = Sim::start().await;
    let (_, list) = sim.control(Method::GET, "", None).await;
    let lines = list.as_array().unwrap();
    assert!(lines.iter().all(|line| !line["does"].as_str().unwrap().is_empty()));
    let paths: Vec<_> = lines.iter().map(|line| line["path"].as_str().unwrap()).collect();
    for path in [
        "/_sim/reset",
        "/_sim/state",
        "/_sim/violations",
        "/_sim/faults",
        "/_sim/results/{id}/open",
        "/_sim/results/{id}/start",
        "/_sim/results/{id}/submit",
        "/_sim/results/{id}/terminate",
        "/_sim/results/{id}/reopen",
        "/_sim/results/{id}/retake",
        "/_sim/results/{id}/expire",
        "/_sim/results/{id}/set_risk",
        "/_sim/mails",
        "/_sim/deliveries",
        "/_sim/deliveries/{id}/rerun",
        "/_sim/launch",
        "/_sim/clock",
        "/_sim/switches",
        "/_sim",
    ] {
        assert!(paths.contains(&path), "{path}");
    }
    let (status, body) = sim.control(Method::GET, "/nonsense", None).await;
    assert_eq!((status, body["error"].is_string()), (404, true));
    assert!(sim.rules().is_empty(), "control calls are not judged");
}

#[tokio::test]
async fn mails_are_listed_with_a_link_to_this_simulator() {
    let sim = Sim::start().await;
    let ada = sim.invite("ada@example.com", RUST).await;
    let (_, mails) = sim.control(Method::GET, "/mails", None).await;
    let mail = &mails[0];
    assert_eq!((&mail["to"], &mail["kind"]), (&json!("ada@example.com"), &json!("invite")));
    assert_eq!(
        (&mail["assessment_title"], &mail["result_id"]),
        (&json!("Rust Basics"), &ada["assessmentResultId"])
    );
    assert_eq!(
        mail["invite_link"],
        json!(format!("{}{}", sim.sim.url(), ada["invitePath"].as_str().unwrap()))
    );
    assert!(mail["at"].as_str().unwrap().ends_with('Z'));
}

#[tokio::test]
async fn the_state_shows_everything() {
    let sim = Sim::start().await;
    sim.invite("ada@example.com", RUST).await;
    let (_, state) = sim.control(Method::GET, "/state", None).await;
    assert_eq!(state["teams"][0]["api_key"], json!(sim.key));
    assert_eq!(state["results"][0]["candidateEmail"], "ada@example.com");
    assert_eq!(state["results"][0]["assessmentTitle"], "Rust Basics");
    assert_eq!(state["invitations"][0]["active"], true);
    for part in ["assessments", "team_candidates", "mails", "subscriptions"] {
        assert!(state[part].is_array(), "{part}");
    }
    assert_eq!(state["switches"]["q1_default_page_size"], 25);
}

#[tokio::test]
async fn a_reset_goes_back_to_the_seed_or_to_another_one() {
    let sim = Sim::start().await;
    sim.invite("ada@example.com", RUST).await;
    sim.call(Method::GET, "nonsense", None).await;
    sim.control_post("/switches", json!({"page_size": 1})).await;
    sim.control_post("/clock", json!({"advance_ms": 86_400_000})).await;
    sim.control_post("/reset", json!({})).await;
    assert!(sim.sim.mails().is_empty() && sim.sim.results().is_empty() && sim.rules().is_empty());
    assert_eq!(sim.get("assessments").await["totalPages"], 1);
    let other =
        json!({"teams": [{"id": TEAM, "name": "T", "api_key": sim.key, "assessments": [{"title": "Only"}]}]});
    sim.control_post("/reset", other).await;
    assert_eq!(sim.get("assessments").await["data"][0]["title"], "Only");
    let wrong = json!({"teams": [{"id": TEAM, "name": "T", "api_key": "k", "assesments": []}]});
    let (status, body) = sim.control(Method::POST, "/reset", Some(wrong)).await;
    assert_eq!(status, 400);
    assert!(body["error"].as_str().unwrap().contains("`assesments`"), "{body}");
    assert_eq!(sim.get("assessments").await["totalCount"], 1, "a refused seed changes nothing");
}

#[tokio::test]
async fn switches_are_read_and_set_and_unknown_ones_refused() {
    let sim = Sim::start().await;
    let (_, switches) = sim.control(Method::GET, "/switches", None).await;
    assert_eq!(switches["q4_duplicate_invite"], "existing");
    let set = sim.control_post("/switches", json!({"q4_duplicate_invite": "refused"})).await;
    assert_eq!((&set["q4_duplicate_invite"], &set["extra_fields"]), (&json!("refused"), &json!(false)));
    let (status, body) = sim.control(Method::POST, "/switches", Some(json!({"q99": 1}))).await;
    assert_eq!((status, body["error"].as_str().unwrap().contains("`q99`")), (400, true));
}

fn claims(url: &str) -> LaunchClaims {
    let token = url.split_once("?launch=").unwrap().1;
    let body = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body).unwrap()).unwrap()
}

#[tokio::test]
async fn the_launch_link_redirects_into_the_page_with_a_signed_token() {
    let sim = Sim::start().await;
    let path = format!("/_sim/launch?team={TEAM}");
    assert_eq!(sim.raw(Method::GET, &path, None, None).await.status(), 400, "no page yet");
    sim.control_post("/page", json!({"url": "http://localhost:8080/"})).await;
    let response = sim.raw(Method::GET, &path, None, None).await;
    assert_eq!(response.status(), 303);
    let url = response.headers()["location"].to_str().unwrap().to_owned();
    assert!(url.starts_with("http://localhost:8080/integrations/lever?launch="), "{url}");
    let first = claims(&url);
    assert_eq!((first.iss.as_str(), first.aud.as_str()), (crate::ISSUER, crate::AUDIENCE));
    assert_eq!((first.team_id.as_str(), first.team_name.as_str()), (TEAM, "Acme Engineering"));
    assert_eq!((first.role.as_str(), first.sub.as_str()), ("admin", "65f0c0de0000000000000011"));
    let now = sim.sim.kit().clock.now_ms() / 1000;
    assert!((now..=now + 300).contains(&first.exp));
    assert_eq!(
        claims(&url).signed(Seed::default().launch_key.as_bytes()),
        url.split_once("?launch=").unwrap().1
    );
    let other = claims(&sim.sim.launch_url(TEAM, "member", "u7").unwrap());
    assert_eq!((other.role.as_str(), other.sub.as_str()), ("member", "u7"));
    assert_ne!(other.jti, first.jti, "each launch can be told from the others");
    for (role, status) in [("member", 303), ("boss", 400)] {
        let of_role = format!("/_sim/launch?team={TEAM}&role={role}");
        assert_eq!(sim.raw(Method::GET, &of_role, None, None).await.status(), status, "{role}");
    }
    let unknown = sim.raw(Method::GET, &format!("/_sim/launch?team={NOBODY}"), None, None).await;
    assert_eq!(unknown.status(), 404);
    let wrong = sim.raw(Method::GET, &format!("{path}&colour=red"), None, None).await;
    assert_eq!(wrong.status(), 400);
}

#[tokio::test]
async fn assessments_are_added_renamed_and_published_behind_the_clients_back() {
    let sim = Sim::start().await;
    let added =
        sim.control_post("/assessments", json!({"assessment": {"title": "Go", "state": "draft"}})).await;
    let id = added["id"].as_str().unwrap();
    let titled = sim.control_post(&format!("/assessments/{id}/rename"), json!({"title": "Go: Basics"})).await;
    assert_eq!(titled["title"], "Go: Basics");
    let published = sim.control_post(&format!("/assessments/{id}/publish"), json!({})).await;
    assert_eq!(published["state"], "published");
    sim.invite("ada@example.com", id).await;
    sim.control_post(&format!("/assessments/{id}/unpublish"), json!({})).await;
    let listed = sim.get("assessment_invitations").await;
    assert_eq!(listed["totalCount"], 1, "existing invitations stay active");
    let (status, _) = sim.control(Method::POST, &format!("/assessments/{NOBODY}/publish"), None).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn a_member_can_invite_on_the_page() {
    let sim = Sim::start().await;
    let body = json!({"email": "ada@example.com", "assessment_id": ANGULAR, "dry_run": true, "test_team_member": true});
    let invitation = sim.control_post("/invitations", body).await;
    assert_eq!((&invitation["inviterRole"], &invitation["testTeamMember"]), (&json!("owner"), &json!(true)));
    let result = sim.get("assessment_results").await["data"][0].clone();
    assert_eq!(result["dryRun"], true);
    let same = sim.invite("Ada@example.com", ANGULAR).await;
    assert_eq!(same["assessmentResultId"], result["id"]);
}

#[tokio::test]
async fn the_key_is_rotated_and_people_are_forgotten_by_control() {
    let sim = Sim::start().await;
    let ada = sim.invite("ada@example.com", RUST).await;
    let person = ada["teamCandidateId"].as_str().unwrap();
    let forgotten = sim.control_post(&format!("/team_candidates/{person}/forget"), json!({})).await;
    assert_eq!(forgotten["email"], Value::Null);
    let rotated = sim.control_post(&format!("/teams/{TEAM}/rotate_key"), json!({})).await;
    let key = rotated["api_key"].as_str().unwrap();
    assert_eq!(sim.raw(Method::GET, "/api/v1/assessments", Some(key), None).await.status(), 200);
    assert_eq!(sim.call(Method::GET, "assessments", None).await.0, 401);
}

#[tokio::test]
async fn several_simulators_live_side_by_side() {
    let (one, other) = (Sim::start().await, Sim::start().await);
    one.invite("ada@example.com", RUST).await;
    assert!(other.sim.results().is_empty() && other.sim.kit().calls.after(0).is_empty());
    one.sim.kit().clock.advance_ms(86_400_000);
    assert!(other.sim.kit().clock.now_ms() < one.sim.kit().clock.now_ms() - 80_000_000);
}

#[tokio::test]
async fn what_is_due_happens_without_anybody_calling() {
    let sim = Sim::switched(|switches| switches.submitting_ms = 40).await;
    let receiver = super::Receiver::start().await;
    sim.subscribe(&receiver, &["assessment_result_submitted"]).await;
    let id = sim.result_of("ada@example.com", RUST).await;
    sim.sim.submit_result(id, crate::Submission::default()).unwrap();
    assert!(sim.sim.kit().deliveries.list().is_empty());
    // `delivered` only looks at the kit: it is the timekeeper that submits.
    sim.delivered(1).await;
}

#[tokio::test]
async fn a_seed_that_contradicts_itself_does_not_start() {
    let mut seed = Seed::default();
    seed.teams.clear();
    let refused = QualifiedSim::start(0, seed).await.unwrap_err();
    assert!(refused.to_string().contains("at least one team"), "{refused}");
}
