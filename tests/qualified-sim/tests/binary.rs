//! The compiled binary: what it prints, what it takes, what it refuses.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

const SIM: &str = env!("CARGO_BIN_EXE_qualified-sim");
const KEY: &str = "the-key-of-a-seeded-team";

/// A file with this seed, for as long as it lives.
struct SeedFile(std::path::PathBuf);

impl SeedFile {
    fn new(name: &str, seed: &str) -> Self {
        let path = std::env::temp_dir().join(format!("qualified-sim-{name}-{}.json", std::process::id()));
        std::fs::write(&path, seed).unwrap();
        Self(path)
    }
}

impl Drop for SeedFile {
    fn drop(&mut self) {
        _ = std::fs::remove_file(&self.0);
    }
}

#[tokio::test]
async fn the_binary_prints_its_url_and_serves_its_seed_there() {
    let seed = SeedFile::new(
        "seed",
        &format!(
            r#"{{"teams": [{{"id": "65f0c0de00000000000000aa", "name": "T", "api_key": "{KEY}",
                "assessments": [{{"title": "Only here"}}]}}]}}"#
        ),
    );
    let mut child = Command::new(SIM)
        .args(["--port", "0", "--page-url", "http://localhost:1", "--seed"])
        .arg(&seed.0)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let url = line.trim_end().strip_prefix("qualified ").unwrap();
    let http = sim_kit::http::client();
    let answer = http.get(format!("{url}/_sim/state")).send().await;
    child.kill().unwrap();
    child.wait().unwrap();
    let state: serde_json::Value = answer.unwrap().json().await.unwrap();
    assert_eq!(state["assessments"][0]["title"], "Only here");
}

#[test]
fn a_seed_that_cannot_be_used_ends_the_binary_with_the_reason() {
    let unknown = SeedFile::new("unknown", r#"{"team": []}"#);
    let empty = SeedFile::new("empty", r#"{"teams": []}"#);
    for (seed, reason) in [(&unknown, "`team`"), (&empty, "at least one team")] {
        let output = Command::new(SIM).args(["--port", "0", "--seed"]).arg(&seed.0).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.starts_with("qualified-sim: ") && said.contains(reason), "{said}");
    }
}
