//! Many seeds: every thread plays whole seeds, each in a runtime and a time of its own.
//!
//! What a seed comes to does not depend on the thread it is played on; reports come in the order of the seeds.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread;

use super::{Report, simulate};

/// Plays all seeds on as many threads as there are processors, and tells each report in its turn. A seed that cannot be
/// played at all is one with something wrong.
pub fn simulate_all(seeds: Range<u64>, mut tell: impl FnMut(Report)) {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let (next, end) = (AtomicU64::new(seeds.start), seeds.end);
    let (done, reports) = channel();
    thread::scope(|scope| {
        for _ in 0..threads {
            let (next, done) = (&next, done.clone());
            scope.spawn(move || play(next, end, &done));
        }
        drop(done);
        let mut due = seeds.start;
        let mut early = BTreeMap::new();
        for report in reports {
            early.insert(report.seed, report);
            while let Some(report) = early.remove(&due) {
                tell(report);
                due += 1;
            }
        }
    });
}

fn play(next: &AtomicU64, end: u64, done: &Sender<Report>) {
    loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= end {
            return;
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        let report = match runtime {
            Ok(runtime) => runtime.block_on(simulate(seed)).map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        let report = report.unwrap_or_else(|error| Report { wrong: vec![error], ..Report::of(seed) });
        if done.send(report).is_err() {
            return;
        }
    }
}
