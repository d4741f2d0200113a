//! The assessments of the team and what is wrong with their titles.

use std::collections::HashMap;

use lever_integration::domain::{Assessment, Availability, Progress, Title};

/// An assessment a tag can ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssessmentRow {
    /// Its title, which is the tag.
    pub title: Title,
    /// Why the tag would not work, or not as expected.
    pub warnings: Vec<TitleWarning>,
}

/// Something about a title that keeps its tag from working as expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TitleWarning {
    /// Not published.
    NotPublished,
    /// Another published assessment has the same title.
    Duplicate,
    /// It ends like the status tag of another title.
    LooksLikeStatus(Progress),
}

/// The rows for a team's assessments: those meant for candidates, published ones first, each group by title.
pub fn assessment_rows(assessments: &[Assessment]) -> Vec<AssessmentRow> {
    let mut published: HashMap<String, usize> = HashMap::new();
    for one in assessments.iter().filter(|one| one.availability() == Availability::Available) {
        *published.entry(one.title.normal()).or_default() += 1;
    }
    let mut rows: Vec<_> = assessments
        .iter()
        .filter(|one| one.availability() != Availability::NotForCandidates)
        .map(|one| {
            let is_published = one.availability() == Availability::Available;
            let warnings = [
                (!is_published).then_some(TitleWarning::NotPublished),
                (is_published && published.get(&one.title.normal()).is_some_and(|count| *count > 1))
                    .then_some(TitleWarning::Duplicate),
                status_suffix(&one.title).map(TitleWarning::LooksLikeStatus),
            ];
            (!is_published, one.title.normal(), one.title.clone(), warnings)
        })
        .collect();
    rows.sort_by(|one, other| (one.0, &one.1).cmp(&(other.0, &other.1)));
    rows.into_iter()
        .map(|(_, _, title, warnings)| AssessmentRow {
            title,
            warnings: warnings.into_iter().flatten().collect(),
        })
        .collect()
}

fn status_suffix(title: &Title) -> Option<Progress> {
    let title = title.normal();
    Progress::ALL.into_iter().find(|progress| title.ends_with(&progress.suffix().to_lowercase()))
}

#[cfg(test)]
mod tests {
    use lever_integration::domain::AssessmentState;

    use super::*;

    fn assessment(title: &str, state: AssessmentState) -> Assessment {
        Assessment { id: "a1".parse().unwrap(), title: Title::new(title).unwrap(), state, is_internal: false }
    }

    #[test]
    fn rows_warn_about_titles_whose_tags_do_not_work() {
        let published = AssessmentState::Published;
        let rows = assessment_rows(&[
            assessment("Rust", AssessmentState::Draft),
            assessment("Java - Invited", published),
            assessment("go  basics", published),
            assessment("Go Basics", published),
            assessment("Elixir", published),
            Assessment { is_internal: true, ..assessment("Demo", published) },
        ]);
        let shown: Vec<_> = rows.iter().map(|row| (row.title.as_str(), row.warnings.as_slice())).collect();
        assert_eq!(
            shown,
            [
                ("Elixir", [].as_slice()),
                ("go  basics", &[TitleWarning::Duplicate]),
                ("Go Basics", &[TitleWarning::Duplicate]),
                ("Java - Invited", &[TitleWarning::LooksLikeStatus(Progress::Invited)]),
                ("Rust", &[TitleWarning::NotPublished]),
            ]
        );
    }
}
