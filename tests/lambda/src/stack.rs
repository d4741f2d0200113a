//! The whole system made of compiled functions.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use lever_integration::clock::{Clock, SystemClock};
use lever_integration::config::AppSecret;
use lever_integration::setup::keyring;
use lever_integration::store::{DynamoStore, Store};
use lever_sim::LeverSim;
use local::gateway::{Handler, Routes, router};
use local::story::Scene;
use local::table::{TABLE_NAME, Table};
use qualified_sim::QualifiedSim;
use sim_kit::serve::{Server, serve};
use tokio::sync::{Mutex, MutexGuard};
use tokio::task::JoinHandle;

use crate::aws::{Aws, REGION, SECRET};
use crate::{Error, Function, Invoked, Program};

/// How long the poller waits when there is nothing to receive.
const IDLE: Duration = Duration::from_millis(20);

/// How a stack is to be.
#[derive(Debug, Clone)]
pub struct Options {
    /// When a message that a worker died over comes back.
    pub visibility: Duration,
    /// Where the functions find DynamoDB, if not at the table itself: something that passes calls on to
    /// [`Stack::table_url`].
    pub table_through: Option<String>,
}

/// Compiled functions with all they need.
pub struct Stack {
    /// The simulated Lever.
    pub lever: LeverSim,
    /// The simulated Qualified.
    pub qualified: QualifiedSim,
    /// The table, as the functions see it.
    pub store: Arc<dyn Store>,
    variables: HashMap<String, String>,
    functions: HashMap<Program, Arc<Function>>,
    aws: Arc<Aws>,
    failures: Failures,
    _gateway: Server,
    poller: JoinHandle<()>,
    /// Held by whoever has the worker: the poller during a batch.
    turn: Arc<Mutex<()>>,
    table: Table,
}

/// What went wrong, though it may have been healed by another try.
#[derive(Clone, Default)]
struct Failures(Arc<std::sync::Mutex<Vec<String>>>);

impl Failures {
    fn note(&self, what: String) {
        eprintln!("{what}");
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(what);
    }

