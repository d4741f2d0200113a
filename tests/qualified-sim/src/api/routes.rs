//! The table of routes.

use axum::Router;
use axum::extract::{OriginalUri, State};
use axum::http::Method;
use axum::response::Response;
use axum::routing::{delete, get, post, put};

use super::error::ApiError;
use super::{assessments, candidates, invitations, invite, results, retry, subscriptions, webhooks};
use crate::app::App;

/// All routes of the API, judged.
pub(crate) fn routes(app: &App) -> Router<App> {
    let judge = axum::middleware::from_fn_with_state(app.clone(), super::judge::judge);
    people_and_assessments().merge(results_and_webhooks()).layer(judge)
}

fn people_and_assessments() -> Router<App> {
    Router::new()
        .route("/api/v1/assessments", get(assessments::list))
        .route("/api/v1/assessments/{id}", get(assessments::retrieve))
        .route("/api/v1/team_members", get(assessments::members))
        .route("/api/v1/team_candidates", get(candidates::list))
        .route("/api/v1/team_candidates/{id}", get(candidates::retrieve).put(candidates::update))
        .route("/api/v1/team_candidates/{id}/{verb}", put(candidates::verb))
        .route("/api/v1/assessment_invitations", get(invitations::list))
        .route("/api/v1/assessment_invitations/invite_candidates", post(invite::invite_candidates))
        .route("/api/v1/assessment_invitations/{id}", delete(invitations::cancel))
}

fn results_and_webhooks() -> Router<App> {
    Router::new()
        .route("/api/v1/assessment_results", get(results::list))
        .route("/api/v1/assessment_results/{id}", get(results::retrieve))
        .route("/api/v1/assessment_results/{id}/exhibit", get(results::exhibit))
        .route("/api/v1/assessment_results/{id}/share", get(results::share))
        .route("/api/v1/assessment_results/{id}/terminate", put(results::terminate))
        .route("/api/v1/assessment_results/{id}/schedule_retry", put(retry::schedule))
        .route("/api/v1/assessment_results/{id}/cancel_retry", put(retry::cancel))
        .route("/api/v1/webhook_subscriptions", get(subscriptions::list).post(subscriptions::create))
        .route("/api/v1/webhook_subscriptions/url", delete(subscriptions::delete_by_url))
        .route(
            "/api/v1/webhook_subscriptions/{id}",
            get(subscriptions::retrieve).put(subscriptions::update).delete(subscriptions::delete),
        )
        .route("/api/v1/webhook_events", get(webhooks::list))
        .route("/api/v1/webhook_events/{id}", get(webhooks::retrieve))
        .route("/api/v1/webhook_examples/{id}", get(webhooks::example).post(webhooks::send_example))
}

/// Everything else: 404, and a violation if it is not below `/_sim`.
pub(crate) async fn unknown_route(
    State(app): State<App>,
    method: Method,
    OriginalUri(uri): OriginalUri,
) -> Response {
    let (method, path) = (method.as_str(), uri.path());
    if path == "/_sim" || path.starts_with("/_sim/") {
        return sim_kit::control::unknown(method, path);
    }
    app.0.kit.violate(method, path, "unknown_route", "the API has no such route");
    let shape = app.act(|world, _| world.switches.q2_not_found);
    ApiError::not_found().render(None, shape)
}
