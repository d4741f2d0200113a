//! The item of a team.

use serde::{Deserialize, Serialize};

use super::sealer::Sealer;
use super::{Stored, parse_optional, parse_team, time};
use crate::domain::{Team, UrlKey};
use crate::seal::{self, Keyring};
use crate::store::Error;
use crate::store::dynamodb::keys;

#[derive(Serialize, Deserialize)]
pub(in crate::store::dynamodb) struct TeamItem {
    pk: String,
    sk: String,
    schema_version: u32,
    version: u64,
    /// Sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    api_key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    api_key_refused_at: Option<String>,
    /// The URL keys are not sealed: each is registered in clear with the service that delivers to it, and
    /// what a delivery may cause does not depend on it alone.
    lever_url_key: String,
    qualified_url_key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subscription: Option<String>,
}

impl Stored for TeamItem {
    const NAME: &'static str = "team";
    const SCHEMA: u32 = 1;
}

impl TeamItem {
    /// The item of the version after `team`.
    pub(in crate::store::dynamodb) fn seal(team: &Team, keyring: &Keyring) -> Result<Self, Error> {
        let version = team.version + 1;
        let sealer = Sealer { keyring, team: &team.id, version };
        let keys::Key { pk, sk } = keys::team(&team.id);
        Ok(Self {
            pk,
            sk,
            schema_version: Self::SCHEMA,
            version,
            api_key: team.api_key.as_ref().map(|key| sealer.seal(key)).transpose().map_err(unusable)?,
            api_key_refused_at: time(team.api_key_refused_at),
            lever_url_key: team.lever_url_key.expose().to_owned(),
            qualified_url_key: team.qualified_url_key.expose().to_owned(),
            subscription: team.subscription.as_ref().map(ToString::to_string),
        })
    }

    pub(in crate::store::dynamodb) fn open(self, keyring: &Keyring) -> Result<Team, Error> {
        let id = parse_team::<Self>(&self.pk)?;
        let sealer = Sealer { keyring, team: &id, version: self.version };
        Ok(Team {
            api_key: self.api_key.map(|key| sealer.open(&key)).transpose().map_err(unusable)?,
            api_key_refused_at: parse_optional::<Self, _>(self.api_key_refused_at, "api_key_refused_at")?,
            lever_url_key: UrlKey::new(self.lever_url_key),
            qualified_url_key: UrlKey::new(self.qualified_url_key),
            subscription: parse_optional::<Self, _>(self.subscription, "subscription")?,
            version: self.version,
            id,
        })
    }
}

fn unusable(source: seal::Error) -> Error {
    Error::Credential { item: TeamItem::NAME, source }
}
