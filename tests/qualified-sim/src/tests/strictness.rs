//! What a good client would not send: an error, and a violation that names the rule.

use reqwest::Method;
use serde_json::{Value, json};

use super::{NOBODY, RUST, Sim};

async fn assert_refused(sim: &Sim, (status, body): (u16, Value), wanted: u16, rule: &str) {
    assert_eq!(status, wanted, "{rule}: {body}");
    assert_eq!(sim.rules().last().map(String::as_str), Some(rule), "{body}");
}

#[tokio::test]
async fn only_the_raw_key_opens_the_api() {
    let sim = Sim::start().await;
    let bearer = format!("Bearer {}", sim.key);
    for (key, rule) in [
        (None, "auth_missing"),
        (Some(bearer.as_str()), "auth_prefix"),
        (Some("Basic abc"), "auth_prefix"),
        (Some("guess"), "auth_unknown_key"),
    ] {
        let response = sim.raw(Method::GET, "/api/v1/assessments", key, None).await;
        assert_eq!(response.status(), 401);
        let body: Value = response.json().await.unwrap();
        assert_eq!(body, json!({"reason": "unauthorized", "user": null}));
        assert_eq!(sim.rules().last().unwrap(), rule);
    }
}

#[tokio::test]
async fn a_rotated_key_is_dead_at_once() {
    let sim = Sim::start().await;
    let (team, old) = sim.sim.first_team().unwrap();
    sim.sim.rotate_api_key(team, "the new key".into());
    let response = sim.raw(Method::GET, "/api/v1/assessments", Some(old.expose()), None).await;
    assert_eq!(response.status(), 401);
    assert_eq!(sim.rules(), ["auth_rotated_key"]);
    let response = sim.raw(Method::GET, "/api/v1/assessments", Some("the new key"), None).await;
    assert_eq!(response.status(), 200);
}

#[tokio::test]
async fn a_plan_without_the_api_is_a_403() {
    let sim = Sim::start().await;
    sim.control_post(&format!("/teams/{}/features", super::TEAM), json!({"api_access": false})).await;
    let (status, body) = sim.call(Method::GET, "assessments", None).await;
    assert_eq!((status, &body["user"]), (403, &json!("Jane Doe")));
}

#[tokio::test]
async fn unknown_routes_methods_and_hosts_of_routes_are_404() {
    let sim = Sim::start().await;
    for (method, path) in [
        (Method::GET, "/api/v1/assessment"),
        (Method::DELETE, "/api/v1/assessments"),
        (Method::POST, "/api/v1/team_candidates"),
        (Method::GET, "/api/v1/assessment_invitations/invite_candidates"),
        (Method::GET, "/v1/assessments"),
        (Method::PUT, "/api/v1/team_candidates/x/promote"),
    ] {
        let response = sim.raw(method.clone(), path, Some(&sim.key), None).await;
        assert_eq!(response.status(), 404, "{method} {path}");
        let violation = sim.sim.kit().violations.list().pop().unwrap();
        assert_eq!((violation.rule.as_str(), violation.path.as_str()), ("unknown_route", path));
    }
}

#[tokio::test]
async fn unknown_parameters_are_refused() {
    let sim = Sim::start().await;
    for path in
        ["assessments?limit=5", "assessments?where=%7B%7D", "team_candidates?per=5", "team_members?q=x"]
    {
        assert_refused(&sim, sim.call(Method::GET, path, None).await, 400, "unknown_parameter").await;
    }
    for (path, rule) in [
        ("team_candidates?page=0", "paging"),
        ("team_candidates?limit=many", "paging"),
        ("assessments?order_by=title%20SIDEWAYS", "order_by"),
        ("assessments?order_by=colour", "order_by"),
        ("team_candidates?includes=secrets", "includes"),
        ("webhook_examples/x?type=AssessmentResult", "missing_parameter"),
    ] {
        assert_refused(&sim, sim.call(Method::GET, path, None).await, 400, rule).await;
    }
}

