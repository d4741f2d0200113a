//! What somebody needs who wants to play on: the page, the API key, and the recruiter's hands.

use crate::Local;

/// A control call of the simulated Lever that a recruiter's click stands behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Click {
    /// What it does.
    pub does: &'static str,
    /// The path; `ID` stands for the opportunity that was created.
    pub path: &'static str,
    /// The body, as JSON.
    pub body: &'static str,
}

/// Switch the event group on, create a candidate with a tag, move them.
pub const CLICKS: [Click; 3] = [
    Click {
        does: "switch \"Candidate Stage Change\" on (after the login to Lever)",
        path: "/_sim/webhooks/groups",
        body: r#"{"candidateStageChange": true}"#,
    },
    Click {
        does: "create a candidate; the answer holds the id",
        path: "/_sim/opportunities",
        body: r#"{"name": "Grace", "emails": ["grace@example.com"], "stage": "New applicant", "tags": ["Rust Basics"]}"#,
    },
    Click {
        does: "move the candidate into the trigger stage",
        path: "/_sim/opportunities/ID/move",
        body: r#"{"stage": "Technical Assessment"}"#,
    },
];

/// The lines to print.
pub fn lines(local: &Local) -> Vec<String> {
    let (lever, qualified) = (local.lever.url(), local.qualified.url());
    let mut lines = vec![
        format!("Open {qualified}/_sim/launch in a browser: the Integrations page, as from Qualified."),
        "With --no-story: enter the API key, log in to Lever, add the trigger stage \"Technical Assessment\"."
            .to_owned(),
    ];
    if let Some((_, key)) = local.qualified.first_team() {
        lines.push(format!("The API key of the built-in team: {}", key.expose()));
    }
    lines.push("What the recruiter does in Lever:".to_owned());
    for click in CLICKS {
        lines.push(format!("  # {}", click.does));
        lines.push(format!("  curl -s {lever}{} --json '{}'", click.path, click.body));
    }
    lines.push("  # the invitation, with its link for the candidate".to_owned());
    lines.push(format!("  curl -s {qualified}/_sim/mails"));
    lines.push("Each simulator lists its control API at /_sim. Ctrl-C ends everything.".to_owned());
    lines
}
