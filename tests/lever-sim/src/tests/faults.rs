//! That faults planned through the control API hit this simulator; each mode in detail is tested in sim-kit.

use serde_json::json;

use super::support::*;

async fn plan(lab: &Lab, mode: &str) {
    let fault = json!({"method": "POST", "path": "/v1/opportunities/*/addTags", "mode": mode, "delay_ms": 1});
    assert_eq!(lab.post("/_sim/faults", fault).await.0, 200);
}

/// The answer's status, `None` if the connection broke.
async fn add_tag(lab: &Lab, tag: &str) -> Option<u16> {
    let url = lab.url(&format!("/v1/opportunities/{CLEO}/addTags"));
    let sent = lab.http.post(url).bearer_auth(&lab.token).json(&json!({"tags": [tag]})).send().await;
    sent.ok().map(|response| response.status().as_u16())
}

#[tokio::test]
async fn each_mode_answers_and_takes_effect_as_it_says() {
    let lab = Lab::start().await;
    for (mode, status, effect) in [
        ("status", Some(503), false),
        ("delay", Some(200), true),
        ("drop_before", None, false),
        ("drop_after", None, true),
        ("status_after", Some(503), true),
        ("malformed_json", Some(200), true),
        ("wrong_shape", Some(200), true),
        ("html", Some(200), true),
        ("oversized", Some(200), true),
    ] {
        plan(&lab, mode).await;
        assert_eq!(add_tag(&lab, mode).await, status, "{mode}");
        assert_eq!(lab.tags(CLEO).contains(&mode.to_owned()), effect, "{mode}");
    }
    assert!(lab.broken().is_empty());
    assert_eq!(lab.get("/_sim/faults").await.1, json!([]));
}

#[tokio::test]
async fn a_planned_status_has_levers_error_body_and_no_retry_after() {
    let lab = Lab::start().await;
    lab.post(
        "/_sim/faults",
        json!({"path": "/v1/**", "mode": "status", "status": 429, "times": 2, "skip": 1}),
    )
    .await;
    assert_eq!(lab.get("/v1/stages").await.0, 200);
    let (status, body) = lab.get("/v1/stages").await;
    assert_eq!((status, &body["code"]), (429, &json!("TooManyRequestsError")));
    assert_eq!(lab.get("/_sim/faults").await.1[0]["times"], 1);
    lab.post("/_sim/faults", json!({"clear": true})).await;
    assert_eq!(lab.get("/v1/stages").await.0, 200);
}

#[tokio::test]
async fn the_token_endpoint_can_fail_after_it_rotated() {
    let lab = Lab::start().await;
    let tokens = lab.sim.mint(crate::TokenWish::default()).unwrap();
    lab.post("/_sim/faults", json!({"path": "/oauth/token", "mode": "drop_after"})).await;
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", "lever-sim-client"),
        ("client_secret", "lever-sim-secret"),
        ("refresh_token", tokens["refresh_token"].as_str().unwrap()),
    ];
    let refresh = async || lab.http.post(lab.url("/oauth/token")).form(&form).send().await;
    assert!(refresh().await.is_err());
    assert_eq!(refresh().await.unwrap().status(), 403, "the lost answer used the token up");
}

#[tokio::test]
async fn an_unknown_fault_field_is_named() {
    let lab = Lab::start().await;
    let (status, body) =
        lab.post("/_sim/faults", json!({"path": "/v1/**", "mode": "status", "tims": 2})).await;
    assert_eq!(status, 400);
    assert!(body["error"].as_str().unwrap().contains("`tims`"), "{body}");
}
