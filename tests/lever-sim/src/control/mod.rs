//! The control API under `/_sim`: what users do in Lever's pages, and what tests need.

mod admin;
mod candidates;
mod pipeline;
mod state;
mod webhooks;

use axum::Router;
use sim_kit::control::{Control, Refusal, kit_routes};

use crate::lever::Lever;
use crate::world::Problem;

/// The routes under `/_sim` with the list of them.
pub(crate) fn routes() -> Router<Lever> {
    let control = kit_routes(Control::default());
    let control = admin::routes(control);
    let control = candidates::routes(control);
    let control = pipeline::routes(control);
    webhooks::routes(control).finish()
}

fn refusal(problem: Problem) -> Refusal {
    match problem {
        Problem::Missing { .. } => Refusal::missing(problem),
        Problem::Invalid(_) | Problem::Refused(_) => Refusal::bad(problem),
    }
}
