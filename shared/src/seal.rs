//! Sealing of customers' credentials: AES-256-GCM under a key of the [`Keyring`].
//!
//! A sealed value opens only for the team, the field and the version it was sealed for, so a value copied
//! to another item, another field or a later version is refused. Every value names its key: a new key can
//! be added and made the active one while values under the old ones still open. Nothing here stores,
//! shows or logs a key or a plaintext.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, URL_SAFE_NO_PAD};
use base64::engine::{DecodePaddingMode, general_purpose};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom as _, SystemRandom};
use secrecy::zeroize::Zeroizing;

use crate::domain::TeamId;
use crate::failure::Disposition;

/// AES-256 takes keys of 256 bits.
const KEY_BYTES: usize = 32;
/// Shorter than any key in base64 (43 characters), so a key given in place of its id is refused unshown.
const KEY_ID_LENGTH_MAX: usize = 32;
/// The id of a generated key.
const GENERATED_KEY_ID: &str = "generated";
/// Keys are configured in plain base64; whether it is padded does not matter.
const KEY_BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A keyring or a sealed value cannot be used. Shows ids of keys, never a key or a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A key id may become part of the stored text, so its characters are limited.
    #[error(
        "the id of key {position} of the keyring is not 1 to {KEY_ID_LENGTH_MAX} letters, digits, `_` or `-`"
    )]
    KeyIdMalformed {
        /// Counted from 1; the id itself is not shown, it may be a key in the wrong place.
        position: usize,
    },
    /// A key id stands for one key.
    #[error("key {id} is in the keyring twice")]
    KeyTwice {
        /// Which key.
        id: KeyId,
    },
    /// A key is configured in base64.
    #[error("key {id} of the keyring is not base64")]
    KeyNotBase64 {
        /// Which key.
        id: KeyId,
    },
    /// A key has to fit the cipher.
    #[error("key {id} of the keyring has {bytes} bytes, not {KEY_BYTES}")]
    KeyLength {
        /// Which key.
        id: KeyId,
        /// Its length.
        bytes: usize,
    },
    /// New values are sealed under the active key.
    #[error("the active key is not in the keyring")]
    ActiveKeyMissing,
    /// The cipher or the random source failed.
    #[error("the cipher is out of order")]
    Cipher,
    /// The text is none that [`Sealed`] writes.
    #[error("not the text of a sealed value")]
    NotSealed,
    /// The key is not known here, for instance because it was added after this process started.
    #[error("sealed under key {id}, which is not in the keyring")]
    KeyUnknown {
        /// Which key.
        id: KeyId,
    },
    /// It was altered, or sealed for another team, field or version.
    #[error("a sealed value does not open")]
    DoesNotOpen,
}

impl Error {
    /// What is to be done about it.
    pub fn disposition(&self) -> Disposition {
        match self {
            // A process that read the keyring before the key was added is soon replaced.
            Self::KeyUnknown { .. } => Disposition::TRANSIENT,
            Self::KeyIdMalformed { .. }
            | Self::KeyTwice { .. }
            | Self::KeyNotBase64 { .. }
            | Self::KeyLength { .. }
            | Self::ActiveKeyMissing
            | Self::Cipher
            | Self::NotSealed
            | Self::DoesNotOpen => Disposition::Defect,
        }
    }
}

/// Names a key; stored beside every value sealed under it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyId(Box<str>);

impl KeyId {
    fn parse(text: &str) -> Option<Self> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        let fits = !text.is_empty() && text.len() <= KEY_ID_LENGTH_MAX && text.bytes().all(allowed);
        fits.then(|| Self(text.into()))
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A value only the keyring can read, with the id of its key; its text form is `keyid.base64url`.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    key_id: KeyId,
    /// Nonce, ciphertext, tag.
    bytes: Vec<u8>,
}

impl Sealed {
    /// The key it is sealed under.
    pub fn key_id(&self) -> &KeyId {
        &self.key_id
    }
}

