//! Plays a herd of any size: `cargo run --profile sim -p harness --bin herd -- 10000 40 0`.
//!
//! Stage changes of one team at once, stage changes of each other team beside it, calls a second that another integration
//! makes in the account of the herd.

use harness::flood::{Plan, flood};
use harness::world::Made;

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Made {
    let numbers: Vec<u64> = std::env::args().skip(1).map(|one| one.parse()).collect::<Result<_, _>>()?;
    let number = |at: usize| numbers.get(at).copied().unwrap_or_default();
    let plan =
        Plan { herd: usize::try_from(number(0))?, everyday: usize::try_from(number(1))?, rival: number(2) };
    for plan in [Plan { herd: 0, ..plan }, plan] {
        let outcome = flood(plan).await?;
        println!(
            "{plan:?}: {} invited in {:.1?}, {} calls, {:.2} a second, {} refused, everyday p99 {:.2?}, wrong: {:?}",
            outcome.invited,
            outcome.took,
            outcome.calls,
            outcome.rate(),
            outcome.refused,
            outcome.delay_p99(),
            outcome.wrong
        );
    }
    Ok(())
}
