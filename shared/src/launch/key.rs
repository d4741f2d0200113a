//! What launch links are verified with. The key fixes the algorithm; a link cannot choose one.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::{hmac, signature};

use super::Error;

/// The shortest HS256 secret given as base64, in bytes (RFC 7518, 3.2).
const SECRET_BYTES_MIN: usize = 32;
/// The shortest HS256 secret given as text, in bytes.
const SECRET_TEXT_BYTES_MIN: usize = 16;
/// The length of an Ed25519 public key, in bytes (RFC 8032).
const ED25519_KEY_BYTES: usize = 32;

/// The text is no launch key. Does not repeat the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a launch key: hs256:<base64 of {SECRET_BYTES_MIN} bytes or more>, ed25519:<base64 public key> or a secret text"
)]
pub struct InvalidLaunchKey;

/// What launch links are verified with; fixes their algorithm.
#[derive(Clone)]
pub enum LaunchKey {
    /// A secret shared with Qualified.
    Hs256(Box<hmac::Key>),
    /// Qualified's public key.
    Ed25519([u8; ED25519_KEY_BYTES]),
}

impl fmt::Debug for LaunchKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("launch_key:***")
    }
}

impl FromStr for LaunchKey {
    type Err = InvalidLaunchKey;

    /// Reads `hs256:<base64>`, `ed25519:<base64>` or, without a prefix, the HS256 secret as text.
    fn from_str(text: &str) -> Result<Self, InvalidLaunchKey> {
        let text = text.trim();
        let decode = |encoded: &str| STANDARD.decode(encoded.trim()).map_err(|_| InvalidLaunchKey);
        if let Some(encoded) = text.strip_prefix("ed25519:") {
            return decode(encoded)?.try_into().map(Self::Ed25519).map_err(|_| InvalidLaunchKey);
        }
        let (secret, least) = match text.strip_prefix("hs256:") {
            Some(encoded) => (decode(encoded)?, SECRET_BYTES_MIN),
            None => (text.as_bytes().to_vec(), SECRET_TEXT_BYTES_MIN),
        };
        if secret.len() < least {
            return Err(InvalidLaunchKey);
        }
        Ok(Self::Hs256(Box::new(hmac::Key::new(hmac::HMAC_SHA256, &secret))))
    }
}

impl LaunchKey {
    /// The algorithm as a header names it (RFC 7518, RFC 8037).
    pub(super) fn algorithm(&self) -> &'static str {
        match self {
            Self::Hs256(_) => "HS256",
            Self::Ed25519(_) => "EdDSA",
        }
    }

    /// Verifies a signature.
    pub(super) fn verify(&self, signed: &[u8], tag: &[u8]) -> Result<(), Error> {
        match self {
            Self::Hs256(key) => hmac::verify(key, signed, tag),
            Self::Ed25519(key) => {
                signature::UnparsedPublicKey::new(&signature::ED25519, key).verify(signed, tag)
            }
        }
        .map_err(|_| Error::BadSignature)
    }
}
