//! The compiled functions do the whole job, and survive being killed.

use std::time::Duration;

use lambda::killing::{self, Plan};
use lambda::{Invoked, Program, Stack};
use local::story::Story;
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_story_is_played_by_the_compiled_functions() {
    let stack = Stack::start(Duration::from_secs(30)).await.unwrap();
    Story::new(stack.scene(), &|line| println!("{line}")).play().await.unwrap();
    assert_eq!(stack.messages().await.unwrap(), (0, 0));
}

/// N47. API Gateway encodes bodies itself, so only a made-up event can say so wrongly.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_is_not_the_base64_it_says_is_answered_400_and_the_process_lives() {
    let stack = Stack::start(Duration::from_secs(30)).await.unwrap();
    let headers = json!({"content-type": "application/json", "host": "integrations.qualified.example"});
    for (program, path) in [
        (Program::StageChangeWebhook, "/webhooks/lever/team/key"),
        (Program::AssessmentEvents, "/webhooks/qualified/team/key"),
    ] {
        let function = stack.function(program);
        let mut processes = Vec::new();
        for body in ["%%%", "{}"] {
            let http =
                json!({"method": "POST", "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1"});
            let event = json!({
                "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "",
                "headers": headers,
                "requestContext": {"apiId": "local", "http": http, "stage": "$default", "timeEpoch": 0},
                "body": body, "isBase64Encoded": true,
            });
            let Invoked::Answer(answer) = function.invoke(event).await.unwrap() else {
                panic!("no answer to {body}");
            };
            assert_eq!(answer["statusCode"], 400, "{answer}");
            processes.push(function.process_id().await);
        }
        assert_eq!(processes[0], processes[1]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes: a lease of a killed worker has to run out"]
async fn candidates_are_invited_once_though_functions_are_killed() {
    let report = killing::run(Plan { candidates: 20, kills: 20 }, &|line| println!("{line}")).await.unwrap();
    assert!(report.kills >= 20);
}
