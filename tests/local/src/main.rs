//! `cargo run -p local`: everything on this machine, with a story to watch and a system to play with.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use lever_integration::clock::SystemClock;
use lever_integration::telemetry;
use local::story::Story;
use local::{Error, Local, Options};

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
    /// Only serve.
    #[arg(long, conflicts_with = "once")]
    no_story: bool,
    /// Keep the table in this folder.
    #[arg(long)]
    data: Option<PathBuf>,
    /// What to log, in the form of `RUST_LOG`.
    #[arg(long, default_value = "warn")]
    log: String,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    telemetry::init(telemetry::Format::Plain, &arguments.log);
    match run(&arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("\nFAILED: {error}");
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
    };
    let local = Local::start(&options, Arc::new(SystemClock)).await?;
    println!("gateway {}", local.gateway_url());
    println!("lever {}", local.lever.url());
    println!("qualified {}", local.qualified.url());
    if !arguments.no_story {
        println!();
        let told = Story::new(&local, &|line| println!("{line}")).play().await;
        if arguments.once {
            told?;
            println!("\nEvery step was seen.");
            return Ok(());
        }
        if let Err(error) = told {
            println!("\nFAILED: {error}");
        }
    } else {
        local::connect::connect(&local).await?;
    }
    println!("\nServing until Ctrl-C. Each simulator lists its control API at /_sim.");
    std::future::pending().await
}
