//! Properties of the sweeps' timetable, and what counts as untold.

use std::time::Duration;

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;

const FIVE_MINUTES: Duration = Duration::from_secs(5 * 60);

fn moment(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_750_000_000 + seconds).unwrap()
}

fn team(number: u32) -> TeamId {
    format!("team-{number}").parse().unwrap()
}

#[test]
fn idle_teams_are_spread_over_the_whole_day() {
    let slot = |number: u32| {
        let is_due = |step: &i64| {
            let swept_at = Some(moment(step * 300));
            is_sweep_due(&team(number), (swept_at, None), FIVE_MINUTES, moment((step + 1) * 300))
        };
        (0..288).find(is_due).unwrap()
    };
    let slots: std::collections::BTreeSet<i64> = (0..500).map(slot).collect();
    assert!(slots.len() > 200, "500 teams share {} of 288 slots", slots.len());
}

proptest! {
    #[test]
    fn an_idle_team_is_swept_once_a_day_however_often_one_looks(number: u32, every in 60_i64..3600) {
        let (mut swept_at, mut sweeps) = (moment(0), Vec::new());
        let mut at = 0;
        while at + every <= 10 * 86_400 {
            at += every;
            if is_sweep_due(&team(number), (Some(swept_at), None), FIVE_MINUTES, moment(at)) {
                swept_at = moment(at);
                sweeps.push(at);
            }
        }
        prop_assert!((9..=10).contains(&sweeps.len()), "{sweeps:?}");
        prop_assert!(sweeps.windows(2).all(|pair| (pair[1] - pair[0] - 86_400).abs() <= every));
    }

    #[test]
    fn an_active_team_is_swept_whenever_the_interval_is_over(number: u32, age in 0_i64..86_400, gap in 0_i64..900) {
        let (now, swept_at) = (moment(0), moment(-gap));
        let is_due = is_sweep_due(&team(number), (Some(swept_at), Some(moment(-age))), FIVE_MINUTES, now);
        prop_assert_eq!(is_due, gap >= 300);
    }

    #[test]
    fn a_team_that_was_never_swept_is_due(number: u32, at in -1_000_000_i64..1_000_000) {
        prop_assert!(is_sweep_due(&team(number), (None, None), FIVE_MINUTES, moment(at)));
    }

    #[test]
    fn however_the_walks_are_cut_an_assignment_is_read_as_often(cuts in proptest::collection::vec(1_i64..200_000, 1..60)) {
        let created = moment(0);
        let (mut last, mut readings) = (0, 0_u64);
        for cut in &cuts {
            let next = last + cut;
            let due = is_reading_due(created, moment(last), moment(next));
            let points = |at: i64| readings_until(Duration::from_secs(u64::try_from(at).unwrap()));
            prop_assert_eq!(due, points(next) > points(last));
            readings += u64::from(due);
            last = next;
        }
        prop_assert!(readings <= 4 + 60);
    }
}

#[test]
fn an_assignment_is_read_more_and_more_rarely_and_after_sixty_days_no_more() {
    let due_at = |hours: i64| is_reading_due(moment(0), moment(hours * 3600 - 60), moment(hours * 3600));
    let due: Vec<i64> = (1..200).filter(|hours| due_at(*hours)).collect();
    assert_eq!(due, [1, 6, 12, 24, 48, 72, 96, 120, 144, 168, 192]);
    assert!(due_at(60 * 24));
    assert!((61..100).all(|days| !due_at(days * 24)));
}
