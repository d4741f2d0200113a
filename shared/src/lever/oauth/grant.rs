//! What the token endpoint gives, checked field by field.
//!
//! A reply that is wrong in one field is refused as a whole.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::client::SCOPES;
use super::error::OAuthError;
use crate::domain::{AccessToken, LeverAccountId, LeverTokens, RefreshToken};

/// The longest token kept, in bytes: it has to fit into a request header.
const TOKEN_BYTES_MAX: usize = 8 * 1024;
/// The longest lifetime believed, in seconds: 30 days, the most the OAuth provider can be set to. Lever's is
/// an hour.
const LIFETIME_S_MAX: u64 = 30 * 24 * 60 * 60;
/// The claim that names the customer's account (Lever OAuth page, sample token).
const ACCOUNT_CLAIM: &str = "https://oauth.lever.co/accountId";
/// Proved by the refresh token itself, and not always listed among the granted scopes.
const OFFLINE_SCOPE: &str = "offline_access";

/// What an exchange gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Grant {
    /// The tokens.
    pub tokens: LeverTokens,
    /// The account they are for, if the access token names it. Not verified: for recognising an account, not
    /// for trusting one.
    pub account: Option<LeverAccountId>,
}

/// The reply as it comes (RFC 6749, section 5.1).
#[derive(Deserialize)]
pub(super) struct Reply {
    access_token: Option<String>,
    refresh_token: Option<String>,
    token_type: Option<String>,
    expires_in: Option<Value>,
    scope: Option<String>,
}

impl Reply {
    /// The tokens of a new connection: nothing may be missing.
    pub(super) fn first_grant(self, now: Timestamp) -> Result<Grant, OAuthError> {
        self.check_scopes()?;
        let refresh = self.new_refresh_token()?.ok_or(OAuthError::NoRefreshToken)?;
        let tokens = self.tokens(refresh, now)?;
        let account = account_of(&tokens.access);
        Ok(Grant { tokens, account })
    }

    /// The tokens after a refresh. Without a new refresh token the old one stays valid (RFC 6749, section
    /// 6). Scopes are not checked again: the old refresh token is spent, so refusing the reply would lose
    /// the connection, while a missing scope shows in the calls that need it.
    pub(super) fn next_tokens(self, spent: &RefreshToken, now: Timestamp) -> Result<LeverTokens, OAuthError> {
        let refresh = self.new_refresh_token()?.unwrap_or_else(|| spent.clone());
        self.tokens(refresh, now)
    }

    fn tokens(self, refresh: RefreshToken, now: Timestamp) -> Result<LeverTokens, OAuthError> {
        if !self.token_type.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("bearer")) {
            return Err(OAuthError::WrongTokenType);
        }
        let lifetime = self.expires_in.as_ref().and_then(lifetime).ok_or(OAuthError::InvalidLifetime)?;
        let expires_at = now.checked_add(lifetime).map_err(|_| OAuthError::InvalidLifetime)?;
        let access = self.access_token.filter(|token| fits_header(token)).ok_or(OAuthError::Unreadable)?;
        Ok(LeverTokens { access: AccessToken::new(access), refresh, expires_at })
    }

    fn new_refresh_token(&self) -> Result<Option<RefreshToken>, OAuthError> {
        match &self.refresh_token {
            None => Ok(None),
            Some(token) if fits_header(token) => Ok(Some(RefreshToken::new(token.clone()))),
            Some(_) => Err(OAuthError::Unreadable),
        }
    }

    /// A reply without scopes granted all that were asked for (RFC 6749, section 5.1).
    fn check_scopes(&self) -> Result<(), OAuthError> {
        let Some(scope) = &self.scope else { return Ok(()) };
        let granted = |asked: &str| scope.split_ascii_whitespace().any(|granted| granted == asked);
        let is_missing = |asked: &&str| *asked != OFFLINE_SCOPE && !granted(asked);
        let missing = SCOPES.map(|asked| Some(asked).filter(is_missing));
        if missing.iter().any(Option::is_some) { Err(OAuthError::MissingScopes { missing }) } else { Ok(()) }
    }
}

/// Whether a token can be sent: an access token goes into a header.
fn fits_header(token: &str) -> bool {
    (1..=TOKEN_BYTES_MAX).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Seconds, as a number or as a string of digits.
fn lifetime(value: &Value) -> Option<Duration> {
    let seconds = value.as_u64().or_else(|| value.as_str()?.parse().ok())?;
    (1..=LIFETIME_S_MAX).contains(&seconds).then_some(Duration::from_secs(seconds))
}

fn account_of(token: &AccessToken) -> Option<LeverAccountId> {
    let claims = token.expose().split('.').nth(1)?.trim_end_matches('=');
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
    claims.get(ACCOUNT_CLAIM)?.as_str()?.parse().ok()
}
