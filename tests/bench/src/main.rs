//! `cargo run -p bench --release`: measures the compiled functions and prints a table.
//!
//! No test: figures depend on the machine. What is compared with something else is measured in the same run,
//! and processor time is preferred to time on the clock, so that a busy machine spoils little.

mod batch;
mod deliveries;
mod footprint;
mod intake;
mod peers;
mod prices;
mod proxy;
mod report;
mod runtime;
mod sizes;
mod spent;
mod timing;
mod units;
mod world;

use std::process::ExitCode;

use report::{Report, say};
use world::World;

/// Why a measurement cannot be made.
#[derive(Debug, thiserror::Error)]
enum Error {
    /// The functions or what is around them.
    #[error(transparent)]
    Lambda(#[from] lambda::Error),
    /// The system on this machine.
    #[error(transparent)]
    Local(#[from] local::Error),
    /// The table.
    #[error("store: {0}")]
    Store(#[from] lever_integration::store::Error),
    /// Anything else.
    #[error("{0}")]
    Failed(String),
}

#[tokio::main]
async fn main() -> ExitCode {
    let mut report = Report::default();
    let outcome = run(&mut report).await;
    report.print();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("\nFAILED: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// What can be measured alone.
const PARTS: [&str; 6] = ["sizes", "timing", "intake", "footprint", "units", "batch"];

/// Parts can be named: `cargo run -p bench --release -- sizes units`.
async fn run(report: &mut Report) -> Result<(), Error> {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    if let Some(unknown) = wanted.iter().find(|one| !PARTS.contains(&one.as_str())) {
        return Err(Error::Failed(format!("{unknown} is no part: {}", PARTS.join(", "))));
    }
    if cfg!(debug_assertions) {
        say("built for debugging: no figure says anything about what is deployed");
    }
    let is_wanted = |part: &str| wanted.is_empty() || wanted.iter().any(|one| one == part);
    let is_any = |parts: &[&str]| parts.iter().any(|part| is_wanted(part));
    if is_wanted("sizes") {
        sizes::measure(report)?;
    }
    if is_wanted("timing") {
        timing::measure(report)?;
    }
    if is_any(&["intake", "footprint"]) {
        let world = World::start().await?;
        world.stack.stop_worker();
        if is_wanted("intake") {
            intake::measure(&world, report).await?;
        }
        if is_wanted("footprint") {
            footprint::measure(&world, report).await?;
        }
    }
    if is_wanted("units") {
        units::measure(report).await?;
    }
    if is_wanted("batch") {
        batch::measure(report).await?;
    }
    Ok(())
}
