//! The system on this machine with one connected team.

use std::ffi::OsString;
use std::time::Duration;

use lambda::{Options, Program, Stack};
use local::story::Story;

use crate::Error;
use crate::deliveries::Addressee;
use crate::proxy::Proxy;
use crate::runtime::Running;

/// Longer than anything here takes, so that no message comes back.
const VISIBILITY: Duration = Duration::from_secs(3600);

/// Everything there is, with the table behind a counter.
pub(crate) struct World {
    pub(crate) stack: Stack,
    pub(crate) proxy: Proxy,
    pub(crate) addressee: Addressee,
}

impl World {
    /// Starts everything and connects a team through the page.
    pub(crate) async fn start() -> Result<Self, Error> {
        let proxy = Proxy::start().await?;
        let options = Options { visibility: VISIBILITY, table_through: Some(proxy.url()) };
        let stack = Stack::start_with(options).await?;
        proxy.pass_on_to(&stack.table_url());
        let team = Story::new(stack.scene(), &|_| ()).connect().await?;
        let missing = |what: &str| Error::Failed(format!("the team has no {what}"));
        let context = stack.store.load_team(&team).await?.ok_or_else(|| missing("item"))?;
        let webhook = context.connection.and_then(|connection| connection.webhook);
        let trigger = context.trigger_stages.first().ok_or_else(|| missing("trigger stage"))?;
        let addressee = Addressee {
            team,
            url_key: context.team.lever_url_key,
            signature_token: webhook.ok_or_else(|| missing("webhook"))?.signature_token,
            trigger_stage: trigger.stage.clone(),
        };
        Ok(Self { stack, proxy, addressee })
    }

    /// Starts another process of a function, not that of the stack; it reaches the table directly.
    pub(crate) async fn run(&self, program: Program) -> Result<Running, Error> {
        self.run_command(&[program.path()?.into_os_string()]).await
    }

    /// Starts any program with the environment of a function.
    pub(crate) async fn run_command(&self, command: &[OsString]) -> Result<Running, Error> {
        let mut variables = self.stack.variables().clone();
        variables.insert("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), self.stack.table_url());
        // As it is deployed: a line for each event.
        variables.insert("RUST_LOG".to_owned(), "info".to_owned());
        // Lambda sets the region under both names.
        if let Some(region) = variables.get("AWS_REGION").cloned() {
            variables.insert("AWS_DEFAULT_REGION".to_owned(), region);
        }
        Running::start(command, &variables).await
    }
}
