//! The compiled functions do the whole job, and survive being killed.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::http::StatusCode;
use axum::{Json, Router};
use lambda::killing::{self, Leases, Plan};
use lambda::{Function, Invoked, Program, Stack, lost};
use lever_integration::clock::{Clock, SystemClock};
use local::story::Story;
use serde_json::{Value, json};
use sim_kit::serve::{ServeError, Server, serve};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_story_is_played_by_the_compiled_functions() {
    let stack = Stack::start(Duration::from_secs(30)).await.unwrap();
    Story::new(stack.scene(), &|line| println!("{line}")).play().await.unwrap();
    lost::play(&stack, &|line| println!("{line}")).await.unwrap();
    assert_eq!(stack.messages().await.unwrap(), (0, 0));
}

/// A delivery as API Gateway hands it to a function.
fn delivery(path: &str, body: &str) -> Value {
    let headers = json!({"content-type": "application/json", "host": "integrations.qualified.example"});
    let http = json!({"method": "POST", "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1"});
    json!({
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "",
        "headers": headers,
        "requestContext": {"apiId": "local", "http": http, "stage": "$default", "timeEpoch": 0},
        "body": body, "isBase64Encoded": false,
    })
}

/// N47. API Gateway encodes bodies itself, so only a made-up event can say so wrongly.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_is_not_the_base64_it_says_is_answered_400_and_the_process_lives() {
    let stack = Stack::start(Duration::from_secs(30)).await.unwrap();
    for (program, path) in [
        (Program::StageChangeWebhook, "/webhooks/lever/team/key"),
        (Program::AssessmentEvents, "/webhooks/qualified/team/key"),
    ] {
        let function = stack.function(program);
        let mut processes = Vec::new();
        for body in ["%%%", "{}"] {
            let mut event = delivery(path, body);
            event["isBase64Encoded"] = json!(true);
            let Invoked::Answer(answer) = function.invoke(event).await.unwrap() else {
                panic!("no answer to {body}");
            };
            assert_eq!(answer["statusCode"], 400, "{answer}");
            processes.push(function.process_id().await);
        }
        assert_eq!(processes[0], processes[1]);
    }
}

/// A Secrets Manager that is broken until it is told otherwise.
async fn secrets_manager(is_up: Arc<AtomicBool>) -> Result<Server, ServeError> {
    let secret = local::new_app_secret();
    let answer = move || {
        let answer = if is_up.load(Ordering::SeqCst) {
            (StatusCode::OK, Json(json!({"Name": "app", "SecretString": secret})))
        } else {
            (StatusCode::INTERNAL_SERVER_ERROR, Json(json!({"__type": "InternalServiceError"})))
        };
        async { answer }
    };
    serve(0, Router::new().fallback(answer)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_intake_that_starts_without_the_app_secret_answers_503_until_it_has_it() {
    let stack = Stack::start(Duration::from_secs(30)).await.unwrap();
    let is_up = Arc::new(AtomicBool::new(false));
    let manager = secrets_manager(Arc::clone(&is_up)).await.unwrap();
    let mut variables = stack.variables().clone();
    variables.insert("AWS_ENDPOINT_URL_SECRETS_MANAGER".to_owned(), manager.url());
    let at = SystemClock.now().as_millisecond();
    let of_lever = json!({"event": "candidateStageChange", "triggeredAt": at, "token": "t",
        "signature": "0".repeat(64), "data": {"opportunityId": "o", "toStageId": "s"}});
    let of_qualified = json!({"event": "assessment_result_started", "data": {"id": "a1"}});
    for (program, path, body) in [
        (Program::StageChangeWebhook, "/webhooks/lever/team/key", of_lever),
        (Program::AssessmentEvents, "/webhooks/qualified/team/key", of_qualified),
    ] {
        let function = Function::new(program, variables.clone());
        let mut processes = Vec::new();
        for (is_up_now, status) in [(false, 503), (false, 503), (true, 401), (true, 401)] {
            is_up.store(is_up_now, Ordering::SeqCst);
            let event = delivery(path, &body.to_string());
            let Invoked::Answer(answer) = function.invoke(event).await.unwrap() else {
                panic!("no answer of {program:?}");
            };
            assert_eq!(answer["statusCode"], status, "{program:?} {answer}");
            processes.push(function.process_id().await);
        }
        processes.dedup();
        assert_eq!(processes.len(), 1, "one process all the time");
    }
}

#[test]
fn a_function_without_its_variables_ends_at_once_and_names_them_all() {
    for program in Program::ALL {
        let ended = Command::new(program.path().unwrap()).env_clear().output().unwrap();
        let said = String::from_utf8_lossy(&ended.stderr);
        assert!(!ended.status.success(), "{program:?}");
        for variable in ["TABLE_NAME", "QUEUE_URL", "APP_SECRET_ID", "QUALIFIED_API_BASE", "AWS_REGION"] {
            assert!(said.contains(variable), "{program:?} does not name {variable}: {said}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn candidates_are_invited_once_though_functions_are_killed() {
    let plan = Plan { candidates: 8, kills: 10, leases: Leases::AreEnded };
    let report = killing::run(plan, &|line| println!("{line}")).await.unwrap();
    println!("{report}");
    assert_eq!(report.violations, Vec::<String>::new());
    assert_eq!((report.killed(), report.mails), (10, report.candidates));
}
