//! What the activity tells a recruiter to do for another invitation.

use std::time::Duration;

use crate::{Made, World};

impl World {
    /// Takes the status away and puts the bare title back.
    ///
    /// # Errors
    /// When Lever refuses.
    pub fn tag_anew(&self, id: &str) -> Made {
        let mut status = self.tags(id)?;
        status.retain(|tag| tag.starts_with(Self::TITLE));
        Ok(self.local.lever.tag(id, &[Self::TITLE.to_owned()], &status)?)
    }

    /// Puts the bare title back and moves the candidate out and in; nobody waits for what comes of it.
    ///
    /// # Errors
    /// When Lever refuses.
    pub fn move_anew(&self, id: &str) -> Made {
        self.tag_anew(id)?;
        self.local.lever.move_to(id, "Offer", None)?;
        self.pass(Duration::from_secs(1));
        Ok(self.local.lever.move_to(id, Self::TRIGGER, None)?)
    }
}
