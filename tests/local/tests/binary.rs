//! The compiled binary: what it prints, and that a story that failed is a failure.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

/// Longer than the whole story takes, on a busy machine too.
const ENDS_WITHIN: Duration = Duration::from_secs(300);

/// The running program; it is ended with this.
struct Running {
    child: Child,
    lines: Receiver<String>,
    deadline: Instant,
}

impl Running {
    /// Starts it on free ports.
    fn start(arguments: &[&str]) -> Self {
        let ports = ["--port", "0", "--lever-port", "0", "--qualified-port", "0"];
        let mut child = Command::new(env!("CARGO_BIN_EXE_local"))
            .args(ports)
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        thread::spawn(move || out.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Self { child, lines, deadline: Instant::now() + ENDS_WITHIN }
    }

    /// What it prints next; nothing if it prints no more.
    fn line(&self) -> Option<String> {
        match self.lines.recv_timeout(self.deadline.saturating_duration_since(Instant::now())) {
            Ok(line) => Some(line),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("nothing is printed, and it does not end"),
        }
    }

    /// The addresses it prints first: gateway, Lever, Qualified.
    fn addresses(&self) -> [String; 3] {
        ["gateway ", "lever ", "qualified "].map(|name| {
            let line = self.line().unwrap();
            let address = line.strip_prefix(name);
            address.unwrap_or_else(|| panic!("`{line}` does not begin with `{name}`")).to_owned()
        })
    }

    /// Waits for its end.
    fn ended(&mut self) -> ExitStatus {
        while Instant::now() < self.deadline {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("it does not end");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

#[tokio::test]
async fn it_prints_where_everything_is_and_what_to_do_by_hand() {
    let running = Running::start(&["--no-story"]);
    let [gateway, lever, qualified] = running.addresses();
    let mut guide = Vec::new();
    loop {
        let line = running.line().unwrap();
        if line.ends_with("Ctrl-C ends everything.") {
            break;
        }
        guide.push(line);
    }
    let http = sim_kit::http::client();
    for url in [format!("{gateway}/health"), format!("{lever}/_sim/state"), format!("{qualified}/_sim/state")]
    {
        assert_eq!(http.get(url).send().await.unwrap().status(), 200);
    }
    assert!(guide.iter().any(|line| line.contains(&format!("{qualified}/_sim/launch"))), "{guide:?}");
}

/// A call that breaks a rule of the simulated Lever fails the story's last step.
#[tokio::test]
async fn once_ends_with_1_if_a_step_of_the_story_is_not_seen() {
    let mut running = Running::start(&["--once"]);
    let [_, lever, _] = running.addresses();
    let stray = sim_kit::http::client().get(format!("{lever}/v1/nothing-of-lever")).send().await;
    assert_eq!(stray.unwrap().status(), 404);
    let told: Vec<String> = std::iter::from_fn(|| running.line()).collect();
    assert_eq!(running.ended().code(), Some(1));
    let last = told.last().unwrap();
    assert!(last.starts_with("FAILED: ") && last.contains("/v1/nothing-of-lever"), "{last}");
    assert!(!told.iter().any(|line| line.contains("Every step was seen")));
}
