//! The decisions of `flow`, case by case and under every order of events.

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::domain::{
    Assessment, AssessmentResult, AssessmentState, Assignment, AssignmentState, Mirror, Opportunity,
    PersonName, Progress, Reason, ResultChanged, ResultNews, ResultState, StageChanged, StageEntry, Standing,
    Tag, Title, TriggerStage,
};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + second).unwrap()
}

fn tag(text: &str) -> Tag {
    Tag::new(text).unwrap()
}

fn trigger() -> TriggerStage {
    TriggerStage {
        stage: "assessment".parse().unwrap(),
        text: "Assessment".to_owned(),
        added_at: at(0),
        added_by: "user".parse().unwrap(),
    }
}

fn opportunity(tags: &[&str]) -> Opportunity {
    Opportunity {
        id: "opportunity".parse().unwrap(),
        contact: "contact".parse().unwrap(),
        name: PersonName::default(),
        email: Some("candidate@example.com".parse().unwrap()),
        stage: "assessment".parse().unwrap(),
        stage_entries: vec![StageEntry { stage: "assessment".parse().unwrap(), at: at(10) }],
        archived_at: None,
        tags: tags.iter().map(|text| tag(text)).collect(),
        is_anonymised: false,
        is_contact_allowed: true,
    }
}

fn event(id: &str) -> StageChanged {
    StageChanged {
        id: id.parse().unwrap(),
        triggered_at: at(10),
        opportunity: "opportunity".parse().unwrap(),
        to_stage: "assessment".parse().unwrap(),
        body_digest: String::new(),
    }
}

fn assessment() -> Assessment {
    Assessment {
        id: "rust".parse().unwrap(),
        title: Title::new("Rust Basics").unwrap(),
        state: AssessmentState::Published,
        is_internal: false,
    }
}

fn mirror(attempt: u32, progress: Progress) -> Mirror {
    let standing = Standing { attempt, progress };
    Mirror {
        invitation: Some("invitation".parse().unwrap()),
        result: "result".parse().unwrap(),
        team_candidate: "person".parse().unwrap(),
        standing,
        shown: Some(standing),
        noted: if progress == Progress::Submitted { attempt } else { attempt - 1 },
        submitted_at: (progress == Progress::Submitted || attempt > 1).then(|| at(100)),
        asked_again_at: None,
        came_to: None,
        is_closed: false,
    }
}

fn assignment(cause: &str, state: AssignmentState) -> Assignment {
    Assignment {
        team: "team".parse().unwrap(),
        opportunity: "opportunity".parse().unwrap(),
        contact: "contact".parse().unwrap(),
        assessment: "rust".parse().unwrap(),
        title: Title::new("Rust Basics").unwrap(),
        original_tag: tag("rust basics"),
        trigger_stage: "assessment".parse().unwrap(),
        cause: cause.parse().unwrap(),
        state,
        lease: None,
        is_note_in_doubt: false,
        entered_at: None,
        created_at: at(11),
        version: 3,
    }
}

fn decide(tags: &[&str], ledger: &[Assignment]) -> Vec<Step> {
    let opportunity = opportunity(tags);
    let admission = first_failure(&opportunity, &[trigger()], at(10)).unwrap();
    let decisions = decide_stage_change(&event("event"), &opportunity, &admission, &[assessment()], ledger);
    decisions.into_iter().map(|decision| decision.step).collect()
}

#[test]
fn each_check_refuses_with_its_own_reason() {
    type Change = fn(&mut Opportunity);
    let cases: [(Change, Reason); 6] = [
        (|one| one.stage = "offer".parse().unwrap(), Reason::MovedOn),
        (|one| one.stage_entries[0].at = at(-1), Reason::EnteredBeforeTrigger),
        (|one| one.archived_at = Some(at(5)), Reason::Archived),
        (|one| one.is_anonymised = true, Reason::Anonymised),
        (|one| one.email = None, Reason::NoEmail),
        (|one| one.is_contact_allowed = false, Reason::ContactNotAllowed),
    ];
    for (change, expected) in cases {
        let mut opportunity = opportunity(&["Rust Basics"]);
        change(&mut opportunity);
        let (reason, facts) = *first_failure(&opportunity, &[trigger()], at(10)).unwrap_err();
        assert_eq!((reason, facts.stage), (expected, Some(opportunity.stage)));
    }
    assert!(first_failure(&opportunity(&[]), &[trigger()], at(10)).is_ok());
}

