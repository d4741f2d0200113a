//! People: updating, archiving, forgetting, merging.

use reqwest::Method;
use serde_json::{Value, json};

use super::{ANGULAR, RUST, Sim};

async fn person(sim: &Sim, email: &str) -> String {
    sim.invite(email, RUST).await["teamCandidateId"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_person_can_be_changed() {
    let sim = Sim::start().await;
    let id = person(&sim, "ada@example.com").await;
    let data = json!({"firstName": "Ada", "last_name": "King", "alternate_id": "9", "labels": ["x"], "blinding": "team"});
    let (status, body) = sim.put(&format!("team_candidates/{id}"), data).await;
    assert_eq!((status, &body["type"]), (200, &json!("TeamCandidate")));
    assert_eq!((&body["data"]["name"], &body["data"]["alternateId"]), (&json!("Ada King"), &json!("9")));
    assert_eq!((&body["data"]["labels"], &body["data"]["blinding"]), (&json!(["x"]), &json!("team")));
    let (_, body) = sim.put(&format!("team_candidates/{id}"), json!({"alternate_id": null})).await;
    assert_eq!((&body["data"]["alternateId"], &body["data"]["firstName"]), (&Value::Null, &json!("Ada")));
    let (status, _) = sim.put(&format!("team_candidates/{id}"), json!({"state": "approved"})).await;
    assert_eq!((status, sim.rules()), (422, vec!["unknown_field".to_owned()]));
}

#[tokio::test]
async fn an_address_can_only_belong_to_one_person() {
    let sim = Sim::start().await;
    let id = person(&sim, "ada@example.com").await;
    person(&sim, "bob@example.com").await;
    let (status, body) = sim.put(&format!("team_candidates/{id}"), json!({"email": "BOB@example.com"})).await;
    assert_eq!((status, body["errors"]["email"].is_string()), (422, true));
    let (status, _) = sim.put(&format!("team_candidates/{id}"), json!({"email": "Ada@example.com"})).await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn archiving_can_be_undone_and_archived_people_are_still_found() {
    let sim = Sim::start().await;
    let id = person(&sim, "ada@example.com").await;
    let (_, body) = sim.put(&format!("team_candidates/{id}/archive"), json!({"labels": ["failed"]})).await;
    assert_eq!((&body["data"]["state"], &body["data"]["archived"]), (&json!("archived"), &json!(true)));
    assert_eq!(
        (&body["data"]["prevState"], &body["data"]["labels"]),
        (&json!("invited"), &json!(["failed"]))
    );
    let (_, found) = sim.find("team_candidates", json!({"email": "ada@example.com"})).await;
    assert_eq!(found["totalCount"], 1);
    let (_, body) = sim.call(Method::PUT, &format!("team_candidates/{id}/unarchive"), None).await;
    assert_eq!((&body["data"]["state"], &body["data"]["archived"]), (&json!("invited"), &json!(false)));
}

#[tokio::test]
async fn a_decision_is_recorded() {
    let sim = Sim::start().await;
    let id = person(&sim, "ada@example.com").await;
    for (verb, state) in [("approve", "approved"), ("reject", "rejected")] {
        let (status, body) = sim.call(Method::PUT, &format!("team_candidates/{id}/{verb}"), None).await;
        assert_eq!((status, &body["data"]["state"]), (200, &json!(state)));
        assert!(body["data"]["decidedAt"].is_string());
    }
}

#[tokio::test]
async fn forgetting_wipes_personal_data_and_the_address_is_new_again() {
    let sim = Sim::start().await;
    let ada = sim.invite("ada@example.com", RUST).await;
    let id = ada["teamCandidateId"].as_str().unwrap();
    let (status, body) = sim.call(Method::PUT, &format!("team_candidates/{id}/forget"), None).await;
    assert_eq!(status, 200);
    for field in ["email", "firstName", "lastName", "candidateId", "alternateId"] {
        assert_eq!(body["data"][field], Value::Null, "{field}");
    }
    assert_eq!((&body["data"]["forgotten"], &body["data"]["name"]), (&json!(true), &json!("")));
    let exhibit =
        sim.get(&format!("assessment_results/{}/exhibit", ada["assessmentResultId"].as_str().unwrap())).await;
    assert_eq!(exhibit["data"]["teamCandidate"]["email"], Value::Null);
    let (_, found) = sim.find("team_candidates", json!({"email": "ada@example.com"})).await;
    assert_eq!(found["totalCount"], 0);
    let again = sim.invite("ada@example.com", RUST).await;
    assert_ne!(again["teamCandidateId"], ada["teamCandidateId"]);
}

#[tokio::test]
async fn merging_moves_results_and_the_newest_take_becomes_current() {
    let sim = Sim::start().await;
    let from = sim.invite("old@example.com", RUST).await;
    sim.sim.kit().clock.advance_ms(1000);
    let into = sim.invite("new@example.com", RUST).await;
    sim.invite("old@example.com", ANGULAR).await;
    let (from_id, into_id) =
        (from["teamCandidateId"].as_str().unwrap(), into["teamCandidateId"].as_str().unwrap());
    let body = sim.control_post(&format!("/team_candidates/{from_id}/merge"), json!({"into": into_id})).await;
    assert_eq!(body["id"], into["teamCandidateId"]);
    assert_eq!(body["assessmentResultIds"].as_array().unwrap().len(), 3);
    let (status, _) = sim.call(Method::GET, &format!("team_candidates/{from_id}"), None).await;
    assert_eq!(status, 404);
    let results =
        sim.get(&format!("assessment_results?team_candidate_id={into_id}&assessment_id={RUST}")).await;
    let current: Vec<_> =
        results["data"].as_array().unwrap().iter().filter(|one| one["currentTake"] == true).collect();
    assert_eq!((current.len(), &current[0]["id"]), (1, &into["assessmentResultId"]));
    let (status, _) = sim
        .control(Method::POST, &format!("/team_candidates/{into_id}/merge"), Some(json!({"into": into_id})))
        .await;
    assert_eq!(status, 400);
}
