//! Access tokens in the shape of Lever's: a JWT with Lever's claims. Nobody but this simulator can verify it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use serde_json::json;
use sim_kit::clock::Millis;
use sim_kit::random;

use crate::world::{App, Consented};

/// A new access token for what was consented to.
pub(super) fn access_token(
    app: &App,
    consented: &Consented,
    issued_at: Millis,
    expires_at: Millis,
) -> String {
    let header = json!({"alg": "HS512", "v": "2.0", "kid": "lever-sim"});
    let claims = json!({
        "https://oauth.lever.co/userId": consented.user,
        "https://oauth.lever.co/accountId": consented.account,
        "https://oauth.lever.co/clientId": app.client_id,
        "iss": "https://auth.lever.co/", "sub": format!("auth0|{}", consented.user), "aud": consented.audience,
        "iat": issued_at / 1000, "exp": expires_at / 1000, "azp": app.client_id,
        "scope": consented.scopes.join(" "), "jti": random::uuid(),
    });
    let signed = format!("{}.{}", base64_of(&header.to_string()), base64_of(&claims.to_string()));
    let key = hmac::Key::new(hmac::HMAC_SHA512, app.client_secret.as_bytes());
    let signature = URL_SAFE_NO_PAD.encode(hmac::sign(&key, signed.as_bytes()));
    format!("{signed}.{signature}")
}

fn base64_of(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(text)
}
