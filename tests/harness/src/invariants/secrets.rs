//! No credential and no personal data where they would stay: log lines with their errors, queue messages, paths (I12).

use lever_integration::telemetry::Capture;

use crate::world::World;

/// What only an address of a person, a name or a key holds in these worlds, and how an access token begins.
const CANARIES: [&str; 4] = ["@team", "Candidate ", "key-of-team-", "eyJ"];

/// What of it was found, in what a run logged, sent and called.
pub fn leaked(world: &World, log: &Capture, tokens: &[String]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut look = |place: &str, text: &str| {
        let canaries = CANARIES.into_iter().chain(tokens.iter().map(String::as_str));
        // Only the kind of what was found is told, not the thing.
        wrong.extend(
            canaries
                .filter(|canary| text.contains(canary))
                .map(|canary| format!("I12: {place} holds {}", &canary[..canary.len().min(4)])),
        );
    };
    log.text().lines().for_each(|line| look("a log line", line));
    for envelope in world.sent.lock().iter() {
        look("a message", &envelope.to_json().unwrap_or_default());
    }
    for path in world.wire.paths() {
        look("a path", &path);
    }
    wrong.truncate(5);
    wrong
}
