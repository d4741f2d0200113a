//! Lever's Data API v1, as far as the integration and its users touch it (Lever API reference).
//!
//! Each file holds one resource. Every handler takes a [`call::Call`], which has already been authenticated and counted
//! against the rate limit; it demands its scope, refuses unknown parameters and fields, and only then acts.

mod archive_reasons;
mod call;
mod contacts;
mod error;
mod feedback;
mod feedback_templates;
mod files;
mod multipart;
mod notes;
mod opportunities;
mod page;
mod postings;
mod sources;
mod stages;
mod tags;
mod users;
mod webhooks;

use axum::Router;
use axum::middleware::from_fn_with_state;

pub(crate) use call::take_slot;
pub(crate) use error::{error_body, no_route_body};
pub(crate) use opportunities::{View, full_json};

use crate::lever::Lever;

/// The routes under `/v1`.
pub(crate) fn router(lever: &Lever) -> Router<Lever> {
    let routes = Router::new()
        .merge(opportunities::routes())
        .merge(contacts::routes())
        .merge(stages::routes())
        .merge(tags::routes())
        .merge(postings::routes())
        .merge(notes::routes())
        .merge(files::routes())
        .merge(feedback::routes())
        .merge(feedback_templates::routes())
        .merge(users::routes())
        .merge(archive_reasons::routes())
        .merge(sources::routes())
        .merge(webhooks::routes())
        .method_not_allowed_fallback(no_route)
        .fallback(no_route);
    Router::new().nest("/v1", routes).layer(from_fn_with_state(lever.clone(), error::finish))
}

async fn no_route() -> error::ApiError {
    error::ApiError::NoRoute
}
