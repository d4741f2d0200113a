//! What of a delivery is believed, and what is turned away.

use serde_json::json;

use super::*;

const RESULT: &str = "65f0aa01bb02cc03dd04ee05";

fn submitted() -> Value {
    json!({
        "event": "assessment_result_submitted",
        "data": {
            "id": RESULT, "state": "submitted", "score": 83.3, "passing_score": true, "abandoned": false,
            "accumulated_seconds": 3120, "dry_run": false,
            "invited_at": "2026-01-02T03:00:00.000Z", "started_at": "2026-01-02T03:04:05.678Z",
            "submitted_at": "2026-01-02T04:04:05.678Z",
            "candidate": { "email": "canary@example.com", "first_name": "Canary", "last_name": "Byron" },
            "team_candidate": { "id": "65f0aa01bb02cc03dd04ee0a", "state": "submitted", "prev_state": "started" },
            "assessment": { "id": "65f0aa01bb02cc03dd04ee01", "title": "Rust Basics", "labels": null },
            "solutions": [{ "_type": "CodeSolution", "id": "65f0aa01bb02cc03dd04ee02", "score": 100.0 }],
        },
    })
}

fn parse_value(body: &Value) -> Result<News, Rejection> {
    parse(body.to_string().as_bytes())
}

fn change(body: &Value) -> ResultChanged {
    match parse_value(body) {
        Ok(News::Changed(event)) => event,
        other => panic!("{other:?}"),
    }
}

