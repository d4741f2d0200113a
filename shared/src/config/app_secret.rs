//! The app secret: what belongs to the deployment as a whole and to no team.
//!
//! One JSON document, in Secrets Manager or, for local runs, in a variable. Customer credentials are not
//! here: they are sealed in the table with the keyring of this secret.

use std::collections::BTreeMap;

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{AppSecretSource, Config};
use crate::domain::Secret;
use crate::failure::Disposition;

/// AES-256.
const KEYRING_KEY_BYTES: usize = 32;
/// 256 bits in their densest text form; RFC 7518 asks for at least that with HS256.
const SIGNING_KEY_LENGTH_MIN: usize = 32;
/// Far beyond what Lever issues.
const TEXT_LENGTH_MAX: usize = 4096;
/// Stored beside every sealed value.
const KEY_ID_LENGTH_MAX: usize = 32;

/// The kinds of credentials of the deployment.
pub mod secret_kind {
    use crate::domain::SecretKind;

    macro_rules! kinds {
        ($($kind:ident = $name:literal;)*) => {$(
            #[doc = concat!("Marks a ", $name, ".")]
            #[derive(Debug)]
            pub enum $kind {}
            impl SecretKind for $kind {
                const NAME: &'static str = $name;
            }
        )*};
    }

    kinds! {
        LeverClient = "lever_client_secret";
        Keyring = "keyring_key";
        Launch = "launch_key";
        Session = "session_key";
    }
}

/// What Lever knows our app by, together with the client id.
pub type LeverClientSecret = Secret<secret_kind::LeverClient>;
/// A key that customer credentials are sealed with: base64 of 32 bytes.
pub type KeyringKey = Secret<secret_kind::Keyring>;
/// What Qualified's launch links are checked with.
pub type LaunchKey = Secret<secret_kind::Launch>;
/// What our session cookies are signed with.
pub type SessionKey = Secret<secret_kind::Session>;

/// The app secret, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppSecret {
    /// `lever_client_id`: our app at Lever; not secret, it is part of the login URL.
    pub lever_client_id: String,
    /// `lever_client_secret`.
    pub lever_client_secret: LeverClientSecret,
    /// `keyring`.
    pub keyring: KeyringParts,
    /// `launch_key`.
    pub launch_key: LaunchKey,
    /// `session_key`.
    pub session_key: SessionKey,
}

/// The keys customer credentials are sealed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyringParts {
    /// The id of the key that seals from now on; always one of `keys`.
    pub active: String,
    /// All keys that may have sealed something, by id.
    pub keys: BTreeMap<String, KeyringKey>,
}

/// The app secret cannot be had. Names fields, never values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AppSecretError {
    /// It is no JSON object, or has a field that is unknown or there twice.
    #[error(
        "the app secret has to be a JSON object with the fields lever_client_id, lever_client_secret, \
         keyring, launch_key and session_key, each once, and no others"
    )]
    Form,
    /// One of its fields is missing or malformed.
    #[error("the app secret's {field} {problem}")]
    Field {
        /// Which field.
        field: &'static str,
        /// What it has to be.
        problem: &'static str,
    },
    /// Secrets Manager was not reached, was too slow, too busy or broken.
    #[error("Secrets Manager is unavailable: {cause}")]
    Unavailable {
        /// Its error code, or what happened on the way.
        cause: String,
    },
    /// Secrets Manager has no such secret, or does not show it to us.
    #[error("Secrets Manager refuses the app secret: {code}")]
    Refused {
        /// Its error code.
        code: String,
    },
}

impl AppSecretError {
    /// What is to be done about it.
    pub fn disposition(&self) -> Disposition {
        match self {
            Self::Unavailable { .. } => Disposition::TRANSIENT,
            Self::Form | Self::Field { .. } | Self::Refused { .. } => Disposition::Defect,
        }
    }
}

impl AppSecret {
    /// Takes the app secret from where `config` says it is.
    ///
    /// # Errors
    /// When Secrets Manager cannot be reached or refuses it, or it is malformed.
    pub async fn load(config: &Config, client: &Client) -> Result<Self, AppSecretError> {
        let id = match &config.app_secret {
            AppSecretSource::Inline(secret) => return Ok(secret.as_ref().clone()),
            AppSecretSource::SecretsManager { id } => id,
        };
        let answer =
            client.get_secret_value().secret_id(id).send().await.map_err(|error| classify(&error))?;
        Self::parse(answer.secret_string().ok_or(AppSecretError::Form)?)
    }

