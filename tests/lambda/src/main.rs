//! `cargo run -p lambda`: the story, or killings, with the compiled functions.

use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use lambda::killing::{self, Leases, Plan};
use lambda::{Error, Stack, lost};
use local::story::Story;

/// The compiled functions under a Lambda Runtime API.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Plays the story of `cargo run -p local`, and finds a candidate whose delivery was lost.
    Story,
    /// Kills functions at random moments while candidates go through the job.
    Kill {
        /// How many candidates are on their way at a time.
        #[arg(long, default_value_t = 40)]
        candidates: usize,
        /// How many processes, at least half of them over an event.
        #[arg(long, default_value_t = 20)]
        times: u32,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse().command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print(&format!("\nFAILED: {error}"));
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> Result<(), Error> {
    match command {
        Command::Story => {
            let stack = Stack::start(Duration::from_secs(30)).await?;
            Story::new(stack.scene(), &print).play().await?;
            lost::play(&stack, &print).await?;
            let failures = stack.failures().await?;
            if !failures.is_empty() {
                return Err(Error::Broken(failures.join("; ")));
            }
            print("\nEvery step was seen.");
        }
        Command::Kill { candidates, times } => {
            let plan = Plan { candidates, kills: times, leases: Leases::RunOut };
            let report = killing::run(plan, &print).await?;
            print(&format!("\n{report}"));
            let (killed, interrupted) = (report.killed(), report.interrupted());
            if killed < times || interrupted < times / 2 || !report.violations.is_empty() {
                let violations = report.violations.len();
                return Err(Error::Broken(format!(
                    "{killed} of {times} killed, {interrupted} of them over an event, {violations} violations"
                )));
            }
        }
    }
    Ok(())
}

fn print(text: &str) {
    // A reader that went away is no reason to stop.
    let _ = writeln!(std::io::stdout(), "{text}");
}