impl fmt::Display for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.key_id, URL_SAFE_NO_PAD.encode(&self.bytes))
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sealed under {}, {} bytes", self.key_id, self.bytes.len())
    }
}

impl FromStr for Sealed {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let (key_id, bytes) = text.split_once('.').ok_or(Error::NotSealed)?;
        let key_id = KeyId::parse(key_id).ok_or(Error::NotSealed)?;
        let bytes = URL_SAFE_NO_PAD.decode(bytes).map_err(|_| Error::NotSealed)?;
        Ok(Self { key_id, bytes })
    }
}

/// The keys that credentials are sealed under, one of them active.
///
/// A random nonce of 96 bits allows 2³² values under one key (NIST SP 800-38D, section 8.3): with three
/// values an hour for each of 10,000 teams that is 16 years.
#[derive(Clone)]
pub struct Keyring {
    active: KeyId,
    keys: Arc<BTreeMap<KeyId, LessSafeKey>>,
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "keyring of {} keys, {} active", self.keys.len(), self.active)
    }
}

impl Keyring {
    /// A keyring of `(id, key)` pairs, each key 32 bytes in base64. New values are sealed under `active`.
    ///
    /// # Errors
    /// When an id or a key is malformed, an id comes twice, or the active key is missing.
    pub fn new<I, K, V>(active: &str, keys: I) -> Result<Self, Error>
    where
        I: IntoIterator<Item = (K, V)>,
        K: AsRef<str>,
        V: AsRef<str>,
    {
        let mut ring = BTreeMap::new();
        for (index, (id, key)) in keys.into_iter().enumerate() {
            let id = KeyId::parse(id.as_ref()).ok_or(Error::KeyIdMalformed { position: index + 1 })?;
            let key = cipher_key(&id, key.as_ref())?;
            if ring.insert(id.clone(), key).is_some() {
                return Err(Error::KeyTwice { id });
            }
        }
        let active =
            KeyId::parse(active).filter(|id| ring.contains_key(id)).ok_or(Error::ActiveKeyMissing)?;
        Ok(Self { active, keys: Arc::new(ring) })
    }

    /// A keyring of one fresh key, for local runs and tests: what it seals is lost with it.
    ///
    /// # Errors
    /// When the random source fails.
    pub fn generate() -> Result<Self, Error> {
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        SystemRandom::new().fill(key.as_mut_slice()).map_err(|_| Error::Cipher)?;
        let key = Zeroizing::new(general_purpose::STANDARD.encode(key.as_slice()));
        Self::new(GENERATED_KEY_ID, [(GENERATED_KEY_ID, key.as_str())])
    }

    /// Seals a value under the active key, for one place only.
    ///
    /// # Errors
    /// When the cipher or its random source fails.
    pub fn seal(&self, team: &TeamId, field: &str, version: u64, plaintext: &str) -> Result<Sealed, Error> {
        let key = self.keys.get(&self.active).ok_or(Error::ActiveKeyMissing)?;
        let mut text = plaintext.as_bytes().to_vec();
        // Random for every value; `Keyring` says how many that allows.
        let mut nonce = [0; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce).map_err(|_| Error::Cipher)?;
        key.seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(place(team, field, version)),
            &mut text,
        )
        .map_err(|_| Error::Cipher)?;
        let bytes = [nonce.as_slice(), &text].concat();
        Ok(Sealed { key_id: self.active.clone(), bytes })
    }

    /// Opens a value that was sealed for this place.
    ///
    /// # Errors
    /// When its key is not in the keyring, it was altered, or it was sealed for another place.
    pub fn open(&self, team: &TeamId, field: &str, version: u64, sealed: &Sealed) -> Result<String, Error> {
        let key =
            self.keys.get(&sealed.key_id).ok_or_else(|| Error::KeyUnknown { id: sealed.key_id.clone() })?;
        let (nonce, text) = sealed.bytes.split_first_chunk::<NONCE_LEN>().ok_or(Error::DoesNotOpen)?;
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let mut text = text.to_vec();
        let length = key
            .open_in_place(nonce, Aad::from(place(team, field, version)), &mut text)
            .map_err(|_| Error::DoesNotOpen)?
            .len();
        text.truncate(length);
        String::from_utf8(text).map_err(|_| Error::DoesNotOpen)
    }
}

