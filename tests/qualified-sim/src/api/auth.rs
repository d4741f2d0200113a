//! The raw API key in the `Authorization` header, without `Bearer` or `Basic`.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;

use super::error::ApiError;
use crate::app::App;
use crate::world::{Features, TeamId, World};

/// Whose key it was.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) team: TeamId,
    pub(crate) features: Features,
}

impl FromRequestParts<App> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let caller = app.act(|world, _| identify(&parts.headers, world))?;
        if !caller.features.api_access {
            return Err(ApiError::forbidden("The API is not part of the plan"));
        }
        Ok(caller)
    }
}

/// Whether any key was given.
pub(crate) fn is_anonymous(headers: &HeaderMap) -> bool {
    !headers.contains_key(AUTHORIZATION)
}

/// The name that error bodies show for the holder of the key.
pub(crate) fn user_name(headers: &HeaderMap, world: &World) -> Option<String> {
    let caller = identify(headers, world).ok()?;
    Some(world.team(&caller.team)?.members.first()?.name())
}

fn identify(headers: &HeaderMap, world: &World) -> Result<Caller, ApiError> {
    let Some(header) = headers.get(AUTHORIZATION) else {
        return Err(ApiError::unauthorized("auth_missing", "no Authorization header"));
    };
    let key = header.to_str().unwrap_or_default();
    for prefix in ["bearer ", "basic ", "token "] {
        if key.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix)) {
            return Err(ApiError::unauthorized(
                "auth_prefix",
                "the key is sent raw, without a scheme before it",
            ));
        }
    }
    let holds = |team: &&crate::world::Team| team.api_key.expose() == key;
    if let Some(team) = world.teams.iter().find(holds) {
        return Ok(Caller { team: team.id.clone(), features: team.features });
    }
    let Some(team) = world.teams.iter().find(|team| team.old_keys.iter().any(|old| old.expose() == key))
    else {
        return Err(ApiError::unauthorized("auth_unknown_key", "no team has this key"));
    };
    if world.switches.q13_one_key {
        return Err(ApiError::unauthorized("auth_rotated_key", "the key was replaced by a newer one"));
    }
    Ok(Caller { team: team.id.clone(), features: team.features })
}
