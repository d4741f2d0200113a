//! Tags, titles and the status tags made of them.
//!
//! Lever's tags are plain strings, case-sensitive and shown as typed. A title matches a tag when both
//! are equal after trimming, Unicode NFC, collapsing blanks and ignoring case; always as a whole, since
//! titles contain punctuation of their own.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

use super::result::Progress;

/// The longest title kept, in bytes. Lever states no limit for a tag.
const TITLE_LENGTH_MAX: usize = 512;
/// The longest tag kept, in bytes: the status tags of the longest title have to be recognised.
const LENGTH_MAX: usize = TITLE_LENGTH_MAX + " - Submitted".len();

/// The text is no tag or title: empty, too long, or with control characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a tag: empty, over {LENGTH_MAX} bytes, or with control characters")]
pub struct InvalidTag;

/// A tag exactly as Lever has it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tag(Box<str>);

impl Tag {
    /// Takes a tag as it is; blanks at the ends are kept, since removing a tag needs its exact text.
    ///
    /// # Errors
    /// When the text is empty, too long or has control characters.
    pub fn new(text: &str) -> Result<Self, InvalidTag> {
        if text.trim().is_empty() || text.len() > LENGTH_MAX || text.chars().any(char::is_control) {
            return Err(InvalidTag);
        }
        Ok(Self(text.into()))
    }

    /// The exact text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What tags are compared by.
    pub fn normal(&self) -> String {
        normal(self.as_str())
    }

    /// Whether the tag says the same as `text`.
    pub fn says(&self, text: &str) -> bool {
        self.normal() == normal(text)
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The title of an assessment, as shown in Qualified.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Title(Box<str>);

impl Title {
    /// Takes a title, with blanks at the ends removed.
    ///
    /// # Errors
    /// When the text is empty, too long or has control characters.
    pub fn new(text: &str) -> Result<Self, InvalidTag> {
        let tag = Tag::new(text.trim())?;
        if tag.0.len() > TITLE_LENGTH_MAX { Err(InvalidTag) } else { Ok(Self(tag.0)) }
    }

    /// The title as text; the same text is the tag that asks for the assessment.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What titles are compared by.
    pub fn normal(&self) -> String {
        normal(self.as_str())
    }

    /// Whether a tag names this title.
    pub fn is_named_by(&self, tag: &Tag) -> bool {
        tag.says(self.as_str())
    }

    /// The status tag for a progress.
    pub fn status_tag(&self, progress: Progress) -> StatusTag {
        StatusTag { title: self.clone(), progress }
    }

    /// The progress that a tag claims for this title, if it is one of its status tags.
    pub fn claimed_progress(&self, tag: &Tag) -> Option<Progress> {
        let tag = tag.normal();
        let (title, progress) = StatusTag::claimed_by(&tag)?;
        (title == self.normal()).then_some(progress)
    }
}

impl fmt::Display for Title {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `Title - Invited`, `Title - Started` or `Title - Submitted`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusTag {
    /// Whose status it is; frozen when the candidate was invited.
    pub title: Title,
    /// The status.
    pub progress: Progress,
}

impl StatusTag {
    /// The tag to put on the opportunity.
    pub fn text(&self) -> Tag {
        Tag(format!("{}{}", self.title, self.progress.suffix()).into())
    }

    /// The normal form of the title and the progress that a tag claims, given the tag's own normal form.
    ///
    /// What is left of that without the suffix is the normal form of the title: the suffix begins with a blank, and
    /// a blank neither composes with what is before it nor changes its case.
    pub fn claimed_by(normal_tag: &str) -> Option<(&str, Progress)> {
        Progress::ALL.into_iter().find_map(|progress| {
            let title = normal_tag.strip_suffix(&progress.suffix().to_lowercase())?;
            Some((title, progress))
        })
    }
}

fn normal(text: &str) -> String {
    // ASCII is composed as it is. Most titles are ASCII, and composing is what takes long.
    if text.is_ascii() {
        return collapsed(text).to_ascii_lowercase();
    }
    let composed: String = text.nfc().collect();
    collapsed(&composed).to_lowercase().nfc().collect()
}

fn collapsed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn title(text: &str) -> Title {
        Title::new(text).unwrap()
    }

    #[test]
    fn case_blanks_and_composition_do_not_matter() {
        let caf = title("Café:  Orders, Basics");
        for same in ["café: orders, basics", " Cafe\u{301}: Orders,  Basics ", "CAFÉ:\u{a0}ORDERS, BASICS"]
        {
            assert!(caf.is_named_by(&Tag::new(same).unwrap()), "{same:?}");
        }
        for other in ["Cafe: Orders, Basics", "Café: Orders", "Café: Orders, Basics - Invited"] {
            assert!(!caf.is_named_by(&Tag::new(other).unwrap()), "{other:?}");
        }
    }

    #[test]
    fn status_tags_are_recognised_whatever_their_case() {
        let title = title("Rust Basics");
        let claims = |tag: &str| title.claimed_progress(&Tag::new(tag).unwrap());
        assert_eq!(claims("Rust Basics - Invited"), Some(Progress::Invited));
        assert_eq!(claims("rust basics - STARTED"), Some(Progress::Started));
        assert_eq!(claims("Rust Basics - Submitted"), Some(Progress::Submitted));
        assert_eq!(claims("Rust Basics"), None);
        assert_eq!(claims("Go Basics - Invited"), None);
    }

    #[test]
    fn a_status_tag_claims_its_title_however_that_ends() {
        for text in ["Rust - Invited", "ΟΔΟΣ", "ΟΔΟΣ’", "Cafe\u{301}", "Go -", "-", "\u{301}", "İ"]
        {
            let title = title(text);
            for progress in Progress::ALL {
                let tag = title.status_tag(progress).text();
                assert_eq!(StatusTag::claimed_by(&tag.normal()), Some((&*title.normal(), progress)), "{tag}");
                assert_eq!(title.claimed_progress(&tag), Some(progress), "{tag}");
            }
        }
        for text in ["- Invited", " - Invited", "Rust- Invited", "Rust -Invited", "Rust - Invited!"] {
            assert_eq!(StatusTag::claimed_by(&Tag::new(text).unwrap().normal()), None, "{text}");
        }
    }

    #[test]
    fn text_that_is_no_tag_is_refused() {
        for bad in ["", "  ", "a\nb", "a\0b", "x".repeat(LENGTH_MAX + 1).as_str()] {
            assert_eq!(Tag::new(bad), Err(InvalidTag), "{bad:?}");
        }
    }

    #[test]
    fn the_longest_title_has_status_tags() {
        let text = "x".repeat(TITLE_LENGTH_MAX);
        let tag = Tag::new(&format!("{text} - Submitted")).unwrap();
        assert_eq!(title(&text).claimed_progress(&tag), Some(Progress::Submitted));
        assert_eq!(tag.to_string(), format!("{text} - Submitted"));
        assert_eq!(Title::new(&format!("{text}x")), Err(InvalidTag));
        assert_eq!(Tag::new(&format!("{tag}x")), Err(InvalidTag));
    }
}
