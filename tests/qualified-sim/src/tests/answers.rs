//! Envelopes, paging, ordering, conditions and includes.

use reqwest::Method;
use serde_json::{Value, json};

use super::{ANGULAR, DRAFT, NOBODY, RUST, Sim};

#[tokio::test]
async fn assessments_are_listed_whatever_their_state() {
    let sim = Sim::start().await;
    let body = sim.get("assessments").await;
    let titles: Vec<_> =
        body["data"].as_array().unwrap().iter().map(|a| a["title"].as_str().unwrap()).collect();
    assert!(titles.contains(&"AngularJS: Services, Directives, and Filters"));
    let states: Vec<_> =
        body["data"].as_array().unwrap().iter().map(|a| a["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["published", "published", "published", "draft", "published", "archived"]);
    assert_eq!(body["data"][4]["isTemplate"], true);
    assert_eq!(body["data"][0]["passingScore"], 70.0);
    assert_eq!(body["data"][1]["passingScore"], Value::Null);
    assert_eq!(
        (&body["type"], &body["currentPage"], &body["totalCount"]),
        (&json!("Assessment"), &json!(1), &json!(6))
    );
    assert!(body["meta"]["timestamp"].as_str().unwrap().ends_with("-08:00"));
}

#[tokio::test]
async fn a_single_record_has_its_id_type_and_enums_around_it() {
    let sim = Sim::start().await;
    let body = sim.get(&format!("assessments/{RUST}")).await;
    assert_eq!((&body["id"], &body["type"]), (&json!(RUST), &json!("Assessment")));
    assert_eq!(body["data"]["defaultExpirationDays"], 14);
    assert_eq!(body["meta"]["enums"]["state"][0], json!({"value": "draft", "text": "Draft"}));
}

#[tokio::test]
async fn without_a_key_only_published_assessments_come_and_with_fewer_fields() {
    let sim = Sim::start().await;
    let open = sim.raw(Method::GET, &format!("/api/v1/assessments/{RUST}"), None, None).await;
    assert_eq!(open.status(), 200);
    let open: Value = open.json().await.unwrap();
    assert_eq!(open["data"]["title"], "Rust Basics");
    assert!(open["data"].get("passingScore").is_none() && open["data"].get("createdAt").is_none());
    assert!(sim.rules().is_empty());
    let closed = sim.raw(Method::GET, &format!("/api/v1/assessments/{DRAFT}"), None, None).await;
    assert_eq!(closed.status(), 401);
}

#[tokio::test]
async fn an_empty_list_has_no_type_and_no_pages() {
    let sim = Sim::start().await;
    for list in ["team_candidates", "assessment_results", "assessment_invitations", "webhook_subscriptions"] {
        let body = sim.get(list).await;
        assert!(body.get("type").is_none(), "{list}: {body}");
        assert_eq!(
            (&body["data"], &body["totalPages"], &body["currentPage"]),
            (&json!([]), &json!(0), &json!(1))
        );
    }
}

#[tokio::test]
async fn lists_come_in_pages_of_25_and_of_100_at_most() {
    let sim = Sim::start().await;
    let emails: Vec<String> = (0..120).map(|n| format!("p{n:03}@example.com")).collect();
    let (status, _) = sim.try_invite(json!({"candidates": emails, "assessment_id": RUST})).await;
    assert_eq!(status, 200);
    let body = sim.get("team_candidates").await;
    assert_eq!((body["data"].as_array().unwrap().len(), &body["totalPages"]), (25, &json!(5)));
    let body = sim.get("team_candidates?limit=500&page=2").await;
    assert_eq!((body["data"].as_array().unwrap().len(), &body["totalPages"]), (20, &json!(2)));
    let body = sim.get("team_candidates?limit=7&order_by=email%20DESC").await;
    assert_eq!(body["data"][0]["email"], "p119@example.com");
    let beyond = sim.get("team_candidates?page=9").await;
    assert_eq!((&beyond["data"], &beyond["totalCount"]), (&json!([]), &json!(120)));
}

#[tokio::test]
async fn the_page_size_can_be_forced_to_one() {
    let sim = Sim::switched(|switches| switches.page_size = Some(1)).await;
    let body = sim.get("assessments?page=2&order_by=title%20ASC").await;
    assert_eq!((&body["totalPages"], &body["data"][0]["title"]), (&json!(6), &json!("COBOL 1999")));
}

#[tokio::test]
async fn team_members_are_listed() {
    let sim = Sim::start().await;
    let body = sim.get("team_members").await;
    assert_eq!((&body["type"], &body["data"][0]["role"]), (&json!("TeamMember"), &json!("owner")));
    assert_eq!(body["data"][0]["$type"], "TeamMember");
}

#[tokio::test]
async fn conditions_use_every_documented_operator() {
    let sim = Sim::start().await;
    let ada = sim.invite("ada@example.com", RUST).await;
    sim.invite("bob@example.com", ANGULAR).await;
    sim.sim.start_result(ada["assessmentResultId"].as_str().unwrap()).unwrap();
    let created = ada["createdAt"].as_str().unwrap();
    for (conditions, found) in [
        (json!({"email": "ada@example.com"}), 1),
        (json!({"state": {"==": "started"}}), 1),
        (json!({"state": {"!=": "started"}}), 1),
        (json!({"state": {"in": ["invited", "started"]}}), 2),
        (json!({"state": {"nin": ["invited"]}}), 1),
        (json!({"state": {"notIn": ["invited"]}}), 1),
        (json!({"email": {"contains": "EXAMPLE"}}), 2),
        (json!({"createdAt": {">=": created}}), 2),
        (json!({"created_at": {"<": created}}), 0),
        (json!({"created_at": {"<=": "2000-01-01T00:00:00Z"}}), 0),
        (json!({"created_at": {">": "2000-01-01T00:00:00Z"}}), 2),
        (json!({"assessment_ids": RUST}), 1),
        (json!({"email": "ada@example.com", "archived": true}), 0),
        (json!({"q": "bob"}), 1),
        (json!({"alternate_id": null}), 2),
    ] {
        let (status, body) = sim.find("team_candidates", conditions.clone()).await;
        assert_eq!((status, &body["totalCount"]), (200, &json!(found)), "{conditions}: {body}");
    }
}

#[tokio::test]
async fn results_are_found_by_person_assessment_and_conditions() {
    let sim = Sim::start().await;
    let ada = sim.invite("ada@example.com", RUST).await;
    sim.invite("ada@example.com", ANGULAR).await;
    let person = ada["teamCandidateId"].as_str().unwrap();
    let body = sim.get(&format!("assessment_results?team_candidate_id={person}&assessment_id={RUST}")).await;
    assert_eq!((&body["totalCount"], &body["data"][0]["id"]), (&json!(1), &ada["assessmentResultId"]));
    let body = sim.get(&format!("assessment_results?teamCandidateId={person}")).await;
    assert_eq!(body["totalCount"], 2);
    let (_, body) =
        sim.find("assessment_results", json!({"updated_at": {">=": "2000-01-01T00:00:00Z"}})).await;
    assert_eq!(body["totalCount"], 2);
    let (_, body) = sim.find("assessment_results", json!({"current_take": false})).await;
    assert_eq!(body["totalCount"], 0);
}

#[tokio::test]
async fn related_records_are_included_when_asked_for() {
    let sim = Sim::start().await;
    let ada = sim.invite("ada@example.com", RUST).await;
    let person = ada["teamCandidateId"].as_str().unwrap();
    let path =
        format!("team_candidates/{person}?includes[]=assessment_results&includes[]=assessment_invitations");
    let body = sim.get(&path).await;
    assert_eq!(body["data"]["assessmentResults"][0]["id"], ada["assessmentResultId"]);
    assert_eq!(body["data"]["assessmentInvitations"][0]["id"], ada["id"]);
    assert_eq!(body["meta"]["includes"], json!(["assessment_results", "assessment_invitations"]));
    let result = ada["assessmentResultId"].as_str().unwrap();
    let body = sim.get(&format!("assessment_results/{result}?includes=most_recent_invitation")).await;
    assert_eq!(body["data"]["mostRecentInvitation"]["id"], ada["id"]);
    let body = sim.get("assessment_results?includes[]=team_candidate&includes[]=assessment").await;
    assert_eq!(body["data"][0]["teamCandidate"]["email"], "ada@example.com");
    assert_eq!(body["data"][0]["assessment"]["title"], "Rust Basics");
    let body = sim.get("team_candidates?includes=assessments").await;
    assert_eq!(body["data"][0]["assessments"][0]["id"], RUST);
}

#[tokio::test]
async fn what_is_not_there_is_a_404_with_a_reason_and_no_violation() {
    let sim = Sim::start().await;
    for path in [
        format!("assessments/{NOBODY}"),
        format!("team_candidates/{NOBODY}"),
        format!("assessment_results/{NOBODY}"),
        format!("assessment_results/{NOBODY}/exhibit"),
        format!("assessment_results/{NOBODY}/share"),
        format!("webhook_subscriptions/{NOBODY}"),
        format!("webhook_events/{NOBODY}"),
    ] {
        let (status, body) = sim.call(Method::GET, &path, None).await;
        assert_eq!(status, 404, "{path}");
        assert_eq!(body, json!({"reason": "Sorry, we couldn't find that resource", "user": "Jane Doe"}));
    }
    assert!(sim.rules().is_empty());
}

#[tokio::test]
async fn other_teams_records_do_not_exist() {
    let mut seed = crate::Seed::default();
    let mut other = seed.teams[0].clone();
    other.id = "65f0c0de0000000000000002".into();
    other.api_key = "another key".into();
    other.assessments.clear();
    seed.teams.push(other);
    let sim = Sim::seeded(seed).await;
    let ada = sim.invite("ada@example.com", RUST).await;
    for path in [
        format!("/api/v1/assessments/{RUST}"),
        format!("/api/v1/team_candidates/{}", ada["teamCandidateId"].as_str().unwrap()),
        format!("/api/v1/assessment_results/{}/exhibit", ada["assessmentResultId"].as_str().unwrap()),
    ] {
        let response = sim.raw(Method::GET, &path, Some("another key"), None).await;
        assert_eq!(response.status(), 404, "{path}");
    }
    let body: Value = sim
        .raw(Method::GET, "/api/v1/team_candidates", Some("another key"), None)
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(body["totalCount"], 0);
}
