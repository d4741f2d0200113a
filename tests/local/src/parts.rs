//! Configuration and secrets of the local system, put together as in AWS.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lever_integration::clock::Clock;
use lever_integration::config::{AppSecret, Config};
use lever_integration::queue::MemoryQueue;
use lever_integration::setup::{Parts, keyring};
use lever_integration::store::{DynamoStore, Store};
use serde_json::json;

use crate::table::{TABLE_NAME, Table};
use crate::witness::Witness;
use crate::{Error, Options};

/// The audience that Lever's sandbox expects (Lever: OAuth page).
const LEVER_AUDIENCE: &str = "https://api.sandbox.lever.co/v1/";

/// Where everything listens.
pub(crate) struct Urls {
    pub(crate) gateway: String,
    pub(crate) lever: String,
    pub(crate) qualified: String,
}

/// The parts, from the same variables that a function reads.
pub(crate) fn assemble(
    urls: &Urls,
    options: &Options,
    table: &Table,
    queue: Arc<MemoryQueue>,
    clock: Arc<dyn Clock>,
) -> Result<Parts, Error> {
    let secret_json = app_secret(options.data.as_deref())?;
    let mut variables = variables(&urls.gateway, &urls.lever, &urls.qualified);
    variables
        .extend([("QUEUE_URL", format!("{}/queue", urls.gateway)), ("APP_SECRET_JSON", secret_json.clone())]);
    let config = Config::from_lookup(|name| variables.get(name).cloned())
        .map_err(lever_integration::setup::Error::from)?;
    let secret = AppSecret::parse(&secret_json).map_err(lever_integration::setup::Error::from)?;
    let keyring = keyring(&secret).map_err(lever_integration::setup::Error::from)?;
    let store = DynamoStore::new(table.client.clone(), TABLE_NAME.to_owned(), keyring, Arc::clone(&clock));
    Ok(Parts { config, secret, store: Arc::new(store), queue, clock })
}

/// The parts of one function: the same as everybody's, but if there is a witness, it hears who asks the table.
pub(crate) fn of_function(
    parts: &Parts,
    table: &Table,
    witness: Option<&Witness>,
    function: &'static str,
) -> Result<Parts, Error> {
    let store: Arc<dyn Store> = match witness {
        None => Arc::clone(&parts.store),
        Some(witness) => {
            let keyring = keyring(&parts.secret).map_err(lever_integration::setup::Error::from)?;
            let client = witness.client(&table.client, function);
            Arc::new(DynamoStore::new(client, TABLE_NAME.to_owned(), keyring, Arc::clone(&parts.clock)))
        }
    };
    Ok(Parts {
        config: parts.config.clone(),
        secret: parts.secret.clone(),
        store,
        queue: Arc::clone(&parts.queue),
        clock: Arc::clone(&parts.clock),
    })
}

/// A function's variables that say where everything is, but for queue and app secret.
pub fn variables(gateway: &str, lever: &str, qualified: &str) -> HashMap<&'static str, String> {
    HashMap::from([
        ("TABLE_NAME", TABLE_NAME.to_owned()),
        ("LEVER_API_BASE", format!("{lever}/v1/")),
        ("LEVER_AUTH_BASE", format!("{lever}/")),
        ("LEVER_AUDIENCE", LEVER_AUDIENCE.to_owned()),
        ("QUALIFIED_API_BASE", format!("{qualified}/api/")),
        ("PUBLIC_BASE_URL", format!("{gateway}/")),
        ("AWS_REGION", "us-east-1".to_owned()),
    ])
}

/// A new app secret, or the one kept beside the table.
fn app_secret(data: Option<&Path>) -> Result<String, Error> {
    let path = data.map(|folder| folder.join("app-secret.json"));
    if let Some(kept) = path.as_deref().and_then(|path| std::fs::read_to_string(path).ok()) {
        return Ok(kept);
    }
    let secret = new_app_secret();
    if let Some(path) = path {
        let unkept =
            |error| Error::Start(format!("the app secret cannot be kept: {}: {error}", path.display()));
        std::fs::write(&path, &secret).map_err(unkept)?;
    }
    Ok(secret)
}

/// An app secret with new keys, for the apps that the simulators know.
pub fn new_app_secret() -> String {
    let app = lever_sim::AppSeed::default();
    json!({
        "lever_client_id": app.client_id,
        "lever_client_secret": app.client_secret,
        "keyring": {"active": "local", "keys": {"local": STANDARD.encode(rand::random::<[u8; 32]>())}},
        "launch_key": qualified_sim::Seed::default().launch_key,
        "session_key": STANDARD.encode(rand::random::<[u8; 32]>()),
    })
    .to_string()
}
