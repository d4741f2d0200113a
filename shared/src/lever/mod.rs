//! Lever: its Data API, its OAuth and its webhook deliveries.
//!
//! The only place that knows Lever's JSON. What comes out are nouns of [`crate::domain`]; what goes wrong
//! is an [`Error`], an [`OAuthError`] or a [`webhook::Rejection`], none of which holds a body, a name, an
//! address or a credential. Nothing is decided here and nothing is remembered.
//! Sources: Lever API reference, Lever OAuth page.

mod answer;
mod client;
mod error;
mod oauth;
mod permits;
mod redirect;
mod request;
#[cfg(test)]
mod tests;
pub mod webhook;
mod wire;

pub use answer::{DeletedPage, Note, OpportunityPage, RegisteredWebhook, Stage};
pub use client::{Api, Client, Confidentiality};
pub use error::{Error, Flaw};
pub use oauth::{Grant, OAuth, OAuthError, SCOPES, code_challenge, new_code_verifier};
pub use permits::{Pace, Permits};
