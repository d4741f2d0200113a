//! Lever: its webhook deliveries.
//!
//! The only place that knows Lever's JSON. What comes out are nouns of [`crate::domain`]; what goes wrong
//! is a [`webhook::Rejection`], which holds no body, name, address or credential. Nothing is decided here
//! and nothing is remembered.
//! Source: Lever API reference.

pub mod webhook;
