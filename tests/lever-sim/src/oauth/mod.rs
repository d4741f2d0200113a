//! Lever's OAuth 2.0: the authorisation page and the token endpoint (Lever API reference, OAuth).

mod authorize;
mod consent;
mod jwt;
mod page;
mod token;

use axum::Router;
use axum::routing::{get, post};

pub(crate) use consent::grant_scopes;
pub(crate) use token::issue;

use crate::lever::Lever;

pub(crate) fn routes() -> Router<Lever> {
    Router::new()
        .route("/authorize", get(authorize::authorize).post(authorize::decide))
        .route("/oauth/token", post(token::token))
        .route("/oauth/revoke", post(token::revoke))
}
