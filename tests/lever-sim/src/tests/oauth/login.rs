//! Login and consent in a browser and without one.

use serde_json::json;

use super::super::support::*;
use super::*;

#[tokio::test]
async fn a_browser_clicks_through_login_and_consent() {
    let lab = Lab::start().await;
    let response = authorize(&lab, &[]).await;
    assert_eq!(response.status(), 200);
    let page = response.text().await.unwrap();
    for text in ["Accept", "Deny", "Alma Admin", "Tom Member", "View all stages", "Allow offline access"] {
        assert!(page.contains(text), "{text} is missing in {page}");
    }
    let decide = async |user: &str, decision: &str| {
        let form = [("user", user), ("decision", decision)];
        lab.http.post(lab.url("/authorize")).query(&parameters(&[])).form(&form).send().await.unwrap()
    };
    let denied = decide(ADMIN, "deny").await;
    assert_eq!(told(&denied, "error").as_deref(), Some("access_denied"));
    assert_eq!(told(&denied, "state").as_deref(), Some("s 1"));
    let plain = decide(MEMBER, "accept").await;
    assert_eq!(told(&plain, "error").as_deref(), Some("access_denied"));
    let accepted = decide(ADMIN, "accept").await;
    let (status, tokens) = exchange(&lab, &told(&accepted, "code").unwrap()).await;
    assert_eq!((status, &tokens["scope"]), (200, &json!(SCOPE)));
    assert!(lab.broken().is_empty());
}

#[tokio::test]
async fn the_callback_must_be_registered_or_loopback_and_the_same_both_times() {
    let lab = Lab::start().await;
    let response = authorize(&lab, &[("redirect_uri", "https://evil.example/callback")]).await;
    assert_eq!(response.status(), 400);
    assert!(response.text().await.unwrap().contains("undefined"));
    let registered = "https://integrations.qualified.example/lever/callback";
    assert_eq!(authorize(&lab, &[("redirect_uri", registered)]).await.status(), 200);
    let code = code(&lab, &[]).await;
    let other = [("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", registered)];
    assert_eq!(token(&lab, &other).await.0, 403);
    lab.switch(json!({"redirect_uris": "registered"}));
    assert_eq!(authorize(&lab, &[]).await.status(), 400);
    assert_eq!(lab.broken(), ["wrong_redirect_uri"; 3]);
}

#[tokio::test]
async fn malformed_requests_are_told_to_the_callback() {
    let lab = Lab::start().await;
    for (changes, error, rule) in [
        (("response_type", "token"), "unsupported_response_type", "bad_value"),
        (("state", ""), "invalid_request", "missing_parameter"),
        (("scope", "tags:write:admin"), "invalid_scope", "wrong_scope"),
        (("scope", "confidential:access:admin"), "invalid_scope", "wrong_scope"),
        (("scope", ""), "invalid_scope", "wrong_scope"),
        (("login_hint", "x"), "invalid_request", "unknown_parameter"),
    ] {
        let response = authorize(&lab, &[changes]).await;
        assert_eq!(told(&response, "error").as_deref(), Some(error), "{changes:?}");
        assert_eq!(lab.broken().last().map(String::as_str), Some(rule), "{changes:?}");
    }
    assert_eq!(authorize(&lab, &[("client_id", "foreign")]).await.status(), 400);
    assert_eq!(authorize(&lab, &[("prompt", "consent")]).await.status(), 200);
}

#[tokio::test]
async fn a_wrong_or_missing_audience_grants_offline_access_only_and_a_useless_token() {
    for audience in ["https://api.lever.co/v1", ""] {
        let mut lab = Lab::start().await;
        let page = authorize(&lab, &[("audience", audience)]).await.text().await.unwrap();
        assert!(page.contains("Allow offline access") && !page.contains("View all stages"));
        let code = code(&lab, &[("audience", audience)]).await;
        let (_, tokens) = exchange(&lab, &code).await;
        assert_eq!(tokens["scope"], "offline_access");
        lab.token = tokens["access_token"].as_str().unwrap().to_owned();
        assert_eq!(lab.get("/v1/stages").await.0, 401);
        assert_eq!(lab.broken(), ["wrong_audience"; 3]);
    }
}

#[tokio::test]
async fn the_simulators_own_base_is_an_audience_and_the_sandbox_tolerates_none() {
    let mut lab = Lab::start().await;
    let own = lab.url("/v1/");
    for audience in [own.as_str(), "https://api.sandbox.lever.co/v1/", ""] {
        lab.switch(json!({"missing_audience": "tolerate"}));
        let code = code(&lab, &[("audience", audience)]).await;
        lab.token = exchange(&lab, &code).await.1["access_token"].as_str().unwrap().to_owned();
        assert_eq!(lab.get("/v1/stages").await.0, 200, "{audience}");
    }
    assert!(lab.broken().is_empty());
}

#[tokio::test]
async fn a_challenge_is_checked_when_its_verifier_comes() {
    let lab = Lab::start().await;
    // Verifier and challenge of RFC 7636, appendix B.
    let (verifier, challenge) =
        ("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    let challenged = [("code_challenge", challenge), ("code_challenge_method", "S256")];
    let exchange_with = async |verifier: Option<&str>| {
        let code = code(&lab, &challenged).await;
        let mut fields =
            vec![("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", CALLBACK)];
        fields.extend(verifier.map(|verifier| ("code_verifier", verifier)));
        token(&lab, &fields).await.0
    };
    assert_eq!(exchange_with(Some(verifier)).await, 200);
    assert_eq!(exchange_with(None).await, 200);
    assert_eq!(exchange_with(Some("wrong")).await, 403);
    lab.switch(json!({"pkce": "ignore"}));
    assert_eq!(exchange_with(Some("wrong")).await, 200);
    lab.switch(json!({"pkce": "require"}));
    assert_eq!(exchange_with(None).await, 403);
    let without = authorize(&lab, &[]).await;
    assert_eq!(told(&without, "error").as_deref(), Some("invalid_request"));
}

#[tokio::test]
async fn consent_without_a_page_accepts_for_any_user_or_denies() {
    let lab = Lab::start().await;
    lab.post("/_sim/consent", json!({"mode": "deny"})).await;
    assert_eq!(told(&authorize(&lab, &[]).await, "error").as_deref(), Some("access_denied"));
    lab.post("/_sim/consent", json!({"mode": "accept", "user": "member@example-corp.example"})).await;
    assert_eq!(told(&authorize(&lab, &[]).await, "error").as_deref(), Some("access_denied"));
    lab.switch(json!({"non_admin_consent": "allow"}));
    assert!(told(&authorize(&lab, &[]).await, "code").is_some());
    assert_eq!(lab.post("/_sim/consent", json!({"mode": "accept", "user": "nobody"})).await.0, 404);
}

#[tokio::test]
async fn a_known_browser_is_redirected_at_once_if_consent_is_remembered() {
    let lab = Lab::start().await;
    lab.switch(json!({"repeated_consent": "skip"}));
    let visit = async |changes: &[(&str, &str)]| {
        let cookie = format!("lever_sim_user={ADMIN}");
        let request =
            lab.http.get(lab.url("/authorize")).query(&parameters(changes)).header("cookie", cookie);
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(visit(&[]).await, 302, "the minted token granted the same scopes");
    assert_eq!(visit(&[("prompt", "consent")]).await, 200);
    assert_eq!(authorize(&lab, &[]).await.status(), 200, "another browser has to log in");
    lab.sim.revoke(None).unwrap();
    assert_eq!(visit(&[]).await, 200);
}
