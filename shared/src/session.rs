//! The signed-in user of the Integrations page: a session cookie and what protects its forms.
//!
//! Nothing is stored: the cookie holds the session and an HMAC-SHA256 over it. Each purpose has a key of
//! its own, derived from the session key, so that no value signed for one can be used for another. A
//! session begins only with a verified launch and always under a new random id, so an id planted
//! beforehand is worth nothing. The cookie is readable by its owner: no secret may go into it.

mod claims;
mod cookie;
mod origin;

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use ring::hmac;
use ring::rand::{SecureRandom as _, SystemRandom};
use subtle::ConstantTimeEq as _;
use url::Url;

use crate::domain::{TeamId, UserId};
use crate::failure::Disposition;
use crate::launch::{Launch, Role};

/// How long a session lasts: a working day.
pub const LIFETIME: Duration = Duration::from_secs(8 * 60 * 60);

/// The shortest session key, in bytes: as long as the digest.
const KEY_BYTES_MIN: usize = 32;
/// The length of a session id, in bytes: 128 bits cannot be guessed.
const ID_BYTES: usize = 16;
/// How far the clocks of two of our machines may differ.
const CLOCK_SKEW: Duration = Duration::from_secs(30);

/// What sessions are signed with.
#[derive(Clone)]
pub struct SessionKey(hmac::Key);

/// The text is no session key. Does not repeat the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a session key: base64 of {KEY_BYTES_MIN} bytes or more")]
pub struct InvalidSessionKey;

impl FromStr for SessionKey {
    type Err = InvalidSessionKey;

    fn from_str(text: &str) -> Result<Self, InvalidSessionKey> {
        let bytes = STANDARD.decode(text.trim()).map_err(|_| InvalidSessionKey)?;
        if bytes.len() < KEY_BYTES_MIN {
            return Err(InvalidSessionKey);
        }
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, &bytes)))
    }
}

impl fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("session_key:***")
    }
}

impl SessionKey {
    fn derive(&self, purpose: &str) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&self.0, purpose.as_bytes()).as_ref())
    }
}

/// Names a session: 128 random bits as base64url. Also what a login to Lever is bound to.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionId(Box<str>);

impl SessionId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("session:***")
    }
}

/// A user who opened the page from Qualified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Names it.
    pub id: SessionId,
    /// Who.
    pub user: UserId,
    /// For which team.
    pub team: TeamId,
    /// The team's name.
    pub team_name: String,
    /// What the user may do.
    pub role: Role,
    /// When it began.
    pub issued_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// What every form carries; proves that it came from a page of the same session.
#[derive(Clone, PartialEq, Eq)]
pub struct CsrfToken(String);

impl CsrfToken {
    /// The token for the form.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for CsrfToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("csrf_token:***")
    }
}

/// Why a request has no session or may not change anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No session cookie.
    #[error("there is no session cookie")]
    NoCookie,
    /// More than one: another site of the domain may have planted one.
    #[error("there are several session cookies")]
    SeveralCookies,
    /// Not what we write.
    #[error("the session cookie is malformed")]
    Malformed,
    /// Changed, or signed with another key.
    #[error("the signature of the session cookie does not hold")]
    BadSignature,
    /// Over.
    #[error("the session has expired")]
    Expired,
    /// The form is not from a page of this session.
    #[error("the form token is not of this session")]
    WrongCsrfToken,
    /// The form is not from a page of ours.
    #[error("the form was sent by another site")]
    WrongOrigin,
    /// The public base URL is neither https nor http on this machine.
    #[error("the public base URL has to be https, or http on a loopback host")]
    UnsafeBaseUrl,
    /// The machine gave no random bytes.
    #[error("no random bytes")]
    NoRandomness,
}

impl Error {
    /// What the edges do about it.
    pub fn disposition(self) -> Disposition {
        match self {
            Self::NoCookie
            | Self::SeveralCookies
            | Self::Malformed
            | Self::BadSignature
            | Self::Expired
            | Self::WrongCsrfToken
            | Self::WrongOrigin => Disposition::Rejected,
            Self::UnsafeBaseUrl => Disposition::Defect,
            Self::NoRandomness => Disposition::TRANSIENT,
        }
    }
}

/// Begins, reads and ends sessions, and checks that forms come from them.
#[derive(Debug)]
pub struct Sessions {
    cookie_key: hmac::Key,
    csrf_key: hmac::Key,
    cookie: cookie::Style,
    origin: url::Origin,
}

