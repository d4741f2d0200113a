//! The item of an OAuth attempt.

use serde::{Deserialize, Serialize};

use super::connection::EnvironmentItem;
use super::sealer::Sealer;
use super::{Stored, parse, unreadable};
use crate::domain::{AccountChange, OAuthAttempt};
use crate::seal::{self, Keyring};
use crate::store::Error;
use crate::store::dynamodb::keys;

/// An attempt is written once, so everything of it is of one version.
const VERSION: u64 = 1;

#[derive(Serialize, Deserialize)]
pub(in crate::store::dynamodb) struct OAuthAttemptItem {
    pk: String,
    sk: String,
    schema_version: u32,
    team: String,
    user: String,
    session_hash: String,
    environment: EnvironmentItem,
    is_account_change_allowed: bool,
    /// Sealed.
    verifier: String,
    ends_at: String,
    /// Epoch seconds, for DynamoDB to delete it some time after.
    expires_at: i64,
}

impl Stored for OAuthAttemptItem {
    const NAME: &'static str = "OAuth attempt";
    const SCHEMA: u32 = 1;
}

impl OAuthAttemptItem {
    pub(in crate::store::dynamodb) fn seal(attempt: &OAuthAttempt, keyring: &Keyring) -> Result<Self, Error> {
        let sealer = Sealer { keyring, team: &attempt.team, version: VERSION };
        let keys::Key { pk, sk } = keys::oauth_attempt(&attempt.state_hash);
        Ok(Self {
            pk,
            sk,
            schema_version: Self::SCHEMA,
            team: attempt.team.to_string(),
            user: attempt.user.to_string(),
            session_hash: attempt.session_hash.clone(),
            environment: attempt.environment.into(),
            is_account_change_allowed: attempt.account_change == AccountChange::Allow,
            verifier: sealer.seal(&attempt.verifier).map_err(unusable)?,
            ends_at: keys::time(attempt.expires_at),
            expires_at: attempt.expires_at.as_second(),
        })
    }

    pub(in crate::store::dynamodb) fn open(self, keyring: &Keyring) -> Result<OAuthAttempt, Error> {
        let team = parse::<Self, _>(&self.team, "team")?;
        let sealer = Sealer { keyring, team: &team, version: VERSION };
        Ok(OAuthAttempt {
            state_hash: keys::parse_oauth_attempt(&self.pk).ok_or(unreadable::<Self>("pk"))?.to_owned(),
            user: parse::<Self, _>(&self.user, "user")?,
            session_hash: self.session_hash,
            environment: self.environment.into(),
            account_change: if self.is_account_change_allowed {
                AccountChange::Allow
            } else {
                AccountChange::Ask
            },
            verifier: sealer.open(&self.verifier).map_err(unusable)?,
            expires_at: parse::<Self, _>(&self.ends_at, "ends_at")?,
            team,
        })
    }
}

fn unusable(source: seal::Error) -> Error {
    Error::Credential { item: OAuthAttemptItem::NAME, source }
}
