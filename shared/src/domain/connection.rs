//! The connection of a team to its Lever account.

use jiff::Timestamp;

use super::{AccessToken, LeaseHolder, LeverAccountId, LeverWebhookId, RefreshToken, SignatureToken, TeamId};

/// A team's access to one Lever account.
#[derive(Debug, Clone, PartialEq)]
pub struct Connection {
    /// Whose connection.
    pub team: TeamId,
    /// The account, if the access token named it.
    pub account: Option<LeverAccountId>,
    /// Which of Lever's two worlds.
    pub environment: LeverEnvironment,
    /// The base URL Lever redirected us to (EU accounts), if it did.
    pub api_base: Option<String>,
    /// Whether it works.
    pub state: ConnectionState,
    /// Somebody is about to use the refresh token, or died doing so.
    pub refresh_intent: Option<RefreshIntent>,
    /// Our webhook in Lever, once registered.
    pub webhook: Option<LeverWebhook>,
    /// When a delivery with a valid signature last came, to within a minute.
    pub last_event_at: Option<Timestamp>,
    /// When a delivery to the right address last had a signature that does not match, to within a minute.
    pub last_refused_at: Option<Timestamp>,
    /// Counts the writes; a write names the version it replaces.
    pub version: u64,
}

/// The mark of the one who uses the refresh token: written before, gone with the new tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshIntent {
    /// Who.
    pub holder: LeaseHolder,
    /// Since when; an old mark may be taken over.
    pub since: Timestamp,
}

/// Lever's production or its sandbox: separate apps, accounts and tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeverEnvironment {
    /// Real candidates.
    Production,
    /// Made-up ones.
    Sandbox,
}

/// Whether a connection works.
#[derive(Debug, Clone, PartialEq)]
pub enum ConnectionState {
    /// It does, with these tokens.
    Active(LeverTokens),
    /// Lever refused the credentials; an admin has to log in to Lever again.
    ReconnectNeeded {
        /// When that was noticed.
        since: Timestamp,
    },
}

/// What Lever's OAuth gave us (Lever: OAuth page).
#[derive(Debug, Clone, PartialEq)]
pub struct LeverTokens {
    /// Goes into the header of every call.
    pub access: AccessToken,
    /// Buys the next pair, once.
    pub refresh: RefreshToken,
    /// When the access token stops working.
    pub expires_at: Timestamp,
}

/// Our webhook as registered in Lever.
#[derive(Debug, Clone, PartialEq)]
pub struct LeverWebhook {
    /// Its id there.
    pub id: LeverWebhookId,
    /// What its deliveries are signed with; Lever tells it once, at creation.
    pub signature_token: SignatureToken,
}
