//! Lever's OAuth scopes and the wording of the consent screen.

/// Every scope with its permission text (Lever API reference, OAuth scopes).
pub(crate) const SCOPES: &[(&str, &str)] = &[
    ("offline_access", "Allow offline access"),
    ("applications:read:admin", "View all applications"),
    ("archive_reasons:read:admin", "View all archive reasons"),
    ("audit_events:read:admin", "View all audit events"),
    ("confidential:access:admin", "Access confidential data"),
    ("contact:read:admin", "View all contacts"),
    ("contact:write:admin", "View and manage all contacts"),
    ("diversity_surveys:read:admin", "View all diversity surveys"),
    ("eeo_responses:read:admin", "View all EEO responses"),
    ("eeo_responses_pii:read:admin", "View all EEO responses with personal data"),
    ("feedback:read:admin", "View all feedback"),
    ("feedback:write:admin", "View and manage all feedback"),
    ("feedback_templates:read:admin", "View all feedback templates"),
    ("feedback_templates:write:admin", "View and manage all feedback templates"),
    ("files:read:admin", "View all files"),
    ("files:write:admin", "View and manage all files"),
    ("forms:read:admin", "View all profile forms"),
    ("forms:write:admin", "View and manage all profile forms"),
    ("form_templates:read:admin", "View all profile form templates"),
    ("form_templates:write:admin", "View and manage all profile form templates"),
    ("groups:read:admin", "View all groups"),
    ("groups:write:admin", "View and manage all groups"),
    ("interviews:read:admin", "View all interviews"),
    ("interviews:write:admin", "View and manage all interviews"),
    ("notes:read:admin", "View all of an opportunity's notes"),
    ("notes:write:admin", "View and manage all of an opportunity's notes"),
    ("offers:read:admin", "View all offers"),
    ("opportunities:read:admin", "View all opportunities"),
    ("opportunities:write:admin", "View and manage all opportunities"),
    ("panels:read:admin", "View all panels"),
    ("panels:write:admin", "View and manage all panels"),
    ("permissions:read:admin", "View all permissions"),
    ("permissions:write:admin", "View and manage all permissions"),
    ("postings:read:admin", "View all postings"),
    ("postings:write:admin", "View and manage all postings"),
    ("referrals:read:admin", "View all referrals"),
    ("requisitions:read:admin", "View all requisitions"),
    ("requisitions:write:admin", "View and manage all requisitions"),
    ("requisition_fields:read:admin", "View all requisition fields"),
    ("requisition_fields:write:admin", "View and manage all requisition fields"),
    ("resumes:read:admin", "View all resumes"),
    ("roles:read:admin", "View all roles"),
    ("roles:write:admin", "View and manage all roles"),
    ("sources:read:admin", "View all sources"),
    ("stages:read:admin", "View all stages"),
    ("tags:read:admin", "View all tags"),
    ("tasks:read:admin", "View all tasks"),
    ("uploads:write:admin", "Upload files"),
    ("users:read:admin", "View all users"),
    ("users:write:admin", "View and manage all users"),
    ("webhooks:read:admin", "View all webhooks"),
    ("webhooks:write:admin", "Manage all webhooks"),
];

/// The permission text of a scope, `None` if there is no such scope.
pub(crate) fn wording(scope: &str) -> Option<&'static str> {
    SCOPES.iter().find(|(name, _)| *name == scope).map(|(_, wording)| *wording)
}

/// Whether the granted scopes cover the needed one; write includes read.
pub(crate) fn cover(granted: &[String], needed: &str) -> bool {
    let write = needed.strip_suffix(":read:admin").map(|area| format!("{area}:write:admin"));
    granted.iter().any(|scope| scope == needed || Some(scope) == write.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn write_includes_read_but_not_the_other_way_round() {
        let granted = ["webhooks:write:admin".to_owned(), "notes:read:admin".to_owned()];
        assert!(cover(&granted, "webhooks:read:admin"));
        assert!(cover(&granted, "notes:read:admin"));
        assert!(!cover(&granted, "notes:write:admin"));
        assert!(!cover(&granted, "stages:read:admin"));
    }
}
