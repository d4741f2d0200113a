//! The rules a client can break. Their names are what tests match on.

use serde::Serialize;

/// A broken rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// No such method and path.
    UnknownRoute,
    /// A field Lever does not know in a body.
    UnknownField,
    /// A parameter Lever does not know in a query.
    UnknownParameter,
    /// A parameter or field that is needed.
    MissingParameter,
    /// A value that cannot be.
    BadValue,
    /// A body that cannot be read.
    BadBody,
    /// A body of the wrong content type.
    WrongContentType,
    /// No bearer token.
    NoToken,
    /// A token that was never issued here.
    UnknownToken,
    /// An access token after its time.
    ExpiredToken,
    /// A token of an authorisation the account took back.
    RevokedToken,
    /// A token for another audience than the API.
    WrongAudience,
    /// A scope that was not granted.
    MissingScope,
    /// More requests than the rate limit allows.
    RateExceeded,
    /// An unknown client id or a wrong secret.
    WrongClient,
    /// A callback URI that is not registered, or not the one of the authorisation.
    WrongRedirectUri,
    /// A scope that does not exist or that the app is not registered for.
    WrongScope,
    /// A code that was never issued.
    UnknownCode,
    /// A code after its time.
    ExpiredCode,
    /// A code presented again.
    ReusedCode,
    /// A verifier that does not fit the challenge.
    WrongVerifier,
    /// A refresh token that was never issued here.
    UnknownRefreshToken,
    /// A refresh token after its time.
    ExpiredRefreshToken,
    /// A refresh token presented again.
    ReusedRefreshToken,
    /// A refresh token whose family ended.
    DeadRefreshToken,
}

impl Rule {
    /// The name in the violation log.
    pub fn name(self) -> String {
        serde_json::to_value(self).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
    }
}
