//! A running simulator.

use std::ops::Deref;

use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use sim_kit::clock::Clock;
use sim_kit::control;
use sim_kit::serve::{ServeError, Server, serve};
use thiserror::Error;

use crate::lever::Lever;
use crate::rule::Rule;
use crate::seed::{Seed, SeedError};
use crate::{api, control as lever_control, oauth};

/// Why a simulator did not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The seed makes no world.
    #[error(transparent)]
    Seed(#[from] SeedError),
    /// The port cannot be had.
    #[error(transparent)]
    Serve(#[from] ServeError),
}

/// A Lever simulator serving HTTP; dropping it ends it. Its verbs are those of [`Lever`].
#[derive(Debug)]
pub struct LeverSim {
    lever: Lever,
    server: Server,
}

/// A simulator without a port: whoever holds the router carries the requests. `clock` is the simulated time.
///
/// # Errors
/// If the seed does not hold together.
pub fn in_process(seed: Seed, clock: Clock) -> Result<(Lever, Router), SeedError> {
    let lever = Lever::new(seed, clock)?;
    let router = Router::new()
        .merge(api::router(&lever))
        .merge(oauth::routes())
        .merge(lever_control::routes())
        .fallback(elsewhere(&lever))
        .method_not_allowed_fallback(elsewhere(&lever))
        .with_state(lever.clone());
    let router = lever.kit().watch(router, api::error_body);
    Ok((lever, router))
}

impl LeverSim {
    /// Serves a world on 127.0.0.1; port 0 takes a free one, `Seed::default()` is the built-in world.
    ///
    /// # Errors
    /// If the seed does not hold together or the port is taken.
    pub async fn start(port: u16, seed: Seed) -> Result<Self, StartError> {
        let (lever, router) = in_process(seed, Clock::default())?;
        let server = serve(port, router).await?;
        Ok(Self { lever, server })
    }

    /// `http://127.0.0.1:PORT`: the Data API is under `/v1`, OAuth under `/authorize` and `/oauth`.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// The handle with the verbs, to keep beside the server.
    pub fn lever(&self) -> Lever {
        self.lever.clone()
    }

    /// Serves until the process ends.
    pub async fn run(self) {
        let Self { lever, server } = self;
        server.run().await;
        lever.kit().deliveries.clear();
    }

    /// Ends the simulator after the open requests.
    pub async fn stop(self) {
        let Self { lever, server } = self;
        server.stop().await;
        lever.kit().deliveries.clear();
    }
}

impl Deref for LeverSim {
    type Target = Lever;

    fn deref(&self) -> &Lever {
        &self.lever
    }
}

/// What answers a path, or a method of it, that nothing else does.
fn elsewhere(lever: &Lever) -> impl Fn(Method, Uri) -> std::future::Ready<Response> + Clone + Send + 'static {
    let kit = lever.kit().clone();
    move |method, uri| {
        let (method, path) = (method.as_str(), uri.path());
        let is_control = path == "/_sim" || path.starts_with("/_sim/");
        std::future::ready(if is_control {
            control::unknown(method, path)
        } else {
            kit.violate(method, path, &Rule::UnknownRoute.name(), "there is no such route");
            (StatusCode::NOT_FOUND, Json(api::no_route_body(path))).into_response()
        })
    }
}
