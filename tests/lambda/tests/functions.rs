//! The compiled functions do the whole job, and survive being killed.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use axum::{Json, Router};
use lambda::killing::{self, Leases, Plan};
use lambda::{Function, Invoked, Program, Stack, lost};
use lever_integration::clock::{Clock, SystemClock};
use local::story::Story;
use serde_json::{Value, json};
use sim_kit::serve::{ServeError, Server, serve};
use tokio::process::Command;
use tokio::time::{sleep, timeout};

/// Longer than a process takes to end, on a busy machine too.
const ENDS_WITHIN: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_story_is_played_by_the_compiled_functions() {
    let stack = Stack::start(Duration::from_secs(30)).await.unwrap();
    Story::new(stack.scene(), &|line| println!("{line}")).play().await.unwrap();
    lost::play(&stack, &|line| println!("{line}")).await.unwrap();
    assert_eq!(stack.messages().await.unwrap(), (0, 0));
    assert_eq!(stack.failures().await.unwrap(), Vec::<String>::new());
}

#[test]
fn every_function_has_the_time_that_the_template_gives_it() {
    let template = include_str!("../../../template.yaml");
    for program in Program::ALL {
        let (_, resource) = template.split_once(&format!("Binary: {} }}", program.name())).unwrap();
        let seconds = resource.lines().find_map(|line| line.trim().strip_prefix("Timeout: ")).unwrap();
        assert_eq!(program.timeout(), Duration::from_secs(seconds.parse().unwrap()), "{program:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_cannot_start_fails_its_event_at_once() {
    Program::Worker.path().unwrap();
    let function = Function::new(Program::Worker, HashMap::new());
    for crashes in [1, 2] {
        let began = Instant::now();
        let invoked = function.invoke(json!({"Records": []})).await.unwrap();
        assert!(matches!(&invoked, Invoked::Failed(why) if why.ends_with("exit status: 1")), "{invoked:?}");
        assert!(began.elapsed() < Program::Worker.timeout(), "{:?}", began.elapsed());
        assert_eq!((function.crashes().await.unwrap(), function.kills()), (crashes, 0));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_ended_by_itself_is_told_of_and_started_anew() {
    let stack = Stack::start(Duration::from_secs(30)).await.unwrap();
    let function = stack.function(Program::StageChangeWebhook);
    let answered = async || {
        let invoked = function.invoke(delivery("/webhooks/lever/team/key", "{}")).await.unwrap();
        assert!(matches!(invoked, Invoked::Answer(_)), "{invoked:?}");
        function.process_id().await.unwrap()
    };
    let first = answered().await;
    assert_eq!(stack.failures().await.unwrap(), Vec::<String>::new());
    // Not by the function's own hand, so for it this is a crash.
    let ended = Command::new("kill").args(["-KILL", &first.to_string()]).status().await.unwrap();
    assert!(ended.success());
    let seen = timeout(ENDS_WITHIN, async {
        while function.crashes().await.unwrap() == 0 {
            sleep(Duration::from_millis(10)).await;
        }
    });
    seen.await.unwrap();
    assert_ne!(answered().await, first);
    assert_eq!((function.crashes().await.unwrap(), function.kills()), (1, 0));
    assert_eq!(stack.failures().await.unwrap(), ["stage-change-webhook ended by itself: 1"]);
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
        assert_eq!(function.crashes().await.unwrap(), 0);
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
        assert_eq!((processes.len(), function.crashes().await.unwrap()), (1, 0), "one process all the time");
    }
}

#[tokio::test]
async fn a_function_without_its_variables_ends_at_once_and_names_them_all() {
    let variables = [
        "TABLE_NAME",
        "QUEUE_URL",
        "APP_SECRET_ID",
        "LEVER_API_BASE",
        "LEVER_AUTH_BASE",
        "LEVER_AUDIENCE",
        "QUALIFIED_API_BASE",
        "PUBLIC_BASE_URL",
        "AWS_REGION",
    ];
    for program in Program::ALL {
        let mut command = Command::new(program.path().unwrap());
        let ended = timeout(ENDS_WITHIN, command.env_clear().kill_on_drop(true).output()).await;
        let ended = ended.unwrap_or_else(|_| panic!("{program:?} goes on")).unwrap();
        let said = String::from_utf8_lossy(&ended.stderr);
        assert!(!ended.status.success(), "{program:?}");
        for variable in variables {
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
    assert_eq!((report.crashed, report.mails), (0, report.candidates));
    assert!(report.killed() >= 10 && report.interrupted() >= 5, "half of ten over an event");
}
