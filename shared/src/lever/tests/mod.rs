//! The Data API client against a real HTTP server with canned answers.

mod calls;
mod failures;
mod lists;
mod opportunity;
mod redirects;
mod server;
