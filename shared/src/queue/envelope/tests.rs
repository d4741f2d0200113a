//! The form in the queue: fixed, strict, and the same after the journey.

use proptest::prelude::*;

use super::*;

const DIGEST: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

fn at(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(milliseconds).unwrap()
}

fn stage_changed() -> Envelope {
    Envelope {
        team: "team-1".parse().unwrap(),
        event: Event::StageChanged(StageChanged {
            id: "event-1".parse().unwrap(),
            triggered_at: at(1_700_000_000_123),
            opportunity: "opportunity-1".parse().unwrap(),
            to_stage: "applicant-new".parse().unwrap(),
            body_digest: DIGEST.to_owned(),
        }),
        received_at: at(1_700_000_001_000),
        queued_at: at(1_700_000_001_000),
    }
}

#[test]
fn the_form_of_version_1_does_not_change() {
    insta::assert_snapshot!(stage_changed().to_json().unwrap(), @r#"{"v":1,"team":"team-1","received_at":1700000001000,"event":{"stage_changed":{"id":"event-1","triggered_at":1700000000123,"opportunity":"opportunity-1","to_stage":"applicant-new","body_digest":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}}}"#);
    let result_changed = Envelope {
        event: Event::ResultChanged(ResultChanged {
            id: "event-2".parse().unwrap(),
            result: "result-1".parse().unwrap(),
            news: ResultNews::Submitted,
            changed_at: Some(at(5)),
            team_candidate: None,
            assessment: Some("assessment-1".parse().unwrap()),
        }),
        ..stage_changed()
    };
    insta::assert_snapshot!(result_changed.to_json().unwrap(), @r#"{"v":1,"team":"team-1","received_at":1700000001000,"event":{"result_changed":{"id":"event-2","result":"result-1","news":"submitted","changed_at":5,"assessment":"assessment-1"}}}"#);
}

#[test]
fn what_waited_outside_the_queue_says_when_it_came_back() {
    let resumed = Envelope { queued_at: at(1_700_000_002_000), ..stage_changed() };
    let body = resumed.to_json().unwrap();
    assert!(
        body.starts_with(r#"{"v":2,"team":"team-1","received_at":1700000001000,"queued_at":1700000002000,"#),
        "{body}"
    );
}

#[test]
fn a_version_to_come_is_kept_whatever_it_holds() {
    let error = Envelope::parse(r#"{"v":3,"anything":[1]}"#).unwrap_err();
    assert_eq!(error, Error::UnknownVersion { version: 3 });
    assert_eq!(error.disposition(), crate::failure::Disposition::TRANSIENT);
}

#[test]
fn what_no_version_of_ours_wrote_is_rejected() {
    let good = stage_changed().to_json().unwrap();
    let edit = |from: &str, to: &str| good.replacen(from, to, 1);
    let bad = [
        (String::new(), "version"),
        ("hello".to_owned(), "version"),
        ("[]".to_owned(), "version"),
        ("[".repeat(10_000), "version"),
        (r#"{"Type":"Notification"}"#.to_owned(), "version"),
        (edit(r#""v":1"#, r#""v":-1"#), "version"),
        (edit(r#""v":1"#, r#""v":"1""#), "version"),
        (edit(r#""v":1"#, r#""v":0"#), "version"),
        (edit(r#""v":1"#, r#""v":1,"v":1"#), "version"),
        (edit(r#""event""#, r#""queued_at":1700000002000,"event""#), "version"),
        (edit(r#""team":"team-1","#, ""), "form"),
        (edit(r#""team":"#, r#""extra":1,"team":"#), "form"),
        (edit(r#""id":"#, r#""extra":1,"id":"#), "form"),
        (edit("stage_changed", "stage_removed"), "form"),
        (edit("1700000000123", "1.5"), "form"),
        (edit("team-1", "team#1"), "team"),
        (edit("opportunity-1", ""), "opportunity"),
        (edit("1700000000123", "9223372036854775807"), "time"),
        (edit("9f86", "9F86"), "body digest"),
        (edit("9f86", "9f8"), "body digest"),
    ];
    for (body, part) in bad {
        let error = Envelope::parse(&body).unwrap_err();
        assert_eq!(error, Error::Malformed { part }, "{body:.80}");
        assert_eq!(error.disposition(), crate::failure::Disposition::Rejected);
    }
}

#[test]
fn times_are_kept_to_the_millisecond() {
    let fine = Timestamp::new(1_700_000_001, 999_999).unwrap();
    let read =
        Envelope::parse(&Envelope { received_at: fine, ..stage_changed() }.to_json().unwrap()).unwrap();
    assert_eq!(read.received_at, at(1_700_000_001_000));
}

fn any_id<K: Kind>() -> impl Strategy<Value = Id<K>> {
    "[A-Za-z0-9][A-Za-z0-9._:-]{0,127}".prop_map(|text| text.parse().unwrap())
}

fn any_time() -> impl Strategy<Value = Timestamp> {
    (-1_000_000_000_000_i64..100_000_000_000_000).prop_map(at)
}

fn any_event() -> impl Strategy<Value = Event> {
    let stage_changed = (any_id(), any_time(), any_id(), any_id(), "[0-9a-f]{64}").prop_map(
        |(id, triggered_at, opportunity, to_stage, body_digest)| {
            Event::StageChanged(StageChanged { id, triggered_at, opportunity, to_stage, body_digest })
        },
    );
    let news =
        prop_oneof![Just(ResultNews::Started), Just(ResultNews::Submitted), Just(ResultNews::StateChanged)];
    let optional =
        (proptest::option::of(any_time()), proptest::option::of(any_id()), proptest::option::of(any_id()));
    let result_changed = (any_id(), any_id(), news, optional).prop_map(
        |(id, result, news, (changed_at, team_candidate, assessment))| {
            Event::ResultChanged(ResultChanged { id, result, news, changed_at, team_candidate, assessment })
        },
    );
    prop_oneof![stage_changed, result_changed]
}

proptest! {
    #[test]
    fn every_envelope_survives_the_journey(team in any_id(), event in any_event(), received_at in any_time(), queued_at in any_time()) {
        let envelope = Envelope { team, event, received_at, queued_at };
        prop_assert_eq!(Envelope::parse(&envelope.to_json().unwrap()), Ok(envelope));
    }

    #[test]
    fn no_text_makes_the_reader_panic(body in ".{0,200}") {
        prop_assert!(Envelope::parse(&body).is_err());
    }
}
