//! `lever-sim --port N [--seed FILE.json]`: serves a simulated Lever until the process ends.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use lever_sim::{LeverSim, Seed};

/// A strict simulator of Lever. `GET /_sim` lists the control routes.
#[derive(Debug, Parser)]
struct Options {
    /// Port on 127.0.0.1; 0 takes a free one. The address is printed.
    #[arg(long)]
    port: u16,
    /// JSON file with the world to start with; see the README.
    #[arg(long)]
    seed: Option<PathBuf>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match start(Options::parse()).await {
        Ok(sim) => {
            println!("lever {}", sim.url());
            sim.run().await;
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("lever-sim: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn start(options: Options) -> Result<LeverSim, Box<dyn std::error::Error>> {
    let seed = match options.seed {
        Some(path) => {
            let text = std::fs::read_to_string(&path).map_err(|why| format!("{}: {why}", path.display()))?;
            Seed::from_json(&text)?
        }
        None => Seed::default(),
    };
    Ok(LeverSim::start(options.port, seed).await?)
}
