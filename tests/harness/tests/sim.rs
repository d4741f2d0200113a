//! Seeded runs. `SEED=7 cargo test -p harness sim` plays one seed and prints its end; `SEEDS=1000` plays so many.

use std::time::Instant;

use harness::simulation::{Report, simulate};

/// Seeds played without being told how many: less than a minute on two cores.
const SEEDS: u64 = 24;

#[expect(clippy::disallowed_methods, reason = "the seed of a failed run comes from the outside")]
fn told(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

async fn play(seed: u64) -> Report {
    let report = simulate(seed).await;
    report.unwrap_or_else(|error| panic!("SEED={seed}: {error}"))
}

#[tokio::test(start_paused = true)]
async fn sim_holds_every_invariant_under_every_seed() {
    let seeds = match told("SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..told("SEEDS").unwrap_or(SEEDS),
    };
    let began = Instant::now();
    let (mut actions, mut exchanges, mut ended, mut failed) = (0, 0, 0, 0);
    let count = seeds.end - seeds.start;
    let mut broken = Vec::new();
    for seed in seeds {
        let report = play(seed).await;
        (actions, exchanges) = (actions + report.actions, exchanges + report.exchanges);
        (ended, failed) = (ended + report.ended, failed + report.failed);
        if !report.wrong.is_empty() {
            if count == 1 {
                println!("{:#?}", report.trace);
            }
            broken.push((seed, report.wrong));
        }
    }
    println!(
        "{count} seeds in {:.1?}: {actions} actions, {exchanges} exchanges, {ended} runs ended, {failed} calls failed",
        began.elapsed()
    );
    assert!(broken.is_empty(), "{} of {count} seeds: {broken:#?}", broken.len());
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_makes_the_same_trace() {
    for seed in 0..4 {
        assert_eq!(play(seed).await.hash, play(seed).await.hash, "SEED={seed}");
    }
    assert_ne!(play(0).await.hash, play(1).await.hash);
}
