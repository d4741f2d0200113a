//! Which assessments the tags of an opportunity ask for.
//!
//! A tag asks for an assessment when it says its whole title. Candidate and posting tags arrive together
//! as tags of the opportunity and count alike.

use std::collections::{HashMap, HashSet};

use crate::domain::{Assessment, Availability, Progress, StatusTag, Tag, Title};

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
///
/// Every text is brought into its normal form once: a team may have thousands of titles, and a sweep reads the tags
/// of hundreds of candidates.
pub fn read_tags<'a>(tags: &'a [Tag], assessments: &'a [Assessment]) -> TagReading<'a> {
    if tags.is_empty() {
        return TagReading { verdicts: Vec::new(), nearest: None };
    }
    let titles: Vec<_> = assessments.iter().map(|one| (one.title.normal(), one)).collect();
    let verdicts = read_verdicts(tags, &titles);
    let nearest = if verdicts.is_empty() { nearest(tags, titles) } else { None };
    TagReading { verdicts, nearest }
}

/// Reads the tags against assessments with the normal forms of their titles.
fn read_verdicts<'a>(tags: &'a [Tag], titles: &[(String, &'a Assessment)]) -> Vec<TagVerdict<'a>> {
    let mut bearers: HashMap<&str, Vec<&'a Assessment>> = HashMap::with_capacity(titles.len());
    for (title, assessment) in titles {
        bearers.entry(title).or_default().push(assessment);
    }
    let tags: Vec<_> = tags.iter().map(|tag| (tag.normal(), tag)).collect();
    let (mut seen, mut verdicts) = (HashSet::new(), Vec::new());
    for (text, tag) in &tags {
        if let Some(bearers @ [first, ..]) = bearers.get(text.as_str()).map(Vec::as_slice)
            && seen.insert(text.as_str())
        {
            verdicts.push(verdict(bearers, first, tag));
        }
    }
    for (text, tag) in &tags {
        if let Some((title, progress)) = StatusTag::claimed_by(text)
            && !bearers.contains_key(text.as_str())
            && let Some(assessment) = bearers.get(title).and_then(|bearers| first_available(bearers))
            && seen.insert(title)
        {
            verdicts.push(TagVerdict::OnlyStatus(assessment, tag, progress));
        }
    }
    verdicts
}

fn first_available<'a>(bearers: &[&'a Assessment]) -> Option<&'a Assessment> {
    bearers.iter().copied().find(|one| one.availability() == Availability::Available)
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

fn nearest<'a>(tags: &'a [Tag], titles: Vec<(String, &'a Assessment)>) -> Option<(&'a Tag, &'a Title)> {
    let titles: Vec<_> = titles
        .into_iter()
        .filter(|(_, one)| one.availability() == Availability::Available)
        .map(|(title, one)| (Spelling::of(title), &one.title))
        .collect();
    tags.iter()
        .map(|tag| (Spelling::of(tag.as_str().to_lowercase()), tag))
        .flat_map(|(said, tag)| {
            let close = |(wanted, title): &(Spelling, &'a Title)| {
                said.edits_from(wanted, (wanted.chars / CHARS_PER_EDIT).max(1))
                    .map(|edits| (edits, tag, *title))
            };
            titles.iter().filter_map(close).min_by_key(|(edits, ..)| *edits)
        })
        .min_by_key(|(edits, ..)| *edits)
        .map(|(_, tag, title)| (tag, title))
}

/// A text that is compared with many others.
struct Spelling {
    text: String,
    chars: usize,
    /// One bit for each character in it; some characters share theirs.
    letters: u64,
}

impl Spelling {
    fn of(text: String) -> Self {
        let chars = text.chars().count();
        let letters = text.chars().fold(0, |letters, char| letters | 1 << (u32::from(char) % u64::BITS));
        Self { text, chars, letters }
    }

