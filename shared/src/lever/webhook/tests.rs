//! Deliveries: the signature, its age, bodies that are wrong in every way.

use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    BODY_BYTES_MAX, Delivery, Rejection, RejectionClass, STAGE_CHANGE_EVENT, parse, sign, signed_body,
    stage_change_body,
};
use crate::domain::{SignatureToken, StageChanged};
use crate::failure::Disposition;

const KEY: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f00112233445566778";
const TOKEN: &str = "a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718";
const AT_MS: i64 = 1_700_000_000_123;
const SIGNATURE: &str = "edfc4be7ef731307ce8a1ba1dab604f494069f554b463156aa750bec1257b780";

fn key() -> SignatureToken {
    SignatureToken::new(KEY.to_owned())
}

fn at() -> Timestamp {
    Timestamp::from_millisecond(AT_MS).unwrap()
}

fn data() -> Value {
    json!({
        "opportunityId": "7d0f-1", "contactId": "2b9c", "candidateId": "other",
        "toStageId": "applicant-new", "fromStageId": "lead-new",
    })
}

fn delivery() -> Value {
    json!({"event": STAGE_CHANGE_EVENT, "triggeredAt": AT_MS, "token": TOKEN, "signature": SIGNATURE, "data": data()})
}

/// A delivery with one field changed, as text.
fn with(field: &str, value: Value) -> String {
    let mut delivery = delivery();
    delivery[field] = value;
    delivery.to_string()
}

fn without(field: &str) -> String {
    let mut delivery = delivery();
    delivery.as_object_mut().unwrap().remove(field);
    delivery.to_string()
}

fn check_at(body: &[u8], now: Timestamp) -> Result<Delivery, Rejection> {
    parse(body)?.verify(&key(), now)
}

fn check(body: impl AsRef<[u8]>) -> Result<Delivery, Rejection> {
    check_at(body.as_ref(), at())
}

/// A delivery of any event with any data, rightly signed.
fn signed(event: &str, data: &Value) -> Vec<u8> {
    signed_body(&key(), TOKEN, at(), event, data)
}

fn stage_changed(body: &[u8]) -> StageChanged {
    match check(body).unwrap() {
        Delivery::StageChanged(event) => event,
        other @ (Delivery::Test | Delivery::Ignored { .. }) => panic!("{other:?}"),
    }
}

#[test]
fn the_signature_is_that_of_the_reference() {
    assert_eq!(sign(&key(), TOKEN, at()), SIGNATURE);
    assert!(check(delivery().to_string()).is_ok());
}

#[test]
fn signatures_over_anything_else_do_not_hold() {
    let time_first = "abce9bcec04fa6324d2b1686a2caacf88430d5b674abbdd57765df90ee0adfc3";
    let decoded_key = "80ff598fed35aa36b362d1e14dcdc0478612c26d9c100233aa519c1f27b141ab";
    let other_webhook = sign(&SignatureToken::new("another-key".to_owned()), TOKEN, at());
    let other_token = sign(&key(), "another-token", at());
    let over_the_body = sign(&key(), &without("signature"), at());
    let no_key = sign(&SignatureToken::new(String::new()), TOKEN, at());
    for signature in [time_first, decoded_key, &other_webhook, &other_token, &over_the_body, &no_key] {
        assert_eq!(check(with("signature", json!(signature))), Err(Rejection::WrongSignature));
    }
    let mut bit_off = SIGNATURE.to_owned();
    bit_off.replace_range(..1, "f");
    assert_eq!(check(with("signature", json!(bit_off))), Err(Rejection::WrongSignature));
    let mut bit_off = SIGNATURE.to_owned();
    bit_off.replace_range(63.., "1");
    assert_eq!(check(with("signature", json!(bit_off))), Err(Rejection::WrongSignature));
    assert_eq!(check(with("triggeredAt", json!(AT_MS + 1))), Err(Rejection::WrongSignature));
}

