//! Seeded runs. `SEED=7 cargo test -p harness sim -- --nocapture` plays one seed and prints its
//! trace; `SEEDS=1000` plays so many, from `SEED` on if that is told too.

use std::ops::Range;
use std::time::Instant;

use harness::simulation::{Report, simulate_all};

/// Seeds played without being told how many: about three minutes on two cores.
const SEEDS: u64 = 1_000;
/// Seeds played twice without being told how many.
const REPEATED: u64 = 100;
/// After so many seeds a line says how far it is.
const TELLS_EVERY: u64 = 10_000;

#[expect(clippy::disallowed_methods, reason = "the seed of a failed run comes from the outside")]
fn told(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

fn seeds(usual: u64) -> Range<u64> {
    let first = told("SEED");
    let count = told("SEEDS").unwrap_or(if first.is_some() { 1 } else { usual });
    let first = first.unwrap_or_default();
    first..first + count
}

/// Adds up what seeds came to.
#[derive(Default)]
struct Sum {
    seeds: u64,
    actions: usize,
    exchanges: usize,
    ended: usize,
    failed: usize,
    lost: usize,
    sweeps: usize,
    redriven: usize,
    broken: Vec<(u64, Vec<String>)>,
}

impl Sum {
    fn add(&mut self, report: Report) {
        self.seeds += 1;
        self.actions += report.actions;
        self.exchanges += report.exchanges;
        self.ended += report.ended;
        self.failed += report.failed;
        self.lost += report.lost;
        self.sweeps += report.sweeps;
        self.redriven += report.redriven;
        if !report.wrong.is_empty() {
            println!("SEED={}: {:#?}", report.seed, report.wrong);
            self.broken.push((report.seed, report.wrong));
        }
    }

    fn tell(&self, began: Instant) {
        let Self { seeds, actions, exchanges, ended, failed, lost, sweeps, redriven, broken } = self;
        println!(
            "{seeds} seeds in {:.1?}: {actions} actions, {exchanges} exchanges, {ended} runs ended, \
             {failed} calls failed, {lost} deliveries lost, {sweeps} sweeps amid it, \
             {redriven} dead letters put back, {} seeds broken",
            began.elapsed(),
            broken.len()
        );
    }
}

#[test]
fn sim_holds_every_invariant_under_every_seed() {
    let seeds = seeds(SEEDS);
    let is_single = seeds.end - seeds.start == 1;
    let began = Instant::now();
    let mut sum = Sum::default();
    simulate_all(seeds, |report| {
        if is_single {
            println!("{:#?}", report.trace);
        }
        sum.add(report);
        if sum.seeds.is_multiple_of(TELLS_EVERY) {
            sum.tell(began);
        }
    });
    sum.tell(began);
    assert!(sum.broken.is_empty(), "{} of {} seeds: {:#?}", sum.broken.len(), sum.seeds, sum.broken);
}

#[test]
fn the_same_seed_makes_the_same_trace() {
    let hashes = || {
        let mut hashes = Vec::new();
        simulate_all(seeds(REPEATED), |report| hashes.push((report.seed, report.hash)));
        hashes
    };
    let (first, second) = (hashes(), hashes());
    let equal = first.iter().zip(&second).filter(|(first, second)| first == second).count();
    println!("{equal} of {} seeds made the same trace twice", first.len());
    assert_eq!(first, second);
    assert!(first.windows(2).all(|two| two[0].1 != two[1].1), "two seeds made the same trace");
}
