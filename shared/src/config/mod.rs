//! What a deployment sets: the environment's variables and the app secret.
//!
//! Read once at start. Whatever is wrong is told in one error that names every variable or field and
//! shows no value, since a value in the wrong variable may be a secret.

mod app_secret;
mod aws;
mod environment;

pub use app_secret::{
    AppSecret, AppSecretError, KeyringKey, KeyringParts, LaunchKey, LeverClientSecret, SessionKey,
    secret_kind,
};
pub use environment::{AppSecretSource, Config, ConfigError, Malformed};

/// The set-up of all AWS clients, from the environment of the process.
///
/// # Errors
/// When a variable is missing.
pub(crate) fn aws_from_env() -> Result<aws_types::SdkConfig, ConfigError> {
    aws::from_lookup(environment::variable)
}