fn cipher_key(id: &KeyId, text: &str) -> Result<LessSafeKey, Error> {
    let decoded = KEY_BASE64.decode(text).map_err(|_| Error::KeyNotBase64 { id: id.clone() })?;
    let decoded = Zeroizing::new(decoded);
    if decoded.len() != KEY_BYTES {
        return Err(Error::KeyLength { id: id.clone(), bytes: decoded.len() });
    }
    UnboundKey::new(&AES_256_GCM, &decoded).map(LessSafeKey::new).map_err(|_| Error::Cipher)
}

/// The associated data: each text after its length, then the version, so no two places share it.
fn place(team: &TeamId, field: &str, version: u64) -> Vec<u8> {
    let mut place = Vec::new();
    for part in [team.as_str(), field] {
        place.extend_from_slice(&(part.len() as u64).to_be_bytes());
        place.extend_from_slice(part.as_bytes());
    }
    place.extend_from_slice(&version.to_be_bytes());
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: (&str, &str) = ("2026-01", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=");
    const NEW: (&str, &str) = ("2026-07", "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA");

    fn team(id: &str) -> TeamId {
        id.parse().unwrap()
    }

    #[test]
    fn a_value_opens_where_it_was_sealed_and_nowhere_else() {
        let keyring = Keyring::generate().unwrap();
        let sealed = keyring.seal(&team("a"), "token", 7, "secret-4711").unwrap();
        assert_eq!(keyring.open(&team("a"), "token", 7, &sealed), Ok("secret-4711".to_owned()));
        for (id, field, version) in [("b", "token", 7), ("a", "key", 7), ("a", "token", 8), ("a", "token", 6)]
        {
            assert_eq!(keyring.open(&team(id), field, version, &sealed), Err(Error::DoesNotOpen));
        }
    }

    #[test]
    fn parts_of_a_place_cannot_be_shifted_into_each_other() {
        let keyring = Keyring::generate().unwrap();
        let sealed = keyring.seal(&team("ab"), "c", 1, "secret").unwrap();
        assert_eq!(keyring.open(&team("a"), "bc", 1, &sealed), Err(Error::DoesNotOpen));
    }

    #[test]
    fn every_flipped_bit_and_every_missing_byte_is_noticed() {
        let keyring = Keyring::generate().unwrap();
        let sealed = keyring.seal(&team("a"), "token", 1, "s").unwrap();
        for bit in 0..sealed.bytes.len() * 8 {
            let mut altered = sealed.clone();
            altered.bytes[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(keyring.open(&team("a"), "token", 1, &altered), Err(Error::DoesNotOpen), "bit {bit}");
        }
        for length in 0..sealed.bytes.len() {
            let mut altered = sealed.clone();
            altered.bytes.truncate(length);
            assert_eq!(
                keyring.open(&team("a"), "token", 1, &altered),
                Err(Error::DoesNotOpen),
                "{length} bytes"
            );
        }
    }

    #[test]
    fn a_value_sealed_by_an_earlier_release_still_opens() {
        // Sealed with AES-256-GCM of another library.
        let sealed = "2026-01.u7R6hiasulIW0xJxqvMXVrY7o2VqkjLkUQJA1H45RPRU6s5E5hgbVyay6UU".parse().unwrap();
        let keyring = Keyring::new(NEW.0, [OLD, NEW]).unwrap();
        assert_eq!(
            keyring.open(&team("team-1"), "access_token", 7, &sealed).as_deref(),
            Ok("lever-token-4711")
        );
    }

    #[test]
    fn the_same_value_never_looks_the_same_twice() {
        let keyring = Keyring::generate().unwrap();
        let seal = || keyring.seal(&team("a"), "token", 1, "secret").unwrap().to_string();
        assert_ne!(seal(), seal());
    }

    #[test]
    fn a_new_key_seals_and_the_old_one_still_opens() {
        let before = Keyring::new(OLD.0, [OLD]).unwrap();
        let after = Keyring::new(NEW.0, [OLD, NEW]).unwrap();
        let old = before.seal(&team("a"), "token", 1, "secret").unwrap();
        let new = after.seal(&team("a"), "token", 1, "secret").unwrap();
        assert_eq!(new.key_id().to_string(), NEW.0);
        assert_eq!(after.open(&team("a"), "token", 1, &old).as_deref(), Ok("secret"));
        assert_eq!(after.open(&team("a"), "token", 1, &new).as_deref(), Ok("secret"));

        let refused = before.open(&team("a"), "token", 1, &new).unwrap_err();
        assert_eq!(refused, Error::KeyUnknown { id: new.key_id().clone() });
        assert_eq!(refused.disposition(), Disposition::TRANSIENT);
    }

    #[test]
    fn another_key_under_the_same_id_does_not_open() {
        let sealed =
            Keyring::new("k", [("k", OLD.1)]).unwrap().seal(&team("a"), "token", 1, "secret").unwrap();
        let refused =
            Keyring::new("k", [("k", NEW.1)]).unwrap().open(&team("a"), "token", 1, &sealed).unwrap_err();
        assert_eq!(refused, Error::DoesNotOpen);
        assert_eq!(refused.disposition(), Disposition::Defect);
    }

    #[test]
    fn the_text_form_leads_back_to_the_value() {
        let sealed = Keyring::new(OLD.0, [OLD]).unwrap().seal(&team("a"), "token", 1, "secret").unwrap();
        let text = sealed.to_string();
        assert!(text.starts_with("2026-01.") && !text.contains("secret"), "{text}");
        assert_eq!(text.parse(), Ok(sealed));
        for bad in ["", "2026-01", ".AAAA", "2026 01.AAAA", "2026-01.A+/=", "2026-01.AAAA.AAAA"] {
            assert_eq!(bad.parse::<Sealed>(), Err(Error::NotSealed), "{bad:?}");
        }
    }

    #[test]
    fn a_wrong_keyring_is_refused_with_the_cause_and_without_a_key() {
        let refused =
            |active: &str, keys: &[(&str, &str)]| Keyring::new(active, keys.iter().copied()).unwrap_err();
        let short = "c2hvcnQ=";
        let cases = [
            (refused("k", &[]), "the active key is not in the keyring"),
            (refused(NEW.0, &[OLD]), "the active key is not in the keyring"),
            (refused(OLD.1, &[OLD]), "the active key is not in the keyring"),
            (refused("k", &[("k", short)]), "key k of the keyring has 5 bytes, not 32"),
            (refused("k", &[("k", "no base64!")]), "key k of the keyring is not base64"),
            (refused("k", &[("k", OLD.1), ("k", NEW.1)]), "key k is in the keyring twice"),
            (
                refused("k", &[("k", OLD.1), (NEW.1, "k")]),
                "the id of key 2 of the keyring is not 1 to 32 letters, digits, `_` or `-`",
            ),
        ];
        for (error, text) in cases {
            assert_eq!(error.to_string(), text);
            assert_eq!(error.disposition(), Disposition::Defect);
        }
    }

    #[test]
    fn debug_shows_no_key_and_no_value() {
        let keyring = Keyring::new(OLD.0, [OLD]).unwrap();
        let sealed = keyring.seal(&team("a"), "token", 1, "secret").unwrap();
        assert_eq!(format!("{keyring:?}"), "keyring of 1 keys, 2026-01 active");
        assert_eq!(format!("{sealed:?}"), "sealed under 2026-01, 34 bytes");
    }
}
