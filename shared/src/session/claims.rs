//! What stands in a session cookie. An unknown field or version is no session of ours.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Error, Session, SessionId};
use crate::launch::Role;

/// The version of the format; a cookie of another version ends the session, nothing worse.
const VERSION: u8 = 1;
/// The longest session id read, in bytes; ours have 22.
const ID_LENGTH_MAX: usize = 64;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    v: u8,
    sid: String,
    sub: String,
    team: String,
    name: String,
    role: String,
    iat: i64,
    exp: i64,
}

pub(super) fn write(session: &Session) -> String {
    let claims = Claims {
        v: VERSION,
        sid: session.id.as_str().to_owned(),
        sub: session.user.to_string(),
        team: session.team.to_string(),
        name: session.team_name.clone(),
        role: session.role.as_claim().to_owned(),
        iat: session.issued_at.as_second(),
        exp: session.expires_at.as_second(),
    };
    serde_json::json!(claims).to_string()
}

pub(super) fn read(payload: &[u8]) -> Result<Session, Error> {
    let claims: Claims = serde_json::from_slice(payload).map_err(|_| Error::Malformed)?;
    let at = |seconds| Timestamp::from_second(seconds).map_err(|_| Error::Malformed);
    if claims.v != VERSION || claims.sid.is_empty() || claims.sid.len() > ID_LENGTH_MAX {
        return Err(Error::Malformed);
    }
    Ok(Session {
        id: SessionId(claims.sid.into()),
        user: claims.sub.parse().map_err(|_| Error::Malformed)?,
        team: claims.team.parse().map_err(|_| Error::Malformed)?,
        team_name: claims.name,
        role: Role::from_claim(&claims.role),
        issued_at: at(claims.iat)?,
        expires_at: at(claims.exp)?,
    })
}
