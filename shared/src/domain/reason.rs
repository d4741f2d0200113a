//! Every reason a decision can have, with its sentence for the recruiter and a hint how to fix it.
//!
//! One table: a new reason needs all four of its columns, or this does not compile.

/// What kind of outcome a reason stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The candidate was invited.
    Invited,
    /// An invitation is being followed.
    Followed,
    /// The candidate was not invited, and that is final for this event.
    NotInvited,
    /// Something in Lever could not be shown.
    Problem,
    /// The work waits for an admin.
    Waiting,
}

macro_rules! reasons {
    ($($variant:ident = $code:literal, $outcome:ident, $sentence:literal, $hint:literal;)*) => {
        /// Why something was decided.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Reason {
            $(#[doc = $sentence] $variant,)*
        }

        impl Reason {
            /// Every reason.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The code, as stored, filtered by and counted.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// The reason of a code.
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|reason| reason.code() == code)
            }

            /// Whether it ever stands in a line of activity: what waits is decided when it goes on.
            pub fn is_recorded(self) -> bool {
                self.outcome() != Outcome::Waiting
            }

            /// What kind of outcome it is.
            pub fn outcome(self) -> Outcome {
                match self { $(Self::$variant => Outcome::$outcome,)* }
            }

            /// One plain sentence for the recruiter.
            pub fn sentence(self) -> &'static str {
                match self { $(Self::$variant => $sentence,)* }
            }

            /// What can be done about it.
            pub fn hint(self) -> &'static str {
                match self { $(Self::$variant => $hint,)* }
            }
        }
    };
}

