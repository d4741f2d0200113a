//! An admin is on the way to Lever and back.

use jiff::Timestamp;

use super::{CodeVerifier, LeverEnvironment, TeamId, UserId};

/// What to do about another Lever account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountChange {
    /// Ask the admin first.
    Ask,
    /// The admin was asked and wants it.
    Allow,
}

/// One attempt to log in to Lever. Good for one callback, within minutes, from the same browser.
#[derive(Debug, Clone, PartialEq)]
pub struct OAuthAttempt {
    /// SHA-256 of the `state` that Lever hands back, lower-case hex.
    pub state_hash: String,
    /// For which team.
    pub team: TeamId,
    /// Who began it.
    pub user: UserId,
    /// SHA-256 of the browser's session, lower-case hex.
    pub session_hash: String,
    /// At which of Lever's two worlds.
    pub environment: LeverEnvironment,
    /// What to do if Lever connects another account than the team's present one.
    pub account_change: AccountChange,
    /// Proves at the exchange that this attempt is the one that began.
    pub verifier: CodeVerifier,
    /// After that the callback comes too late.
    pub expires_at: Timestamp,
}
