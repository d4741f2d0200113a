//! The API under `/api/v1`: strict about key, routes, parameters and fields.
//!
//! Handlers translate between HTTP and the world; what they refuse for protocol reasons carries a violation, which
//! the judging layer records.

mod assessments;
mod auth;
mod body;
mod candidates;
mod error;
mod filter;
mod include;
mod invitations;
mod invite;
mod judge;
mod list;
mod query;
mod results;
mod retry;
mod routes;
mod subscriptions;
mod webhooks;

pub(crate) use error::body_of_status;
pub(crate) use routes::{routes, unknown_route};