reasons! {
    Invited = "invited", Invited,
        "Qualified was asked to e-mail the invitation.",
        "Nothing to do.";
    AttachedToExisting = "attached_to_existing", Followed,
        "This person had already been invited to this assessment in Qualified, so no second invitation was sent; that result is followed here.",
        "To let the person take it again, schedule a retake in Qualified.";
    TagsRestored = "tags_restored", Followed,
        "The assessment was asked for again and the invitation stands, so the tags show its present status.",
        "To let the person take it again, schedule a retake in Qualified.";
    Started = "started", Followed,
        "The candidate started the assessment.",
        "Nothing to do.";
    Submitted = "submitted", Followed,
        "The candidate submitted the assessment.",
        "Nothing to do.";
    Reopened = "reopened", Followed,
        "The result was reopened in Qualified and the candidate is at work again.",
        "Nothing to do.";
    Retaken = "retaken", Followed,
        "The candidate is taking the assessment again.",
        "Nothing to do.";
    Terminated = "terminated", Followed,
        "The result was closed in Qualified without a submission.",
        "Open the candidate in Qualified to see why; a new invitation is sent from there.";
    StageNotTrigger = "stage_not_trigger", NotInvited,
        "The candidate was moved to a stage that is no trigger stage.",
        "Add the stage on the Integrations page if its candidates should be invited.";
    MovedOn = "moved_on", NotInvited,
        "By the time the event was handled the candidate had left the trigger stage.",
        "Move the candidate into the trigger stage again.";
    EnteredBeforeTrigger = "entered_before_trigger", NotInvited,
        "The candidate was in the stage before it became a trigger stage.",
        "Move the candidate out of the stage and back in to invite them.";
    Archived = "archived", NotInvited,
        "The opportunity is archived.",
        "Unarchive it in Lever, then move the candidate out of the stage and back in.";
    Anonymised = "anonymised", NotInvited,
        "The candidate's personal data has been removed.",
        "Nothing can be done: there is nobody left to write to.";
    NoEmail = "no_email", NotInvited,
        "The candidate has no usable e-mail address in Lever.",
        "Add an e-mail address, then move the candidate out of the stage and back in.";
    ContactNotAllowed = "contact_not_allowed", NotInvited,
        "Your data protection policy in Lever does not allow contacting this candidate.",
        "Renew the candidate's consent in Lever, then move the candidate out of the stage and back in.";
    NoMatchingTag = "no_matching_tag", NotInvited,
        "No tag of the candidate or the posting is the title of an assessment.",
        "Put the title of the assessment on the candidate or the posting as a tag; more than a day after the move, also move the candidate out of the stage and back in.";
    MisspeltTag = "misspelt_tag", NotInvited,
        "No tag is the title of an assessment, but one comes close.",
        "Correct the tag to the exact title; more than a day after the move, also move the candidate out of the stage and back in.";
    NotPublished = "not_published", NotInvited,
        "The assessment that the tag names is not published.",
        "Publish it in Qualified, then move the candidate out of the stage and back in.";
    NotForCandidates = "not_for_candidates", NotInvited,
        "The assessment that the tag names is a template, a practice or a demo.",
        "Use the tag of an assessment meant for candidates, then move the candidate out of the stage and back in.";
    AmbiguousTitle = "ambiguous_title", NotInvited,
        "Two published assessments have the title that the tag names, so none was sent.",
        "Rename one of them in Qualified, then move the candidate out of the stage and back in.";
    AlreadyAssigned = "already_assigned", NotInvited,
        "This candidate was already invited to this assessment for this opportunity.",
        "To ask again, remove the status tags, put the bare title back as a tag and move the candidate out of the stage and back in.";
    StatusTagPresent = "status_tag_present", NotInvited,
        "A status tag says that this candidate was invited before this integration knew of it.",
        "Remove the status tag, then move the candidate out of the stage and back in.";
    OpportunityGone = "opportunity_gone", NotInvited,
        "The opportunity no longer exists in Lever.",
        "Nothing to do.";
    OpportunityHidden = "opportunity_hidden", NotInvited,
        "Lever does not let this integration see the opportunity; it may be confidential.",
        "Invite the candidate from Qualified.";
    EmailRefused = "email_refused", NotInvited,
        "Qualified refused the candidate's e-mail address.",
        "Correct the address in Lever, then move the candidate out of the stage and back in.";
    AssessmentRefused = "assessment_refused", NotInvited,
        "Qualified refused to invite to this assessment; it may have been unpublished a moment ago.",
        "Check the assessment in Qualified, then move the candidate out of the stage and back in.";
    GivenUp = "given_up", Problem,
        "This was tried again and again without success and has been put aside.",
        "Nothing is lost: those who run the integration were told, and it is done once they have mended the cause.";
    TagsRefused = "tags_refused", Problem,
        "Lever refused to change the candidate's tags; creating tags may be locked down.",
        "Let the integration's user manage tags in Lever's settings, then move the candidate out of the stage and back in.";
    NoteRefused = "note_refused", Problem,
        "Lever refused the result note.",
        "Open the result in Qualified.";
    ReconnectNeeded = "reconnect_needed", Waiting,
        "Lever no longer accepts this integration's access; the work waits.",
        "Log in to Lever on the Integrations page; what waits is then done.";
    ApiKeyNeeded = "api_key_needed", Waiting,
        "Qualified no longer accepts the team's API key; the work waits.",
        "Enter the present API key on the Integrations page; what waits is then done.";
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn codes_are_unique_and_lead_back_to_their_reason() {
        let codes: HashSet<_> = Reason::ALL.iter().map(|reason| reason.code()).collect();
        assert_eq!(codes.len(), Reason::ALL.len());
        for reason in Reason::ALL {
            assert_eq!(Reason::from_code(reason.code()), Some(*reason));
        }
        assert_eq!(Reason::from_code("nonsense"), None);
    }

    /// A candidate who still is in the stage cannot be moved into it.
    #[test]
    fn whoever_is_to_be_moved_again_is_moved_out_first() {
        let may_have_left = [Reason::MovedOn, Reason::StageNotTrigger];
        for reason in Reason::ALL.iter().filter(|reason| !may_have_left.contains(reason)) {
            let hint = reason.hint();
            let moved = hint.contains("move the candidate") || hint.contains("Move the candidate");
            assert_eq!(moved, hint.contains("out of the stage and back in"), "{hint}");
        }
    }

    #[test]
    fn every_reason_has_whole_sentences() {
        for reason in Reason::ALL {
            for text in [reason.sentence(), reason.hint()] {
                assert!(text.ends_with('.') && text.starts_with(char::is_uppercase), "{text}");
            }
        }
    }
}
