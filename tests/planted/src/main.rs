//! Plants every bug of the list in a copy of the workspace and says which the harness finds: `planted [SEEDS] [NAME…]`.
//!
//! The copy is built once; the bugs in it sleep until one is woken. Ends with 0 if each is found and, unless names are
//! given, nothing is found while all sleep.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use planted::{PLANTED, SWITCH};

/// What `cargo run` tells this program about itself. The build script of `ring` takes it for a change of its own.
const TOLD_BY_CARGO: [&str; 6] = [
    "CARGO_MANIFEST_DIR",
    "CARGO_PKG_NAME",
    "CARGO_PKG_VERSION_MAJOR",
    "CARGO_PKG_VERSION_MINOR",
    "CARGO_PKG_VERSION_PATCH",
    "CARGO_PKG_VERSION_PRE",
];

type Done<T = ()> = Result<T, Box<dyn Error>>;

fn main() -> Done<ExitCode> {
    let mut arguments = std::env::args().skip(1);
    let seeds = arguments.next().unwrap_or_else(|| "1000".to_owned());
    let only: Vec<String> = arguments.collect();
    if let Some(unknown) = only.iter().find(|name| PLANTED.iter().all(|bug| bug.name != *name)) {
        return Err(format!("{unknown} is not on the list").into());
    }
    let copy = std::env::temp_dir().join(format!("planted-{}", std::process::id()));
    let outcome = plant_and_search(&copy, &seeds, &only);
    fs::remove_dir_all(&copy)?;
    let missed = outcome?;
    println!("{} missed: {missed:?}", missed.len());
    Ok(if missed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn plant_and_search(copy: &Path, seeds: &str, only: &[String]) -> Done<Vec<&'static str>> {
    copy_workspace(copy)?;
    for bug in PLANTED {
        let path = copy.join("shared/src").join(bug.file);
        let text = fs::read_to_string(&path)?;
        fs::write(&path, bug.plant(&text).ok_or(format!("{} cannot be planted", bug.name))?)?;
    }
    let library = copy.join("shared/src/lib.rs");
    let text = fs::read_to_string(&library)?;
    fs::write(&library, text + SWITCH)?;
    let search = build(copy)?;
    if only.is_empty() && look(&search, seeds, "")? {
        return Err("something is wrong although no bug is awake".into());
    }
    let mut missed = Vec::new();
    for bug in PLANTED.iter().filter(|bug| only.is_empty() || only.iter().any(|name| name == bug.name)) {
        if !look(&search, seeds, bug.name)? {
            missed.push(bug.name);
        }
    }
    Ok(missed)
}

/// Whether the search finds something.
fn look(search: &Path, seeds: &str, name: &str) -> Done<bool> {
    let output = Command::new(search).arg(seeds).env("PLANTED", name).output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    let Some(verdict) = said.lines().last() else {
        return Err(format!("the search for {name:?} ended without a verdict: {}", output.status).into());
    };
    println!("{name}: {verdict}");
    Ok(!output.status.success())
}

fn build(copy: &Path) -> Done<PathBuf> {
    // Beside this program, and with the features that `cargo test --workspace` chooses (an example makes cargo do so), so
    // that what the copy depends on is built already.
    let own = std::env::current_exe()?;
    let folder = own.parent().ok_or("no folder of this program")?;
    let target = folder.parent().ok_or("no target directory")?;
    let profile = folder.file_name().and_then(|name| name.to_str()).ok_or("no profile")?;
    // The profile `dev` has a folder of another name.
    let profile = if profile == "debug" { "dev" } else { profile };
    let mut cargo = Command::new("cargo");
    cargo
        .args(["build", "--offline", "--profile", profile, "--workspace", "--example", "search"])
        .current_dir(copy)
        .env("CARGO_TARGET_DIR", target);
    for name in TOLD_BY_CARGO {
        cargo.env_remove(name);
    }
    let status = cargo.status()?;
    if !status.success() {
        return Err("the copy cannot be built".into());
    }
    let search = copy.join("search");
    fs::copy(folder.join("examples/search"), &search)?;
    Ok(search)
}

/// Every file that git knows, as it is now.
fn copy_workspace(copy: &Path) -> Done {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).ok_or("no workspace")?;
    let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(root).output()?;
    for file in String::from_utf8(listed.stdout)?.split('\0').filter(|file| !file.is_empty()) {
        let to = copy.join(file);
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::copy(root.join(file), to)?;
    }
    Ok(())
}
