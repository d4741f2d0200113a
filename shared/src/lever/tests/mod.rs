//! The Data API client and the OAuth client against a real HTTP server with canned answers.

mod calls;
mod connections;
mod failures;
mod lists;
mod oauth;
mod opportunity;
mod redirects;
mod server;
