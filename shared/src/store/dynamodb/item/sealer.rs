//! Credentials on their way into and out of an item.

use crate::domain::{Secret, SecretKind, TeamId};
use crate::seal::{Error, Keyring};

/// Seals and opens the credentials of one version of one item. The name of the credential's kind is the
/// field it is sealed for.
pub(super) struct Sealer<'a> {
    pub(super) keyring: &'a Keyring,
    pub(super) team: &'a TeamId,
    pub(super) version: u64,
}

impl Sealer<'_> {
    pub(super) fn seal<K: SecretKind>(&self, secret: &Secret<K>) -> Result<String, Error> {
        let sealed = self.keyring.seal(self.team, K::NAME, self.version, secret.expose())?;
        Ok(sealed.to_string())
    }

    pub(super) fn open<K: SecretKind>(&self, text: &str) -> Result<Secret<K>, Error> {
        self.keyring.open(self.team, K::NAME, self.version, &text.parse()?).map(Secret::new)
    }
}
