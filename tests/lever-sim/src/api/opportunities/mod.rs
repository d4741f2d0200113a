//! `/opportunities`: reading, listing, creating and changing.

mod change;
mod create;
mod filter;
mod list;
mod wire;

use axum::Router;
use axum::routing::{get, post, put};

pub(crate) use wire::{View, full_json};

use crate::lever::Lever;

pub(crate) fn routes() -> Router<Lever> {
    Router::new()
        .route("/opportunities", get(list::list).post(create::create))
        .route("/opportunities/deleted", get(list::deleted))
        .route("/opportunities/{id}", get(list::one))
        .route("/opportunities/{id}/applications", get(list::applications))
        .route("/opportunities/{id}/stage", put(change::stage))
        .route("/opportunities/{id}/archived", put(change::archived))
        .route("/opportunities/{id}/addTags", post(change::add_tags))
        .route("/opportunities/{id}/removeTags", post(change::remove_tags))
        .route("/opportunities/{id}/addLinks", post(change::add_links))
        .route("/opportunities/{id}/removeLinks", post(change::remove_links))
        .route("/opportunities/{id}/addSources", post(change::add_sources))
        .route("/opportunities/{id}/removeSources", post(change::remove_sources))
}
