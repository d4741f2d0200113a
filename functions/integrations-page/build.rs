//! Tells the binary which commit it was built from, for `GET /health`.

use std::process::Command;

fn main() {
    let git = Command::new("git").args(["rev-parse", "--short", "HEAD"]).output();
    let commit = git.ok().filter(|output| output.status.success()).map(|output| output.stdout);
    let commit = commit.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
    let commit = if commit.trim().is_empty() { "unknown" } else { commit.trim() };
    println!("cargo:rustc-env=COMMIT={commit}");
    println!("cargo:rerun-if-changed=../../.git/logs/HEAD");
}
