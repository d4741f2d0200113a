//! Trouble of ours, poison in the queue, and a redirect to elsewhere.

use std::sync::Arc;

use lever_integration::clock::Clock;
use lever_integration::domain::Reason;
use lever_integration::queue::Queue;
use lever_integration::service::ingest::Intake;
use scenarios::{Made, World};
use serde_json::json;
use sim_kit::faults::{Fault, Mode};

use super::{Bench, BrokenQueue};

#[tokio::test]
async fn trouble_of_ours_is_a_503_even_when_the_handler_panics() -> Made {
    let bench = Bench::start().await?;
    let parts = &bench.world.local.parts;
    let request = |url: &str, body: &str| {
        let path =
            url.split_once("/webhooks").map(|(_, rest)| format!("/webhooks{rest}")).unwrap_or_default();
        let mut request = lambda_http::Request::new(lambda_http::Body::Text(body.to_owned()));
        *request.method_mut() = lambda_http::http::Method::POST;
        *request.uri_mut() = path.parse().expect("a path");
        request
            .headers_mut()
            .insert("content-type", lambda_http::http::HeaderValue::from_static("application/json"));
        request
    };
    let down: fn() -> lever_integration::queue::Error =
        || lever_integration::queue::Error::Unavailable { cause: "down".to_owned() };
    let panics: fn() -> lever_integration::queue::Error = || panic!("canary");
    let started = json!({"event": "assessment_result_started", "data": {"id": "a1"}}).to_string();
    for (row, trouble) in [("N42", down), ("N43", panics)] {
        let queue: Arc<dyn Queue> = Arc::new(BrokenQueue(trouble));
        let clock = Arc::clone(&bench.world.clock) as Arc<dyn Clock>;
        let intake = Intake::new(Arc::clone(&parts.store), queue, clock);
        let signed = bench.signed("canary").to_string();
        let answer = stage_change_webhook::handle(&intake, request(&bench.lever_url, &signed)).await;
        assert_eq!(answer.status(), 503, "{row}");
        let answer = assessment_events::handle(&intake, request(&bench.qualified_url, &started)).await;
        assert_eq!(answer.status(), 503, "{row}");
        let test = bench.signed_by(&bench.signature_token, bench.now(), "t", &json!({})).to_string();
        let answer = stage_change_webhook::handle(&intake, request(&bench.lever_url, &test)).await;
        assert_eq!(answer.status(), 200, "{row}: the next request is fine");
    }
    bench.log_is_clean("N42 N43");
    Ok(())
}

#[tokio::test]
async fn poison_in_the_queue_keeps_nobody_else_from_being_served() -> Made {
    let bench = Bench::start().await?;
    let local = &bench.world.local;
    for poison in ["canary", "{\"v\":99,\"team\":\"t\"}", "{\"v\":1}"] {
        local.queue.send_body(&bench.world.team, poison);
    }
    let id = bench.world.invited("Candidate 1").await?;
    assert_eq!(bench.world.reasons(&id).await?, [Reason::Invited], "N54");
    bench.world.wait_out().await?;
    assert_eq!(local.queue.dead_letters().len(), 3, "N54");
    let receives: Vec<_> = local.queue.dead_letters().iter().map(|letter| letter.receives).collect();
    assert_eq!(receives, [lever_integration::queue::RECEIVES_MAX; 3], "N54");
    assert_eq!(bench.world.mailed("Candidate 1").len(), 1);

    let poison = aws_lambda_events::event::sqs::SqsMessage::default();
    let record = |number: usize| {
        let mut record = poison.clone();
        record.message_id = Some(format!("m-{number}"));
        record.receipt_handle = Some(format!("r-{number}"));
        record.body = Some("canary".to_owned());
        record
    };
    for size in [0, 10] {
        let mut batch = aws_lambda_events::event::sqs::SqsEvent::default();
        batch.records = (0..size).map(record).collect();
        let answer = worker::handle(&local.worker, &*local.queue, batch).await;
        assert_eq!(answer.batch_item_failures.len(), size, "N55 N56");
    }
    bench.log_is_clean("N54 N55 N56");
    Ok(())
}

#[tokio::test]
async fn a_redirect_to_elsewhere_is_not_followed() -> Made {
    let bench = Bench::start().await?;
    let mut fault = Fault::new("GET", "/v1/opportunities/*", Mode::Status);
    fault.status = Some(301);
    fault.headers.insert("location".to_owned(), "http://169.254.169.254/v1/opportunities".to_owned());
    bench.world.local.lever.kit().faults.plan(fault);
    let id = bench.world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
    bench.world.move_to(&id, World::TRIGGER).await?;
    assert!(
        bench.world.mailed("Candidate 1").is_empty(),
        "N57: tried again later, like any trouble of Lever's"
    );
    bench.world.wait_out().await?;
    assert_eq!(bench.world.mailed("Candidate 1").len(), 1, "N57");
    bench.log_is_clean("N57");
    Ok(())
}
