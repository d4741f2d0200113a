//! What a test can see of the world.

use lever_integration::domain::{Activity, Assignment, Reason};

use crate::world::{Made, World, address};

impl World {
    /// The candidate's tags, without those inherited from a posting's title, team or place.
    ///
    /// # Errors
    /// When there is no such candidate.
    pub fn tags(&self, id: &str) -> Made<Vec<String>> {
        Ok(self.local.lever.tags(id)?)
    }

    /// The notes on a candidate.
    ///
    /// # Errors
    /// When there is no such candidate.
    pub fn notes(&self, id: &str) -> Made<Vec<String>> {
        Ok(self.local.lever.notes(id)?)
    }

    /// The titles a candidate was mailed invitations to.
    pub fn mailed(&self, name: &str) -> Vec<String> {
        let to = address(name);
        let mails = self.local.qualified.mails().into_iter().filter(|mail| mail.to == to);
        mails.map(|mail| mail.assessment_title).collect()
    }

    /// The decisions about a candidate, newest first.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn activity(&self, id: &str) -> Made<Vec<Activity>> {
        Ok(self.local.parts.store.opportunity_activity(&self.team, &id.parse()?, 100).await?)
    }

    /// The reasons of the decisions about a candidate, newest first.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn reasons(&self, id: &str) -> Made<Vec<Reason>> {
        Ok(self.activity(id).await?.into_iter().map(|line| line.reason).collect())
    }

    /// The ledger entries of a candidate.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn ledger(&self, id: &str) -> Made<Vec<Assignment>> {
        Ok(self.local.parts.store.load_assignments(&self.team, &id.parse()?).await?)
    }

    /// The result of the candidate's only ledger entry.
    ///
    /// # Errors
    /// When there is none.
    pub async fn result(&self, id: &str) -> Made<String> {
        let ledger = self.ledger(id).await?;
        let mirror = ledger.first().and_then(Assignment::mirror).ok_or("nothing is followed")?;
        Ok(mirror.result.to_string())
    }
}
