//! The document, field by field, and a Secrets Manager that answers well and badly.

use aws_sdk_secretsmanager::config::{BehaviorVersion, Credentials, Region, retry::RetryConfig};
use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use serde_json::json;

use super::*;

pub(in crate::config) const SAMPLE: &str = r#"{
    "lever_client_id": "client-1",
    "lever_client_secret": "canary-client",
    "keyring": {"active": "k2", "keys": {
        "k1": "Y2FuYXJ5LWNhbmFyeS1jYW5hcnktY2FuYXJ5LWNhbmE=",
        "k2": "eWV0IGFub3RoZXIgY2FuYXJ5IGluIHRoaXMga2V5ISE="
    }},
    "launch_key": "canary-canary-canary-canary-canary-launch",
    "session_key": "canary-canary-canary-canary-canary-session"
}"#;

fn sample_with(edit: impl FnOnce(&mut Value)) -> Result<AppSecret, AppSecretError> {
    let mut document: Value = serde_json::from_str(SAMPLE).unwrap();
    edit(&mut document);
    let outcome = AppSecret::parse(&document.to_string());
    if let Err(error) = &outcome {
        assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
        assert_eq!(error.disposition(), Disposition::Defect);
    }
    outcome
}

fn field_of(outcome: Result<AppSecret, AppSecretError>) -> &'static str {
    let error = outcome.unwrap_err();
    let AppSecretError::Field { field, .. } = error else { panic!("{error:?}") };
    field
}

#[test]
fn a_whole_document_is_read_and_shows_no_secret() {
    let secret = AppSecret::parse(SAMPLE).unwrap();
    assert_eq!(secret.lever_client_id, "client-1");
    assert_eq!(secret.lever_client_secret.expose(), "canary-client");
    assert_eq!(secret.keyring.active, "k2");
    assert_eq!(secret.keyring.keys.keys().collect::<Vec<_>>(), ["k1", "k2"]);
    assert_eq!(secret.launch_key.expose(), "canary-canary-canary-canary-canary-launch");
    assert_eq!(secret.session_key.expose(), "canary-canary-canary-canary-canary-session");
    let shown = format!("{secret:?}");
    assert!(!shown.contains("canary") && !shown.contains("Y2Fu") && !shown.contains("eWV0"), "{shown}");
}

#[test]
fn what_is_no_such_object_is_refused_whole() {
    let twice = SAMPLE.replacen('{', r#"{"launch_key": "canary","#, 1);
    for json in ["", "canary", "[]", "\"canary\"", twice.as_str()] {
        assert_eq!(AppSecret::parse(json), Err(AppSecretError::Form), "{json}");
    }
    assert_eq!(sample_with(|document| document["canary"] = json!(1)), Err(AppSecretError::Form));
}

#[test]
fn a_field_that_is_missing_or_malformed_is_named() {
    for field in ["lever_client_id", "lever_client_secret", "keyring", "launch_key", "session_key"] {
        let missing = sample_with(|document| {
            document.as_object_mut().unwrap().remove(field);
        });
        assert_eq!(field_of(missing), field);
        for bad in [json!(null), json!(17), json!(""), json!(["canary"]), json!("c".repeat(5_000))] {
            assert_eq!(field_of(sample_with(|document| document[field] = bad)), field);
        }
    }
    assert_eq!(
        field_of(sample_with(|document| document["lever_client_secret"] = json!("canary\n"))),
        "lever_client_secret"
    );
    assert_eq!(field_of(sample_with(|document| document["session_key"] = json!("canary"))), "session_key");
}

#[test]
fn a_keyring_has_keys_of_32_bytes_and_an_active_one_among_them() {
    let bad = [
        json!({"active": "k1"}),
        json!({"active": "k1", "keys": {}}),
        json!({"active": "canary", "keys": {"k1": "Y2FuYXJ5LWNhbmFyeS1jYW5hcnktY2FuYXJ5LWNhbmE="}}),
        json!({"active": "k1", "keys": {"k1": "Y2FuYXJ5"}}),
        json!({"active": "k1", "keys": {"k1": "canary, not base64"}}),
        json!({"active": "k1", "keys": {"k1": 17}}),
        json!({"active": "", "keys": {"": "Y2FuYXJ5LWNhbmFyeS1jYW5hcnktY2FuYXJ5LWNhbmE="}}),
        json!({"active": "k1", "keys": {"k1": "Y2FuYXJ5LWNhbmFyeS1jYW5hcnktY2FuYXJ5LWNhbmE="}, "canary": 1}),
    ];
    for keyring in bad {
        assert_eq!(field_of(sample_with(|document| document["keyring"] = keyring)), "keyring");
    }
}

/// A client of a Secrets Manager that gives every call this answer.
async fn secrets_manager(status: u16, body: Value) -> Client {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let status = StatusCode::from_u16(status).unwrap();
    let answer = move |headers: HeaderMap, request: String| async move {
        assert_eq!(headers["x-amz-target"], "secretsmanager.GetSecretValue");
        assert_eq!(request, r#"{"SecretId":"app"}"#);
        (status, body.to_string())
    };
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
    client(port)
}

fn client(port: u16) -> Client {
    let config = aws_sdk_secretsmanager::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .endpoint_url(format!("http://127.0.0.1:{port}"))
        .http_client(crate::config::aws_http_client().unwrap())
        .retry_config(RetryConfig::disabled())
        .build();
    Client::from_conf(config)
}

fn config(source: (&str, &str)) -> Config {
    Config::from_lookup(|name| match name {
        "TABLE_NAME" => Some("table".to_owned()),
        "APP_SECRET_ID" | "APP_SECRET_JSON" => (name == source.0).then(|| source.1.to_owned()),
        "AWS_REGION" => Some("eu-west-1".to_owned()),
        "RUST_LOG" => None,
        _ => Some("https://example.com/".to_owned()),
    })
    .unwrap()
}

#[tokio::test]
async fn the_secret_comes_from_secrets_manager_or_from_the_environment() {
    let expected = AppSecret::parse(SAMPLE);
    let manager = secrets_manager(200, json!({"Name": "app", "SecretString": SAMPLE})).await;
    assert_eq!(AppSecret::load(&config(("APP_SECRET_ID", "app")), &manager).await, expected);

    let unused = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    assert_eq!(AppSecret::load(&config(("APP_SECRET_JSON", SAMPLE)), &client(unused)).await, expected);
    let error = AppSecret::load(&config(("APP_SECRET_ID", "app")), &client(unused)).await.unwrap_err();
    assert_eq!(error.disposition(), Disposition::TRANSIENT);
}

#[tokio::test]
async fn what_secrets_manager_answers_is_told_apart_and_never_repeated() {
    let failure = |code: &str| json!({"__type": code, "Message": "canary"});
    for (status, body, disposition) in [
        (400, failure("ResourceNotFoundException"), Disposition::Defect),
        (400, failure("AccessDeniedException"), Disposition::Defect),
        (400, failure("ThrottlingException"), Disposition::TRANSIENT),
        (500, failure("InternalServiceError"), Disposition::TRANSIENT),
        (200, json!({"Name": "app", "SecretBinary": "Y2FuYXJ5"}), Disposition::Defect),
        (200, json!({"Name": "app", "SecretString": "canary"}), Disposition::Defect),
    ] {
        let manager = secrets_manager(status, body.clone()).await;
        let error = AppSecret::load(&config(("APP_SECRET_ID", "app")), &manager).await.unwrap_err();
        assert_eq!(error.disposition(), disposition, "{body}");
        assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
    }
}
