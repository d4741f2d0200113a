//! The compiled binary: what it prints, and that a story that failed is a failure.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::io::{BufRead as _, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};

/// Starts it on free ports; gives its lines.
fn start(arguments: &[&str]) -> (Child, Lines<BufReader<ChildStdout>>) {
    let ports = ["--port", "0", "--lever-port", "0", "--qualified-port", "0"];
    let mut child = Command::new(env!("CARGO_BIN_EXE_local"))
        .args(ports)
        .args(arguments)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    (child, lines)
}

/// The addresses it prints first: gateway, Lever, Qualified.
fn addresses(lines: &mut Lines<BufReader<ChildStdout>>) -> [String; 3] {
    ["gateway ", "lever ", "qualified "].map(|name| {
        let line = lines.next().unwrap().unwrap();
        line.strip_prefix(name).unwrap_or_else(|| panic!("`{line}` does not begin with `{name}`")).to_owned()
    })
}

#[tokio::test]
async fn it_prints_where_everything_is_and_what_to_do_by_hand() {
    let (mut child, mut lines) = start(&["--no-story"]);
    let [gateway, lever, qualified] = addresses(&mut lines);
    let lines = lines.map(Result::unwrap);
    let guide: Vec<String> = lines.take_while(|line| !line.ends_with("Ctrl-C ends everything.")).collect();
    let http = sim_kit::http::client();
    let mut statuses = Vec::new();
    for url in [format!("{gateway}/health"), format!("{lever}/_sim/state"), format!("{qualified}/_sim/state")]
    {
        statuses.push(http.get(url).send().await.map(|answer| answer.status().as_u16()));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    for status in statuses {
        assert_eq!(status.unwrap(), 200);
    }
    assert!(guide.iter().any(|line| line.contains(&format!("{qualified}/_sim/launch"))), "{guide:?}");
}

/// A call that breaks a rule of the simulated Lever fails the story's last step.
#[tokio::test]
async fn once_ends_with_1_if_a_step_of_the_story_is_not_seen() {
    let (mut child, mut lines) = start(&["--once"]);
    let [_, lever, _] = addresses(&mut lines);
    let stray = sim_kit::http::client().get(format!("{lever}/v1/nothing-of-lever")).send().await;
    let told: Vec<String> = lines.map(Result::unwrap).collect();
    let status = child.wait().unwrap();
    assert_eq!(stray.unwrap().status(), 404);
    assert_eq!(status.code(), Some(1));
    let last = told.last().unwrap();
    assert!(last.starts_with("FAILED: ") && last.contains("/v1/nothing-of-lever"), "{last}");
    assert!(!told.iter().any(|line| line.contains("Every step was seen")));
}
