//! An opportunity of Lever, as read from its API a moment ago.

use jiff::Timestamp;

use super::{ContactId, EmailAddress, OpportunityId, PersonName, StageId, Tag};

/// One candidacy (Lever: API reference, Opportunities). Never taken from the answer to a change: Lever
/// leaves contact data blank there.
#[derive(Debug, Clone, PartialEq)]
pub struct Opportunity {
    /// Its id.
    pub id: OpportunityId,
    /// The person.
    pub contact: ContactId,
    /// The person's name; may be empty.
    pub name: PersonName,
    /// The first usable address; the contact may have none.
    pub email: Option<EmailAddress>,
    /// Where the candidate is now.
    pub stage: StageId,
    /// All stages the candidate went through, oldest first.
    pub stage_entries: Vec<StageEntry>,
    /// When it was archived, if it is.
    pub archived_at: Option<Timestamp>,
    /// All tags, the candidate's own and those inherited from the posting.
    pub tags: Vec<Tag>,
    /// Personal data was removed.
    pub is_anonymised: bool,
    /// False only if the customer's data protection policy forbids contacting the person.
    pub is_contact_allowed: bool,
}

/// The candidate entered a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageEntry {
    /// Which stage.
    pub stage: StageId,
    /// When.
    pub at: Timestamp,
}

impl Opportunity {
    /// When the candidate entered the present stage; nothing if Lever's history does not say.
    pub fn entered_present_stage_at(&self) -> Option<Timestamp> {
        self.stage_entries.iter().rev().find(|entry| entry.stage == self.stage).map(|entry| entry.at)
    }

    /// Whether somebody moved the candidate into the present stage. Of whoever was created in it Lever's history has
    /// an entry too, but Lever sends no event.
    pub fn was_moved_here(&self) -> bool {
        let place = self.stage_entries.iter().rposition(|entry| entry.stage == self.stage);
        place.is_some_and(|place| place > 0)
    }
}
