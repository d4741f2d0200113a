//! Runs that end at every await of a port, once and twice.

use harness::cases::{Case, Demand, Plan, play};
use harness::runs::Order;

/// A point that no run reaches.
const NOWHERE: usize = usize::MAX;

fn at(at: usize) -> Plan {
    Plan { at, order: Order::End }
}

async fn singles(case: Case) -> (usize, Vec<String>) {
    let free = play(case, &[at(NOWHERE)], Demand::Whole).await.unwrap();
    assert_eq!(free.wrong, Vec::<String>::new(), "{case:?} undisturbed: {:#?}", free.trace);
    let (mut runs, mut wrong) = (1, Vec::new());
    for point in &free.reached[0] {
        let played = play(case, &[at(point.number)], Demand::Whole).await;
        runs += 1;
        match played {
            Ok(played) => wrong.extend(played.wrong.iter().map(|one| format!("{case:?} {point:?}: {one}"))),
            Err(error) => wrong.push(format!("{case:?} {point:?}: {error}")),
        }
    }
    (runs, wrong)
}

#[tokio::test(start_paused = true)]
async fn a_run_that_ends_at_any_point_is_finished_by_the_next_one() {
    let (mut runs, mut wrong) = (0, Vec::new());
    for case in Case::ALL {
        let (more, found) = singles(case).await;
        println!("{case:?}: {more} runs");
        runs += more;
        wrong.extend(found);
    }
    println!("{runs} runs");
    assert!(wrong.is_empty(), "{} of {runs}: {wrong:#?}", wrong.len());
}
