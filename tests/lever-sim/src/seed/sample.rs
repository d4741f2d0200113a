//! The built-in account, with fixed ids so that a walk through the documentation works as written.

use super::{AccountSeed, PostingSeed, ReasonSeed, StageSeed, UserSeed};
use crate::world::{ArchivedWish, Categories, NewOpportunity, OpportunityId, ReasonKind};

pub(super) const CLIENT_ID: &str = "lever-sim-client";
pub(super) const CLIENT_SECRET: &str = "lever-sim-secret";

/// What an assessment partner may need; Lever allows an app twenty.
pub(super) const APP_SCOPES: [&str; 16] = [
    "offline_access",
    "opportunities:write:admin",
    "notes:write:admin",
    "stages:read:admin",
    "tags:read:admin",
    "webhooks:write:admin",
    "feedback:write:admin",
    "feedback_templates:write:admin",
    "files:write:admin",
    "contact:write:admin",
    "postings:write:admin",
    "users:read:admin",
    "archive_reasons:read:admin",
    "sources:read:admin",
    "opportunities:read:admin",
    "webhooks:read:admin",
];

const USER: &str = "10000000-0000-4000-8000-00000000000";
const STAGE: &str = "20000000-0000-4000-8000-00000000000";
const REASON: &str = "30000000-0000-4000-8000-00000000000";
const POSTING: &str = "40000000-0000-4000-8000-00000000000";
const OPPORTUNITY: &str = "50000000-0000-4000-8000-00000000000";

pub(super) fn account() -> AccountSeed {
    let numbered = |id: &str, number: usize| Some(format!("{id}{number}"));
    let mut users = users("Example Corp");
    for (number, user) in (1..).zip(&mut users) {
        user.id = numbered(USER, number);
    }
    let mut stages = stages();
    for (number, stage) in (1..).zip(stages.iter_mut().filter(|stage| stage.id.is_none())) {
        stage.id = numbered(STAGE, number);
    }
    let mut reasons = reasons();
    for (number, reason) in (1..).zip(&mut reasons) {
        reason.id = numbered(REASON, number);
    }
    AccountSeed {
        id: Some("a0000000-0000-4000-8000-000000000001".to_owned()),
        name: Some("Example Corp".to_owned()),
        users: Some(users),
        stages: Some(stages),
        archive_reasons: Some(reasons),
        postings: postings(),
        opportunities: opportunities(),
        ..AccountSeed::default()
    }
}

pub(super) fn users(company: &str) -> Vec<UserSeed> {
    let domain = company.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    let user = |name: &str, role: &str, mailbox: &str| UserSeed {
        name: name.to_owned(),
        email: format!("{mailbox}@{domain}.example"),
        access_role: Some(role.to_owned()),
        ..UserSeed::default()
    };
    vec![user("Alma Admin", "super admin", "admin"), user("Tom Member", "team member", "member")]
}

/// The built-in stages with their slugs, and three that this company added.
pub(super) fn stages() -> Vec<StageSeed> {
    let stage = |id: Option<&str>, text: &str| StageSeed { id: id.map(str::to_owned), text: text.to_owned() };
    vec![
        stage(Some("lead-new"), "New lead"),
        stage(Some("lead-reached-out"), "Reached out"),
        stage(Some("lead-responded"), "Responded"),
        stage(Some("applicant-new"), "New applicant"),
        stage(None, "Phone screen"),
        stage(None, "Technical Assessment"),
        stage(None, "On-site interview"),
        stage(Some("offer"), "Offer"),
    ]
}

pub(super) fn reasons() -> Vec<ReasonSeed> {
    let reason = |text: &str, kind| ReasonSeed { id: None, text: text.to_owned(), kind: Some(kind) };
    vec![
        reason("Hired", ReasonKind::Hired),
        reason("Underqualified", ReasonKind::NonHired),
        reason("Withdrew", ReasonKind::NonHired),
        reason("Unresponsive", ReasonKind::NonHired),
    ]
}

fn postings() -> Vec<PostingSeed> {
    let text = |text: &str| Some(text.to_owned());
    let posting = |number: usize, title: &str, team: &str, location: &str, tags: &[&str]| PostingSeed {
        id: Some(format!("{POSTING}{number}")),
        text: title.to_owned(),
        categories: Categories {
            team: text(team),
            department: text("Engineering"),
            location: text(location),
            commitment: text("Full-time"),
            ..Categories::default()
        },
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        ..PostingSeed::default()
    };
    vec![
        posting(1, "Backend Engineer", "Platform", "Berlin", &["Rust"]),
        posting(2, "Frontend Engineer", "Web", "Lisbon", &[]),
    ]
}

fn opportunities() -> Vec<NewOpportunity> {
    let candidate =
        |number: usize, name: &str, email: Option<&str>, stage: &str, posting: Option<&str>| NewOpportunity {
            id: Some(OpportunityId::from(format!("{OPPORTUNITY}{number}").as_str())),
            name: Some(name.to_owned()),
            emails: email.map(str::to_owned).into_iter().collect(),
            stage: Some(stage.to_owned()),
            posting: posting.map(str::to_owned),
            ..NewOpportunity::default()
        };
    let archived = Some(ArchivedWish::Reason("Withdrew".to_owned()));
    vec![
        candidate(
            1,
            "Ada Example",
            Some("ada@candidates.example"),
            "New applicant",
            Some("Backend Engineer"),
        ),
        candidate(
            2,
            "Ben Example",
            Some("Ben@Candidates.example"),
            "Phone screen",
            Some("Frontend Engineer"),
        ),
        candidate(3, "Cleo Example", None, "New lead", None),
        candidate(
            4,
            "Dan Example",
            Some("dan@candidates.example"),
            "Technical Assessment",
            Some("Backend Engineer"),
        ),
        NewOpportunity {
            archived,
            ..candidate(5, "Eve Example", Some("eve@candidates.example"), "Responded", None)
        },
    ]
}