#[test]
fn only_who_was_in_a_trigger_stage_can_have_left_it() {
    let reason = |change: fn(&mut Opportunity)| {
        let mut opportunity = opportunity(&[]);
        opportunity.stage = "offer".parse().unwrap();
        change(&mut opportunity);
        first_failure(&opportunity, &[trigger()], at(10)).unwrap_err().0
    };
    assert_eq!(reason(|_| {}), Reason::MovedOn);
    assert_eq!(reason(|one| one.stage_entries[0].at = at(-1)), Reason::StageNotTrigger, "it was none then");
    assert_eq!(reason(|one| one.stage_entries.clear()), Reason::StageNotTrigger);
}

#[test]
fn entering_at_the_very_moment_counts_and_a_silent_history_leaves_it_to_the_signed_time() {
    let mut opportunity = opportunity(&[]);
    opportunity.stage_entries[0].at = at(0);
    assert!(first_failure(&opportunity, &[trigger()], at(10)).is_ok());
    opportunity.stage_entries.clear();
    assert!(first_failure(&opportunity, &[trigger()], at(10)).is_ok());
    assert_eq!(
        first_failure(&opportunity, &[trigger()], at(-1)).unwrap_err().0,
        Reason::EnteredBeforeTrigger
    );
}

#[test]
fn going_back_into_the_stage_counts_from_the_last_entry() {
    let mut opportunity = opportunity(&[]);
    opportunity.stage_entries.insert(0, StageEntry { stage: "assessment".parse().unwrap(), at: at(-50) });
    assert_eq!(opportunity.entered_present_stage_at(), Some(at(10)));
}

#[test]
fn tags_and_ledger_decide_the_step() {
    let mirrored = |cause| assignment(cause, AssignmentState::Mirrored(mirror(1, Progress::Invited)));
    let refused = |cause| assignment(cause, AssignmentState::Refused { reason: Reason::EmailRefused });
    let inviting = assignment("other", AssignmentState::Inviting);
    let nothing = |reason| vec![Step::Nothing(reason)];
    assert!(
        matches!(&decide(&["rust BASICS"], &[])[..], [Step::Invite(request)] if request.replaces.is_none())
    );
    assert_eq!(decide(&["Berlin"], &[]), nothing(Reason::NoMatchingTag));
    assert_eq!(decide(&["Rust Basic"], &[]), nothing(Reason::MisspeltTag));
    assert_eq!(decide(&["Rust Basics", "Rust Basics - Started"], &[]), nothing(Reason::StatusTagPresent));
    assert_eq!(decide(&["Rust Basics - Invited"], &[]), nothing(Reason::StatusTagPresent));
    assert_eq!(decide(&["Rust Basics - Invited"], &[mirrored("other")]), nothing(Reason::AlreadyAssigned));
    assert_eq!(
        decide(&["Rust Basics", "Rust Basics - Invited"], &[mirrored("other")]),
        nothing(Reason::AlreadyAssigned)
    );
    assert_eq!(
        decide(&["Rust Basics"], &[mirrored("other")]),
        [Step::RestoreTags(Box::new(mirrored("other")))]
    );
    assert_eq!(decide(&["Rust Basics"], &[mirrored("event")]), [Step::Finish(Box::new(mirrored("event")))]);
    assert_eq!(decide(&["Rust Basics"], std::slice::from_ref(&inviting)), [Step::Finish(Box::new(inviting))]);
    for cause in ["event", "other"] {
        let steps = decide(&["Rust Basics"], &[refused(cause)]);
        assert!(
            matches!(&steps[..], [Step::Invite(request)] if request.replaces.is_some()),
            "{cause}: {steps:?}"
        );
    }
}

