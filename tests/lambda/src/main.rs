//! `cargo run -p lambda`: the story, or killings, with the compiled functions.

use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use lambda::killing::{self, Plan};
use lambda::{Error, Stack};
use local::story::Story;

/// The compiled functions under a Lambda Runtime API.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Plays the story of `cargo run -p local`.
    Story,
    /// Kills functions at random moments while candidates go through the job.
    Kill {
        /// How many candidates.
        #[arg(long, default_value_t = 40)]
        candidates: u32,
        /// How many processes.
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
            print("\nEvery step was seen.");
        }
        Command::Kill { candidates, times } => {
            let report = killing::run(Plan { candidates, kills: times }, &print).await?;
            print(&format!(
                "\n{candidates} candidates, {} processes killed, 0 violations, {} s.",
                report.kills,
                report.took.as_secs()
            ));
        }
    }
    Ok(())
}

fn print(text: &str) {
    // A reader that went away is no reason to stop.
    let _ = writeln!(std::io::stdout(), "{text}");
}
