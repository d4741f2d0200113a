//! What the documents name exists: paths in backticks, relative links.

use std::fs;
use std::path::{Path, PathBuf};

/// The documents whose paths are held against the repository.
const DOCUMENTS: [&str; 7] = [
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "docs/DEPLOY.md",
    "docs/OPERATIONS.md",
    "docs/RELIABILITY.md",
    "docs/SECURITY.md",
];
/// What a short path may count from.
const BASES: [&str; 4] = ["", "shared/src", "functions/integrations-page/src", "functions/integrations-page"];
/// Folders that hold what was built or fetched.
const FOREIGN: [&str; 5] = ["target", "node_modules", ".git", ".local", ".aws-sam"];
/// What makes a word without a slash a file.
const EXTENSIONS: [&str; 6] = [".rs", ".md", ".toml", ".yaml", ".js", ".json"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("two levels up").to_owned()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_foreign = path.file_name().is_some_and(|name| FOREIGN.iter().any(|foreign| name == *foreign));
        if path.is_dir() && !is_foreign {
            found.extend(files(&path));
        } else if !is_foreign {
            found.push(path);
        }
    }
    found
}

/// The words in backticks outside blocks of code.
fn quoted(text: &str) -> Vec<&str> {
    let outside = text.split("```").step_by(2);
    outside.flat_map(|part| part.split('`').skip(1).step_by(2)).collect()
}

/// Whether a word is meant as a path of the repository: no command, route, address, pattern or type.
fn is_path(word: &str) -> bool {
    let is_plain = word.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
    let is_file = EXTENSIONS.iter().any(|extension| word.ends_with(extension));
    is_plain && !word.starts_with('/') && (is_file || word.contains('/'))
}

#[test]
fn every_path_that_a_document_names_exists() {
    let all = files(&root());
    let exists = |path: &str| {
        let is_there = BASES.iter().any(|base| root().join(base).join(path).exists());
        // The name of a file alone is one of many files.
        let is_name = !path.contains('/') && all.iter().any(|file| file.ends_with(path));
        is_there || is_name
    };
    let mut looked_at = 0;
    for document in DOCUMENTS {
        let text = fs::read_to_string(root().join(document)).unwrap();
        for path in quoted(&text).into_iter().filter(|word| is_path(word)) {
            // Built or fetched, so not there on a fresh clone.
            let is_built = path.starts_with("target/");
            assert!(is_built || exists(path), "{document}: there is no `{path}`");
            looked_at += 1;
        }
    }
    assert!(looked_at > 60, "only {looked_at} paths were found");
}

#[test]
fn every_relative_link_leads_somewhere() {
    let mut looked_at = 0;
    for document in files(&root()).into_iter().filter(|file| file.extension().is_some_and(|one| one == "md"))
    {
        let text = fs::read_to_string(&document).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = link.split('#').next().unwrap();
            if path.is_empty() || link.contains("://") {
                continue;
            }
            let target = document.parent().unwrap().join(path);
            assert!(target.exists(), "{}: `{link}` leads nowhere", document.display());
            looked_at += 1;
        }
    }
    assert!(looked_at > 10, "only {looked_at} links were found");
}