#[tokio::test]
async fn conditions_on_other_fields_or_with_other_operators_are_refused() {
    let sim = Sim::start().await;
    for (conditions, rule) in [
        (json!({"blinding": "none"}), "where_field"),
        (json!({"state": {"like": "x"}}), "where_operator"),
        (json!({"state": {"in": "invited"}}), "where_shape"),
        (json!(["state"]), "where_shape"),
        (json!({"state": "idle", "name": "x", "email": "y"}), "where_too_many"),
    ] {
        assert_refused(&sim, sim.find("team_candidates", conditions).await, 400, rule).await;
    }
    assert_refused(&sim, sim.find("assessment_results", json!({"email": "x"})).await, 400, "where_field")
        .await;
}

#[tokio::test]
async fn an_unknown_field_is_a_validation_error() {
    let sim = Sim::start().await;
    let (status, body) = sim
        .try_invite(json!({"candidates": ["a@example.com"], "assessment_id": RUST, "colour": "red"}))
        .await;
    assert_eq!((status, &body["reason"]), (422, &json!("ValidationErrors")));
    assert_eq!(body["errors"], json!({"colour": "is not permitted"}));
    assert_eq!(sim.rules(), ["unknown_field"]);
    assert!(sim.sim.mails().is_empty());
}

#[tokio::test]
async fn misshapen_invite_bodies_are_refused() {
    let sim = Sim::start().await;
    let good = || json!({"candidates": ["a@example.com"], "assessment_id": RUST});
    let with = |name: &str, value: Value| {
        let mut data = good();
        data[name] = value;
        data
    };
    for (data, rule) in [
        (json!({"assessment_id": RUST}), "missing_field"),
        (json!({"candidates": ["a@example.com"]}), "missing_field"),
        (with("candidates", json!([])), "missing_field"),
        (with("candidates", json!("a@example.com")), "field_type"),
        (with("send_email_to_candidate", json!("perhaps")), "field_type"),
        (with("labels", json!("one")), "field_type"),
        (with("expires_at", json!("tomorrow")), "field_type"),
        (with("expires_at", json!("2001-01-01T00:00:00Z")), "time_passed"),
        (with("reminder_at", json!("2001-01-01T00:00:00Z")), "time_passed"),
        (with("access_ends_at", json!("2001-01-01T00:00:00Z")), "time_passed"),
        (with("retry_action", json!("again")), "field_value"),
        (with("alternate_id", json!("x".repeat(256))), "field_length"),
        (with("assessmentId", json!(RUST)), "double_field"),
    ] {
        let answer = sim.try_invite(data).await;
        assert_refused(&sim, answer, 422, rule).await;
    }
    let several =
        json!({"candidates": ["a@example.com", "b@example.com"], "assessment_id": RUST, "last_name": "B"});
    assert_refused(&sim, sim.try_invite(several).await, 422, "names_for_several").await;
    let path = "assessment_invitations/invite_candidates";
    assert_refused(&sim, sim.call(Method::POST, path, Some(good())).await, 400, "data_envelope").await;
    assert_refused(&sim, sim.call(Method::POST, path, Some(json!([1]))).await, 400, "body_shape").await;
    assert!(sim.sim.results().is_empty());
}

#[tokio::test]
async fn a_body_that_is_neither_json_nor_a_form_is_refused() {
    let sim = Sim::start().await;
    let url = format!("{}/api/v1/webhook_subscriptions", sim.sim.url());
    let request = sim.http.post(url).header("Authorization", &sim.key).header("Content-Type", "text/plain");
    assert_eq!(request.body("{}").send().await.unwrap().status(), 400);
    assert_eq!(sim.rules(), ["content_type"]);
}

#[tokio::test]
async fn good_calls_leave_no_violation() {
    let sim = Sim::start().await;
    let ada = sim.invite("ada@example.com", RUST).await;
    let result = ada["assessmentResultId"].as_str().unwrap();
    sim.get("assessments?page=1&order_by=title%20ASC").await;
    sim.find("team_candidates", json!({"email": "ada@example.com"})).await;
    sim.get(&format!("assessment_results/{result}/exhibit")).await;
    sim.call(Method::GET, &format!("assessment_results/{NOBODY}"), None).await;
    assert_eq!(sim.rules(), Vec::<String>::new());
    assert_eq!(sim.sim.kit().calls.count("GET", "/api/v1/**"), 4);
}
