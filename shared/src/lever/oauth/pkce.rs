//! The proof key of an OAuth attempt (RFC 7636, method S256).
//!
//! Lever does not document that it checks the proof, so `state` stays the defence to rely on; the challenge
//! and the verifier are sent all the same.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest;
use ring::rand::{SecureRandom as _, SystemRandom};

use super::OAuthError;
use crate::domain::CodeVerifier;

/// The random bytes of a verifier: 256 bits, the size RFC 7636 recommends.
const VERIFIER_BYTES: usize = 32;

/// Makes a verifier for one attempt.
///
/// # Errors
/// [`OAuthError::NoRandomness`] when the machine has none.
pub fn new_code_verifier() -> Result<CodeVerifier, OAuthError> {
    let mut bytes = [0; VERIFIER_BYTES];
    SystemRandom::new().fill(&mut bytes).map_err(|_| OAuthError::NoRandomness)?;
    Ok(CodeVerifier::new(URL_SAFE_NO_PAD.encode(bytes)))
}

/// What goes into the authorization URL for a verifier.
pub fn code_challenge(verifier: &CodeVerifier) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.expose().as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_that_of_rfc_7636_appendix_b() {
        let verifier = CodeVerifier::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned());
        assert_eq!(code_challenge(&verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn verifiers_are_long_url_safe_and_never_the_same() {
        let (one, other) = (new_code_verifier().unwrap(), new_code_verifier().unwrap());
        assert_ne!(one, other);
        assert_eq!(one.expose().len(), 43);
        assert!(one.expose().bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')));
        assert_eq!(format!("{one:?}"), "code_verifier:***");
    }
}
