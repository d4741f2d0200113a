//! The targets on their seeds, and on what becomes of a seed when a few of its bytes change. The fuzzer goes on from here.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::Path;

use fuzz::{envelope, lever_answer, lever_webhook, qualified_answer, qualified_webhook};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

/// One change of an input: where, how many bytes go, and what comes in their place.
type Change = (Index, usize, Vec<u8>);

/// Names and bytes.
fn seeds(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(target);
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let name = |file: &Path| file.file_name().unwrap().to_string_lossy().into_owned();
    files.into_iter().map(|file| (name(&file), fs::read(&file).unwrap())).collect()
}

fn changed(mut input: Vec<u8>, changes: &[Change]) -> Vec<u8> {
    for (at, gone, new) in changes {
        let from = at.index(input.len() + 1);
        let to = (from + gone).min(input.len());
        input.splice(from..to, new.iter().copied());
    }
    input
}

/// Checks every seed, which is taken unless its name says that it is refused, then 2,000 changed ones.
fn explore(target: &str, check: fn(&[u8]) -> bool) {
    let seeds = seeds(target);
    assert!(seeds.len() >= 4, "{target} has {} seeds", seeds.len());
    let wrong: Vec<_> =
        seeds.iter().filter(|(name, seed)| check(seed) == name.starts_with("refused")).collect();
    assert!(wrong.is_empty(), "{target}: {:?}", wrong.iter().map(|(name, _)| name).collect::<Vec<_>>());
    let piece = prop_oneof![
        vec(any::<u8>(), 0..4),
        prop::sample::select(vec!["null", "{}", "[", "\"", "-1", "1e400", "\\ud800", "true", "\u{0}", "\n"])
            .prop_map(|text| text.as_bytes().to_vec()),
    ];
    let changes = vec((any::<Index>(), 0_usize..12, piece), 1..5);
    let config = ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |((_, seed) in prop::sample::select(seeds), changes in changes)| {
        check(&changed(seed, &changes));
    });
}

#[test]
fn envelopes_are_read_or_refused() {
    explore("envelope", envelope::check);
}

#[test]
fn deliveries_of_lever_are_read_or_refused() {
    explore("lever_webhook", lever_webhook::check);
}

#[test]
fn deliveries_of_qualified_are_read_or_refused() {
    explore("qualified_webhook", qualified_webhook::check);
}

#[test]
fn answers_of_lever_are_read_or_refused() {
    explore("lever_answer", lever_answer::check);
}

#[test]
fn answers_of_qualified_are_read_or_refused() {
    explore("qualified_answer", qualified_answer::check);
}
