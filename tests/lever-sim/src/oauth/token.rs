//! `/oauth/token`: codes and refresh tokens become access tokens. Takes a form or JSON, like Lever.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest;
use serde::Deserialize;
use serde_json::{Value, json};
use sim_kit::clock::Millis;

use super::jwt;
use crate::lever::Lever;
use crate::rule::Rule;
use crate::switches::{Pkce, Presence};
use crate::world::{Challenge, CodeFault, FamilyKey, RefreshFault, World};

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct TokenBody {
    grant_type: String,
    client_id: String,
    client_secret: String,
    code: Option<String>,
    redirect_uri: Option<String>,
    code_verifier: Option<String>,
    refresh_token: Option<String>,
    /// Not needed, and without effect if sent.
    scope: Option<String>,
    audience: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RevokeBody {
    client_id: String,
    client_secret: String,
    token: String,
}

/// A refused token call in the manner of RFC 6749.
#[derive(Debug)]
struct Refusal {
    status: u16,
    error: &'static str,
    description: String,
    rule: Rule,
}

impl Refusal {
    fn new(status: u16, error: &'static str, description: impl Into<String>, rule: Rule) -> Self {
        Self { status, error, description: description.into(), rule }
    }

    fn grant(description: &str, rule: Rule) -> Self {
        Self::new(403, "invalid_grant", description, rule)
    }

    fn answer(self, lever: &Lever, path: &str) -> Response {
        lever.kit.violate("POST", path, &self.rule.name(), self.description.clone());
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        (status, Json(json!({"error": self.error, "error_description": self.description}))).into_response()
    }
}

pub(super) async fn token(State(lever): State<Lever>, headers: HeaderMap, body: Bytes) -> Response {
    let result = read::<TokenBody>(&headers, &body).and_then(|body| {
        lever.change(|world, now| {
            let family = match body.grant_type.as_str() {
                "authorization_code" => by_code(world, &body, now)?,
                "refresh_token" => by_refresh_token(world, &body, now)?,
                other => {
                    let description = format!("grant type {other:?} is not supported");
                    return Err(Refusal::new(400, "unsupported_grant_type", description, Rule::BadValue));
                }
            };
            Ok(issue(world, family, now))
        })
    });
    match result {
        Ok(tokens) => ([(header::CACHE_CONTROL, "no-store")], Json(tokens)).into_response(),
        Err(refusal) => refusal.answer(&lever, "/oauth/token"),
    }
}

pub(super) async fn revoke(State(lever): State<Lever>, headers: HeaderMap, body: Bytes) -> Response {
    let result = read::<RevokeBody>(&headers, &body).and_then(|body| {
        lever.change(|world, _| {
            if world.switches.revoke_endpoint == Presence::Absent {
                return Err(Refusal::new(404, "not_found", "there is no such route", Rule::UnknownRoute));
            }
            check_client(world, &body.client_id, &body.client_secret)?;
            world.grants.end_refresh(&body.token);
            Ok(())
        })
    });
    match result {
        Ok(()) => StatusCode::OK.into_response(),
        Err(refusal) => refusal.answer(&lever, "/oauth/revoke"),
    }
}

fn read<T: for<'de> Deserialize<'de>>(headers: &HeaderMap, body: &[u8]) -> Result<T, Refusal> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let parsed = if kind.starts_with("application/json") {
        serde_json::from_slice(body)
    } else if kind.starts_with("application/x-www-form-urlencoded") {
        let pairs = url::form_urlencoded::parse(body).into_owned();
        serde_json::from_value(
            pairs.map(|(name, value)| (name, json!(value))).collect::<serde_json::Map<_, _>>().into(),
        )
    } else {
        let description = format!("the body is {kind:?}, neither a form nor JSON");
        return Err(Refusal::new(400, "invalid_request", description, Rule::WrongContentType));
    };
    parsed.map_err(|error| {
        let description = error.to_string();
        let rule = if description.starts_with("unknown field") { Rule::UnknownField } else { Rule::BadBody };
        Refusal::new(400, "invalid_request", description, rule)
    })
}

