//! The candidates, and what they and the recruiter do.

use std::collections::HashMap;

use lever_sim::world::NewOpportunity;
use qualified_sim::{ResultState, Submission};
use serde_json::json;

use crate::{Error, Stack};

/// What the candidates are tagged with.
pub(super) const TITLE: &str = "Rust Basics";
const TRIGGER_STAGE: &str = "Technical Assessment";

/// One candidate.
pub(super) struct Candidate {
    /// The opportunity in Lever.
    pub(super) id: String,
    /// Where Qualified's mail goes.
    pub(super) email: String,
}

/// Everybody who was moved into the trigger stage so far.
pub(super) struct Cast<'a> {
    stack: &'a Stack,
    candidates: Vec<Candidate>,
}

impl<'a> Cast<'a> {
    pub(super) fn new(stack: &'a Stack) -> Self {
        Self { stack, candidates: Vec::new() }
    }

    pub(super) fn candidates(&self) -> &[Candidate] {
        &self.candidates
    }

    /// The recruiter moves another candidate into the trigger stage.
    pub(super) fn enter(&mut self) -> Result<(), Error> {
        let number = self.candidates.len();
        let email = format!("candidate-{number}@example.com");
        let wish = json!({
            "name": format!("Candidate {number}"),
            "emails": [email],
            "stage": "New applicant",
            "tags": [TITLE],
        });
        let wish: NewOpportunity = serde_json::from_value(wish).map_err(broken)?;
        let created = self.stack.lever.create(wish).map_err(broken)?;
        let id = created["id"].as_str().unwrap_or_default().to_owned();
        self.stack.lever.move_to(&id, TRIGGER_STAGE, None).map_err(broken)?;
        self.candidates.push(Candidate { id, email });
        Ok(())
    }

    /// Whoever has a mail begins or hands in, each at a moment of their own.
    pub(super) fn act(&self) -> Result<(), Error> {
        let qualified = &self.stack.qualified;
        let results: HashMap<_, _> =
            qualified.results().into_iter().map(|result| (result.id.clone(), result.state)).collect();
        for mail in qualified.mails() {
            let is_time = rand::random_range(0..3) == 0;
            match results.get(&mail.result_id) {
                Some(ResultState::Invited | ResultState::Opened) if is_time => {
                    qualified.start_result(mail.result_id).map_err(broken)?;
                }
                Some(ResultState::Started) if is_time => {
                    qualified.submit_result(mail.result_id, Submission::default()).map_err(broken)?;
                }
                Some(
                    ResultState::Invited
                    | ResultState::Opened
                    | ResultState::Started
                    | ResultState::Submitting
                    | ResultState::Submitted
                    | ResultState::Terminated,
                )
                | None => {}
            }
        }
        Ok(())
    }
}

fn broken(error: impl std::fmt::Display) -> Error {
    Error::Broken(error.to_string())
}
