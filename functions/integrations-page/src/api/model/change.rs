//! The session, and what changes answer.

use lever_integration::launch::Role as SessionRole;
use lever_integration::service::connect;
use serde::Serialize;
use utoipa::ToSchema;

/// Who is signed in.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Session {
    team: Team,
    role: Role,
    /// Goes into `X-CSRF-Token` of every change; members have none.
    csrf: Option<String>,
}

/// Qualified's customer.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Team {
    id: String,
    name: String,
}

/// What the user may do.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Role {
    /// Everything.
    Admin,
    /// Look.
    Member,
}

impl Session {
    /// A session with its token, if it may change anything.
    pub(in crate::api) fn of(session: &lever_integration::session::Session, csrf: Option<&str>) -> Self {
        Self {
            team: Team { id: session.team.to_string(), name: session.team_name.clone() },
            role: match session.role {
                SessionRole::Admin => Role::Admin,
                SessionRole::Member => Role::Member,
            },
            csrf: csrf.map(str::to_owned),
        }
    }
}

/// A login that was begun.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct LoginUrl {
    /// Where to send the browser of this session, within ten minutes.
    #[schema(format = "uri")]
    pub(in crate::api) url: String,
}

/// A removed integration.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Removal {
    /// What could not be removed at Lever or Qualified; an admin can do it there.
    leftovers: Vec<Leftover>,
}

/// What could not be removed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Leftover {
    /// Our webhook in Lever.
    LeverWebhook,
    /// Our subscription in Qualified.
    Subscription,
    /// Our access to Lever.
    LeverAccess,
}

impl From<Vec<connect::Leftover>> for Removal {
    fn from(leftovers: Vec<connect::Leftover>) -> Self {
        let leftover = |one| match one {
            connect::Leftover::LeverWebhook => Leftover::LeverWebhook,
            connect::Leftover::Subscription => Leftover::Subscription,
            connect::Leftover::LeverAccess => Leftover::LeverAccess,
        };
        Self { leftovers: leftovers.into_iter().map(leftover).collect() }
    }
}
