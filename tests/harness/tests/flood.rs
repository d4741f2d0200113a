//! A herd of one team, at Lever's rate and beside the everyday of others; and a herd of teams.

use std::time::Duration;

use harness::flood::{Outcome, Plan, flood};
use harness::world::World;
use lever_integration::service::tokens::Need;

/// What Lever allows in a second.
const LEVER_ALLOWS: f64 = 10.0;

async fn play(plan: Plan) -> Outcome {
    let outcome = flood(plan).await.unwrap();
    println!(
        "{plan:?}: {} invited in {:.1?}, {:.2} calls a second, {} refused, everyday p99 {:.2?}",
        outcome.invited,
        outcome.took,
        outcome.rate(),
        outcome.refused,
        outcome.delay_p99()
    );
    assert_eq!(outcome.wrong, Vec::<String>::new());
    outcome
}

#[tokio::test(start_paused = true)]
async fn a_herd_uses_the_rate_of_its_team_and_slows_nobody_else() {
    let alone = play(Plan { everyday: 20, ..Plan::default() }).await;
    let herd = play(Plan { herd: 800, everyday: 20, ..Plan::default() }).await;
    assert_eq!(herd.refused, 0, "Lever's own bucket of ten a second and bursts of twenty was never empty");
    assert!(herd.rate() >= 0.85 * LEVER_ALLOWS, "{} calls a second", herd.rate());
    assert!(
        herd.delay_p99() <= 2 * alone.delay_p99(),
        "{:?} instead of {:?}",
        herd.delay_p99(),
        alone.delay_p99()
    );
}

#[tokio::test(start_paused = true)]
async fn beside_another_integration_that_uses_half_of_the_rate_the_other_half_is_used() {
    let herd = play(Plan { herd: 400, rival: 5, ..Plan::default() }).await;
    let ideal = 400.0 * 3.0 / (LEVER_ALLOWS / 2.0);
    let took = herd.took.as_secs_f64();
    assert!(took <= 1.2 * ideal, "{took} s instead of {ideal} s");
}

#[tokio::test(start_paused = true)]
async fn a_herd_that_waited_over_a_weekend_for_a_login_is_done_without_a_dead_letter() {
    play(Plan { herd: 1_000, waited: Duration::from_secs(60 * 60 * 60), ..Plan::default() }).await;
}

#[tokio::test(start_paused = true)]
async fn a_thousand_teams_whose_tokens_end_in_the_same_second_refresh_once_and_apart() {
    const TEAMS: usize = 1_000;
    const LIFE: Duration = Duration::from_secs(60 * 60);
    const LAST: Duration = Duration::from_secs(11 * 60);
    const STEP: Duration = Duration::from_secs(5);
    let world = World::start(TEAMS, 1).await.unwrap();
    let keeper = world.keeper().unwrap();
    let refreshes = || world.lever.kit().calls.count("POST", "/oauth/token") - TEAMS;
    let mut most = 0;
    world.advance(LIFE - LAST);
    // Busy teams, each asking in every step, for as long as the tokens of their login serve.
    for _ in 0..LAST.as_secs() / STEP.as_secs() {
        world.advance(STEP);
        let before = refreshes();
        for tenant in &world.tenants {
            keeper.ready_team(&tenant.team, Need::Fresh).await.unwrap();
        }
        most = most.max(refreshes() - before);
    }
    println!("{} refreshes, at most {most} within {STEP:?}", refreshes());
    assert_eq!(refreshes(), TEAMS);
    assert_eq!(world.lever.kit().violations.list(), []);
    // Evenly over five minutes they would be 17.
    assert!(most <= 40, "{most} within {STEP:?}");
}
