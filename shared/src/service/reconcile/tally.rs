//! What several looks came to: how much was found, and what failed.
//!
//! One failure is told for all: the first, but that Lever refused the access token before any other, since then
//! everything is looked at again with another one.

use crate::failure::Disposition;
use crate::lever;
use crate::service::Error;

/// What looks came to so far.
#[derive(Debug, Default)]
pub(super) struct Tally {
    found: usize,
    /// The failure to tell.
    failure: Option<Error>,
    may_pass: bool,
}

impl Tally {
    /// Counts in a look that finds something.
    pub(super) fn add(&mut self, outcome: Result<usize, Error>) {
        match outcome {
            Ok(found) => self.found += found,
            Err(error) => {
                self.may_pass |= matches!(error.disposition(), Disposition::Transient { .. });
                if self.failure.is_none() || refuses_token(&error) {
                    self.failure = Some(error);
                }
            }
        }
    }

    /// Counts in a step that finds nothing.
    pub(super) fn note(&mut self, outcome: Result<(), Error>) {
        self.add(outcome.map(|()| 0));
    }

    /// Counts in what others came to.
    pub(super) fn join(&mut self, other: Self) {
        self.found += other.found;
        self.add(other.failure.map_or(Ok(0), Err));
        self.may_pass |= other.may_pass;
    }

    /// How much was found.
    pub(super) fn found(&self) -> usize {
        self.found
    }

    /// Whether anything failed that may pass, told or not.
    pub(super) fn may_pass(&self) -> bool {
        self.may_pass
    }

    /// Whether Lever refused the access token.
    pub(super) fn is_token_refused(&self) -> bool {
        self.failure.as_ref().is_some_and(refuses_token)
    }

    /// How much was found, or the failure to tell.
    pub(super) fn into_outcome(self) -> Result<usize, Error> {
        self.failure.map_or(Ok(self.found), Err)
    }
}

fn refuses_token(error: &Error) -> bool {
    matches!(error, Error::Lever(lever::Error::Unauthorized))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOR_GOOD: lever::Error = lever::Error::Forbidden;
    const FOR_NOW: lever::Error = lever::Error::Unavailable { status: 503, retry_after: None };

    fn tally(failures: &[lever::Error]) -> Tally {
        let mut tally = Tally::default();
        failures.iter().for_each(|failure| tally.note(Err((*failure).into())));
        tally
    }

    fn told(tally: Tally) -> String {
        tally.into_outcome().unwrap_err().to_string()
    }

    #[test]
    fn the_first_failure_is_told_and_a_later_one_that_may_pass_is_not_forgotten() {
        let both = tally(&[FOR_GOOD, FOR_NOW]);
        assert!(both.may_pass());
        assert_eq!(told(both), Error::Lever(FOR_GOOD).to_string());
        assert!(!tally(&[FOR_GOOD]).may_pass());
    }

    #[test]
    fn a_refused_token_is_told_before_any_other_failure() {
        let refused = lever::Error::Unauthorized;
        for order in [[FOR_NOW, refused], [refused, FOR_NOW]] {
            let tally = tally(&order);
            assert!(tally.is_token_refused() && tally.may_pass());
            assert_eq!(told(tally), Error::Lever(refused).to_string());
        }
    }

    #[test]
    fn what_was_found_is_kept_beside_a_failure_and_joined_with_what_others_found() {
        let mut sum = tally(&[FOR_GOOD]);
        sum.add(Ok(2));
        let mut other = tally(&[FOR_GOOD, FOR_NOW]);
        other.add(Ok(3));
        sum.join(other);
        assert_eq!((sum.found(), sum.may_pass()), (5, true));
        let mut nothing = Tally::default();
        nothing.join(Tally::default());
        assert_eq!(nothing.into_outcome().unwrap(), 0);
    }
}