impl Sessions {
    /// Sessions of the page at `public_base`.
    ///
    /// # Errors
    /// [`Error::UnsafeBaseUrl`] if a session cookie could travel in the clear.
    pub fn new(key: &SessionKey, public_base: &Url) -> Result<Self, Error> {
        Ok(Self {
            cookie_key: key.derive("session cookie, version 1"),
            csrf_key: key.derive("form token, version 1"),
            cookie: cookie::Style::for_base(public_base)?,
            origin: public_base.origin(),
        })
    }

    /// Begins a session under a new id, whatever cookie the browser had.
    ///
    /// # Errors
    /// [`Error::NoRandomness`].
    pub fn begin(&self, launch: &Launch, now: Timestamp) -> Result<Session, Error> {
        let mut id = [0; ID_BYTES];
        SystemRandom::new().fill(&mut id).map_err(|_| Error::NoRandomness)?;
        Ok(Session {
            id: SessionId(URL_SAFE_NO_PAD.encode(id).into()),
            user: launch.user.clone(),
            team: launch.team.clone(),
            team_name: launch.team_name.clone(),
            role: launch.role,
            issued_at: now,
            expires_at: now.saturating_add(LIFETIME).unwrap_or(now),
        })
    }

    /// The name of the session cookie.
    pub fn cookie_name(&self) -> &'static str {
        self.cookie.name()
    }

    /// The `Set-Cookie` header that keeps a session.
    pub fn set_cookie(&self, session: &Session) -> String {
        let payload = URL_SAFE_NO_PAD.encode(claims::write(session));
        let tag = hmac::sign(&self.cookie_key, payload.as_bytes());
        self.cookie.set(&format!("{payload}.{}", URL_SAFE_NO_PAD.encode(tag)), LIFETIME)
    }

    /// The `Set-Cookie` header that ends a session in this browser.
    pub fn clear_cookie(&self) -> String {
        self.cookie.set("", Duration::ZERO)
    }

    /// Reads the session out of a request's `Cookie` headers.
    ///
    /// # Errors
    /// When there is none that holds at `now`.
    pub fn read<'a>(
        &self,
        cookie_headers: impl IntoIterator<Item = &'a str>,
        now: Timestamp,
    ) -> Result<Session, Error> {
        let value = self.cookie.find(cookie_headers)?;
        let (payload, tag) = value.split_once('.').ok_or(Error::Malformed)?;
        let tag = URL_SAFE_NO_PAD.decode(tag).map_err(|_| Error::Malformed)?;
        hmac::verify(&self.cookie_key, payload.as_bytes(), &tag).map_err(|_| Error::BadSignature)?;
        let session = claims::read(&URL_SAFE_NO_PAD.decode(payload).map_err(|_| Error::Malformed)?)?;
        let soon = now.saturating_add(CLOCK_SKEW).unwrap_or(now);
        if session.expires_at <= now || session.issued_at > soon {
            return Err(Error::Expired);
        }
        Ok(session)
    }

    /// What every form of this session carries.
    pub fn csrf_token(&self, session: &Session) -> CsrfToken {
        let tag = hmac::sign(&self.csrf_key, session.id.as_str().as_bytes());
        CsrfToken(URL_SAFE_NO_PAD.encode(tag))
    }

    /// Checks the token of a form in constant time.
    ///
    /// # Errors
    /// [`Error::WrongCsrfToken`].
    pub fn check_csrf(&self, session: &Session, given: &str) -> Result<(), Error> {
        let wanted = self.csrf_token(session);
        let same: bool = wanted.as_str().as_bytes().ct_eq(given.as_bytes()).into();
        same.then_some(()).ok_or(Error::WrongCsrfToken)
    }

    /// Checks that a request that changes something was sent by a page of ours.
    ///
    /// An `Origin` that is a URL must be ours. A browser sends `null` or nothing for forms of our own
    /// pages too, since they are served with `Referrer-Policy: no-referrer`; then `Sec-Fetch-Site`, which
    /// no page can set, must say `same-origin`. A request with neither is refused.
    ///
    /// # Errors
    /// [`Error::WrongOrigin`].
    pub fn check_origin(&self, origin: Option<&str>, fetch_site: Option<&str>) -> Result<(), Error> {
        origin::check(&self.origin, origin, fetch_site)
    }
}

#[cfg(test)]
mod tests;