fn malformed(body: &[u8]) -> Malformation {
    match parse(body) {
        Err(Rejection::Malformed(what)) => what,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_submission_becomes_news_of_its_result() {
    let event = change(&submitted());
    assert_eq!(event.result.as_str(), RESULT);
    assert_eq!(event.news, ResultNews::Submitted);
    assert_eq!(event.changed_at, Some("2026-01-02T04:04:05.678Z".parse().unwrap()));
    assert_eq!(event.team_candidate, Some("65f0aa01bb02cc03dd04ee0a".parse().unwrap()));
    assert_eq!(event.assessment, Some("65f0aa01bb02cc03dd04ee01".parse().unwrap()));
}

#[test]
fn every_result_event_is_understood() {
    let news = |name: &str| {
        let mut body = submitted();
        body["event"] = name.into();
        change(&body).news
    };
    assert_eq!(news("assessment_result_started"), ResultNews::Started);
    assert_eq!(news("assessment_result_submitted"), ResultNews::Submitted);
    assert_eq!(news("assessment_result_state_changed"), ResultNews::StateChanged);
}

#[test]
fn state_score_and_dry_run_of_the_body_change_nothing() {
    let mut forged = submitted();
    forged["data"]["state"] = "terminated".into();
    forged["data"]["score"] = 1e9.into();
    forged["data"]["dry_run"] = true.into();
    forged["data"]["passing_score"] = "yes".into();
    assert_eq!(parse_value(&forged), parse_value(&submitted()));
}

#[test]
fn an_event_id_is_the_same_for_a_repetition_only() {
    let first = change(&submitted());
    // printf '65f0aa01bb02cc03dd04ee05\nsubmitted\n1767326645678' | sha256sum | head -c 32
    assert_eq!(first.id.as_str(), "c95050e83b82e59d4b4f943f9d1e1c5e");
    let mut same = submitted();
    same["data"]["submitted_at"] = "2026-01-02T05:04:05.678+01:00".into();
    same["data"]["score"] = 0.into();
    assert_eq!(change(&same).id, first.id);

    let different = |edit: &dyn Fn(&mut Value)| {
        let mut body = submitted();
        edit(&mut body);
        change(&body).id != first.id
    };
    assert!(different(&|body| body["data"]["submitted_at"] = "2026-01-02T05:04:05.678Z".into()));
    assert!(different(&|body| body["data"]["submitted_at"] = Value::Null));
    assert!(different(&|body| body["data"]["id"] = "65f0aa01bb02cc03dd04ee06".into()));
    assert!(different(&|body| body["event"] = "assessment_result_started".into()));
    assert!(different(&|body| body["event"] = "assessment_result_state_changed".into()));
}

#[test]
fn a_start_is_dated_by_its_start() {
    let mut body = submitted();
    body["event"] = "assessment_result_started".into();
    body["data"]["submitted_at"] = Value::Null;
    assert_eq!(change(&body).changed_at, Some("2026-01-02T03:04:05.678Z".parse().unwrap()));
    body["data"]["started_at"] = "yesterday".into();
    assert_eq!(change(&body).changed_at, None);
}

#[test]
fn hints_are_kept_only_when_they_are_ids() {
    for bad in
        [json!(null), json!("text"), json!([1]), json!({}), json!({ "id": 7 }), json!({ "id": "../x" })]
    {
        let mut body = submitted();
        body["data"]["team_candidate"] = bad.clone();
        body["data"]["assessment"] = bad;
        let event = change(&body);
        assert_eq!((event.team_candidate, event.assessment), (None, None));
    }
}

#[test]
fn a_deprecated_event_tells_of_the_result_inside_the_person() {
    let mut body = json!({
        "event": "team_candidate_started_assessment",
        "data": {
            "id": "65f0aa01bb02cc03dd04ee0a", "email": "canary@example.com",
            "recent_assessment_result": { "id": RESULT, "started_at": "2026-01-02T03:04:05.678Z" },
        },
    });
    let event = change(&body);
    assert_eq!((event.result.as_str(), event.news), (RESULT, ResultNews::Started));
    assert_eq!(event.team_candidate, Some("65f0aa01bb02cc03dd04ee0a".parse().unwrap()));

    body["event"] = "team_candidate_submitted_assessment".into();
    assert_eq!(change(&body).news, ResultNews::Submitted);

    body["data"]["recent_assessment_result"] = Value::Null;
    assert_eq!(parse_value(&body), Ok(News::Ignored));
}

#[test]
fn events_of_no_use_are_ignored_whatever_they_carry() {
    for name in ["assessment_published", "team_candidate_state_changed", "note_created", "made_up", ""] {
        for data in [json!(null), json!([]), json!({ "id": 7 }), json!({ "id": RESULT })] {
            assert_eq!(parse_value(&json!({ "event": name, "data": data })), Ok(News::Ignored), "{name}");
        }
        assert_eq!(parse_value(&json!({ "event": name })), Ok(News::Ignored), "{name}");
    }
}

#[test]
fn a_body_that_is_no_json_is_malformed() {
    let whole = submitted().to_string();
    let truncated = &whole[..whole.len() - 1];
    let trailing = format!("{whole}x");
    let lone_surrogate = r#"{"event":"assessment_result_started","data":{"id":"\ud800"}}"#;
    let hidden_surrogate = r#"{"event":"made_up","data":{"name":"\ud800"}}"#;
    let huge_number = r#"{"event":"made_up","data":{"score":1e400}}"#;
    let not_a_number = r#"{"event":"made_up","data":{"score":NaN}}"#;
    for body in [
        "",
        " ",
        "{",
        "event=x",
        truncated,
        &trailing,
        lone_surrogate,
        hidden_surrogate,
        huge_number,
        not_a_number,
    ] {
        assert_eq!(malformed(body.as_bytes()), Malformation::NotJson, "{body:?}");
    }
}

#[test]
fn a_body_that_is_not_utf8_is_malformed() {
    let mut body = submitted().to_string().into_bytes();
    let place = body.len() - 10;
    body[place] = 0xff;
    assert_eq!(malformed(&body), Malformation::NotUtf8);
}

#[test]
fn a_body_that_is_no_event_is_malformed() {
    for body in
        ["null", "[]", "7", "\"text\"", "{}", r#"{"event":7}"#, r#"{"event":null}"#, r#"[{"event":"x"}]"#]
    {
        assert_eq!(malformed(body.as_bytes()), Malformation::NoEvent, "{body}");
    }
}

#[test]
fn a_result_event_without_a_usable_id_is_malformed() {
    for data in [json!(null), json!([RESULT]), json!({}), json!({ "id": null }), json!({ "id": 7 })] {
        let body = json!({ "event": "assessment_result_started", "data": data });
        assert_eq!(malformed(body.to_string().as_bytes()), Malformation::NoResult, "{body}");
    }
    for id in ["", "a#b", "a/b", "a\u{0}b", "..%2f", "a".repeat(129).as_str()] {
        let body = json!({ "event": "assessment_result_started", "data": { "id": id } });
        assert_eq!(malformed(body.to_string().as_bytes()), Malformation::NoResult, "{body}");
    }
}

#[test]
fn a_doubled_key_is_malformed_wherever_it_is() {
    for body in [
        r#"{"event":"assessment_result_started","event":"assessment_result_submitted","data":{"id":"a"}}"#,
        r#"{"event":"assessment_result_started","data":{"id":"a"},"data":{"id":"b"}}"#,
        r#"{"event":"assessment_result_started","data":{"id":"a","id":"b"}}"#,
        r#"{"event":"assessment_result_started","data":{"id":"a","\u0069d":"b"}}"#,
        r#"{"event":"assessment_result_started","data":{"id":"a","assessment":{"id":"b","id":"c"}}}"#,
    ] {
        assert_eq!(malformed(body.as_bytes()), Malformation::NotJson, "{body}");
    }
}

#[test]
fn a_depth_bomb_is_malformed() {
    for depth in [json::DEPTH_MAX, 10_000] {
        for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
            let (open, close) = (open.repeat(depth), close.repeat(depth));
            let body = format!(r#"{{"event":"made_up","data":{open}1{close}}}"#);
            assert_eq!(malformed(body.as_bytes()), Malformation::NotJson);
        }
    }
    let depth = json::DEPTH_MAX - 1;
    let body = format!(r#"{{"event":"made_up","data":{}{}}}"#, "[".repeat(depth), "]".repeat(depth));
    assert_eq!(parse(body.as_bytes()), Ok(News::Ignored));
}

#[test]
fn a_rejection_repeats_nothing_of_the_body() {
    for body in [
        "canary",
        r#"{"event":["canary"]}"#,
        r#"{"event":"assessment_result_started","data":{"id":"ca/nary"}}"#,
    ] {
        let rejection = parse(body.as_bytes()).unwrap_err();
        assert_eq!(rejection.disposition(), Disposition::Rejected);
        let shown = format!("{rejection} {rejection:?}");
        assert!(!shown.contains("nary"), "{shown}");
    }
}

#[test]
fn news_keep_no_personal_data() {
    let shown = format!("{:?}", parse_value(&submitted()));
    assert!(!shown.to_lowercase().contains("canary"), "{shown}");
}