#[test]
fn what_the_same_event_began_is_finished_and_nothing_is_sent_if_its_tag_is_gone() {
    let begun = assignment("event", AssignmentState::Inviting);
    let asked_again = Mirror { asked_again_at: Some(at(12)), ..mirror(1, Progress::Invited) };
    let asked_again = assignment("event", AssignmentState::Mirrored(asked_again));
    let finish = |entry: &Assignment| [Step::Finish(Box::new(entry.clone()))];
    for entry in [&begun, &asked_again] {
        let withdrawn = [Step::Withdraw(Box::new(entry.clone()), Reason::NoMatchingTag)];
        assert_eq!(decide(&["Berlin"], std::slice::from_ref(entry)), withdrawn);
        assert_eq!(decide(&["Rust Basics"], std::slice::from_ref(entry)), finish(entry));
    }
    // A status tag is ours only where an invitation is on record.
    let status = |entry: &Assignment| decide(&["Rust Basics - Invited"], std::slice::from_ref(entry));
    assert_eq!(status(&begun), [Step::Withdraw(Box::new(begun), Reason::StatusTagPresent)]);
    assert_eq!(status(&asked_again), finish(&asked_again));
    let shown = assignment("event", AssignmentState::Mirrored(mirror(1, Progress::Invited)));
    assert_eq!(status(&shown), finish(&shown));
    let shown = Assignment { cause: "other".parse().unwrap(), ..shown };
    assert_eq!(decide(&["Berlin"], &[shown]), [Step::Nothing(Reason::NoMatchingTag)]);
}

#[test]
fn what_the_same_event_was_refused_is_told_once_more_if_its_tag_is_gone() {
    let refused = |cause| assignment(cause, AssignmentState::Refused { reason: Reason::EmailRefused });
    assert_eq!(decide(&["Berlin"], &[refused("event")]), [Step::Nothing(Reason::EmailRefused)]);
    assert_eq!(decide(&["Berlin"], &[refused("other")]), [Step::Nothing(Reason::NoMatchingTag)]);
}

#[test]
fn a_status_tag_asks_for_nothing_whoever_was_refused_before() {
    for cause in ["event", "other"] {
        let refused = assignment(cause, AssignmentState::Refused { reason: Reason::StatusTagPresent });
        for tags in [&["Rust Basics - Invited"][..], &["Rust Basics", "Rust Basics - Invited"]] {
            let steps = decide(tags, std::slice::from_ref(&refused));
            assert_eq!(steps, [Step::Nothing(Reason::StatusTagPresent)], "{cause}: {tags:?}");
        }
    }
}

#[test]
fn what_was_begun_is_withdrawn_for_the_reason_its_title_gives() {
    let namesake = Assessment { id: "namesake".parse().unwrap(), ..assessment() };
    let opportunity = opportunity(&["Rust Basics"]);
    let admission = first_failure(&opportunity, &[trigger()], at(10)).unwrap();
    let begun = assignment("event", AssignmentState::Inviting);
    let assessments = [assessment(), namesake];
    let decisions = decide_stage_change(
        &event("event"),
        &opportunity,
        &admission,
        &assessments,
        std::slice::from_ref(&begun),
    );
    let steps: Vec<_> = decisions.into_iter().map(|decision| decision.step).collect();
    let reason = Reason::AmbiguousTitle;
    assert_eq!(steps, [Step::Nothing(reason), Step::Withdraw(Box::new(begun), reason)]);
}

#[test]
fn a_status_that_we_put_there_asks_for_nothing_even_if_it_is_a_title() {
    let shown = assignment("other", AssignmentState::Mirrored(mirror(1, Progress::Invited)));
    let titled = |id: &str, title: &str| Assessment {
        id: id.parse().unwrap(),
        title: Title::new(title).unwrap(),
        ..assessment()
    };
    let assessments = [assessment(), titled("status", "Rust Basics - Invited"), titled("go", "Go")];
    let opportunity = opportunity(&["Rust Basics - Invited", "Go"]);
    let admission = first_failure(&opportunity, &[trigger()], at(10)).unwrap();
    let decisions = decide_stage_change(&event("e"), &opportunity, &admission, &assessments, &[shown]);
    let step = |id: &str| {
        let id = Some(id.parse().unwrap());
        decisions.iter().find(|decision| decision.assessment == id).map(|decision| &decision.step)
    };
    assert_eq!(step("status"), Some(&Step::Nothing(Reason::StatusTagPresent)));
    assert!(matches!(step("go"), Some(Step::Invite(_))), "{decisions:?}");
}

