//! The list of planted bugs fits the code.

use std::fs;
use std::path::Path;

use planted::PLANTED;

#[test]
fn every_planted_bug_can_still_be_planted() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().join("shared/src");
    for bug in PLANTED {
        let text = fs::read_to_string(source.join(bug.file)).unwrap();
        assert!(bug.plant(&text).is_some(), "{}: what it replaces is not in {} once", bug.name, bug.file);
    }
    assert!(PLANTED.len() >= 20);
}
