//! The signed link by which Qualified opens the Integrations page.
//!
//! A compact JWS (RFC 7515) whose claims name user, team and role. The key alone says which algorithm
//! counts; the header may only agree. Nothing of the claims is read before the signature holds. Single
//! use is the caller's part: it records [`Launch::id`] until [`Launch::expires_at`] and refuses a repeat.

mod key;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::Deserialize;

use crate::domain::{Id, Kind, TeamId, UserId};
use crate::failure::Disposition;

pub use key::{InvalidLaunchKey, LaunchKey};

/// Who issues launch links.
pub const ISSUER: &str = "https://www.qualified.io";
/// For whom.
pub const AUDIENCE: &str = "lever-integration";
/// How long a launch link may live: it is followed at once.
pub const LIFETIME_MAX: Duration = Duration::from_secs(5 * 60);

/// How far Qualified's clock may be ahead of ours. Never stretches an expired link.
const CLOCK_SKEW: Duration = Duration::from_secs(30);
/// The longest link accepted, in bytes; an honest one has about 500.
const LINK_BYTES_MAX: usize = 4096;
/// The longest team name kept, in characters; it is only shown.
const TEAM_NAME_CHARS_MAX: usize = 120;

/// Marks the identifier of a launch link.
#[derive(Debug)]
pub enum LaunchKind {}

impl Kind for LaunchKind {
    const NAME: &'static str = "launch";
}

/// A launch link, for refusing its second use.
pub type LaunchId = Id<LaunchKind>;

/// What a user may do on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Everything.
    Admin,
    /// Look.
    Member,
}

impl Role {
    /// Reads a role; whatever is not `admin` may only look.
    pub fn from_claim(claim: &str) -> Self {
        if claim == "admin" { Self::Admin } else { Self::Member }
    }

    /// The role as it stands in a claim.
    pub fn as_claim(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Member => "member",
        }
    }
}

/// A verified launch link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Launch {
    /// Who opens the page.
    pub user: UserId,
    /// For which team.
    pub team: TeamId,
    /// The team's name, without control characters.
    pub team_name: String,
    /// What the user may do.
    pub role: Role,
    /// Names this link; it may be used once.
    pub id: LaunchId,
    /// Until when the use has to be remembered.
    pub expires_at: Timestamp,
}

/// Why a launch link is refused. For logs; the user is told to open the page from Qualified again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Longer than any honest link.
    #[error("the launch link has over {LINK_BYTES_MAX} bytes")]
    TooLong,
    /// Not three parts of base64url with a JSON header.
    #[error("the launch link is malformed")]
    Malformed,
    /// The header names another algorithm than the key's, or asks for what we do not know.
    #[error("the launch link is not signed the way the key asks for")]
    WrongAlgorithm,
    /// The signature does not hold.
    #[error("the signature of the launch link does not hold")]
    BadSignature,
    /// A claim is missing or has the wrong form.
    #[error("a claim of the launch link is missing or malformed")]
    BadClaims,
    /// Issued by somebody else.
    #[error("the launch link has another issuer")]
    WrongIssuer,
    /// Issued for somebody else.
    #[error("the launch link is for another audience")]
    WrongAudience,
    /// Too late.
    #[error("the launch link has expired")]
    Expired,
    /// Issued or valid only in the future.
    #[error("the launch link is not valid yet")]
    NotYetValid,
    /// Valid for longer than a launch link may be.
    #[error("the launch link lives longer than {} s", LIFETIME_MAX.as_secs())]
    LivesTooLong,
}

impl Error {
    /// What the edges do about it.
    pub fn disposition(self) -> Disposition {
        match self {
            Self::TooLong
            | Self::Malformed
            | Self::WrongAlgorithm
            | Self::BadSignature
            | Self::BadClaims
            | Self::WrongIssuer
            | Self::WrongAudience
            | Self::Expired
            | Self::NotYetValid
            | Self::LivesTooLong => Disposition::Rejected,
        }
    }
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    /// Extensions that must be understood (RFC 7515, 4.1.11); we know none.
    crit: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    sub: String,
    team_id: String,
    team_name: String,
    role: String,
    exp: i64,
    nbf: Option<i64>,
    iat: Option<i64>,
    jti: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    fn names(&self, wanted: &str) -> bool {
        match self {
            Self::One(one) => one == wanted,
            Self::Several(several) => several.iter().any(|one| one == wanted),
        }
    }
}

/// Verifies a launch link.
///
/// # Errors
/// When it is not what Qualified signs for us, or not now.
pub fn verify_launch(link: &str, key: &LaunchKey, now: Timestamp) -> Result<Launch, Error> {
    if link.len() > LINK_BYTES_MAX {
        return Err(Error::TooLong);
    }
    let (signed, tag) = link.rsplit_once('.').ok_or(Error::Malformed)?;
    let (header, claims) = signed.split_once('.').ok_or(Error::Malformed)?;
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| Error::Malformed);
    let header: Header = serde_json::from_slice(&decode(header)?).map_err(|_| Error::Malformed)?;
    if header.alg != key.algorithm() || header.crit.is_some() {
        return Err(Error::WrongAlgorithm);
    }
    key.verify(signed.as_bytes(), &decode(tag)?)?;
    let claims: Claims = serde_json::from_slice(&decode(claims)?).map_err(|_| Error::BadClaims)?;
    if claims.iss != ISSUER {
        return Err(Error::WrongIssuer);
    }
    if !claims.aud.names(AUDIENCE) {
        return Err(Error::WrongAudience);
    }
    let expires_at = check_times(&claims, now)?;
    read(&claims, expires_at)
}

/// Checks the times and answers when the link expires.
fn check_times(claims: &Claims, now: Timestamp) -> Result<Timestamp, Error> {
    let at = |seconds| Timestamp::from_second(seconds).map_err(|_| Error::BadClaims);
    let after = |time: Timestamp, by| time.saturating_add(by).map_err(|_| Error::BadClaims);
    let expires_at = at(claims.exp)?;
    if expires_at <= now {
        return Err(Error::Expired);
    }
    if expires_at > after(after(now, LIFETIME_MAX)?, CLOCK_SKEW)? {
        return Err(Error::LivesTooLong);
    }
    for seconds in [claims.nbf, claims.iat].into_iter().flatten() {
        if at(seconds)? > after(now, CLOCK_SKEW)? {
            return Err(Error::NotYetValid);
        }
    }
    match claims.iat {
        Some(issued) if expires_at > after(at(issued)?, LIFETIME_MAX)? => Err(Error::LivesTooLong),
        Some(_) | None => Ok(expires_at),
    }
}

fn read(claims: &Claims, expires_at: Timestamp) -> Result<Launch, Error> {
    let team_name: String =
        claims.team_name.trim().chars().filter(|c| !c.is_control()).take(TEAM_NAME_CHARS_MAX).collect();
    if team_name.is_empty() {
        return Err(Error::BadClaims);
    }
    Ok(Launch {
        user: claims.sub.parse().map_err(|_| Error::BadClaims)?,
        team: claims.team_id.parse().map_err(|_| Error::BadClaims)?,
        team_name,
        role: Role::from_claim(&claims.role),
        id: claims.jti.parse().map_err(|_| Error::BadClaims)?,
        expires_at,
    })
}

#[cfg(test)]
mod tests;
