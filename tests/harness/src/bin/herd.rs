//! Plays a herd of any size: `cargo run --profile sim -p harness --bin herd -- 10000 40 0`.
//!
//! Stage changes of one team at once, stage changes of each other team beside it, calls a second that another integration
//! makes in the account of the herd; and hours that the herd waited for a login before, if any.

use std::time::Duration;

use harness::flood::{Plan, flood};
use harness::world::Made;

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Made {
    let numbers: Vec<u64> = std::env::args().skip(1).map(|one| one.parse()).collect::<Result<_, _>>()?;
    let number = |at: usize| numbers.get(at).copied().unwrap_or_default();
    let (herd, everyday) = (usize::try_from(number(0))?, usize::try_from(number(1))?);
    let waited = Duration::from_secs(number(3) * 60 * 60);
    let plan = Plan { herd, everyday, rival: number(2), waited };
    for plan in [Plan { herd: 0, waited: Duration::ZERO, ..plan }, plan] {
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
