//! `/users`: the users of the account.

use axum::extract::Path;
use axum::response::IntoResponse as _;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;

use super::call::{Answer, Call};
use super::page::{self, Row};
use crate::lever::Lever;
use crate::world::{Problem, User, canonical_email};

pub(super) fn routes() -> Router<Lever> {
    Router::new().route("/users", get(list)).route("/users/{id}", get(one))
}

async fn list(call: Call) -> Answer {
    call.need("users:read:admin")?;
    call.only(&[
        "email",
        "accessRole",
        "accessRole[]",
        "includeDeactivated",
        "external_directory_id",
        "limit",
        "offset",
    ])?;
    let email = call.one("email")?.map(canonical_email);
    let roles = [call.all("accessRole"), call.all("accessRole[]")].concat();
    let with_deactivated = call.flag("includeDeactivated")? == Some(true);
    // No simulated user comes from an external directory, so that filter leaves nobody.
    let from_directory = call.one("external_directory_id")?.is_some();
    let wanted = |user: &&User| {
        !from_directory
            && email.as_ref().is_none_or(|email| canonical_email(&user.email) == *email)
            && (roles.is_empty() || roles.contains(&user.access_role.as_str()))
            && (with_deactivated || user.deactivated_at.is_none())
    };
    let rows: Vec<Row> = call.look(|account| {
        let users = account.users.iter().filter(wanted);
        users.map(User::json).map(Row::by_time).collect()
    })?;
    page::answer_exact(&call, &rows)
}

async fn one(Path(id): Path<String>, call: Call) -> Answer {
    call.need("users:read:admin")?;
    call.only(&[])?;
    let json = call.look(|account| account.user(&id.as_str().into()).map(User::json))?;
    let json = json.ok_or_else(|| Problem::missing("user", &id))?;
    Ok(Json(json!({"data": json})).into_response())
}
