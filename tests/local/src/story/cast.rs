//! Who appears in the story, and what has to become of them.

use lever_integration::domain::Reason;
use serde_json::{Value, json};

use super::{POSTING_TITLE, SECOND_TRIGGER_STAGE, TITLE, TRIGGER_STAGE};

/// A third assessment.
const THIRD_TITLE: &str = "Senior Back-End Developer";

/// One candidate.
pub(super) struct Candidate {
    /// The opportunity's id, once created.
    pub(super) id: String,
    /// As shown.
    pub(super) name: &'static str,
    /// Where invitations go.
    pub(super) email: String,
    /// What is special.
    pub(super) about: &'static str,
    /// The stage to move into.
    pub(super) stage: &'static str,
    /// What to create, for Lever's control API.
    pub(super) wish: Value,
    /// To what the candidate has to be invited.
    pub(super) titles: &'static [&'static str],
    /// Why not, if not.
    pub(super) refusal: Option<Reason>,
}

/// The cast; the first is the hero, tagged in the course of the story.
pub(super) fn candidates() -> Vec<Candidate> {
    let backend = json!({"posting": "Backend Engineer"});
    vec![
        candidate(1, "is tagged during the story", &backend, TRIGGER_STAGE, &[TITLE], None),
        candidate(
            2,
            "tag of the posting and an own one",
            &json!({"posting": "Frontend Engineer", "tags": [THIRD_TITLE]}),
            SECOND_TRIGGER_STAGE,
            &[POSTING_TITLE, THIRD_TITLE],
            None,
        ),
        candidate(3, "no tag", &json!({}), TRIGGER_STAGE, &[], Some(Reason::NoMatchingTag)),
        candidate(
            4,
            "misspelt tag \"Rust Bascis\"",
            &json!({"posting": "Backend Engineer", "tags": ["Rust Bascis"]}),
            TRIGGER_STAGE,
            &[],
            Some(Reason::MisspeltTag),
        ),
        candidate(
            5,
            "archived",
            &json!({"tags": [TITLE], "archived": "Withdrew"}),
            TRIGGER_STAGE,
            &[],
            Some(Reason::Archived),
        ),
        candidate(
            6,
            "no e-mail address",
            &json!({"tags": [TITLE], "emails": []}),
            TRIGGER_STAGE,
            &[],
            Some(Reason::NoEmail),
        ),
    ]
}

fn candidate(
    number: usize,
    about: &'static str,
    wish: &Value,
    stage: &'static str,
    titles: &'static [&'static str],
    refusal: Option<Reason>,
) -> Candidate {
    const NAMES: [&str; 6] =
        ["Candidate 1", "Candidate 2", "Candidate 3", "Candidate 4", "Candidate 5", "Candidate 6"];
    let name = NAMES.get(number - 1).copied().unwrap_or("Candidate");
    let email = format!("candidate-{number}@example.com");
    let mut whole = json!({"name": name, "emails": [email], "stage": "New applicant"});
    if let (Some(whole), Some(wish)) = (whole.as_object_mut(), wish.as_object()) {
        whole.extend(wish.clone());
    }
    Candidate { id: String::new(), name, email, about, stage, wish: whole, titles, refusal }
}
