//! Looks for the first thing that is wrong: a few seeds, every case with every single plan, more seeds.

use crate::batch::poisoned_batch;
use crate::cases::{Case, Demand, Plan, play};
use crate::simulation::simulate;
use crate::ways::{end, failures, nothing, stall};

/// Seeds played before the exhaustive run: a few of them find most of what is wrong.
const FIRST_SEEDS: u64 = 12;

/// Where something was wrong first.
pub struct Found {
    /// After so many runs.
    pub runs: usize,
    /// What and where.
    pub what: String,
}

/// The first thing that is wrong in the exhaustive run or else in so many seeds.
pub async fn first_wrong(seeds: u64) -> Option<Found> {
    let mut runs = 1;
    let batch = poisoned_batch().await.unwrap_or_else(|error| vec![error.to_string()]);
    if let Some(what) = batch.into_iter().next() {
        return Some(Found { runs, what });
    }
    for seed in 0..FIRST_SEEDS.min(seeds) {
        if let Some(found) = look_at_seed(seed, &mut runs).await {
            return Some(found);
        }
    }
    for case in Case::ALL {
        let (points, found) = look(case, nothing(), Demand::Whole, &mut runs).await;
        if found.is_some() {
            return found;
        }
        for point in points {
            let mut plans = vec![(end(point.number), Demand::Whole)];
            plans
                .extend(stall(&point).filter(|_| case.can_be_overtaken()).map(|plan| (plan, Demand::Result)));
            plans.extend(failures(case, &point));
            for (plan, demand) in plans {
                let (_, found) = look(case, plan, demand, &mut runs).await;
                if found.is_some() {
                    return found;
                }
            }
        }
    }
    for seed in FIRST_SEEDS.min(seeds)..seeds {
        if let Some(found) = look_at_seed(seed, &mut runs).await {
            return Some(found);
        }
    }
    None
}

async fn look_at_seed(seed: u64, runs: &mut usize) -> Option<Found> {
    *runs += 1;
    let wrong = match simulate(seed).await {
        Ok(report) => report.wrong,
        Err(error) => vec![error.to_string()],
    };
    wrong.into_iter().next().map(|what| Found { runs: *runs, what: format!("SEED={seed}: {what}") })
}

async fn look(
    case: Case,
    plan: Plan,
    demand: Demand,
    runs: &mut usize,
) -> (Vec<crate::gate::Point>, Option<Found>) {
    *runs += 1;
    let (points, wrong) = match play(case, &[plan], demand).await {
        Ok(played) => (played.reached.into_iter().next().unwrap_or_default(), played.wrong),
        Err(error) => (Vec::new(), vec![error.to_string()]),
    };
    let found = wrong.into_iter().next();
    (points, found.map(|what| Found { runs: *runs, what: format!("{case:?} {plan:?}: {what}") }))
}