    /// Reads the JSON document.
    ///
    /// # Errors
    /// When its form or a field of it is not as it has to be.
    pub fn parse(json: &str) -> Result<Self, AppSecretError> {
        let wire: Wire = serde_json::from_str(json).map_err(|_| AppSecretError::Form)?;
        let lever_client_id = text("lever_client_id", wire.lever_client_id)?;
        let lever_client_secret = text("lever_client_secret", wire.lever_client_secret)?;
        let launch_key = signing_key("launch_key", wire.launch_key)?;
        let session_key = signing_key("session_key", wire.session_key)?;
        Ok(Self {
            lever_client_id,
            lever_client_secret: Secret::new(lever_client_secret),
            keyring: keyring(wire.keyring)?,
            launch_key: Secret::new(launch_key),
            session_key: Secret::new(session_key),
        })
    }
}

/// Values are taken untyped: what serde says about a wrong type repeats the value.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    lever_client_id: Option<Value>,
    lever_client_secret: Option<Value>,
    keyring: Option<Value>,
    launch_key: Option<Value>,
    session_key: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireKeyring {
    active: String,
    keys: Map<String, Value>,
}

fn text(field: &'static str, value: Option<Value>) -> Result<String, AppSecretError> {
    let problem = "has to be text of 1 to 4096 characters without control characters";
    let text = value.as_ref().and_then(Value::as_str).unwrap_or_default();
    if text.trim().is_empty() || text.len() > TEXT_LENGTH_MAX || text.chars().any(char::is_control) {
        return Err(AppSecretError::Field { field, problem });
    }
    Ok(text.to_owned())
}

/// Newlines are allowed: a key may be in PEM form.
fn signing_key(field: &'static str, value: Option<Value>) -> Result<String, AppSecretError> {
    let problem = "has to be text of 32 to 4096 characters";
    let text = value.as_ref().and_then(Value::as_str).unwrap_or_default();
    if (SIGNING_KEY_LENGTH_MIN..=TEXT_LENGTH_MAX).contains(&text.trim().len()) {
        Ok(text.to_owned())
    } else {
        Err(AppSecretError::Field { field, problem })
    }
}

fn keyring(value: Option<Value>) -> Result<KeyringParts, AppSecretError> {
    let malformed = |problem| AppSecretError::Field { field: "keyring", problem };
    let form = "has to be an object with the fields active and keys";
    let WireKeyring { active, keys } =
        value.and_then(|value| serde_json::from_value(value).ok()).ok_or(malformed(form))?;
    let mut parts = KeyringParts { active, keys: BTreeMap::new() };
    for (id, key) in keys {
        if !is_key_id(&id) {
            return Err(malformed("has a key id that is not 1 to 32 letters, digits, '-' or '_'"));
        }
        let key = key
            .as_str()
            .filter(|key| is_keyring_key(key))
            .ok_or(malformed("has a key that is not base64 of 32 bytes"))?;
        parts.keys.insert(id, Secret::new(key.to_owned()));
    }
    if parts.keys.contains_key(&parts.active) {
        Ok(parts)
    } else {
        Err(malformed("has no key with the id it calls active"))
    }
}

fn is_key_id(id: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=KEY_ID_LENGTH_MAX).contains(&id.len()) && id.bytes().all(allowed)
}

fn is_keyring_key(text: &str) -> bool {
    BASE64.decode(text).is_ok_and(|bytes| bytes.len() == KEYRING_KEY_BYTES)
}

fn classify<E: ProvideErrorMetadata>(error: &SdkError<E>) -> AppSecretError {
    let unavailable = |cause: &str| AppSecretError::Unavailable { cause: cause.to_owned() };
    if matches!(error, SdkError::ConstructionFailure(_)) {
        return AppSecretError::Refused { code: "the call could not be built".to_owned() };
    }
    let Some(refusal) = error.as_service_error() else { return unavailable("no usable answer") };
    let code = refusal.code().unwrap_or("unnamed error");
    let status = error.raw_response().map_or(0, |response| response.status().as_u16());
    let is_throttled = matches!(code, "ThrottlingException" | "Throttling" | "RequestThrottled");
    if is_throttled || status >= 500 || status == 429 {
        unavailable(code)
    } else {
        AppSecretError::Refused { code: code.to_owned() }
    }
}

#[cfg(test)]
pub(super) use tests::SAMPLE;

#[cfg(test)]
mod tests;
