//! The compiled functions do the whole job, and survive being killed.

use std::time::Duration;

use lambda::Stack;
use lambda::killing::{self, Plan};
use local::story::Story;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_story_is_played_by_the_compiled_functions() {
    let stack = Stack::start(Duration::from_secs(30)).await.unwrap();
    Story::new(stack.scene(), &|line| println!("{line}")).play().await.unwrap();
    assert_eq!(stack.messages().await.unwrap(), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes: a lease of a killed worker has to run out"]
async fn candidates_are_invited_once_though_functions_are_killed() {
    let report = killing::run(Plan { candidates: 20, kills: 20 }, &|line| println!("{line}")).await.unwrap();
    assert!(report.kills >= 20);
}
