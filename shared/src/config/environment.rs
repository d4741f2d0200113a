//! The environment's variables, each checked before anything runs.

use std::fmt;

use url::{Host, Url};

use super::AppSecret;
use crate::telemetry;

/// Where the services of AWS are if not at their own addresses: all of them, then single ones.
const ENDPOINTS: [&str; 4] = [
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_DYNAMODB",
    "AWS_ENDPOINT_URL_SQS",
    "AWS_ENDPOINT_URL_SECRETS_MANAGER",
];

/// Where the app secret is.
#[derive(Debug, Clone)]
pub enum AppSecretSource {
    /// `APP_SECRET_ID`: in Secrets Manager, by name or ARN.
    SecretsManager {
        /// The name or ARN.
        id: String,
    },
    /// `APP_SECRET_JSON`: here, for local runs.
    Inline(Box<AppSecret>),
}

/// The configuration of every function.
///
/// Base URLs end with a slash, so that [`Url::join`] with a relative path appends to them.
#[derive(Debug, Clone)]
pub struct Config {
    /// `TABLE_NAME`: the DynamoDB table.
    pub table_name: String,
    /// `QUEUE_URL`: the SQS queue between intake and worker, exactly as SQS names it.
    pub queue_url: Url,
    /// `APP_SECRET_ID` or `APP_SECRET_JSON`, not both.
    pub app_secret: AppSecretSource,
    /// `LEVER_API_BASE`: Lever's Data API, with its `/v1/`.
    pub lever_api_base: Url,
    /// `LEVER_AUTH_BASE`: where Lever's `authorize` and `oauth/token` are.
    pub lever_auth_base: Url,
    /// `LEVER_AUDIENCE`: sent to Lever as it is. Without its final slash Lever issues tokens that open
    /// nothing (Lever: OAuth page).
    pub lever_audience: String,
    /// `QUALIFIED_API_BASE`: Qualified's API, with its `/api/` and without the `v1/` that its routes begin with.
    pub qualified_api_base: Url,
    /// `PUBLIC_BASE_URL`: where browsers, Lever and Qualified reach this service.
    pub public_base_url: Url,
    /// `RUST_LOG`: what is logged; [`telemetry::FILTER_DEFAULT`] if not set.
    pub log_filter: String,
    /// `AWS_REGION`, which Lambda sets, or `AWS_DEFAULT_REGION`.
    pub aws_region: String,
    /// `AWS_ENDPOINT_URL`: in tests, where all services of AWS are.
    pub aws_endpoint: Option<String>,
}

/// Some variables are missing or malformed; names all of them and shows no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError {
    /// The variables that are not set, or blank.
    pub missing: Vec<&'static str>,
    /// The variables that cannot be used.
    pub malformed: Vec<Malformed>,
}

/// A variable that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// Which one.
    pub variable: &'static str,
    /// What it has to be.
    pub problem: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        if !self.missing.is_empty() {
            write!(f, "missing: {}", self.missing.join(", "))?;
            separator = "; ";
        }
        for Malformed { variable, problem } in &self.malformed {
            write!(f, "{separator}malformed: {variable} ({problem})")?;
            separator = "; ";
        }
        Ok(())
    }
}

impl Config {
    /// Reads the environment of the process.
    ///
    /// # Errors
    /// When a variable is missing or malformed.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::from_lookup(variable)
    }

    /// Reads the variables that `lookup` knows.
    ///
    /// # Errors
    /// When a variable is missing or malformed.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let mut reader = Reader { lookup, error: ConfigError { missing: Vec::new(), malformed: Vec::new() } };
        let table_name = reader.required("TABLE_NAME", table_name);
        let queue_url = reader.required("QUEUE_URL", url);
        let app_secret = reader.app_secret();
        let lever_api_base = reader.required("LEVER_API_BASE", base_url);
        let lever_auth_base = reader.required("LEVER_AUTH_BASE", base_url);
        let lever_audience = reader.required("LEVER_AUDIENCE", audience);
        let qualified_api_base = reader.required("QUALIFIED_API_BASE", unversioned_base_url);
        let public_base_url = reader.required("PUBLIC_BASE_URL", origin);
        let log_filter = reader.log_filter();
        let aws_region = reader.aws_region();
        let aws_endpoint = reader.aws_endpoint();
        let whole = || {
            Some(Self {
                table_name: table_name?,
                queue_url: queue_url?,
                app_secret: app_secret?,
                lever_api_base: lever_api_base?,
                lever_auth_base: lever_auth_base?,
                lever_audience: lever_audience?,
                qualified_api_base: qualified_api_base?,
                public_base_url: public_base_url?,
                log_filter: log_filter?,
                aws_region: aws_region?,
                aws_endpoint: aws_endpoint?,
            })
        };
        whole().ok_or(reader.error)
    }
}

/// A variable of the process.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Reads variables and collects what is wrong; whatever gave nothing has left its name in `error`.
struct Reader<L> {
    lookup: L,
    error: ConfigError,
}

impl<L: Fn(&str) -> Option<String>> Reader<L> {
    fn required<T>(&mut self, variable: &'static str, parse: fn(&str) -> Result<T, String>) -> Option<T> {
        let Some(value) = self.value(variable) else {
            self.error.missing.push(variable);
            return None;
        };
        self.parsed(variable, parse(&value))
    }

