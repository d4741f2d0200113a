//! What a launch link must and must not let through.

use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde_json::{Value, json};

use super::*;

const SECRET: &str = "a secret text shared with Qualified";
const NOW: i64 = 1_800_000_000;

fn now() -> Timestamp {
    Timestamp::from_second(NOW).unwrap()
}

fn key() -> LaunchKey {
    SECRET.parse().unwrap()
}

fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": "lever-integration", "sub": "user-1", "team_id": "team-1",
        "team_name": "Team 1", "role": "admin", "iat": NOW, "nbf": NOW, "exp": NOW + 300, "jti": "launch-1",
    })
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

fn without(name: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove(name);
    claims
}

fn signed_text(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", part(header), part(claims))
}

fn hs256(header: &Value, claims: &Value) -> String {
    let signed = signed_text(header, claims);
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes()), signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag))
}

fn link(claims: &Value) -> String {
    hs256(&json!({"alg": "HS256", "typ": "JWT"}), claims)
}

fn refusal(claims: &Value) -> Error {
    verify_launch(&link(claims), &key(), now()).unwrap_err()
}

#[test]
fn an_honest_link_names_user_team_and_role() {
    let launch = verify_launch(&link(&claims()), &key(), now()).unwrap();
    assert_eq!(
        launch,
        Launch {
            user: "user-1".parse().unwrap(),
            team: "team-1".parse().unwrap(),
            team_name: "Team 1".to_owned(),
            role: Role::Admin,
            id: "launch-1".parse().unwrap(),
            expires_at: Timestamp::from_second(NOW + 300).unwrap(),
        }
    );
}

#[test]
fn an_audience_list_that_names_us_is_accepted() {
    assert!(verify_launch(&link(&with("aud", json!(["other", "lever-integration"]))), &key(), now()).is_ok());
}

#[test]
fn only_the_very_role_admin_may_change_anything() {
    for other in ["member", "owner", "Admin", "admin ", ""] {
        let launch = verify_launch(&link(&with("role", json!(other))), &key(), now()).unwrap();
        assert_eq!(launch.role, Role::Member, "{other:?}");
    }
}

#[test]
fn a_link_of_ed25519_is_verified_with_the_public_key_only() {
    let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
    let public = pair.public_key().as_ref();
    let key: LaunchKey = format!("ed25519:{}", STANDARD.encode(public)).parse().unwrap();
    let signed = signed_text(&json!({"alg": "EdDSA"}), &claims());
    let honest = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(pair.sign(signed.as_bytes())));
    assert!(verify_launch(&honest, &key, now()).is_ok());

    // The public key is no secret: a link signed with it as an HS256 secret must not pass.
    let signed = signed_text(&json!({"alg": "HS256"}), &claims());
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, public), signed.as_bytes());
    let forged = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag));
    assert_eq!(verify_launch(&forged, &key, now()), Err(Error::WrongAlgorithm));

    let signed = signed_text(&json!({"alg": "EdDSA"}), &claims());
    let forged = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag));
    assert_eq!(verify_launch(&forged, &key, now()), Err(Error::BadSignature));
}

#[test]
fn the_header_cannot_choose_the_algorithm() {
    for algorithm in ["none", "None", "", "HS384", "HS512", "RS256", "EdDSA", "hs256"] {
        let link = hs256(&json!({"alg": algorithm}), &claims());
        assert_eq!(verify_launch(&link, &key(), now()), Err(Error::WrongAlgorithm), "{algorithm:?}");
    }
    let unsigned = format!("{}.", signed_text(&json!({"alg": "none"}), &claims()));
    assert_eq!(verify_launch(&unsigned, &key(), now()), Err(Error::WrongAlgorithm));
    let unsigned = format!("{}.", signed_text(&json!({"alg": "HS256"}), &claims()));
    assert_eq!(verify_launch(&unsigned, &key(), now()), Err(Error::BadSignature));
    let critical = hs256(&json!({"alg": "HS256", "crit": ["b64"], "b64": false}), &claims());
    assert_eq!(verify_launch(&critical, &key(), now()), Err(Error::WrongAlgorithm));
}

#[test]
fn a_changed_link_is_refused() {
    let honest = link(&claims());
    let [header, _, tag] = honest.split('.').collect::<Vec<_>>().try_into().unwrap();
    let other = URL_SAFE_NO_PAD.encode(with("team_id", json!("team-2")).to_string());
    let swapped = format!("{header}.{other}.{tag}");
    assert_eq!(verify_launch(&swapped, &key(), now()), Err(Error::BadSignature));
    // Three characters less leave whole bytes, 30 of them.
    let cut = &honest[..honest.len() - 3];
    assert_eq!(verify_launch(cut, &key(), now()), Err(Error::BadSignature));
    let other_key: LaunchKey = "another secret text of Qualified".parse().unwrap();
    assert_eq!(verify_launch(&honest, &other_key, now()), Err(Error::BadSignature));
}

