//! What must hold at any time, and what must hold at the end.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use lever_integration::domain::{OpportunityId, TeamId};

use super::cast::{Candidate, Cast, TITLE};
use crate::{Error, Stack};

/// The endings of status tags, by how far they are.
const SUFFIXES: [&str; 3] = [" - Invited", " - Started", " - Submitted"];

/// Whether the tags of the title are those of the end of the way.
fn shows_the_end(tags: &[String]) -> bool {
    tags == [format!("{TITLE}{}", SUFFIXES[2])]
}

/// Looks at what the simulators and the table hold, and remembers what was wrong.
pub(super) struct Checks<'a> {
    stack: &'a Stack,
    team: &'a TeamId,
    /// How far the tags of each candidate were.
    ranks: BTreeMap<String, usize>,
    violations: BTreeSet<String>,
}

impl<'a> Checks<'a> {
    pub(super) fn new(stack: &'a Stack, team: &'a TeamId) -> Self {
        Self { stack, team, ranks: BTreeMap::new(), violations: BTreeSet::new() }
    }

    /// Something did not hold.
    pub(super) fn note(&mut self, violation: String) {
        self.violations.insert(violation);
    }

    /// What did not hold.
    pub(super) fn into_violations(self) -> Vec<String> {
        self.violations.into_iter().collect()
    }

    /// Checks what must hold at any time; how many candidates do not show the end of their way yet.
    pub(super) fn look(&mut self, cast: &Cast<'_>) -> Result<usize, Error> {
        let mails = self.mails();
        let mut unfinished = 0;
        for candidate in cast.candidates() {
            let (mailed, noted) =
                (mails.get(&candidate.email).copied().unwrap_or_default(), self.notes(candidate)?);
            if mailed > 1 {
                self.note(format!("I1: {} was mailed {mailed} times", candidate.email));
            }
            if noted > 1 {
                self.note(format!("I4: {} has {noted} notes", candidate.email));
            }
            let tags = self.tags(candidate)?;
            let rank = SUFFIXES.iter().rposition(|suffix| tags.contains(&format!("{TITLE}{suffix}")));
            let before = self.ranks.get(&candidate.id).copied();
            if rank < before {
                self.note(format!("I3: {} fell back to {tags:?}", candidate.email));
            }
            if let Some(rank) = rank {
                self.ranks.insert(candidate.id.clone(), rank);
            }
            unfinished += usize::from(!shows_the_end(&tags) || noted != 1);
        }
        Ok(unfinished)
    }

    /// Checks what must hold at the end; the number of mails and of notes.
    pub(super) async fn end(&mut self, cast: &Cast<'_>) -> Result<(usize, usize), Error> {
        self.look(cast)?;
        let mails = self.mails();
        let mut notes = 0;
        for candidate in cast.candidates() {
            let mailed = mails.get(&candidate.email).copied().unwrap_or_default();
            if mailed == 0 {
                self.note(format!("I1: {} was never mailed", candidate.email));
            }
            let noted = self.notes(candidate)?;
            if noted == 0 {
                self.note(format!("I4: {} has no note", candidate.email));
            }
            notes += noted;
            let tags = self.tags(candidate)?;
            if !shows_the_end(&tags) {
                self.note(format!("I3: {} shows {tags:?}", candidate.email));
            }
            self.ledger(candidate).await?;
        }
        for kit in [self.stack.lever.kit(), self.stack.qualified.kit()] {
            for violation in kit.violations.list() {
                self.note(format!("a simulator saw {violation:?}"));
            }
        }
        Ok((mails.values().sum(), notes))
    }

    /// The one entry of the ledger is at its end, and in nobody's hands.
    async fn ledger(&mut self, candidate: &Candidate) -> Result<(), Error> {
        let id: OpportunityId = candidate.id.parse().map_err(|error| Error::Broken(format!("{error}")))?;
        let entries = self.stack.store.load_assignments(self.team, &id).await?;
        let is_at_rest =
            entries.len() == 1 && entries.iter().all(|one| !one.is_open() && one.lease.is_none());
        if !is_at_rest {
            self.note(format!("I8: {} is under way: {entries:?}", candidate.email));
        }
        Ok(())
    }

    fn mails(&self) -> HashMap<String, usize> {
        let mut mails = HashMap::new();
        for mail in self.stack.qualified.mails() {
            *mails.entry(mail.to).or_default() += 1;
        }
        mails
    }

    fn notes(&self, candidate: &Candidate) -> Result<usize, Error> {
        let notes = self.stack.lever.notes(&candidate.id);
        notes.map(|notes| notes.len()).map_err(|error| Error::Broken(error.to_string()))
    }

    /// The tags of the title.
    fn tags(&self, candidate: &Candidate) -> Result<Vec<String>, Error> {
        let tags = self.stack.lever.tags(&candidate.id).map_err(|error| Error::Broken(error.to_string()))?;
        Ok(tags.into_iter().filter(|tag| tag.starts_with(TITLE)).collect())
    }
}
