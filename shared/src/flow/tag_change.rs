//! How the tags of one title follow a standing. Tags of other titles are never touched.

use crate::domain::{Assignment, Progress, Tag};

/// The tag that has to be there.
pub fn wanted_tag(assignment: &Assignment, progress: Progress) -> Tag {
    assignment.title.status_tag(progress).text()
}

/// The tags among `present` that the wanted one replaces: the title itself, however it is written, and
/// every other status tag of it. `present` is what Lever answered to adding the wanted tag.
pub fn superseded_tags(assignment: &Assignment, progress: Progress, present: &[Tag]) -> Vec<Tag> {
    let wanted = wanted_tag(assignment, progress);
    let title = &assignment.title;
    let is_of_title = |tag: &Tag| {
        *tag == assignment.original_tag || title.is_named_by(tag) || title.claimed_progress(tag).is_some()
    };
    present.iter().filter(|tag| **tag != wanted && is_of_title(tag)).cloned().collect()
}
