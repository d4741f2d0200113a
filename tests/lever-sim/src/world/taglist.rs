//! The tags of one opportunity: its own ones and those inherited from its posting, in one ordered set.
//!
//! New tags are appended; a renamed posting renames in place (both recorded from the real API).

use std::collections::BTreeSet;

use crate::switches::InheritedTags;

#[derive(Debug, Clone, Default)]
pub(crate) struct TagList {
    shown: Vec<String>,
    own: BTreeSet<String>,
    /// Inherited tags that somebody removed from this opportunity.
    suppressed: BTreeSet<String>,
}

impl TagList {
    pub(crate) fn new(own: &[String], inherited: &[String]) -> Self {
        let mut list = Self::default();
        for tag in own {
            list.add(tag);
        }
        for tag in inherited {
            list.show(tag);
        }
        list
    }

    pub(crate) fn shown(&self) -> &[String] {
        &self.shown
    }

    pub(crate) fn contains(&self, tag: &str) -> bool {
        self.shown.iter().any(|shown| shown == tag)
    }

    pub(crate) fn own(&self) -> &BTreeSet<String> {
        &self.own
    }

    pub(crate) fn add(&mut self, tag: &str) {
        self.own.insert(tag.to_owned());
        self.suppressed.remove(tag);
        self.show(tag);
    }

    /// Removes a tag; what becomes of an inherited one is a matter of the switch.
    pub(crate) fn remove(&mut self, tag: &str, inherited: &[String], rule: InheritedTags) {
        self.own.remove(tag);
        if inherited.iter().any(|from_posting| from_posting == tag) {
            match rule {
                InheritedTags::Sticky => return,
                InheritedTags::Removable | InheritedTags::Returning => {
                    self.suppressed.insert(tag.to_owned());
                }
            }
        }
        self.shown.retain(|shown| shown != tag);
    }

    /// Follows an edit of the posting. `renamed` are old and new texts of one derived tag.
    pub(crate) fn follow(
        &mut self,
        before: &[String],
        after: &[String],
        renamed: &[(String, String)],
        rule: InheritedTags,
    ) {
        match rule {
            InheritedTags::Returning => self.suppressed.clear(),
            InheritedTags::Removable | InheritedTags::Sticky => {}
        }
        for (old, new) in renamed {
            if self.suppressed.remove(old) {
                self.suppressed.insert(new.clone());
            }
            let place = self.shown.iter().position(|shown| shown == old);
            if let Some(place) = place.filter(|_| !self.own.contains(old) && !self.contains(new)) {
                self.shown[place].clone_from(new);
            }
        }
        let gone = |tag: &String| before.contains(tag) && !after.contains(tag);
        self.suppressed.retain(|tag| !gone(tag));
        let own = &self.own;
        self.shown.retain(|tag| own.contains(tag) || !gone(tag));
        for tag in after {
            if !self.suppressed.contains(tag) {
                self.show(tag);
            }
        }
    }

    fn show(&mut self, tag: &str) {
        if !self.contains(tag) {
            self.shown.push(tag.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(tags: &[&str]) -> Vec<String> {
        tags.iter().map(|tag| (*tag).to_owned()).collect()
    }

    #[test]
    fn own_tags_come_first_and_new_ones_last_without_duplicates() {
        let mut list = TagList::new(&texts(&["Java"]), &texts(&["Backend", "Berlin"]));
        list.add("New");
        list.add("Berlin");
        assert_eq!(list.shown(), ["Java", "Backend", "Berlin", "New"]);
    }

    #[test]
    fn a_renamed_posting_renames_in_place_and_leaves_own_tags() {
        let (before, after) = (texts(&["Backend"]), texts(&["Platform"]));
        let renamed = [("Backend".to_owned(), "Platform".to_owned())];
        let mut list = TagList::new(&[], &before);
        list.add("New");
        list.follow(&before, &after, &renamed, InheritedTags::Removable);
        assert_eq!(list.shown(), ["Platform", "New"]);
        let mut own = TagList::new(&texts(&["Backend"]), &before);
        own.follow(&before, &after, &renamed, InheritedTags::Removable);
        assert_eq!(own.shown(), ["Backend", "Platform"]);
    }

    #[test]
    fn a_removed_inherited_tag_obeys_the_switch() {
        let inherited = texts(&["Quiz"]);
        let after_edit = |rule| {
            let mut list = TagList::new(&[], &inherited);
            list.remove("Quiz", &inherited, rule);
            let removed = !list.contains("Quiz");
            list.follow(&inherited, &inherited, &[], rule);
            (removed, list.contains("Quiz"))
        };
        assert_eq!(after_edit(InheritedTags::Removable), (true, false));
        assert_eq!(after_edit(InheritedTags::Sticky), (false, true));
        assert_eq!(after_edit(InheritedTags::Returning), (true, true));
    }
}