fn check_client(world: &World, id: &str, secret: &str) -> Result<(), Refusal> {
    if id == world.app.client_id && secret == world.app.client_secret {
        return Ok(());
    }
    Err(Refusal::new(401, "access_denied", "Unauthorized", Rule::WrongClient))
}

fn by_code(world: &mut World, body: &TokenBody, now: Millis) -> Result<FamilyKey, Refusal> {
    check_client(world, &body.client_id, &body.client_secret)?;
    let text = body.code.as_deref().unwrap_or_default();
    let code = world.grants.code(text);
    let code = code.ok_or_else(|| Refusal::grant("Invalid authorization code", Rule::UnknownCode))?;
    if body.redirect_uri.as_deref() != Some(code.redirect_uri.as_str()) {
        return Err(Refusal::grant("The redirect URI is wrong.", Rule::WrongRedirectUri));
    }
    check_verifier(code.challenge.as_ref(), body.code_verifier.as_deref(), world.switches.pkce)?;
    world.grants.use_code(text, now).map_err(|fault| match fault {
        CodeFault::Unknown => Refusal::grant("Invalid authorization code", Rule::UnknownCode),
        CodeFault::Expired => Refusal::grant("Invalid authorization code", Rule::ExpiredCode),
        CodeFault::Reused => Refusal::grant("Invalid authorization code", Rule::ReusedCode),
    })
}

fn check_verifier(challenge: Option<&Challenge>, verifier: Option<&str>, rule: Pkce) -> Result<(), Refusal> {
    let wrong = || Refusal::grant("Failed to verify code verifier", Rule::WrongVerifier);
    match (rule, challenge, verifier) {
        (Pkce::Ignore, _, _) => Ok(()),
        (Pkce::CheckIfBoth | Pkce::Require, Some(challenge), Some(verifier)) => {
            if fits(challenge, verifier) {
                Ok(())
            } else {
                Err(wrong())
            }
        }
        (Pkce::Require, _, _) => Err(wrong()),
        (Pkce::CheckIfBoth, None, _) | (Pkce::CheckIfBoth, _, None) => Ok(()),
    }
}

fn fits(challenge: &Challenge, verifier: &str) -> bool {
    match challenge.method.as_str() {
        "S256" => {
            URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes())) == challenge.text
        }
        "plain" => verifier == challenge.text,
        _ => false,
    }
}

fn by_refresh_token(world: &mut World, body: &TokenBody, now: Millis) -> Result<FamilyKey, Refusal> {
    check_client(world, &body.client_id, &body.client_secret)?;
    let (reuse, status) = (world.switches.refresh_reuse, world.switches.refresh_refusal_status);
    let text = body.refresh_token.as_deref().unwrap_or_default();
    world.grants.use_refresh(text, now, reuse).map_err(|fault| {
        let rule = match fault {
            RefreshFault::Unknown => Rule::UnknownRefreshToken,
            RefreshFault::Expired => Rule::ExpiredRefreshToken,
            RefreshFault::Reused => Rule::ReusedRefreshToken,
            RefreshFault::Dead => Rule::DeadRefreshToken,
        };
        Refusal::new(status, "invalid_grant", "Unknown or invalid refresh token.", rule)
    })
}

/// A new pair of tokens of a family, as the token endpoint answers it.
pub(crate) fn issue(world: &mut World, family: FamilyKey, now: Millis) -> Value {
    let seconds = world.switches.access_token_seconds;
    let expires_at = now + seconds * 1000;
    let consented = world.grants.consented(family).clone();
    let access = jwt::access_token(&world.app, &consented, now, expires_at);
    world.grants.keep_access(family, access.clone(), expires_at);
    let mut tokens = json!({
        "access_token": access, "token_type": "Bearer", "scope": consented.scopes.join(" "), "expires_in": seconds,
    });
    if consented.scopes.iter().any(|scope| scope == "offline_access") {
        tokens["refresh_token"] = json!(world.grants.issue_refresh(family, now));
    }
    tokens
}