    fn app_secret(&mut self) -> Option<AppSecretSource> {
        match (self.value("APP_SECRET_ID"), self.value("APP_SECRET_JSON")) {
            (Some(id), None) => self.parsed("APP_SECRET_ID", secret_id(id)),
            (None, Some(json)) => {
                let secret = AppSecret::parse(&json).map(Box::new).map_err(|error| error.to_string());
                self.parsed("APP_SECRET_JSON", secret.map(AppSecretSource::Inline))
            }
            (None, None) => {
                self.error.missing.push("APP_SECRET_ID or APP_SECRET_JSON");
                None
            }
            (Some(_), Some(_)) => self
                .parsed("APP_SECRET_ID and APP_SECRET_JSON", Err("only one of them may be set".to_owned())),
        }
    }

    fn log_filter(&mut self) -> Option<String> {
        let filter = self.value("RUST_LOG").unwrap_or_else(|| telemetry::FILTER_DEFAULT.to_owned());
        let problem = "has to be a filter such as info,lever_integration=debug";
        let filter = if telemetry::is_filter(&filter) { Ok(filter) } else { Err(problem.to_owned()) };
        self.parsed("RUST_LOG", filter)
    }

    /// By the names and in the order that the SDKs have.
    fn aws_region(&mut self) -> Option<String> {
        let is_default = self.value("AWS_REGION").is_none() && self.value("AWS_DEFAULT_REGION").is_some();
        self.required(if is_default { "AWS_DEFAULT_REGION" } else { "AWS_REGION" }, region)
    }

    /// Those of single services are read by the SDK; they are checked here, with all others.
    fn aws_endpoint(&mut self) -> Option<Option<String>> {
        let [all, single @ ..] = ENDPOINTS.map(|variable| match self.value(variable) {
            Some(value) => self.parsed(variable, endpoint(value)).map(Some),
            None => Some(None),
        });
        if single.iter().all(Option::is_some) { all } else { None }
    }

    fn value(&self, variable: &str) -> Option<String> {
        (self.lookup)(variable).filter(|value| !value.trim().is_empty())
    }

    fn parsed<T>(&mut self, variable: &'static str, parsed: Result<T, String>) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(problem) => {
                self.error.malformed.push(Malformed { variable, problem });
                None
            }
        }
    }
}

/// What all regions' names have in common (AWS: regions and zones).
fn region(text: &str) -> Result<String, String> {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_name = text.starts_with(|first: char| first.is_ascii_lowercase()) && text.bytes().all(allowed);
    if is_name {
        Ok(text.to_owned())
    } else {
        Err("has to be the name of a region, such as eu-west-1".to_owned())
    }
}

/// An emulator may be anywhere in a network of containers, so plain http is allowed.
fn endpoint(text: String) -> Result<String, String> {
    let is_url = Url::parse(&text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if is_url { Ok(text) } else { Err("has to be an http or https URL".to_owned()) }
}

/// What DynamoDB accepts as a table's name (DynamoDB: naming rules).
fn table_name(text: &str) -> Result<String, String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    if (3..=255).contains(&text.len()) && text.bytes().all(allowed) {
        Ok(text.to_owned())
    } else {
        Err("has to be 3 to 255 letters, digits, '_', '.' or '-'".to_owned())
    }
}

/// What Secrets Manager accepts as a name or ARN (Secrets Manager: API reference, `GetSecretValue`).
fn secret_id(id: String) -> Result<AppSecretSource, String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"/_+=.@-:".contains(&byte);
    if id.len() <= 2048 && id.bytes().all(allowed) {
        Ok(AppSecretSource::SecretsManager { id })
    } else {
        Err("has to be the name or ARN of a secret".to_owned())
    }
}

fn audience(text: &str) -> Result<String, String> {
    url(text)?;
    if text.ends_with('/') { Ok(text.to_owned()) } else { Err("has to end with a slash".to_owned()) }
}

fn base_url(text: &str) -> Result<Url, String> {
    let mut url = url(text)?;
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    Ok(url)
}

/// Links and routes begin at the host.
fn origin(text: &str) -> Result<Url, String> {
    let url = Some(url(text)?).filter(|url| url.path() == "/");
    url.ok_or_else(|| "must not have a path: the routes begin at the host".to_owned())
}

/// The client appends the version itself.
fn unversioned_base_url(text: &str) -> Result<Url, String> {
    let url = base_url(text)?;
    if url.path().ends_with("/v1/") {
        return Err("has to end before the /v1, as in https://…/api/".to_owned());
    }
    Ok(url)
}

fn url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|_| "has to be a URL")?;
    let is_loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    if !(url.scheme() == "https" || url.scheme() == "http" && is_loopback) {
        return Err("has to be https; http is for this machine only".to_owned());
    }
    if !url.username().is_empty()
        || url.password().is_some()
        || url.query().is_some()
        || url.fragment().is_some()
    {
        return Err("must not have a user, a query or a fragment".to_owned());
    }
    Ok(url)
}

#[cfg(test)]
mod tests;