#[test]
fn unsigned_and_misshapen_signatures_are_unauthentic() {
    assert_eq!(check(without("signature")), Err(Rejection::Unsigned));
    assert_eq!(check(with("signature", json!(null))), Err(Rejection::Unsigned));
    let (short, long) = (&SIGNATURE[..63], format!("{SIGNATURE}0"));
    let not_hex = SIGNATURE.replace('e', "g");
    let wide = "é".repeat(32);
    for signature in ["", short, &long, &not_hex, &SIGNATURE.to_uppercase(), &wide, &" ".repeat(64)] {
        assert_eq!(
            check(with("signature", json!(signature))),
            Err(Rejection::SignatureFormat),
            "{signature:?}"
        );
    }
    assert_eq!(check(with("signature", json!(5))), Err(Rejection::Fields));
}

#[test]
fn a_stage_change_names_opportunity_and_stage_and_is_recognised_again() {
    let body = delivery().to_string();
    let event = stage_changed(body.as_bytes());
    assert_eq!((event.opportunity.as_str(), event.to_stage.as_str()), ("7d0f-1", "applicant-new"));
    assert_eq!(event.triggered_at, at());
    assert_eq!(event.id.as_str().len(), 32);
    assert_eq!(event.body_digest.len(), 64);
    // Same signed fields, other data: the same event with another body.
    let forged = with("data", json!({"opportunityId": "other", "toStageId": "offer"}));
    let forged = stage_changed(forged.as_bytes());
    assert_eq!(forged.id, event.id);
    assert_ne!(forged.body_digest, event.body_digest);
    // Other signed fields: another event.
    let later = Timestamp::from_millisecond(AT_MS + 1).unwrap();
    let opportunity = "7d0f-1".parse().unwrap();
    let stage = "applicant-new".parse().unwrap();
    let later = stage_changed(&stage_change_body(&key(), TOKEN, later, &opportunity, &stage));
    assert_ne!(later.id, event.id);
}

#[test]
fn event_id_and_digest_stay_as_they_are() {
    // Worked out with sha256sum. Events in the queue and on the ledger are known by them.
    let body = concat!(
        r#"{"event":"candidateStageChange","triggeredAt":1700000000123,"#,
        r#""token":"a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718","#,
        r#""signature":"edfc4be7ef731307ce8a1ba1dab604f494069f554b463156aa750bec1257b780","#,
        r#""data":{"opportunityId":"o","toStageId":"s"}}"#,
    );
    let event = stage_changed(body.as_bytes());
    assert_eq!(event.id.as_str(), "af824e3ac74e4def91826c839654d3d6");
    assert_eq!(event.body_digest, "2916a3937b856e79c4441ec6f71868711c08e712b73f1a287453e7b862beabfe");
}

#[test]
fn the_test_call_is_recognised_whatever_its_event() {
    for event in ["candidateHired", STAGE_CHANGE_EVENT, "anything", ""] {
        assert_eq!(check(signed(event, &json!({}))), Ok(Delivery::Test));
    }
    let nameless = json!({"triggeredAt": AT_MS, "token": TOKEN, "signature": SIGNATURE, "data": {}});
    assert_eq!(check(nameless.to_string()), Ok(Delivery::Test));
    let unsigned = json!({"event": "candidateHired", "triggeredAt": AT_MS, "token": TOKEN, "data": {}});
    assert_eq!(check(unsigned.to_string()), Err(Rejection::Unsigned));
}

#[test]
fn other_events_are_ignored_by_name() {
    for data in [
        data(),
        json!({"opportunityId": 5}),
        json!({"toArchived": {"reason": null}}),
        json!([1]),
        json!(null),
    ] {
        let ignored = Delivery::Ignored { event: "candidateArchiveChange".to_owned() };
        assert_eq!(check(signed("candidateArchiveChange", &data)), Ok(ignored), "{data}");
    }
    let unnamed = Delivery::Ignored { event: "unnamed".to_owned() };
    for name in ["", "a\n{\"level\":\"fatal\"}", "candidateStageChange ", "é", &"a".repeat(65)] {
        assert_eq!(check(signed(name, &data())), Ok(unnamed.clone()), "{name:?}");
    }
}