    /// How many edits lie between the two, if they are no more than `most`.
    fn edits_from(&self, other: &Self, most: usize) -> Option<usize> {
        // Counting edits is slow. One edit changes the length by one at most, and brings and takes one character at
        // most, so nearly all pairs can be told apart without.
        let lacking = |have: u64, want: u64| (want & !have).count_ones();
        let strange = lacking(self.letters, other.letters).max(lacking(other.letters, self.letters));
        if self.chars.abs_diff(other.chars) > most || usize::try_from(strange).is_ok_and(|count| count > most)
        {
            return None;
        }
        Some(strsim::osa_distance(&self.text, &other.text)).filter(|edits| *edits <= most)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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

    /// 2,000 published assessments, as a large agency may have them.
    fn many() -> Vec<Assessment> {
        let kinds = ["Screening", "Backend Engineer", "Data Structures", "Code Review"];
        let title = |number: usize| format!("{} No. {number}: Café Orders", kinds[number % kinds.len()]);
        (0..2_000).map(|number| assessment(&format!("a{number}"), &title(number))).collect()
    }

    #[test]
    fn fifty_tags_are_read_against_two_thousand_assessments() {
        let mut assessments = many();
        assessments[7].state = AssessmentState::Archived;
        assessments[8].is_internal = true;
        assessments[1_999].title = assessments[9].title.clone();
        let said = |number: usize| assessments[number].title.to_string();
        let mut texts: Vec<_> = (0..10).map(|number| said(number).to_uppercase()).collect();
        texts.extend((0..10).map(|number| format!("{} - Started", said(number))));
        texts.extend((1_000..1_010).map(|number| format!(" {} - SUBMITTED", said(number))));
        texts.extend((0..20).map(|number| format!("Referral of week {number}")));
        let tags = tags(&texts.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(tags.len(), 50);

        let mut expected: Vec<_> =
            (0..7).map(|number| TagVerdict::Names(&assessments[number], &tags[number])).collect();
        expected.push(TagVerdict::NotPublished(&assessments[7], &tags[7]));
        expected.push(TagVerdict::NotForCandidates(&assessments[8], &tags[8]));
        expected.push(TagVerdict::Ambiguous(&assessments[9].title, &tags[9]));
        expected.extend((0..10).map(|number| {
            TagVerdict::OnlyStatus(&assessments[1_000 + number], &tags[20 + number], Progress::Submitted)
        }));
        assert_eq!(read_tags(&tags, &assessments), TagReading { verdicts: expected, nearest: None });
    }

    #[test]
    fn the_nearest_of_two_thousand_titles_is_found() {
        let assessments = many();
        let mut texts: Vec<_> = (0..49).map(|number| format!("Referral of {number}: a Cafe Owner")).collect();
        texts.push("Code Reveiw No. 1003: Café Ordres".to_owned());
        let tags = tags(&texts.iter().map(String::as_str).collect::<Vec<_>>());
        let nearest = Some((&tags[49], &assessments[1_003].title));
        assert_eq!(read_tags(&tags, &assessments), TagReading { verdicts: Vec::new(), nearest });
    }

    /// The plain definition: every tag against every assessment.
    fn plain<'a>(tags: &'a [Tag], assessments: &'a [Assessment]) -> TagReading<'a> {
        let available = || assessments.iter().filter(|one| one.availability() == Availability::Available);
        let (mut seen, mut verdicts) = (HashSet::new(), Vec::new());
        for tag in tags {
            let bearers: Vec<_> = assessments.iter().filter(|one| one.title.is_named_by(tag)).collect();
            if let Some(first) = bearers.first()
                && seen.insert(first.title.normal())
            {
                verdicts.push(verdict(&bearers, first, tag));
            }
        }
        for tag in tags.iter().filter(|tag| !assessments.iter().any(|one| one.title.is_named_by(tag))) {
            let claims =
                |one: &Assessment, progress| tag.says(one.title.status_tag(progress).text().as_str());
            let progress = |one| Progress::ALL.into_iter().find(|progress| claims(one, *progress));
            let claimed = available().find_map(|one| Some((one, progress(one)?)));
            if let Some((one, progress)) = claimed
                && seen.insert(one.title.normal())
            {
                verdicts.push(TagVerdict::OnlyStatus(one, tag, progress));
            }
        }
        let pairs = tags.iter().flat_map(|tag| available().map(move |one| (tag, &one.title)));
        let close = pairs.filter_map(|(tag, title)| {
            let edits = strsim::osa_distance(&tag.as_str().to_lowercase(), &title.normal());
            (edits <= (title.normal().chars().count() / CHARS_PER_EDIT).max(1)).then_some((edits, tag, title))
        });
        let nearest = close.min_by_key(|(edits, ..)| *edits).map(|(_, tag, title)| (tag, title));
        TagReading { nearest: nearest.filter(|_| verdicts.is_empty()), verdicts }
    }

    /// Texts of a few pieces, so that many say nearly the same.
    fn text() -> impl Strategy<Value = String> {
        const PIECES: [&str; 20] = [
            "Rust",
            "rust",
            "RSUT",
            "Rusty ",
            "Go",
            "Basics",
            "BASICS",
            "Basisc",
            "ΟΔΟΣ",
            "οδος",
            "’",
            "Café",
            "Cafe\u{301}",
            "İ",
            " ",
            "\u{a0} ",
            " -",
            " - Invited",
            " - STARTED",
            "- Submitted",
        ];
        let pieces = proptest::collection::vec(proptest::sample::select(&PIECES[..]), 1..5);
        pieces.prop_map(|pieces| pieces.concat()).prop_filter("blank", |text| !text.trim().is_empty())
    }

    proptest! {
        #[test]
        fn tags_are_read_as_if_each_were_held_against_each_title(
            titles in proptest::collection::vec((text(), 0..4), 0..8),
            texts in proptest::collection::vec(text(), 0..8),
        ) {
            let of_kind = |(number, (title, kind)): (usize, &(String, i32))| Assessment {
                state: if *kind == 1 { AssessmentState::Draft } else { AssessmentState::Published },
                is_internal: *kind == 2,
                ..assessment(&format!("a{number}"), title)
            };
            let assessments: Vec<_> = titles.iter().enumerate().map(of_kind).collect();
            let tags = tags(&texts.iter().map(String::as_str).collect::<Vec<_>>());
            prop_assert_eq!(read_tags(&tags, &assessments), plain(&tags, &assessments));
        }
    }
}
