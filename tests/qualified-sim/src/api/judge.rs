//! The layer around the API: paces calls, records violations, and puts the user's name into error bodies.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

use sim_kit::clock::Millis;

use super::auth;
use super::error::ApiError;
use crate::app::App;

/// Passes a call on and judges the answer.
pub(crate) async fn judge(State(app): State<App>, request: Request, next: Next) -> Response {
    let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
    let (user, shape, too_many) = app.act(|world, now| {
        let user = auth::user_name(request.headers(), world);
        (user, world.switches.q2_not_found, over_the_limit(&app, world.switches.q3_max_rps, now))
    });
    let mut error = None;
    if let Some(detail) = too_many {
        let retry_after_s = app.act(|world, _| world.switches.q3_retry_after_s);
        error = Some(ApiError::too_many(retry_after_s, detail));
    }
    let mut response = Response::default();
    if error.is_none() {
        response = next.run(request).await;
        error = response.extensions_mut().remove::<ApiError>();
    }
    let Some(error) = error else { return response };
    if let Some(broken) = &error.broken {
        app.0.kit.violate(&method, &path, broken.rule, broken.detail.clone());
    }
    error.render(user.as_deref(), shape)
}

/// The calls of the last second are in the record already, this one included.
fn over_the_limit(app: &App, allowed: Option<usize>, now: Millis) -> Option<String> {
    let allowed = allowed?;
    let recent = app.0.kit.calls.after(0).iter().rev().take_while(|call| call.at_ms > now - 1000).count();
    (recent > allowed).then(|| format!("{recent} calls within a second, {allowed} are allowed"))
}
