//! Pages that say what went wrong and what to do.

use lever_integration::domain::{LeverAccountId, LeverEnvironment};

use super::Shell;

/// A page about one trouble.
#[derive(Debug, Clone)]
pub struct TroublePage {
    /// What every page has, if there is a session.
    pub shell: Option<Shell>,
    /// What went wrong.
    pub trouble: Trouble,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// There is no session, or it has ended.
    NoSession,
    /// The launch link is too old, used or not genuine.
    LaunchRefused,
    /// Only an admin may do this.
    AdminsOnly,
    /// The form is not from a page of this session.
    FormRefused,
    /// A login to Lever came to nothing.
    Login(
        /// Why.
        LoginTrouble,
    ),
    /// A field of a form holds something impossible.
    BadField(
        /// Its name.
        &'static str,
    ),
    /// The request makes no sense.
    BadRequest,
    /// There is no such page.
    NotFound,
    /// Not with this method.
    MethodNotAllowed,
    /// The calls that Lever allows are used up for now.
    LeverBusy,
    /// Lever refuses our access, or what we ask.
    LeverRefuses,
    /// It may work later.
    Unavailable,
}

impl Trouble {
    /// The HTTP status of the page.
    pub fn status(&self) -> u16 {
        match self {
            Self::NoSession => 401,
            Self::LaunchRefused | Self::AdminsOnly | Self::FormRefused => 403,
            Self::Login(cause) => cause.status(),
            Self::BadRequest => 400,
            Self::BadField(_) => 422,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::LeverBusy => 429,
            Self::LeverRefuses => 409,
            Self::Unavailable => 503,
        }
    }
}

/// Why a login to Lever came to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoginTrouble {
    /// The user did not consent in Lever, or may not connect integrations there: Lever says the same of both.
    Denied,
    /// It took too long, or is none of ours.
    Expired,
    /// It is not open: finished already, such as by a double click, or begun too long ago.
    NotOpen,
    /// It was begun in another browser or session.
    Elsewhere,
    /// Lever granted less than we need.
    MissingScopes(
        /// What is missing.
        Vec<String>,
    ),
    /// Lever's answer made no sense.
    Failed,
}

impl LoginTrouble {
    fn status(&self) -> u16 {
        match self {
            Self::Denied | Self::Expired | Self::NotOpen | Self::Elsewhere => 400,
            Self::MissingScopes(_) | Self::Failed => 502,
        }
    }
}

/// The question before another Lever account than before is connected.
#[derive(Debug, Clone)]
pub struct AccountChange {
    /// What every page has.
    pub shell: Shell,
    /// The account connected so far.
    pub old: LeverAccountId,
    /// The account just logged in to.
    pub new: LeverAccountId,
    /// Which of Lever's two worlds the new one is in.
    pub environment: LeverEnvironment,
}
