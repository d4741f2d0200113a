//! Runs one simulator of Qualified until the process ends. Wiring only.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use qualified_sim::{QualifiedSim, Seed};

/// A strict simulator of Qualified. `GET /_sim` lists the control routes.
#[derive(Debug, Parser)]
struct Arguments {
    /// Port on 127.0.0.1; 0 takes a free one. The address is printed.
    #[arg(long)]
    port: u16,
    /// What exists at the start, as JSON; see seed.json for the format.
    #[arg(long)]
    seed: Option<PathBuf>,
    /// Base URL of the integrations page that launch links lead to.
    #[arg(long)]
    page_url: Option<String>,
    /// Key of the launch links (HS256), at least 32 bytes.
    #[arg(long)]
    launch_key: Option<String>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut seed = match arguments.seed.as_deref().map_or_else(|| Ok(Seed::default()), Seed::read) {
        Ok(seed) => seed,
        Err(error) => return fail(&error),
    };
    seed.page_url = arguments.page_url.or(seed.page_url);
    seed.launch_key = arguments.launch_key.unwrap_or(seed.launch_key);
    match QualifiedSim::start(arguments.port, seed).await {
        Ok(sim) => {
            println!("qualified {}", sim.url());
            sim.run().await;
            ExitCode::SUCCESS
        }
        Err(error) => fail(&error),
    }
}

fn fail(error: &dyn std::error::Error) -> ExitCode {
    eprintln!("qualified-sim: {error}");
    ExitCode::FAILURE
}