    fn list(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Stack {
    /// Builds the programs and starts everything; a message that a worker died over comes back after
    /// `visibility`.
    ///
    /// # Errors
    /// When a part cannot be built or started.
    pub async fn start(visibility: Duration) -> Result<Self, Error> {
        Self::start_with(Options { visibility, table_through: None }).await
    }

    /// Builds the programs and starts everything.
    ///
    /// # Errors
    /// When a part cannot be built or started.
    pub async fn start_with(options: Options) -> Result<Self, Error> {
        let start = |error: &dyn std::fmt::Display| Error::Start(error.to_string());
        let routes = Routes::default();
        let gateway = serve(0, router(routes.clone())).await.map_err(|error| start(&error))?;
        let lever = LeverSim::start(0, lever_sim::Seed::default()).await.map_err(|error| start(&error))?;
        let qualified =
            QualifiedSim::start(0, qualified_sim::Seed::default()).await.map_err(|error| start(&error))?;
        qualified.set_page_url(&gateway.url());
        let table = Table::start(None).await?;
        let app_secret = local::new_app_secret();
        let aws = Arc::new(Aws::start(options.visibility, &app_secret).await?);
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let secret = AppSecret::parse(&app_secret).map_err(|error| start(&error))?;
        let keys = keyring(&secret).map_err(|error| start(&error))?;
        let store = DynamoStore::new(table.client.clone(), TABLE_NAME, keys, clock);

        let mut variables = local::variables(&gateway.url(), &lever.url(), &qualified.url());
        variables.extend([
            ("QUEUE_URL", aws.queue_url.clone()),
            ("APP_SECRET_ID", SECRET.to_owned()),
            ("AWS_ENDPOINT_URL_DYNAMODB", options.table_through.unwrap_or_else(|| table.url())),
            ("AWS_REGION", REGION.to_owned()),
            ("AWS_ACCESS_KEY_ID", "test".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
            ("RUST_LOG", "error".to_owned()),
        ]);
        variables.extend(aws.variables());
        let variables: HashMap<String, String> =
            variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let functions: HashMap<_, _> = Program::ALL
            .into_iter()
            .map(|program| (program, Arc::new(Function::new(program, variables.clone()))))
            .collect();
        Program::Worker.path()?;
        let failures = Failures::default();
        routes.fill(routes_of(&functions, &failures));
        let turn = Arc::new(Mutex::new(()));
        let worker = Arc::clone(&functions[&Program::Worker]);
        let poller = tokio::spawn(poll(Arc::clone(&aws), worker, Arc::clone(&turn), failures.clone()));
        Ok(Self {
            lever,
            qualified,
            store: Arc::new(store),
            variables,
            functions,
            aws,
            failures,
            _gateway: gateway,
            poller,
            turn,
            table,
        })
    }

    /// One of the functions.
    pub fn function(&self, program: Program) -> &Function {
        &self.functions[&program]
    }

    /// The environment of every function.
    pub fn variables(&self) -> &HashMap<String, String> {
        &self.variables
    }

    /// Where the table itself listens.
    pub fn table_url(&self) -> String {
        self.table.url()
    }

    /// A client of the table itself.
    pub fn table_client(&self) -> &aws_sdk_dynamodb::Client {
        &self.table.client
    }

    /// Takes the worker off the queue for good: messages stay there.
    pub fn stop_worker(&self) {
        self.poller.abort();
    }

    /// What went wrong though nobody was killed: errors that functions of the gateway and of the queue answered,
    /// processes that ended by themselves, what the poller could not do. Another try may have healed it.
    ///
    /// # Errors
    /// When the system does not say whether a process runs.
    pub async fn failures(&self) -> Result<Vec<String>, Error> {
        let mut failures = self.failures.list();
        for (program, function) in &self.functions {
            let crashes = function.crashes().await?;
            if crashes > 0 {
                failures.push(format!("{} ended by itself: {crashes}", program.name()));
            }
        }
        Ok(failures)
    }

    /// How many processes ended by themselves.
    ///
    /// # Errors
    /// When the system does not say whether a process runs.
    pub async fn crashes(&self) -> Result<u32, Error> {
        let mut crashes = 0;
        for function in self.functions.values() {
            crashes += function.crashes().await?;
        }
        Ok(crashes)
    }

    /// What a story needs to see.
    pub fn scene(&self) -> Scene {
        Scene {
            lever: self.lever.url(),
            qualified: self.qualified.url(),
            store: Arc::clone(&self.store),
            clock: Arc::new(SystemClock),
        }
    }

    /// How many messages are in the queue, hidden ones included, and how many are dead.
    ///
    /// # Errors
    /// When SQS does not say.
    pub async fn messages(&self) -> Result<(u32, u32), Error> {
        self.aws.counts().await
    }

    /// Puts the dead letters back into the queue; how many those were.
    ///
    /// # Errors
    /// When SQS does not do it.
    pub async fn redrive(&self) -> Result<u32, Error> {
        self.aws.redrive().await
    }

    /// Waits until the worker has nothing in its hands, and gives it nothing as long as the guard lives.
    pub(crate) async fn hold_worker(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().await
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        self.poller.abort();
        // Before their Runtime API and all they call is gone, or they would tell of it.
        self.functions.values().for_each(|function| function.stop());
    }
}

fn routes_of(
    functions: &HashMap<Program, Arc<Function>>,
    failures: &Failures,
) -> Vec<(&'static str, Handler)> {
    [
        ("/webhooks/lever/", Program::StageChangeWebhook),
        ("/webhooks/qualified/", Program::AssessmentEvents),
        ("/integrations/lever", Program::IntegrationsPage),
        ("/lever/callback", Program::OauthCallback),
    ]
    .into_iter()
    .map(|(prefix, program)| (prefix, handler(program, Arc::clone(&functions[&program]), failures.clone())))
    .collect()
}

/// What API Gateway gets from a function; nothing if the function failed.
fn handler(program: Program, function: Arc<Function>, failures: Failures) -> Handler {
    Arc::new(move |event| {
        let (function, failures) = (Arc::clone(&function), failures.clone());
        Box::pin(async move {
            match function.invoke(event).await {
                Ok(Invoked::Answer(answer)) => return Some(answer),
                Ok(Invoked::Killed) => {}
                Ok(Invoked::Failed(why)) => failures.note(format!("{}: {why}", program.name())),
                Err(error) => failures.note(error.to_string()),
            }
            None
        })
    })
}

/// Feeds the worker as Lambda does: what it does not report as failed is deleted, and nothing if it died.
async fn poll(aws: Arc<Aws>, worker: Arc<Function>, turn: Arc<Mutex<()>>, failures: Failures) {
    loop {
        let held = turn.lock().await;
        let batch = match aws.receive().await {
            Ok(Some(batch)) => batch,
            Ok(None) => {
                drop(held);
                tokio::time::sleep(IDLE).await;
                continue;
            }
            Err(error) => {
                failures.note(format!("the poller ended: {error}"));
                return;
            }
        };
        let outcome = match worker.invoke(batch.clone()).await {
            Ok(Invoked::Answer(answer)) => aws.complete(&batch, &answer).await,
            Ok(Invoked::Killed) => Ok(()),
            Ok(Invoked::Failed(why)) => Err(Error::Broken(format!("worker: {why}"))),
            Err(error) => Err(error),
        };
        if let Err(error) = outcome {
            failures.note(error.to_string());
        }
    }
}