#[test]
fn a_stage_change_without_usable_ids_is_malformed_once_the_signature_holds() {
    for (data, expected) in [
        (json!({"toStageId": "offer"}), Rejection::Fields),
        (json!({"opportunityId": "o"}), Rejection::Fields),
        (json!({"opportunityId": null, "toStageId": "offer"}), Rejection::Fields),
        (json!({"opportunityId": 5, "toStageId": "offer"}), Rejection::Fields),
        (json!({"opportunityId": "o", "toStageId": ["offer"]}), Rejection::Fields),
        (json!({"opportunityId": "", "toStageId": "offer"}), Rejection::Data),
        (json!({"opportunityId": "o\0", "toStageId": "offer"}), Rejection::Data),
        (json!({"opportunityId": "o", "toStageId": "a/../b"}), Rejection::Data),
        (json!({"opportunityId": "o".repeat(129), "toStageId": "offer"}), Rejection::Data),
        (json!(["o", "offer"]), Rejection::Data),
        (json!("o"), Rejection::Data),
        (json!(null), Rejection::Data),
    ] {
        let body = signed(STAGE_CHANGE_EVENT, &data);
        assert_eq!(check(&body), Err(expected), "{data}");
        assert_eq!(expected.class(), RejectionClass::Malformed);
        let other_key = SignatureToken::new("another-key".to_owned());
        assert_eq!(parse(&body).unwrap().verify(&other_key, at()), Err(Rejection::WrongSignature), "{data}");
    }
    assert_eq!(check(without("data")), Err(Rejection::Data));
    assert_eq!(check(without("event")), Err(Rejection::Data));
    assert_eq!(check(with("event", json!(5))), Err(Rejection::Fields));
}

#[test]
fn a_delivery_may_be_fifteen_days_old_or_five_minutes_ahead() {
    let body = delivery().to_string();
    let seen = |offset: SignedDuration| check_at(body.as_bytes(), at() + offset).map(drop);
    let (days, minutes) = (SignedDuration::from_hours(15 * 24), SignedDuration::from_mins(5));
    let (second, ms) = (SignedDuration::from_secs(1), SignedDuration::from_millis(1));
    assert_eq!(seen(days), Ok(()));
    assert_eq!(seen(days + ms), Err(Rejection::TooOld));
    assert_eq!(seen(days + second), Err(Rejection::TooOld));
    assert_eq!(seen(-minutes), Ok(()));
    assert_eq!(seen(-minutes - ms), Err(Rejection::FromTheFuture));
    assert_eq!(seen(-minutes - second), Err(Rejection::FromTheFuture));
    assert_eq!(check_at(body.as_bytes(), Timestamp::MAX), Err(Rejection::TooOld));
    assert_eq!(check_at(body.as_bytes(), Timestamp::MIN), Err(Rejection::FromTheFuture));
}

#[test]
fn a_wrong_signature_is_named_before_a_wrong_age() {
    let body = with("signature", json!("0".repeat(64)));
    assert_eq!(check_at(body.as_bytes(), Timestamp::MAX), Err(Rejection::WrongSignature));
}

#[test]
fn only_whole_milliseconds_are_a_time() {
    let raw = |text: &str| delivery().to_string().replace(&AT_MS.to_string(), text);
    for text in [
        "\"1700000000123\"",
        "1700000000123.0",
        "1.700000000123e12",
        "-1700000000123",
        "-0",
        "null",
        "true",
        "[]",
        "{}",
    ] {
        assert_eq!(check(raw(text)), Err(Rejection::Fields), "{text}");
    }
    for text in
        ["0", "1700000000", "999999999999", "10000000000000", "1700000000123000", "9223372036854775808"]
    {
        assert_eq!(check(raw(text)), Err(Rejection::TriggeredAt), "{text}");
    }
    for text in ["1e400", "01700000000123", "+1700000000123", "0x18", "NaN", ""] {
        assert_eq!(check(raw(text)), Err(Rejection::NotJson), "{text}");
    }
    assert_eq!(check(raw("18446744073709551616")), Err(Rejection::Fields));
    assert_eq!(check(without("triggeredAt")), Err(Rejection::Fields));
}

