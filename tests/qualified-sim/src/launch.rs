//! The signed launch link by which the platform opens the integrations page: a JWT signed with HS256.
//!
//! The contract is the project's own; nothing else here knows it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// `iss` of every launch.
pub const ISSUER: &str = "https://www.qualified.io";
/// `aud` of every launch.
pub const AUDIENCE: &str = "lever-integration";
/// How long a launch may be used, seconds.
pub const LIFETIME: i64 = 300;

/// What a launch says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaunchClaims {
    /// Who vouches: the platform.
    pub iss: String,
    /// For whom: the integration.
    pub aud: String,
    /// The user.
    pub sub: String,
    /// The user's team.
    pub team_id: String,
    /// Its name.
    pub team_name: String,
    /// The user's role; only `admin` may change anything.
    pub role: String,
    /// Last second of use, since the epoch.
    pub exp: i64,
    /// Used once.
    pub jti: String,
}

impl LaunchClaims {
    /// The JWT signed with this key.
    pub fn signed(&self, key: &[u8]) -> String {
        let header = json!({"alg": "HS256", "typ": "JWT"});
        let claims = serde_json::to_string(self).unwrap_or_default();
        let head = format!("{}.{}", encode(header.to_string().as_bytes()), encode(claims.as_bytes()));
        let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), head.as_bytes());
        format!("{head}.{}", encode(signature.as_ref()))
    }
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_launch_is_three_parts_and_its_signature_holds() {
        let claims = LaunchClaims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: "u".to_owned(),
            team_id: "t".to_owned(),
            team_name: "T".to_owned(),
            role: "admin".to_owned(),
            exp: 1,
            jti: "j".to_owned(),
        };
        let token = claims.signed(b"key");
        let (head, signature) = token.rsplit_once('.').unwrap();
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"key");
        hmac::verify(&key, head.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
        let (header, body) = head.split_once('.').unwrap();
        assert_eq!(URL_SAFE_NO_PAD.decode(header).unwrap(), br#"{"alg":"HS256","typ":"JWT"}"#);
        let read: LaunchClaims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body).unwrap()).unwrap();
        assert_eq!(read, claims);
    }
}
