//! The compiled functions do the whole job, and survive being killed.

use std::time::Duration;

use lambda::killing::{self, Leases, Plan};
use lambda::{Invoked, Program, Stack, lost};
use local::story::Story;
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_story_is_played_by_the_compiled_functions() {
    let stack = Stack::start(Duration::from_secs(30)).await.unwrap();
    Story::new(stack.scene(), &|line| println!("{line}")).play().await.unwrap();
    lost::play(&stack, &|line| println!("{line}")).await.unwrap();
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
async fn candidates_are_invited_once_though_functions_are_killed() {
    let plan = Plan { candidates: 8, kills: 10, leases: Leases::AreEnded };
    let report = killing::run(plan, &|line| println!("{line}")).await.unwrap();
    println!("{report}");
    assert_eq!(report.violations, Vec::<String>::new());
    assert_eq!((report.killed(), report.mails), (10, report.candidates));
}
