//! Looks for the first thing that is wrong: `search [SEEDS]`. Ends with 0 if nothing is, with 1 otherwise.

use std::process::ExitCode;
use std::time::Instant;

use harness::search::first_wrong;

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> ExitCode {
    let seeds = std::env::args().nth(1).and_then(|seeds| seeds.parse().ok()).unwrap_or(100);
    let began = Instant::now();
    match first_wrong(seeds).await {
        Some(found) => {
            println!("after {} runs, {:.1?}: {}", found.runs, began.elapsed(), found.what);
            ExitCode::FAILURE
        }
        None => {
            println!("nothing in {:.1?}", began.elapsed());
            ExitCode::SUCCESS
        }
    }
}
