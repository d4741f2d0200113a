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

mod entries {
    //! What of an entry into a trigger stage is still to be looked at.

    use super::*;
    use crate::domain::{AssessmentState, Facts, PersonName, StageEntry, Tag, Title};

    fn opportunity(tags: &[&str]) -> Opportunity {
        Opportunity {
            id: "opportunity".parse().unwrap(),
            contact: "contact".parse().unwrap(),
            name: PersonName::default(),
            email: None,
            stage: "stage".parse().unwrap(),
            stage_entries: vec![StageEntry { stage: "stage".parse().unwrap(), at: moment(10) }],
            archived_at: None,
            tags: tags.iter().map(|text| Tag::new(text).unwrap()).collect(),
            is_anonymised: false,
            is_contact_allowed: true,
        }
    }

    fn trigger(added_at: i64) -> TriggerStage {
        let (stage, added_by) = ("stage".parse().unwrap(), "admin".parse().unwrap());
        TriggerStage { stage, text: "Stage".to_owned(), added_at: moment(added_at), added_by }
    }

    fn line(reason: Reason, entered_at: i64) -> Activity {
        let (stage, entered_at) = (Some("stage".parse().unwrap()), Some(moment(entered_at)));
        Activity {
            team: team(1),
            at: moment(entered_at.unwrap().as_second() - moment(0).as_second()),
            id: "line".parse().unwrap(),
            event: "event".parse().unwrap(),
            opportunity: "opportunity".parse().unwrap(),
            assessment: None,
            reason,
            facts: Facts { stage, entered_at, ..Facts::default() },
            body_digest: None,
        }
    }

    fn entry() -> Entry {
        trigger_entry(&opportunity(&[]), &[trigger(0)]).unwrap()
    }

    #[test]
    fn only_an_entry_after_the_stage_was_added_can_be_missed() {
        assert_eq!(entry().at, moment(10));
        assert!(trigger_entry(&opportunity(&[]), &[trigger(10)]).is_some(), "the very moment counts");
        assert_eq!(trigger_entry(&opportunity(&[]), &[trigger(11)]), None);
        assert_eq!(trigger_entry(&opportunity(&[]), &[]), None);
        let archived = Opportunity { archived_at: Some(moment(20)), ..opportunity(&[]) };
        let anonymised = Opportunity { is_anonymised: true, ..opportunity(&[]) };
        for left in [archived, anonymised] {
            assert_eq!(trigger_entry(&left, &[trigger(0)]), None);
        }
    }

    #[test]
    fn an_entry_is_missed_until_a_line_tells_of_it_and_not_of_an_earlier_one() {
        let missed = judge_entry(&entry(), &[], Asks::ForNothing);
        assert_eq!(missed, Finding::Missed);
        let earlier = [line(Reason::Invited, 5)];
        assert_eq!(judge_entry(&entry(), &earlier, Asks::ForAssessment), Finding::Missed);
        for reason in Reason::ALL {
            let told = [line(*reason, 10)];
            assert_eq!(judge_entry(&entry(), &told, Asks::ForNothing), Finding::Nothing, "{reason:?}");
        }
    }

    #[test]
    fn a_late_tag_counts_only_where_no_tag_matched_before() {
        for reason in Reason::ALL {
            let told = [line(*reason, 10)];
            let is_late_tag =
                matches!(judge_entry(&entry(), &told, Asks::ForAssessment), Finding::LateTag(_));
            let expected = matches!(reason, Reason::NoMatchingTag | Reason::MisspeltTag);
            assert_eq!(is_late_tag, expected, "{reason:?}");
        }
        let both = [line(Reason::Invited, 10), line(Reason::NoMatchingTag, 10)];
        assert_eq!(judge_entry(&entry(), &both, Asks::ForAssessment), Finding::Nothing);
    }

    #[test]
    fn an_entry_is_open_as_long_as_the_next_sweep_would_act_on_it() {
        let day = 86_400;
        let first = Reach::of(&Look::default(), moment(0), moment(20));
        assert_eq!(first, Reach { all: moment(0), asked_for: moment(0) });
        assert!(first.is_open(&entry(), &[]));
        assert!(first.is_open(&entry(), &[line(Reason::NoMatchingTag, 10)]));
        assert!(!first.is_open(&entry(), &[line(Reason::Invited, 10)]));
        let looked = Look { done_until: Some(moment(4 * day)), ..Look::default() };
        let later = |now| Reach::of(&looked, moment(0), moment(now));
        assert_eq!(later(4 * day + 300).all, moment(4 * day - 900));
        assert_eq!(later(4 * day + 300).asked_for, moment(3 * day + 300));
        assert!(!later(4 * day + 300).is_open(&entry(), &[]));
        assert_eq!(later(30 * day).all, moment(16 * day), "two weeks at most");
    }

    #[test]
    fn tags_ask_for_an_assessment_until_a_status_tag_of_it_is_there() {
        let assessments = [Assessment {
            id: "rust".parse().unwrap(),
            title: Title::new("Rust").unwrap(),
            state: AssessmentState::Published,
            is_internal: false,
        }];
        let asks = |tags: &[&str]| Asks::of(&opportunity(tags), &assessments);
        assert_eq!(asks(&["Berlin", "rust"]), Asks::ForAssessment);
        for tags in [&["Berlin"][..], &["Rust", "Rust - Invited"], &["Rust - Started"], &[]] {
            assert_eq!(asks(tags), Asks::ForNothing, "{tags:?}");
        }
    }
}
