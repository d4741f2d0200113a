//! Every variable: what is accepted, what is refused, and that no value is ever shown.

use std::collections::BTreeMap;

use super::*;
use crate::config::app_secret::SAMPLE;

const VARIABLES: [(&str, &str); 9] = [
    ("TABLE_NAME", "lever-integration"),
    ("QUEUE_URL", "https://sqs.eu-west-1.amazonaws.com/123456789012/events"),
    ("APP_SECRET_ID", "lever-integration/app"),
    ("LEVER_API_BASE", "https://api.lever.co/v1"),
    ("LEVER_AUTH_BASE", "https://auth.lever.co"),
    ("LEVER_AUDIENCE", "https://api.lever.co/v1/"),
    ("QUALIFIED_API_BASE", "https://www.qualified.io/api"),
    ("PUBLIC_BASE_URL", "https://lever.example.com"),
    ("AWS_REGION", "eu-west-1"),
];

fn read(changes: &[(&'static str, &str)]) -> Result<Config, ConfigError> {
    let mut variables: BTreeMap<&str, String> =
        VARIABLES.map(|(name, value)| (name, value.to_owned())).into();
    for (name, value) in changes {
        variables.insert(name, (*value).to_owned());
    }
    Config::from_lookup(|name| variables.get(name).cloned())
}

fn problem(variable: &'static str, value: &str) -> String {
    let error = read(&[(variable, value)]).unwrap_err();
    assert_eq!(error.missing, [""; 0], "{value}");
    assert_eq!(error.malformed.len(), 1, "{value}: {error}");
    assert_eq!(error.malformed[0].variable, variable);
    assert!(!error.to_string().contains(value) && !format!("{error:?}").contains(value), "{error}");
    error.malformed[0].problem.clone()
}

#[test]
fn a_whole_environment_is_read_and_base_urls_can_be_joined() {
    let config = read(&[]).unwrap();
    assert_eq!(config.table_name, "lever-integration");
    assert_eq!(config.queue_url.as_str(), VARIABLES[1].1);
    let AppSecretSource::SecretsManager { id } = &config.app_secret else { panic!("{config:?}") };
    assert_eq!(id, "lever-integration/app");
    assert_eq!(config.lever_api_base.join("stages").unwrap().as_str(), "https://api.lever.co/v1/stages");
    assert_eq!(
        config.lever_auth_base.join("oauth/token").unwrap().as_str(),
        "https://auth.lever.co/oauth/token"
    );
    assert_eq!(config.lever_audience, "https://api.lever.co/v1/");
    assert_eq!(config.qualified_api_base.as_str(), "https://www.qualified.io/api/");
    assert_eq!(config.public_base_url.as_str(), "https://lever.example.com/");
    assert_eq!(config.log_filter, "info");
    assert_eq!((config.aws_region.as_str(), &config.aws_endpoint), ("eu-west-1", &None));
}

#[test]
fn all_that_is_missing_or_malformed_is_named_in_one_error() {
    let error = Config::from_lookup(|name| match name {
        "QUEUE_URL" => Some("canary".to_owned()),
        "LEVER_AUDIENCE" => Some("https://canary.example.com".to_owned()),
        "RUST_LOG" => Some("canary=canary=canary".to_owned()),
        "PUBLIC_BASE_URL" => Some("  ".to_owned()),
        _ => None,
    })
    .unwrap_err();
    insta::assert_snapshot!(error, @"missing: TABLE_NAME, APP_SECRET_ID or APP_SECRET_JSON, LEVER_API_BASE, LEVER_AUTH_BASE, QUALIFIED_API_BASE, PUBLIC_BASE_URL, AWS_REGION; malformed: QUEUE_URL (has to be a URL); malformed: LEVER_AUDIENCE (has to end with a slash); malformed: RUST_LOG (has to be a filter such as info,lever_integration=debug)");
}

#[test]
fn plain_http_is_for_this_machine_only() {
    for (name, value) in [
        ("LEVER_API_BASE", "http://127.0.0.1:8081/v1"),
        ("LEVER_AUTH_BASE", "http://localhost:8081"),
        ("LEVER_AUDIENCE", "http://[::1]:8081/v1/"),
        ("QUEUE_URL", "http://sqs.us-east-1.localhost:4566/000000000000/events"),
    ] {
        assert!(read(&[(name, value)]).is_ok(), "{value}");
    }
    for value in [
        "http://api.lever.co/v1",
        "http://localhost.example.com",
        "http://169.254.169.254",
        "http://127.0.0.1.example.com",
        "ftp://localhost",
        "file:///etc/passwd",
    ] {
        assert_eq!(problem("LEVER_API_BASE", value), "has to be https; http is for this machine only");
    }
}

#[test]
fn a_url_has_no_user_query_or_fragment() {
    for value in [
        "https://user@example.com",
        "https://user:word@example.com",
        "https://example.com/?a=1",
        "https://example.com/#a",
    ] {
        assert_eq!(problem("PUBLIC_BASE_URL", value), "must not have a user, a query or a fragment");
    }
    assert_eq!(problem("PUBLIC_BASE_URL", "example.com/page"), "has to be a URL");
    assert_eq!(
        problem("PUBLIC_BASE_URL", "https://example.com/page"),
        "must not have a path: the routes begin at the host"
    );
}

#[test]
fn the_version_of_qualifieds_api_is_not_part_of_its_base() {
    for value in ["https://www.qualified.io/api/v1", "https://www.qualified.io/api/v1/"] {
        assert_eq!(problem("QUALIFIED_API_BASE", value), "has to end before the /v1, as in https://…/api/");
    }
}

#[test]
fn aws_is_asked_in_a_region_and_somewhere_else_only_if_that_is_a_url() {
    let default = read(&[("AWS_REGION", ""), ("AWS_DEFAULT_REGION", "us-gov-west-1")]).unwrap();
    assert_eq!(default.aws_region, "us-gov-west-1");
    for value in ["eu west 1", "EU-WEST-1", "https://canary.example.com", "-eu"] {
        assert_eq!(problem("AWS_REGION", value), "has to be the name of a region, such as eu-west-1");
    }
    assert_eq!(problem("AWS_ENDPOINT_URL", "localhost:4566"), "has to be an http or https URL");
    assert_eq!(problem("AWS_ENDPOINT_URL_SQS", "canary"), "has to be an http or https URL");
    // An emulator in a network of containers.
    let emulated = read(&[("AWS_ENDPOINT_URL", "http://emulator:4566")]).unwrap();
    assert_eq!(emulated.aws_endpoint.as_deref(), Some("http://emulator:4566"));
}

#[test]
fn names_in_aws_keep_to_its_rules() {
    let long = "a".repeat(256);
    for value in ["zq", "a b c", "arn:aws:dynamodb", long.as_str()] {
        assert!(problem("TABLE_NAME", value).starts_with("has to be 3 to 255"), "{value}");
    }
    assert_eq!(
        problem("APP_SECRET_ID", r#"{"lever_client_id":"canary"}"#),
        "has to be the name or ARN of a secret"
    );
}

#[test]
fn the_app_secret_is_named_once_and_checked_at_once_if_it_is_here() {
    let inline = read(&[("APP_SECRET_ID", ""), ("APP_SECRET_JSON", SAMPLE)]).unwrap();
    assert!(matches!(inline.app_secret, AppSecretSource::Inline(_)));
    assert!(!format!("{inline:?}").contains("canary"), "{inline:?}");

    let both = read(&[("APP_SECRET_JSON", SAMPLE)]).unwrap_err();
    assert_eq!(
        both.to_string(),
        "malformed: APP_SECRET_ID and APP_SECRET_JSON (only one of them may be set)"
    );

    let broken =
        read(&[("APP_SECRET_ID", ""), ("APP_SECRET_JSON", &SAMPLE.replace("session_key", "canary"))]);
    let error = broken.unwrap_err();
    assert_eq!(error.malformed[0].variable, "APP_SECRET_JSON");
    assert!(!error.to_string().contains("canary"), "{error}");
}