#[test]
fn a_signature_fits_one_pair_of_token_and_time_only() {
    // The signed text is the same; the digits are shared out differently.
    let text = format!("{TOKEN}{AT_MS}");
    for split in 1..text.len() {
        let (token, digits) = text.split_at(split);
        if token == TOKEN {
            continue;
        }
        let body = delivery().to_string().replace(TOKEN, token).replace(&AT_MS.to_string(), digits);
        assert!(check(&body).is_err(), "{body}");
    }
}

#[test]
fn the_token_is_plain_text() {
    for token in ["", " ", "a b", "a\nb", "a\0b", "é"] {
        assert_eq!(check(with("token", json!(token))), Err(Rejection::Token), "{token:?}");
    }
    for token in [json!(null), json!(5), json!([TOKEN])] {
        assert_eq!(check(with("token", token)), Err(Rejection::Fields));
    }
    assert_eq!(check(without("token")), Err(Rejection::Fields));
    // One documented sample has 50 characters: the length is not held against it.
    let fifty = "z".repeat(50);
    let body = signed_body(&key(), &fifty, at(), STAGE_CHANGE_EVENT, &data());
    assert!(check(body).is_ok());
}

#[test]
fn bodies_that_are_no_json_object_are_malformed() {
    let whole = delivery().to_string();
    for end in 1..whole.len() {
        assert_eq!(check(&whole[..end]), Err(Rejection::NotJson), "{end}");
    }
    for body in
        ["", " ", "token=a&signature=b", "{", "}", "\u{feff}{}", "{} {}", "{\"a\":1,}", "{'a':1}", "// {}"]
    {
        assert_eq!(check(body), Err(Rejection::NotJson), "{body:?}");
    }
    for body in [
        "[]",
        "null",
        "5",
        "\"text\"",
        "true",
        &format!("[{whole}]"),
        &json!([TOKEN, AT_MS, SIGNATURE]).to_string(),
    ] {
        assert_eq!(check(body), Err(Rejection::NotAnObject), "{body:?}");
    }
    assert_eq!(check("{}"), Err(Rejection::Fields));
}

#[test]
fn bytes_that_are_no_text_are_malformed() {
    assert_eq!(check(b"\xff\xfe{}"), Err(Rejection::NotUtf8));
    let in_a_value = delivery().to_string().into_bytes();
    let place = in_a_value.windows(4).position(|part| part == b"7d0f").unwrap();
    let mut broken = in_a_value.clone();
    broken[place] = 0xff;
    assert_eq!(check(&broken), Err(Rejection::NotUtf8));
    let lone_surrogate = delivery().to_string().replace("7d0f-1", "\\ud800");
    assert_eq!(check(&lone_surrogate), Err(Rejection::NotJson));
    let in_an_unknown_field = delivery().to_string().replacen('{', "{\"later\":\"\\udc00\",", 1);
    assert_eq!(check(&in_an_unknown_field), Err(Rejection::NotJson));
    let escaped_nul = delivery().to_string().replace("7d0f-1", "a\\u0000b");
    assert_eq!(check(&escaped_nul), Err(Rejection::Data));
    let raw_nul = delivery().to_string().replace("7d0f-1", "a\0b");
    assert_eq!(check(&raw_nul), Err(Rejection::NotJson));
}