#[test]
fn every_decision_names_what_it_rests_on() {
    let begun = assignment("e", AssignmentState::Inviting);
    for (text, ledger, expected) in [
        ("Rust Basic", &[][..], "Rust Basic"),
        ("Rust Basics", &[], "Rust Basics"),
        ("Berlin", std::slice::from_ref(&begun), "rust basics"),
    ] {
        let opportunity = opportunity(&[text]);
        let admission = first_failure(&opportunity, &[trigger()], at(10)).unwrap();
        let [decision] =
            &decide_stage_change(&event("e"), &opportunity, &admission, &[assessment()], ledger)[..]
        else {
            panic!("one decision expected")
        };
        assert_eq!(decision.facts.tag, Some(tag(expected)));
        assert_eq!(decision.facts.title, Some(Title::new("Rust Basics").unwrap()));
        assert_eq!(decision.facts.entered_at, Some(at(10)));
        assert_eq!(decision.facts.trigger_added_at, Some(at(0)));
    }
}

fn reading(state: ResultState, started: Option<i64>, submitted: Option<i64>) -> AssessmentResult {
    AssessmentResult {
        id: "result".parse().unwrap(),
        assessment: "rust".parse().unwrap(),
        title: None,
        team_candidate: "person".parse().unwrap(),
        state,
        retake_number: 0,
        created_at: None,
        invited_at: None,
        started_at: started.map(at),
        submitted_at: submitted.map(at),
        original_submitted_at: None,
        closed_reason: None,
        score: None,
        is_passed: None,
        cut_score: None,
        active_seconds: None,
        challenges: Vec::new(),
        is_dry_run: false,
    }
}

#[test]
fn a_reading_moves_the_standing_forward_and_never_back() {
    use Progress::{Invited, Started, Submitted};
    let started = reading(ResultState::Started, Some(50), None);
    let submitted = reading(ResultState::Submitted, Some(50), Some(100));
    let cases = [
        (mirror(1, Invited), reading(ResultState::Opened, None, None), (1, Invited), None),
        (mirror(1, Invited), started.clone(), (1, Started), Some(Reason::Started)),
        (mirror(1, Invited), submitted.clone(), (1, Submitted), Some(Reason::Submitted)),
        (mirror(1, Started), submitted.clone(), (1, Submitted), Some(Reason::Submitted)),
        (mirror(1, Started), reading(ResultState::Submitting, Some(50), None), (1, Started), None),
        (mirror(1, Started), reading(ResultState::Invited, None, None), (1, Started), None),
        (mirror(1, Submitted), submitted, (1, Submitted), None),
        (mirror(1, Submitted), started, (1, Submitted), None),
        (
            mirror(1, Submitted),
            reading(ResultState::Started, Some(150), None),
            (2, Started),
            Some(Reason::Reopened),
        ),
        (
            mirror(1, Submitted),
            reading(ResultState::Submitted, Some(150), Some(200)),
            (2, Submitted),
            Some(Reason::Submitted),
        ),
        (
            mirror(1, Started),
            reading(ResultState::Terminated, Some(50), None),
            (1, Started),
            Some(Reason::Terminated),
        ),
        (mirror(1, Submitted), reading(ResultState::Terminated, Some(50), None), (1, Submitted), None),
        (mirror(1, Started), reading(ResultState::Unrecognised, Some(50), None), (1, Started), None),
        (
            mirror(1, Started),
            AssessmentResult { is_dry_run: true, ..reading(ResultState::Submitted, None, Some(1)) },
            (1, Started),
            None,
        ),
    ];
    for (mirror, reading, (attempt, progress), reason) in cases {
        let update = decide_result(&mirror, &reading);
        assert_eq!(
            (update.mirror.standing, update.reason),
            (Standing { attempt, progress }, reason),
            "{reading:?}"
        );
    }
}

