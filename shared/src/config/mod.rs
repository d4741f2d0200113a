//! What a deployment sets: the environment's variables and the app secret.
//!
//! Read once at start. Whatever is wrong is told in one error that names every variable or field and
//! shows no value, since a value in the wrong variable may be a secret.

mod app_secret;
mod aws;
mod aws_http;
mod environment;

pub use app_secret::{
    AppSecret, AppSecretError, KeyringKey, KeyringParts, LaunchKey, LeverClientSecret, SessionKey,
    secret_kind,
};
pub(crate) use aws::aws_of;
pub use aws::{aws_deadlines, aws_http_client};
pub use environment::{AppSecretSource, Config, ConfigError, Malformed};
