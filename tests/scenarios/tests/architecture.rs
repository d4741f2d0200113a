//! The conventions of ARCHITECTURE.md and CONTRIBUTING.md that no lint can hold.

use std::fs;
use std::path::{Component, Path, PathBuf};

/// Modules of the library crate in layers; a module uses its own and lower layers only.
const LAYERS: &[(&str, u8)] = &[
    ("domain", 0),
    ("flow", 1),
    ("clock", 1),
    ("failure", 1),
    ("config", 2),
    ("http", 2),
    ("seal", 2),
    ("launch", 2),
    ("metrics", 2),
    ("session", 2),
    ("telemetry", 2),
    ("lever", 3),
    ("qualified", 3),
    ("store", 3),
    ("queue", 3),
    ("service", 4),
    ("edge", 5),
    ("setup", 5),
];
/// Layer 3 holds the outward modules, which do not know each other.
const OUTWARD: u8 = 3;
/// All that the pure modules may use beside each other.
const PURE_CRATES: &[&str] = &[
    "std",
    "core",
    "crate",
    "super",
    "self",
    "jiff",
    "thiserror",
    "secrecy",
    "ring",
    "subtle",
    "unicode_normalization",
    "strsim",
];
/// Lines a file may have before its tests.
const FILE_LINES_MAX: usize = 300;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("two levels up").to_owned()
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("target") {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

fn all_rust_files() -> Vec<PathBuf> {
    let files: Vec<_> =
        ["shared", "functions", "tests"].iter().flat_map(|folder| rust_files(&root().join(folder))).collect();
    assert!(files.len() > 40, "found only {} files: is the root right?", files.len());
    files
}

/// The part of a file before its tests.
fn without_tests(text: &str) -> &str {
    text.split("\n#[cfg(test)]").next().unwrap_or_default()
}

/// Tests beside the code they test.
fn is_test_file(path: &Path) -> bool {
    let root = root();
    let inside = path.strip_prefix(&root).unwrap_or(path);
    let mut below_src = inside.components().map(Component::as_os_str).skip_while(|part| *part != "src");
    path.ends_with("tests.rs") || below_src.any(|part| part == "tests")
}

fn layer(module: &str) -> u8 {
    let known = LAYERS.iter().find(|(name, _)| *name == module);
    known.unwrap_or_else(|| panic!("module {module} has no layer: add it to ARCHITECTURE.md and here")).1
}

/// The modules of this crate that a text names, in `use` lines and in paths.
fn used_modules(text: &str) -> Vec<String> {
    let code: String =
        text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let mut used = Vec::new();
    for rest in code.split("crate::").skip(1) {
        let names: Vec<&str> = match rest.strip_prefix('{') {
            Some(group) => group.split('}').next().unwrap_or_default().split(',').collect(),
            None => vec![rest],
        };
        for name in names {
            let name: String = name.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            used.push(name);
        }
    }
    used.retain(|name| LAYERS.iter().any(|(module, _)| module == name));
    used
}

#[test]
fn dependencies_point_one_way() {
    let source = root().join("shared/src");
    for path in rust_files(&source) {
        let relative = path.strip_prefix(&source).unwrap();
        let module =
            relative.components().next().unwrap().as_os_str().to_str().unwrap().trim_end_matches(".rs");
        if module == "lib" || is_test_file(&path) {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for used in used_modules(without_tests(&text)) {
            let allowed = used == module
                || layer(&used) < layer(module)
                || (layer(&used) == layer(module) && layer(module) != OUTWARD);
            assert!(allowed, "{} uses `{used}`, which is not below `{module}`", relative.display());
        }
    }
}

#[test]
fn the_pure_modules_know_no_io_no_clock_and_no_async() {
    for module in ["domain", "flow"] {
        for path in rust_files(&root().join("shared/src").join(module)) {
            if is_test_file(&path) {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let text = without_tests(&text);
            for word in [
                "async ",
                "await",
                "std::fs",
                "std::net",
                "std::env",
                "SystemTime",
                "Instant",
                "tokio",
                "reqwest",
            ] {
                let found =
                    text.lines().any(|line| !line.trim_start().starts_with("//") && line.contains(word));
                assert!(!found, "{} mentions `{word}`", path.display());
            }
            for line in text.lines().filter_map(|line| line.strip_prefix("use ")) {
                let name = line.split([':', ';', ' ']).next().unwrap();
                let is_sibling = fs::exists(path.with_file_name(format!("{name}.rs"))).unwrap();
                assert!(PURE_CRATES.contains(&name) || is_sibling, "{} uses `{name}`", path.display());
            }
        }
    }
}

#[test]
fn every_file_says_first_what_it_is_for() {
    for path in all_rust_files() {
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("//! "), "{} has no module documentation", path.display());
    }
}

#[test]
fn no_file_grows_beyond_a_screenful_of_screens() {
    for path in all_rust_files().into_iter().filter(|path| !path.ends_with("tests.rs")) {
        let text = fs::read_to_string(&path).unwrap();
        let lines = without_tests(&text).lines().count();
        assert!(lines <= FILE_LINES_MAX, "{}: {lines} lines before its tests", path.display());
    }
}

#[test]
fn nothing_is_called_utils() {
    for path in all_rust_files() {
        let stem = path.file_stem().unwrap().to_str().unwrap();
        assert!(
            !["util", "utils", "helper", "helpers", "common", "misc"].contains(&stem),
            "{}",
            path.display()
        );
    }
}

#[test]
fn functions_hold_wiring_only() {
    for path in rust_files(&root().join("functions")).into_iter().filter(|path| path.ends_with("src/main.rs"))
    {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= 25, "{}: {lines} lines", path.display());
    }
}