#[test]
fn a_closed_result_is_told_once_until_it_goes_on() {
    let closed =
        decide_result(&mirror(1, Progress::Started), &reading(ResultState::Terminated, Some(50), None));
    assert!(closed.mirror.is_closed);
    let again = decide_result(&closed.mirror, &reading(ResultState::Terminated, Some(50), None));
    assert_eq!((&again.mirror, again.reason), (&closed.mirror, None));
    let given_anew = decide_result(&closed.mirror, &reading(ResultState::Invited, None, None));
    assert_eq!((&given_anew.mirror, given_anew.reason), (&closed.mirror, None));
    for (state, reason) in
        [(ResultState::Started, Reason::Reopened), (ResultState::Submitted, Reason::Submitted)]
    {
        let update = decide_result(&closed.mirror, &reading(state, Some(150), Some(200)));
        assert_eq!((update.mirror.is_closed, update.reason), (false, Some(reason)));
        assert_eq!(update.mirror.standing.attempt, 1);
    }
}

#[test]
fn a_stale_reading_of_a_reopened_result_does_not_reopen_it_again() {
    let second =
        decide_result(&mirror(1, Progress::Submitted), &reading(ResultState::Started, Some(150), None))
            .mirror;
    let done = decide_result(&second, &reading(ResultState::Submitted, Some(150), Some(200))).mirror;
    let stale = AssessmentResult {
        original_submitted_at: Some(at(100)),
        ..reading(ResultState::Started, Some(150), None)
    };
    assert_eq!(decide_result(&done, &stale).reason, None);
}

#[test]
fn a_retake_is_followed_from_its_start_and_under_the_id_the_person_has_by_then() {
    let earlier = mirror(1, Progress::Submitted);
    let retake = |state| AssessmentResult {
        id: "retake".parse().unwrap(),
        retake_number: 2,
        ..reading(state, Some(150), None)
    };
    assert_eq!(decide_retake(&earlier, &retake(ResultState::Invited)).reason, None);
    for no_retake in [
        AssessmentResult { id: earlier.result.clone(), ..retake(ResultState::Started) },
        AssessmentResult { is_dry_run: true, ..retake(ResultState::Started) },
    ] {
        let update = decide_retake(&earlier, &no_retake);
        assert_eq!((update.mirror, update.reason), (earlier.clone(), None));
    }
    let update = decide_retake(&earlier, &retake(ResultState::Started));
    assert_eq!(update.reason, Some(Reason::Retaken));
    assert_eq!(update.mirror.standing, Standing { attempt: 2, progress: Progress::Started });
    assert_eq!(update.mirror.result, "retake".parse().unwrap());
    assert_eq!(update.mirror.invitation, None);
    let merged =
        AssessmentResult { team_candidate: "merged".parse().unwrap(), ..retake(ResultState::Started) };
    let update = decide_retake(&earlier, &merged);
    assert_eq!(update.reason, Some(Reason::Retaken));
    assert_eq!(update.mirror.team_candidate, "merged".parse().unwrap());
}

#[test]
fn an_event_is_old_news_only_if_all_of_it_is_known_and_shown() {
    use Progress::{Invited, Started, Submitted};
    let event = |news, changed_at: Option<i64>| ResultChanged {
        id: "event".parse().unwrap(),
        result: "result".parse().unwrap(),
        news,
        changed_at: changed_at.map(at),
        team_candidate: None,
        assessment: None,
    };
    let started = event(ResultNews::Started, Some(50));
    assert!(is_old_news(&mirror(1, Started), &started));
    assert!(is_old_news(&mirror(1, Submitted), &started));
    assert!(is_old_news(&mirror(1, Submitted), &event(ResultNews::Submitted, Some(100))));
    let of_another = ResultChanged { result: "another".parse().unwrap(), ..started.clone() };
    let untold = Mirror { shown: None, ..mirror(1, Started) };
    let unnoted = Mirror { noted: 0, ..mirror(1, Submitted) };
    let closed = Mirror { is_closed: true, ..mirror(1, Started) };
    for (mirror, event) in [
        (mirror(1, Started), of_another),
        (untold, started.clone()),
        (unnoted, started.clone()),
        (closed, started.clone()),
        (mirror(1, Invited), started),
        (mirror(1, Started), event(ResultNews::Submitted, Some(100))),
        (mirror(1, Submitted), event(ResultNews::Started, Some(101))),
        (mirror(1, Submitted), event(ResultNews::Submitted, None)),
        (mirror(1, Submitted), event(ResultNews::StateChanged, Some(50))),
    ] {
        assert!(!is_old_news(&mirror, &event), "{event:?} for {:?}", mirror.standing);
    }
}

