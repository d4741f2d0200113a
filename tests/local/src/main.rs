//! `cargo run -p local`: everything on this machine, with a story to watch and a system to play with.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use lever_integration::clock::SystemClock;
use lever_integration::service::reconcile::Rhythm;
use lever_integration::telemetry;
use local::story::Story;
use local::{Error, Local, Options};

/// In AWS it is every five minutes; here somebody watches.
const RECONCILE_EVERY: Duration = Duration::from_secs(5);

/// The whole integration on this machine, with simulators of Lever and Qualified.
#[derive(Debug, Parser)]
struct Arguments {
    /// Port of the gateway; 0 takes any free one.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Port of the simulated Lever; 0 takes any free one.
    #[arg(long, default_value_t = 8081)]
    lever_port: u16,
    /// Port of the simulated Qualified; 0 takes any free one.
    #[arg(long, default_value_t = 8082)]
    qualified_port: u16,
    /// End after the story: 0 if every step was seen, 1 otherwise.
    #[arg(long)]
    once: bool,
    /// Only serve: no team is connected, and what to do by hand is printed.
    #[arg(long, conflicts_with = "once")]
    no_story: bool,
    /// Keep the table in this folder. The simulators start anew each time: activity and ledger stay, the
    /// connection is made again.
    #[arg(long)]
    data: Option<PathBuf>,
    /// What to log, in the form of `RUST_LOG`.
    // The local table warns of every condition that does not hold, which is how conditional writes work.
    #[arg(long, default_value = "warn,dynoxide=error", value_parser = filter)]
    log: String,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    telemetry::init(telemetry::Format::Plain, &arguments.log);
    match run(&arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print(&format!("\nFAILED: {error}"));
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<(), Error> {
    let options = Options {
        port: arguments.port,
        lever_port: arguments.lever_port,
        qualified_port: arguments.qualified_port,
        data: arguments.data.clone(),
        reconcile_every: Some(RECONCILE_EVERY),
        rhythm: Rhythm { sweep: RECONCILE_EVERY, settle: RECONCILE_EVERY, upkeep: RECONCILE_EVERY * 12 },
        witness: None,
    };
    let local = Local::start(&options, Arc::new(SystemClock)).await?;
    print(&format!("gateway {}", local.gateway_url()));
    print(&format!("lever {}", local.lever.url()));
    print(&format!("qualified {}", local.qualified.url()));
    if local.forgotten > 0 {
        print("\nThe kept table's connection was to simulators that are no more and is forgotten.");
    }
    if !arguments.no_story {
        print("");
        let told = Story::new(local.scene(), &print).play().await;
        if arguments.once {
            told?;
            print("\nEvery step was seen.");
            return Ok(());
        }
        if let Err(error) = told {
            print(&format!("\nFAILED: {error}"));
        }
    }
    print("");
    local::guide::lines(&local).iter().for_each(|line| print(line));
    std::future::pending().await
}

/// Takes what can be read as a filter.
fn filter(text: &str) -> Result<String, String> {
    let is_readable = telemetry::is_filter(text);
    is_readable.then(|| text.to_owned()).ok_or_else(|| "no filter, such as `warn,local=debug`".to_owned())
}

/// Prints a line; a reader who has gone away is no reason to end.
fn print(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}
