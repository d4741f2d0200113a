//! The authorization URL and the calls of the token endpoint.
//!
//! Credentials go into request bodies only, never into a URL.

use jiff::Timestamp;
use reqwest::{Method, StatusCode};
use serde::Deserialize;
use url::Url;

use super::error::OAuthError;
use super::grant::{Grant, Reply};
use crate::config::LeverClientSecret;
use crate::domain::{CodeVerifier, LeverTokens, RefreshToken};
use crate::http::{self, Answer};

/// What the integration asks for: Lever's own list for assessment partners (Lever: Use cases page). Reading
/// what may be written is included.
pub const SCOPES: [&str; 6] = [
    "offline_access",
    "opportunities:write:admin",
    "notes:write:admin",
    "stages:read:admin",
    "tags:read:admin",
    "webhooks:write:admin",
];

/// Lever's OAuth in one of its two worlds.
#[derive(Debug, Clone)]
pub struct OAuth {
    http: http::Client,
    base: Url,
    audience: String,
    client_id: String,
    client_secret: LeverClientSecret,
}

impl OAuth {
    /// `auth_base` is such as `https://auth.lever.co`, `audience` the base URL of the API the tokens are
    /// for. The HTTP client must not follow redirects ([`crate::http::client`] does not).
    pub fn new(
        http: impl Into<http::Client>,
        auth_base: &Url,
        audience: &str,
        client_id: &str,
        client_secret: LeverClientSecret,
    ) -> Self {
        // Without the slash Lever grants offline access and nothing else (Lever OAuth page).
        let audience = format!("{}/", audience.trim_end_matches('/'));
        Self {
            http: http.into(),
            base: auth_base.clone(),
            audience,
            client_id: client_id.to_owned(),
            client_secret,
        }
    }

    /// Where to send an admin's browser. Lever shows its consent page only when it has to; append
    /// `prompt=consent` to force it.
    pub fn authorize_url(
        &self,
        state: &str,
        redirect_uri: &Url,
        scopes: &[&str],
        code_challenge: &str,
    ) -> Url {
        let mut url = self.endpoint(&["authorize"]);
        url.query_pairs_mut().extend_pairs([
            ("response_type", "code"),
            ("client_id", &self.client_id),
            ("redirect_uri", redirect_uri.as_str()),
            ("audience", &self.audience),
            ("scope", &scopes.join(" ")),
            ("state", state),
            ("code_challenge", code_challenge),
            ("code_challenge_method", "S256"),
        ]);
        url
    }

    /// Whether this names the server that logins are sent to. Lever names itself with a slash at the end
    /// (Lever OAuth page, sample token).
    pub fn is_issuer(&self, issuer: &str) -> bool {
        issuer.trim_end_matches('/') == self.base.as_str().trim_end_matches('/')
    }

    /// Buys the first tokens with the code of a callback. `redirect_uri` is that of the authorization URL;
    /// `now` is when the lifetime starts.
    ///
    /// # Errors
    /// Nothing of the reply is to be used then; the code is spent in any case.
    pub async fn exchange(
        &self,
        code: &str,
        redirect_uri: &Url,
        verifier: &CodeVerifier,
        now: Timestamp,
    ) -> Result<Grant, OAuthError> {
        let reply = self
            .buy(&[
                ("grant_type", "authorization_code"),
                ("code", code),
                ("redirect_uri", redirect_uri.as_str()),
                ("code_verifier", verifier.expose()),
            ])
            .await?;
        reply.first_grant(now)
    }

    /// Buys new tokens. Store them before using them: the refresh token given here is spent.
    ///
    /// # Errors
    /// [`OAuthError::InvalidGrant`] also when another run was quicker: read the stored token again first.
    pub async fn refresh(&self, token: &RefreshToken, now: Timestamp) -> Result<LeverTokens, OAuthError> {
        let reply = self.buy(&[("grant_type", "refresh_token"), ("refresh_token", token.expose())]).await?;
        reply.next_tokens(token, now)
    }

    /// Gives a refresh token back. Lever does not document this endpoint, its OAuth provider does: a failure
    /// is to be noted and nothing more.
    ///
    /// # Errors
    /// When it was not accepted.
    pub async fn revoke(&self, token: &RefreshToken) -> Result<(), OAuthError> {
        self.post(&["oauth", "revoke"], &[("token", token.expose())]).await.map(drop)
    }

    async fn buy(&self, fields: &[(&str, &str)]) -> Result<Reply, OAuthError> {
        let answer = self.post(&["oauth", "token"], fields).await?;
        serde_json::from_slice(&answer.body).map_err(|_| OAuthError::Unreadable)
    }

    async fn post(&self, path: &[&str], fields: &[(&str, &str)]) -> Result<Answer, OAuthError> {
        let mut form =
            vec![("client_id", self.client_id.as_str()), ("client_secret", self.client_secret.expose())];
        form.extend(fields);
        let answer = self.http.send(self.http.request(Method::POST, self.endpoint(path)).form(&form)).await?;
        refusal(&answer).map_or(Ok(answer), Err)
    }

    fn endpoint(&self, path: &[&str]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url
    }
}

/// The body of a refusal (RFC 6749, section 5.2).
#[derive(Deserialize)]
struct Refusal {
    error: Option<String>,
}

/// The error that a status and an error code stand for; nothing for a success.
fn refusal(answer: &Answer) -> Option<OAuthError> {
    let status = answer.status.as_u16();
    let retry_after = answer.retry_after;
    match answer.status {
        success if success.is_success() => None,
        StatusCode::TOO_MANY_REQUESTS => Some(OAuthError::RateLimited { retry_after }),
        StatusCode::REQUEST_TIMEOUT => Some(OAuthError::Unavailable { status, retry_after }),
        redirection if redirection.is_redirection() => Some(OAuthError::Redirected { status }),
        refused if refused.is_client_error() => Some(refused_because(refused, &answer.body)),
        _ => Some(OAuthError::Unavailable { status, retry_after }),
    }
}

/// Tells the refusals apart by their code, since the provider sends `invalid_grant` with several statuses.
fn refused_because(status: StatusCode, body: &[u8]) -> OAuthError {
    let code = serde_json::from_slice::<Refusal>(body).ok().and_then(|refusal| refusal.error);
    match code.as_deref() {
        Some("invalid_grant") => OAuthError::InvalidGrant,
        Some("invalid_client" | "unauthorized_client") => OAuthError::InvalidClient,
        _ if status == StatusCode::UNAUTHORIZED => OAuthError::InvalidClient,
        _ => OAuthError::Refused { status: status.as_u16() },
    }
}
