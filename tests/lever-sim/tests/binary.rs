//! The compiled binary: what it prints, what it refuses.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

const README: &str = include_str!("../README.md");

#[tokio::test]
async fn the_binary_prints_its_url_and_serves_there() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_lever-sim"))
        .args(["--port", "0"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let url = line.trim_end().strip_prefix("lever ").unwrap();
    let answer = sim_kit::http::client().get(format!("{url}/_sim/state")).send().await;
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(answer.unwrap().status(), 200);
}

#[test]
fn a_seed_with_an_unknown_field_ends_the_binary_with_its_name() {
    let path = std::env::temp_dir().join(format!("lever-sim-seed-{}.json", std::process::id()));
    std::fs::write(&path, r#"{"acounts": []}"#).unwrap();
    let sim = env!("CARGO_BIN_EXE_lever-sim");
    let output = Command::new(sim).args(["--port", "0", "--seed"]).arg(&path).output().unwrap();
    std::fs::remove_file(&path).unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("`acounts`"));
}

#[tokio::test]
async fn the_seed_in_the_readme_makes_a_world() {
    let seeds = README.split("```json").nth(1).and_then(|rest| rest.split("```").next());
    let seed = lever_sim::Seed::from_json(seeds.unwrap()).unwrap();
    let sim = lever_sim::LeverSim::start(0, seed).await.unwrap();
    assert_eq!(sim.state()["accounts"][0]["opportunities"][0]["tags"][0], "JavaScript Basics");
}
