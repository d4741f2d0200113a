//! What [`Api`](super::Api) is asked with and answers, where the domain has no noun for it.
//!
//! Nothing here shows a name, an e-mail address or a webhook URL in its `Debug`.

use std::fmt;

use url::Url;

use crate::domain::{
    AssessmentId, ContactId, EmailAddress, InvitationId, PersonName, ResultId, SubscriptionId,
    TeamCandidateId,
};

/// A person the team knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The person's id in this team.
    pub team_candidate: TeamCandidateId,
    /// The assessments the person was invited to or took.
    pub assessments: Vec<AssessmentId>,
}

/// Whom to invite to what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation<'a> {
    /// Where the invitation goes.
    pub email: &'a EmailAddress,
    /// How to address the person; without a name Qualified asks for it.
    pub name: &'a PersonName,
    /// To which assessment.
    pub assessment: &'a AssessmentId,
    /// The person in Lever, kept by Qualified beside the person.
    pub contact: &'a ContactId,
}

/// An invitation exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invited {
    /// Its id.
    pub invitation: InvitationId,
    /// The result that will be heard of.
    pub result: ResultId,
    /// The person.
    pub team_candidate: TeamCandidateId,
    /// Whether this call made it.
    pub novelty: Novelty,
}

/// Whether an invitation was made by the call that answered it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Novelty {
    /// It was, or the answer does not tell.
    New,
    /// It was there before; no second mail was sent.
    Existing,
}

/// A webhook subscription of the team.
#[derive(Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Its id.
    pub id: SubscriptionId,
    /// Where it delivers to; the last part may be a secret of ours.
    pub(super) url: String,
    /// Whether it delivers what this integration needs: started and submitted results.
    pub has_our_triggers: bool,
}

impl Subscription {
    /// Whether it delivers to this URL.
    pub fn delivers_to(&self, url: &Url) -> bool {
        self.url == url.as_str()
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription")
            .field("id", &self.id)
            .field("url", &"***")
            .field("has_our_triggers", &self.has_our_triggers)
            .finish()
    }
}
