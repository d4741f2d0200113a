//! Which assessments the tags of an opportunity ask for.
//!
//! A tag asks for an assessment when it says its whole title. Candidate and posting tags arrive together
//! as tags of the opportunity and count alike.

use std::collections::HashSet;

use crate::domain::{Assessment, Availability, Progress, Tag, Title};

/// How unlike a misspelt tag may be: at most one edit for every so many characters of the title.
const CHARS_PER_EDIT: usize = 6;

/// What the tags say.
#[derive(Debug, Clone, PartialEq)]
pub struct TagReading<'a> {
    /// One verdict for each tag that concerns an assessment, each title once.
    pub verdicts: Vec<TagVerdict<'a>>,
    /// The title that some tag comes closest to, if no tag says a title and one is close.
    pub nearest: Option<(&'a Tag, &'a Title)>,
}

/// What one tag means.
#[derive(Debug, Clone, PartialEq)]
pub enum TagVerdict<'a> {
    /// It asks for this assessment.
    Names(&'a Assessment, &'a Tag),
    /// Two published assessments bear this title.
    Ambiguous(&'a Title, &'a Tag),
    /// The assessment of this title is a draft or archived.
    NotPublished(&'a Assessment, &'a Tag),
    /// The assessment of this title is a template, a practice or a demo.
    NotForCandidates(&'a Assessment, &'a Tag),
    /// It is a status tag of this assessment, and no tag asks for it.
    OnlyStatus(&'a Assessment, &'a Tag, Progress),
}

/// Reads the tags against the team's assessments.
pub fn read_tags<'a>(tags: &'a [Tag], assessments: &'a [Assessment]) -> TagReading<'a> {
    let mut seen = HashSet::new();
    let mut verdicts: Vec<_> = tags
        .iter()
        .filter_map(|tag| {
            let bearers: Vec<_> = assessments.iter().filter(|one| one.title.is_named_by(tag)).collect();
            let first = bearers.first()?;
            seen.insert(first.title.normal()).then(|| verdict(&bearers, first, tag))
        })
        .collect();
    for tag in tags {
        let claimed =
            assessments.iter().filter(|one| one.availability() == Availability::Available).find_map(|one| {
                one.title.claimed_progress(tag).map(|progress| TagVerdict::OnlyStatus(one, tag, progress))
            });
        if let Some(verdict @ TagVerdict::OnlyStatus(assessment, ..)) = claimed
            && !assessments.iter().any(|one| one.title.is_named_by(tag))
            && seen.insert(assessment.title.normal())
        {
            verdicts.push(verdict);
        }
    }
    let nearest = if verdicts.is_empty() { nearest(tags, assessments) } else { None };
    TagReading { verdicts, nearest }
}

fn verdict<'a>(bearers: &[&'a Assessment], first: &'a Assessment, tag: &'a Tag) -> TagVerdict<'a> {
    let having = |wanted| bearers.iter().copied().filter(move |one| one.availability() == wanted);
    let mut available = having(Availability::Available);
    match (available.next(), available.next()) {
        (Some(assessment), None) => TagVerdict::Names(assessment, tag),
        (Some(assessment), Some(_)) => TagVerdict::Ambiguous(&assessment.title, tag),
        (None, _) => match having(Availability::NotPublished).next() {
            Some(assessment) => TagVerdict::NotPublished(assessment, tag),
            None => TagVerdict::NotForCandidates(first, tag),
        },
    }
}

fn nearest<'a>(tags: &'a [Tag], assessments: &'a [Assessment]) -> Option<(&'a Tag, &'a Title)> {
    let available = || assessments.iter().filter(|one| one.availability() == Availability::Available);
    tags.iter()
        .flat_map(|tag| available().map(move |one| (tag, &one.title)))
        .filter_map(|(tag, title)| {
            let wanted = title.normal();
            let edits = strsim::osa_distance(&tag.as_str().to_lowercase(), &wanted);
            (edits <= (wanted.chars().count() / CHARS_PER_EDIT).max(1)).then_some((edits, tag, title))
        })
        .min_by_key(|(edits, ..)| *edits)
        .map(|(_, tag, title)| (tag, title))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::AssessmentState;

    fn assessment(id: &str, title: &str) -> Assessment {
        Assessment {
            id: id.parse().unwrap(),
            title: Title::new(title).unwrap(),
            state: AssessmentState::Published,
            is_internal: false,
        }
    }

    fn tags(texts: &[&str]) -> Vec<Tag> {
        texts.iter().map(|text| Tag::new(text).unwrap()).collect()
    }

    #[test]
    fn several_tags_ask_for_several_assessments_each_once() {
        let assessments = [assessment("a1", "Rust Basics"), assessment("a2", "AngularJS: Services, Filters")];
        let tags = tags(&["Berlin", "rust basics", "Rust Basics", "AngularJS: Services, Filters"]);
        let reading = read_tags(&tags, &assessments);
        assert_eq!(
            reading.verdicts,
            [TagVerdict::Names(&assessments[0], &tags[1]), TagVerdict::Names(&assessments[1], &tags[3])]
        );
    }

    #[test]
    fn a_title_borne_twice_is_ambiguous_unless_one_is_unavailable() {
        let mut assessments = [assessment("a1", "Rust"), assessment("a2", " rust ")];
        let tags = tags(&["Rust"]);
        assert_eq!(
            read_tags(&tags, &assessments).verdicts,
            [TagVerdict::Ambiguous(&assessments[0].title, &tags[0])]
        );
        assessments[0].state = AssessmentState::Archived;
        assert_eq!(read_tags(&tags, &assessments).verdicts, [TagVerdict::Names(&assessments[1], &tags[0])]);
        assessments[1].is_internal = true;
        assert_eq!(
            read_tags(&tags, &assessments).verdicts,
            [TagVerdict::NotPublished(&assessments[0], &tags[0])]
        );
        assessments[0].is_internal = true;
        assert_eq!(
            read_tags(&tags, &assessments).verdicts,
            [TagVerdict::NotForCandidates(&assessments[0], &tags[0])]
        );
    }

    #[test]
    fn a_status_tag_asks_for_nothing_unless_an_assessment_bears_it() {
        let mut assessments = vec![assessment("a1", "Rust")];
        let tags = tags(&["Rust - Invited"]);
        assert_eq!(
            read_tags(&tags, &assessments).verdicts,
            [TagVerdict::OnlyStatus(&assessments[0], &tags[0], Progress::Invited)]
        );
        assessments.push(assessment("a2", "Rust - Invited"));
        assert_eq!(read_tags(&tags, &assessments).verdicts, [TagVerdict::Names(&assessments[1], &tags[0])]);
    }

    #[test]
    fn a_misspelt_tag_finds_the_nearest_title_and_a_strange_one_does_not() {
        let assessments = [assessment("a1", "Rust Basics"), assessment("a2", "Go Basics")];
        let misspelt = tags(&["Engineering", "Rust Bascis"]);
        assert_eq!(read_tags(&misspelt, &assessments).nearest, Some((&misspelt[1], &assessments[0].title)));
        // One slip in six characters is a slip; one more makes another word.
        assert_eq!(read_tags(&tags(&["Rust Basucz"]), &assessments).nearest, None);
        let long = [assessment("a3", "Backend Engineer Screening")];
        let slips = tags(&["Bakcend Enginer Screenin"]);
        assert_eq!(read_tags(&slips, &long).nearest, Some((&slips[0], &long[0].title)));
        let strange = tags(&["Engineering", "Berlin"]);
        assert_eq!(read_tags(&strange, &assessments).nearest, None);
    }
}
