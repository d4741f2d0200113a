//! What every function makes once at start: configuration, secrets, table, queue.

mod late;

use std::sync::Arc;
use std::time::Duration;

use aws_config::SdkConfig;
use url::Url;

use crate::clock::{Clock, SystemClock};
use crate::config::{AppSecret, AppSecretError, Config, ConfigError, aws_of};
use crate::domain::LeverEnvironment;
use crate::failure::Disposition;
use crate::http::{self, TransportError};
use crate::queue::{Queue, SqsQueue};
use crate::seal::{self, Keyring};
use crate::service::connect::Connector;
use crate::service::ingest::{Intake, NOBODY};
use crate::service::reconcile::{Reconciler, Rhythm};
use crate::service::{ResultPages, Worker};
use crate::store::{DynamoStore, Store};
use crate::{lever, metrics, qualified, telemetry};

pub use late::LateIntake;

/// How long one call of an API may take for a page. Its 29 s are enough for a login or a renewal of tokens, which have
/// the client's own time-out, and four calls one after the other that are not answered.
const CALL_OF_PAGE_TIMEOUT: Duration = Duration::from_secs(4);

/// Why a function cannot start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The environment is incomplete or malformed.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The app secret cannot be had or read.
    #[error(transparent)]
    Secret(#[from] AppSecretError),
    /// The keyring in the app secret is unusable.
    #[error("keyring: {0}")]
    Keyring(#[from] seal::Error),
    /// No HTTP client can be made on this machine.
    #[error("HTTP client: {0}")]
    Http(#[from] TransportError),
}

impl Error {
    /// What is to be done about it.
    pub fn disposition(&self) -> Disposition {
        match self {
            Self::Config(_) => Disposition::Defect,
            Self::Secret(error) => error.disposition(),
            Self::Keyring(error) => error.disposition(),
            Self::Http(error) => error.disposition(),
        }
    }
}

/// The parts that functions are put together from.
pub struct Parts {
    /// The configuration.
    pub config: Config,
    /// The app secret.
    pub secret: AppSecret,
    /// The table.
    pub store: Arc<dyn Store>,
    /// The queue.
    pub queue: Arc<dyn Queue>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl Parts {
    /// Makes the parts from the environment, for a Lambda function, and sends log lines where Lambda reads them.
    ///
    /// # Errors
    /// When the environment or the app secret is unusable.
    pub async fn from_env() -> Result<Self, Error> {
        let (config, aws) = read_environment()?;
        Self::of(config, &aws).await
    }

    async fn of(config: Config, aws: &SdkConfig) -> Result<Self, Error> {
        let secret = AppSecret::load(&config, &aws_sdk_secretsmanager::Client::new(aws)).await?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let keyring = keyring(&secret)?;
        let dynamodb = aws_sdk_dynamodb::Client::new(aws);
        let store = DynamoStore::new(dynamodb, config.table_name.clone(), keyring, Arc::clone(&clock));
        let queue = SqsQueue::new(aws_sdk_sqs::Client::new(aws), config.queue_url.to_string());
        Ok(Self { config, secret, store: Arc::new(store), queue: Arc::new(queue), clock })
    }

    /// Makes the connection to the table that the first event would wait for, while Lambda gives a whole
    /// processor; whether it could be made shows then. An intake warms up by itself, since its role may read
    /// less.
    pub async fn warm(&self) {
        if let Ok(nobody) = NOBODY.parse() {
            let _ = self.store.load_team(&nobody).await;
        }
    }

    /// The intake of both webhook functions.
    pub fn intake(&self) -> Intake {
        Intake::new(Arc::clone(&self.store), Arc::clone(&self.queue), Arc::clone(&self.clock))
    }

    /// The worker.
    ///
    /// # Errors
    /// When no HTTP client can be made on this machine.
    pub fn worker(&self) -> Result<Worker, Error> {
        let http = http::client()?;
        Ok(Worker::new(
            Arc::clone(&self.store),
            Arc::clone(&self.clock),
            (lever::Client::new(http.clone(), &self.config.lever_api_base), self.oauth(http.clone())),
            qualified::Client::new(http, &self.config.qualified_api_base),
            ResultPages::of(&self.config.qualified_api_base),
        ))
    }
}

impl Parts {
    /// The connector, for the page and the OAuth callback.
    ///
    /// # Errors
    /// When no HTTP client can be made on this machine.
    pub fn connector(&self) -> Result<Connector, Error> {
        Ok(self.connector_over(&http::client_within(CALL_OF_PAGE_TIMEOUT)?, http::client()?))
    }

    /// The reconciler.
    ///
    /// # Errors
    /// When no HTTP client can be made on this machine.
    pub fn reconciler(&self, rhythm: Rhythm) -> Result<Reconciler, Error> {
        let parts = (Arc::clone(&self.store), Arc::clone(&self.queue), Arc::clone(&self.clock));
        let http = http::client()?;
        Ok(Reconciler::new(parts, self.connector_over(&http, http.clone()), rhythm))
    }

    /// Reaches the APIs over the first client, and Lever's logins over the second.
    fn connector_over(&self, apis: &http::Client, logins: http::Client) -> Connector {
        Connector::new(
            (Arc::clone(&self.store), Arc::clone(&self.queue), Arc::clone(&self.clock)),
            (lever::Client::new(apis.clone(), &self.config.lever_api_base), self.oauth(logins)),
            qualified::Client::new(apis.clone(), &self.config.qualified_api_base),
            self.config.public_base_url.clone(),
            environment(&self.config.lever_api_base),
        )
    }

    fn oauth(&self, http: http::Client) -> lever::OAuth {
        lever::OAuth::new(
            http,
            &self.config.lever_auth_base,
            &self.config.lever_audience,
            &self.secret.lever_client_id,
            self.secret.lever_client_secret.clone(),
        )
    }
}

/// What the environment says, read before anything else; log lines and counts go where Lambda reads them from then on.
fn read_environment() -> Result<(Config, SdkConfig), Error> {
    let config = Config::from_env()?;
    let aws = aws_of(&config)?;
    telemetry::init(telemetry::Format::Json, &config.log_filter);
    metrics::init();
    Ok((config, aws))
}

/// Which of Lever's two worlds an API is in: the hosts differ (Lever: OAuth page).
pub fn environment(lever_api_base: &Url) -> LeverEnvironment {
    match lever_api_base.host_str() {
        Some("api.lever.co" | "api.eu.lever.co") => LeverEnvironment::Production,
        Some(_) | None => LeverEnvironment::Sandbox,
    }
}

/// The keyring of an app secret.
///
/// # Errors
/// When a key is malformed or the active one is missing.
pub fn keyring(secret: &AppSecret) -> Result<Keyring, seal::Error> {
    Keyring::new(
        &secret.keyring.active,
        secret.keyring.keys.iter().map(|(id, key)| (id.as_str(), key.expose())),
    )
}
