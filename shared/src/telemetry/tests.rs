//! What a line holds and what it never holds.

use std::sync::{Mutex, PoisonError};

use super::*;
use crate::domain::{AccessToken, EmailAddress, PersonName};

/// Tests that replace the panic hook of the process take turns.
static PANIC_HOOK: Mutex<()> = Mutex::new(());

#[test]
fn a_closing_line_has_all_its_fields_under_their_names() {
    let caught = capture();
    let (team, opportunity, event) = ("t1".parse().unwrap(), "o1".parse().unwrap(), "e1".parse().unwrap());
    Closing {
        team: Some(&team),
        opportunity: Some(&opportunity),
        event: Some(&event),
        reason: Some("no_tag"),
        disposition: Some(Disposition::TRANSIENT),
        error: Some(&crate::queue::Error::ReceiptExpired),
        ..Closing::new("worker", "postponed", Duration::from_micros(1_500))
    }
    .log();

    let line = &caught.closings()[0];
    assert_eq!(line["level"], "INFO");
    for (field, value) in [
        ("unit", "worker"),
        ("outcome", "postponed"),
        ("team.id", "t1"),
        ("opportunity.id", "o1"),
        ("event.id", "e1"),
        ("reason", "no_tag"),
        ("disposition", "transient"),
        ("error", "the message is no longer being handled"),
    ] {
        assert_eq!(line[field], value, "{field}");
    }
    assert_eq!(line["duration_ms"], 1);
}

#[test]
fn a_line_is_caught_though_a_thread_that_catches_nothing_came_past_it_first() {
    let caught = capture();
    let pass = || tracing::info!("passed");
    std::thread::spawn(pass).join().unwrap();
    pass();
    assert_eq!(caught.lines().len(), 1);
}

#[test]
fn what_a_unit_does_not_know_is_left_out() {
    let caught = capture();
    Closing::new("worker", "failed", Duration::ZERO).log_as_error();
    let line = &caught.closings()[0];
    assert_eq!(line["level"], "ERROR");
    for field in ["team.id", "opportunity.id", "event.id", "reason", "disposition", "error"] {
        assert_eq!(line.get(field), None, "{field}");
    }
}

#[test]
fn text_from_outside_stays_inside_its_own_line() {
    let caught = capture();
    let name = "Ada\n{\"level\":\"fatal\"}\r\n\u{1b}[31m\u{2028}\0\"}";
    let span = tracing::info_span!("message", message.id = name);
    span.in_scope(|| tracing::info!(shown = %name, text = name, "line {name}"));

    let text = caught.text();
    assert_eq!(text.matches('\n').count(), 1, "{text}");
    assert!(!text.contains(['\u{1b}', '\0', '\r']), "{text}");
    let line = &caught.lines()[0];
    assert_eq!((line["level"].as_str(), line["text"].as_str()), (Some("INFO"), Some(name)));
    assert_eq!(line["spans"][0]["message.id"], name);
}

#[test]
fn personal_data_and_credentials_show_nothing_even_when_logged_by_mistake() {
    let caught = capture();
    let token = AccessToken::new("canary-token".to_owned());
    let name = PersonName::new("canary-name");
    let email: EmailAddress = "canary@example.com".parse().unwrap();
    tracing::debug!(?token, ?name, ?email, "by mistake");
    assert_eq!(caught.lines().len(), 1);
    assert!(!caught.text().contains("canary"), "{}", caught.text());
}

#[test]
fn other_crates_are_held_to_info_whatever_the_filter_says() {
    let caught = capture();
    others_tell_bodies();
    assert_eq!(caught.text(), "");
    tracing::info!(target: "hyper::proto", "kept");
    assert_eq!(caught.lines().len(), 1);
}

fn others_tell_bodies() {
    tracing::trace!(target: "aws_smithy_runtime::client", "body");
    tracing::debug!(target: "lever_integration_of_another", "body");
}

#[test]
fn crates_of_this_workspace_may_tell_more() {
    let caught = capture();
    tracing::trace!(target: "lever_integration::queue", "kept");
    tracing::trace!(target: "worker", "kept");
    assert_eq!(caught.lines().len(), 2);
}

#[test]
fn of_a_panic_only_the_place_is_logged() {
    let _turn = PANIC_HOOK.lock().unwrap_or_else(PoisonError::into_inner);
    let caught = capture();
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(log_panic));
    let outcome = std::panic::catch_unwind(|| panic!("canary"));
    std::panic::set_hook(usual);
    assert!(outcome.is_err());
    let line = &caught.lines()[0];
    assert_eq!(line["level"], "ERROR");
    assert!(line["panic.place"].as_str().unwrap().contains("telemetry/tests.rs:"), "{line}");
    assert!(!caught.text().contains("canary"));
}

#[test]
fn starting_twice_and_an_unreadable_filter_do_no_harm() {
    init(Format::Plain, "off");
    init(Format::Plain, "not=a=filter");
    assert!(is_filter("info,lever_integration=debug"));
    assert!(!is_filter("not=a=filter"));
}
