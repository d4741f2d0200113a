//! Plays the main job against a deployed stack: one candidate, from launch link to result note.
//!
//! Knows nothing but addresses. What people do goes through the control APIs of the simulators, and a step
//! counts only when it is seen there. `.ci/stack` runs it against the stack in an emulator of AWS.

mod front;
mod play;

use std::process::ExitCode;

use clap::Parser;

/// The main job, played against a deployed stack.
#[derive(Debug, Parser)]
struct Arguments {
    /// Where the API answers, for instance `http://127.0.0.1:4566/_aws/execute-api/abc/$default`.
    #[arg(long)]
    upstream: String,
    /// The port of the public base URL the stack was deployed with, on localhost.
    #[arg(long)]
    port: u16,
    /// The simulated Lever.
    #[arg(long)]
    lever: String,
    /// The simulated Qualified.
    #[arg(long)]
    qualified: String,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments).await {
        Ok(()) => {
            println!("Every step was seen.");
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("FAILED: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<(), local::Error> {
    let server = front::serve(arguments.port, &arguments.upstream).await?;
    let play = play::Play::new(&server.url(), &arguments.lever, &arguments.qualified);
    play.run().await
}
