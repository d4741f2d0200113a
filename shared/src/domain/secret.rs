//! Credentials, one type for each kind.
//!
//! A secret has no `Display` and no `Serialize`, its `Debug` shows stars, and it is wiped when dropped.
//! It is exposed for what authenticates (headers, bodies, signatures, addresses of our webhooks) and for sealing,
//! never for what is shown.

use std::fmt;
use std::marker::PhantomData;

use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq as _;

/// What a [`Secret`] opens.
pub trait SecretKind {
    /// The name shown instead of the value; also part of what the value is sealed with.
    const NAME: &'static str;
}

/// A credential of one kind.
pub struct Secret<K> {
    value: SecretString,
    kind: PhantomData<fn() -> K>,
}

impl<K> Secret<K> {
    /// Takes charge of a credential.
    pub fn new(value: String) -> Self {
        Self { value: SecretString::from(value), kind: PhantomData }
    }

    /// The credential itself: for headers, signatures and sealing, never for anything shown.
    pub fn expose(&self) -> &str {
        self.value.expose_secret()
    }
}

impl<K> Clone for Secret<K> {
    fn clone(&self) -> Self {
        Self { value: self.value.clone(), kind: PhantomData }
    }
}
impl<K> PartialEq for Secret<K> {
    fn eq(&self, other: &Self) -> bool {
        self.expose().as_bytes().ct_eq(other.expose().as_bytes()).into()
    }
}
impl<K> Eq for Secret<K> {}
impl<K: SecretKind> fmt::Debug for Secret<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:***", K::NAME)
    }
}

macro_rules! secrets {
    ($($(#[$doc:meta])* $alias:ident = $kind:ident, $name:literal;)*) => {
        /// The kinds of credentials.
        pub mod kind {
            $(
                #[doc = concat!("Marks a ", $name, ".")]
                #[derive(Debug)]
                pub enum $kind {}
                impl super::SecretKind for $kind {
                    const NAME: &'static str = $name;
                }
            )*
        }
        $($(#[$doc])* pub type $alias = Secret<kind::$kind>;)*
    };
}

secrets! {
    /// Lever's access token; lives an hour.
    AccessToken = Access, "access_token";
    /// Lever's refresh token; every use replaces it.
    RefreshToken = Refresh, "refresh_token";
    /// What Lever signs the deliveries of one webhook with.
    SignatureToken = Signature, "signature_token";
    /// Qualified's API key of one team.
    ApiKey = Api, "api_key";
    /// Proves that the login that ends here began here (RFC 7636).
    CodeVerifier = Verifier, "code_verifier";
    /// The unguessable last part of a webhook URL of ours.
    UrlKey = Url, "url_key";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_part_of_the_value() {
        let key = ApiKey::new("canary-4711".to_owned());
        assert_eq!(format!("{key:?}"), "api_key:***");
    }

    #[test]
    fn the_same_value_is_the_same_credential() {
        let key = |text: &str| ApiKey::new(text.to_owned());
        assert!(key("canary-4711") == key("canary-4711"));
        assert!(key("canary-4711") != key("canary-4712"));
        assert!(key("canary-4711") != key("canary-471"));
    }
}