#[test]
fn superseded_tags_are_those_of_the_title_and_no_others() {
    let one = assignment("e", AssignmentState::Inviting);
    let present: Vec<_> = [
        "Berlin",
        "rust basics",
        "Rust Basics",
        "rust basics - invited",
        "Rust Basics - Started",
        "Rust Basics II",
    ]
    .map(tag)
    .to_vec();
    let superseded = superseded_tags(&one, Progress::Started, &present);
    assert_eq!(superseded, ["rust basics", "Rust Basics", "rust basics - invited"].map(tag));
}

/// What Qualified says of a result over time: each history is a legal life of one result.
fn life() -> impl Strategy<Value = Vec<AssessmentResult>> {
    (1_usize..4).prop_map(|attempts| {
        let mut life = vec![reading(ResultState::Invited, None, None)];
        for attempt in 0..i64::try_from(attempts).unwrap() {
            let (started, submitted) = (attempt * 100 + 10, attempt * 100 + 20);
            let original = (attempt > 0).then(|| at(20));
            for state in [ResultState::Started, ResultState::Submitting, ResultState::Submitted] {
                let submitted = (state == ResultState::Submitted).then_some(submitted);
                life.push(AssessmentResult {
                    original_submitted_at: original,
                    ..reading(state, Some(started), submitted)
                });
            }
        }
        life
    })
}

proptest! {
    /// Whatever is read in whatever order, any number of times: the standing never falls, no attempt is
    /// noted twice, and a last fresh reading brings the truth.
    #[test]
    fn no_order_of_readings_regresses_a_standing(
        (life, picks) in life().prop_flat_map(|life| {
            let picks = proptest::collection::vec(0..life.len(), 0..20);
            (Just(life), picks)
        })
    ) {
        let mut mirror = Mirror { submitted_at: None, ..mirror(1, Progress::Invited) };
        let mut noted = Vec::new();
        for pick in picks.into_iter().chain([life.len() - 1]) {
            let before = mirror.standing;
            mirror = decide_result(&mirror, &life[pick]).mirror;
            prop_assert!(mirror.standing >= before);
            if mirror.is_note_due() {
                noted.push(mirror.standing.attempt);
                mirror.noted = mirror.standing.attempt;
            }
        }
        prop_assert_eq!(mirror.standing.progress, Progress::Submitted);
        let attempts = u32::try_from((life.len() - 1) / 3).unwrap();
        prop_assert!(mirror.standing.attempt <= attempts);
        let mut once = noted.clone();
        once.dedup();
        prop_assert_eq!(once, noted);
    }

    /// An event that may be dropped unread would not have changed anything.
    #[test]
    fn old_news_is_never_news(second in 0_i64..300, news in 0..3_usize, attempt in 1_u32..3, progress in 0..3_usize) {
        let mirror = mirror(attempt, Progress::ALL[progress]);
        let news = [ResultNews::Started, ResultNews::Submitted, ResultNews::StateChanged][news];
        let event = ResultChanged {
            id: "e".parse().unwrap(),
            result: "result".parse().unwrap(),
            news,
            changed_at: Some(at(second)),
            team_candidate: None,
            assessment: None,
        };
        if is_old_news(&mirror, &event) {
            let reading = match news {
                ResultNews::Started => reading(ResultState::Started, Some(second), None),
                ResultNews::Submitted => reading(ResultState::Submitted, Some(0), Some(second)),
                ResultNews::StateChanged => unreachable!("never old"),
            };
            prop_assert_eq!(decide_result(&mirror, &reading).reason, None);
        }
    }
}
