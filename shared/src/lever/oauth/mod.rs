//! Lever's OAuth: from a click to tokens, and from tokens to newer ones.
//!
//! Authorization code grant with a client secret and a proof key (Lever OAuth page; RFC 6749, RFC 7636).
//! Nothing of a reply is kept unless all of it is as it should be, and no redirect is followed. Keeping one
//! refresh in flight for each connection, and storing the new refresh token before anything else happens,
//! is the caller's duty.

mod client;
mod error;
mod grant;
mod pkce;

pub use client::{OAuth, SCOPES};
pub use error::OAuthError;
pub use grant::Grant;
pub use pkce::{code_challenge, new_code_verifier};