#[test]
fn text_that_is_no_link_is_refused() {
    let honest = link(&claims());
    let padded = format!("{honest}=");
    let doubled = format!("{honest}.x");
    let spaced = format!(" {honest}");
    for bad in ["", ".", "..", "a.b", "a.b.c", "ä.ö.ü", padded.as_str(), doubled.as_str(), spaced.as_str()]
    {
        assert_eq!(verify_launch(bad, &key(), now()), Err(Error::Malformed), "{bad:?}");
    }
    assert_eq!(verify_launch(&"a".repeat(LINK_BYTES_MAX + 1), &key(), now()), Err(Error::TooLong));
    assert_eq!(verify_launch(&"a".repeat(LINK_BYTES_MAX), &key(), now()), Err(Error::Malformed));
    let twice = r#"{"alg":"HS256","alg":"none"}"#;
    let repeated = format!("{}.e30.e30", URL_SAFE_NO_PAD.encode(twice));
    assert_eq!(verify_launch(&repeated, &key(), now()), Err(Error::Malformed));
}

#[test]
fn an_expired_link_gets_no_leeway() {
    for (exp, verdict) in [(NOW - 1, Err(Error::Expired)), (NOW, Err(Error::Expired)), (NOW + 1, Ok(()))] {
        let got = verify_launch(&link(&with("exp", json!(exp))), &key(), now()).map(|_| ());
        assert_eq!(got, verdict, "{exp}");
    }
}

#[test]
fn a_link_that_lives_longer_than_five_minutes_is_refused() {
    assert_eq!(refusal(&with("exp", json!(NOW + 301))), Error::LivesTooLong, "counted from its own issue");
    let mut claims = without("iat");
    claims["exp"] = json!(NOW + 331);
    assert_eq!(refusal(&claims), Error::LivesTooLong, "counted from now, with the clocks' difference");
    claims["exp"] = json!(NOW + 330);
    assert!(verify_launch(&link(&claims), &key(), now()).is_ok());
}

#[test]
fn qualifieds_clock_may_be_half_a_minute_ahead() {
    for name in ["iat", "nbf"] {
        assert_eq!(refusal(&with(name, json!(NOW + 31))), Error::NotYetValid, "{name}");
        assert!(verify_launch(&link(&with(name, json!(NOW + 30))), &key(), now()).is_ok(), "{name}");
    }
}

#[test]
fn another_issuer_or_audience_is_refused() {
    assert_eq!(refusal(&with("iss", json!("somebody"))), Error::WrongIssuer);
    for aud in [json!("another"), json!(["another"]), json!([])] {
        assert_eq!(refusal(&with("aud", aud.clone())), Error::WrongAudience, "{aud}");
    }
}

#[test]
fn missing_and_misshapen_claims_are_refused() {
    for name in ["iss", "aud", "sub", "team_id", "team_name", "role", "exp", "jti"] {
        assert_eq!(refusal(&without(name)), Error::BadClaims, "{name} missing");
        assert_eq!(refusal(&with(name, json!({"a": 1}))), Error::BadClaims, "{name} misshapen");
    }
    for (name, value) in [
        ("jti", json!("")),
        ("sub", json!("a/b")),
        ("team_id", json!("a#b")),
        ("team_id", json!("x".repeat(129))),
        ("team_name", json!(" \n ")),
        ("exp", json!("soon")),
        ("exp", json!(1.5)),
        ("exp", json!(u64::MAX)),
        ("iat", json!(i64::MIN)),
    ] {
        assert_eq!(refusal(&with(name, value.clone())), Error::BadClaims, "{name} {value}");
    }
}

#[test]
fn a_team_name_is_cut_and_freed_of_control_characters() {
    let long = format!("A\u{0}\nB{}", "c".repeat(200));
    let launch = verify_launch(&link(&with("team_name", json!(long))), &key(), now()).unwrap();
    assert!(launch.team_name.starts_with("ABc"));
    assert_eq!(launch.team_name.chars().count(), TEAM_NAME_CHARS_MAX);
}

#[test]
fn keys_that_are_too_short_or_not_base64_are_refused() {
    for bad in ["", "short", "hs256:", "hs256:c2hvcnQ=", "hs256:%%%", "ed25519:c2hvcnQ=", "ed25519:"] {
        assert!(bad.parse::<LaunchKey>().is_err(), "{bad:?}");
    }
    let shortest = STANDARD.encode([7; 32]);
    assert!(format!("hs256:{shortest}").parse::<LaunchKey>().is_ok());
    assert!(format!("hs256:{}", STANDARD.encode([7; 31])).parse::<LaunchKey>().is_err());
    assert!("x".repeat(16).parse::<LaunchKey>().is_ok());
    let encoded: LaunchKey = format!("hs256:{}", STANDARD.encode(SECRET)).parse().unwrap();
    assert!(verify_launch(&link(&claims()), &encoded, now()).is_ok(), "the same secret in base64");
}

#[test]
fn debug_shows_no_part_of_the_key() {
    assert_eq!(format!("{:?}", key()), "launch_key:***");
}
