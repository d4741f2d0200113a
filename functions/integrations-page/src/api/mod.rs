//! The page as JSON under `/integrations/lever/api/`, for scripts and other front ends.
//!
//! The same session, the same loaders and the same changes as the page: nothing is decided here. One table
//! of routes drives both the answers and the OpenAPI document, so neither can know a route that the other
//! does not.

mod answer;
mod document;
mod input;
mod model;
mod problem;
mod route;

pub(crate) use answer::{answer, is_for, unavailable};
