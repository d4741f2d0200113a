//! Plays many plans and collects what went wrong.

use harness::cases::{Case, Demand, Plan, Played, play};
use harness::gate::{Point, Verdict};
use harness::runs::Order;

/// A point that no run reaches.
pub(crate) const NOWHERE: usize = usize::MAX;

/// Runs and what went wrong in them.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) runs: usize,
    pub(crate) wrong: Vec<String>,
}

impl Tally {
    /// Plays one plan.
    pub(crate) async fn play(&mut self, case: Case, plans: &[Plan], demand: Demand) -> Option<Played> {
        self.runs += 1;
        match play(case, plans, demand).await {
            Ok(played) => {
                let about = format!("{case:?} {plans:?}");
                self.wrong.extend(played.wrong.iter().map(|one| format!("{about}: {one}")));
                Some(played)
            }
            Err(error) => {
                self.wrong.push(format!("{case:?} {plans:?}: {error}"));
                None
            }
        }
    }

    /// Prints how many runs there were and fails if something went wrong.
    pub(crate) fn close(self, what: &str) {
        println!("{what}: {} runs", self.runs);
        let first = &self.wrong[..self.wrong.len().min(20)];
        assert!(self.wrong.is_empty(), "{what}: {} of {} runs: {first:#?}", self.wrong.len(), self.runs);
    }
}

/// The points of the undisturbed run of a case.
pub(crate) async fn points(case: Case) -> Vec<Point> {
    let plan = Plan { at: NOWHERE, order: Order::Pass(Verdict::Go) };
    let free = play(case, &[plan], Demand::Whole).await.unwrap();
    assert_eq!(free.wrong, Vec::<String>::new(), "{case:?} undisturbed: {:#?}", free.trace);
    free.reached.into_iter().next().unwrap()
}

/// The end of the process at a point.
pub(crate) fn end(at: usize) -> Plan {
    Plan { at, order: Order::End }
}

/// One test for each case.
macro_rules! for_every_case {
    ($check:ident: $($name:ident = $case:ident,)+) => {$(
        #[tokio::test(start_paused = true)]
        async fn $name() {
            $check(harness::cases::Case::$case).await;
        }
    )+};
}
pub(crate) use for_every_case;