#[test]
fn a_known_field_may_not_come_twice() {
    let whole = delivery().to_string();
    for twice in [
        format!(r#"{{"token":"{TOKEN}","#),
        r#"{"tok\u0065n":"x","#.to_owned(),
        format!(r#"{{"triggeredAt":{AT_MS},"#),
        format!(r#"{{"signature":"{SIGNATURE}","#),
        r#"{"data":{},"#.to_owned(),
        r#"{"event":"candidateHired","#.to_owned(),
    ] {
        assert_eq!(check(whole.replacen('{', &twice, 1)), Err(Rejection::Fields), "{twice}");
    }
    for twice in [r#""data":{"opportunityId":"x","#, r#""data":{"toStageId":"x","#] {
        assert_eq!(check(whole.replace(r#""data":{"#, twice)), Err(Rejection::Fields), "{twice}");
    }
    // What is not read may come twice.
    assert!(check(whole.replacen('{', r#"{"later":1,"later":2,"#, 1)).is_ok());
}

#[test]
fn fields_that_are_not_known_do_no_harm() {
    let mut body = delivery();
    body["id"] = json!("evt-1");
    body["later"] = json!({"a": [1, -2, 2.5, "x", null, true]});
    body["data"]["later"] = json!([[]]);
    assert!(check(body.to_string()).is_ok());
}

#[test]
fn bombs_are_refused_quickly() {
    let deep = "[".repeat(10_000) + &"]".repeat(10_000);
    let deep_object = "{\"a\":".repeat(10_000) + "1" + &"}".repeat(10_000);
    let numbers = format!("[{}1e400]", "1,".repeat(20_000));
    let keys = |count: usize| (0..count).map(|key| format!("\"{key}\":0,")).collect::<String>();
    let long_number = "9".repeat(40_000);
    let cases = [
        (with("data", json!({})).replace("{}", &deep), Rejection::NotJson),
        (with("data", json!({})).replace("{}", &deep_object), Rejection::NotJson),
        (with("later", json!(0)).replace("\"later\":0", &format!("\"later\":{deep}")), Rejection::NotJson),
        (with("data", json!({})).replace("{}", &numbers), Rejection::NotJson),
        (format!("{{{}\"z\":0}}", keys(100_000)), Rejection::TooLarge),
        (format!("{{{}\"z\":0}}", keys(6_000)), Rejection::Fields),
        (delivery().to_string().replace(&AT_MS.to_string(), &long_number), Rejection::NotJson),
        ("\"".repeat(60_000), Rejection::NotJson),
        (" ".repeat(BODY_BYTES_MAX + 1), Rejection::TooLarge),
    ];
    for (body, expected) in cases {
        let start = Instant::now();
        assert_eq!(check(&body), Err(expected), "{}", &body[..60]);
        // Some 1 ms in a debug build; the bound leaves room for a busy machine.
        assert!(start.elapsed().as_millis() < 100, "{:?}", start.elapsed());
    }
}

#[test]
fn a_body_of_the_largest_size_is_read() {
    let mut body = delivery().to_string();
    let padding = " ".repeat(BODY_BYTES_MAX - body.len());
    body.push_str(&padding);
    assert!(check(&body).is_ok());
    body.push(' ');
    assert_eq!(check(&body), Err(Rejection::TooLarge));
}

#[test]
fn every_rejection_is_a_bad_request_or_unauthentic_and_repeats_no_input() {
    use Rejection as R;
    let malformed =
        [R::TooLarge, R::NotUtf8, R::NotJson, R::NotAnObject, R::Fields, R::Token, R::TriggeredAt, R::Data];
    let unauthentic = [R::Unsigned, R::SignatureFormat, R::WrongSignature, R::TooOld, R::FromTheFuture];
    assert!(malformed.iter().all(|rejection| rejection.class() == RejectionClass::Malformed));
    assert!(unauthentic.iter().all(|rejection| rejection.class() == RejectionClass::Unauthentic));
    for rejection in malformed.into_iter().chain(unauthentic) {
        assert_eq!(rejection.disposition(), Disposition::Rejected);
    }
    let body = delivery().to_string();
    let shown = format!("{:?}", parse(body.as_bytes()).unwrap());
    assert!(!shown.contains(TOKEN) && !shown.contains(SIGNATURE) && !shown.contains("7d0f"), "{shown}");
}

proptest! {
    #[test]
    fn no_bytes_at_all_make_it_panic(body in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(check(&body).is_err());
    }

    #[test]
    fn no_change_of_a_byte_before_the_data_is_taken_for_another_delivery(place in 0_usize..230, byte in any::<u8>()) {
        let body = format!(
            r#"{{"token":"{TOKEN}","triggeredAt":{AT_MS},"signature":"{SIGNATURE}","event":"{STAGE_CHANGE_EVENT}","data":{}}}"#,
            data()
        );
        let original = stage_changed(body.as_bytes());
        let mut changed = body.into_bytes();
        changed[place] = byte;
        if let Ok(Delivery::StageChanged(event)) = check(&changed) {
            prop_assert_eq!(event.id, original.id);
            prop_assert_eq!(event.opportunity, original.opportunity);
        }
    }
}
