//! Overviews from nothing set up to everything broken.

use integrations_page::view::model::*;
use jiff::civil::date;
use lever_integration::domain::{Assessment, AssessmentState, LeverEnvironment, Reason};

use super::activity::{line, lines};
use super::{at, id, title};

/// An overview where all is well.
pub(crate) fn working(shell: Shell) -> Overview {
    Overview {
        shell,
        problems: vec![],
        connection: ConnectionCard {
            api_key: ApiKeyState::Accepted { rejection: None },
            lever: LeverState::Connected {
                account: Some(id("a0b1c2d3-0000-4000-8000-000000000001")),
                environment: LeverEnvironment::Production,
                webhook: WebhookState::Receiving { last_event_at: at("2026-03-04T11:48:00Z") },
            },
        },
        stages: StagesCard {
            chosen: vec![
                chosen("s3", "Phone screen", StageStanding::InLever),
                chosen("s5", "Technical interview", StageStanding::InLever),
            ],
            offered: Reading::Known(offered()),
            dialog: DialogState::Closed,
        },
        assessments: Reading::Known(assessment_rows(&assessments())),
        activity: lines(),
        funnel: funnel(),
    }
}

/// An overview of a team that has done nothing yet.
pub(crate) fn fresh(shell: Shell) -> Overview {
    Overview {
        connection: ConnectionCard {
            api_key: ApiKeyState::Missing { rejection: None },
            lever: LeverState::NotConnected,
        },
        stages: StagesCard { chosen: vec![], offered: Reading::NotConnected, dialog: DialogState::Closed },
        assessments: Reading::NotConnected,
        activity: vec![],
        funnel: Funnel::default(),
        ..working(shell)
    }
}

/// An overview with every problem there is.
pub(crate) fn troubled(shell: Shell) -> Overview {
    let since = at("2026-03-04T08:10:00Z");
    let mut model = working(shell);
    model.problems = vec![
        Problem::ReconnectNeeded { since, environment: LeverEnvironment::Production, waiting: 3 },
        Problem::ApiKeyRefused { waiting: 0 },
        Problem::NoTriggerStage,
        Problem::NoPublishedAssessment,
        Problem::WebhookGone,
        Problem::WebhookSilent { last_event_at: Some(at("2026-02-20T09:00:00Z")) },
        Problem::SubscriptionMissing,
        Problem::NoWebhooksInPlan,
        Problem::StagesGone { texts: vec!["Old screen".to_owned()] },
        Problem::LeverRefuses { environment: LeverEnvironment::Production },
        Problem::LeverUnreachable,
        Problem::LeverBusy,
        Problem::QualifiedUnreachable,
    ];
    model.connection.api_key = ApiKeyState::Refused { rejection: Some(ApiKeyRejection::Refused) };
    model.connection.lever =
        LeverState::ReconnectNeeded { account: None, environment: LeverEnvironment::Production, since };
    model.stages.chosen.push(chosen("s9", "Old screen", StageStanding::Gone));
    model.stages.offered = Reading::Unavailable(Unread::NoAnswer);
    model.assessments = Reading::Unavailable(Unread::NoAnswer);
    model
}

pub(crate) fn reconnect(shell: Shell) -> Overview {
    let since = at("2026-03-04T08:10:00Z");
    let mut model = working(shell);
    model.problems =
        vec![Problem::ReconnectNeeded { since, environment: LeverEnvironment::Production, waiting: 3 }];
    model.connection.lever =
        LeverState::ReconnectNeeded { account: None, environment: LeverEnvironment::Production, since };
    model.stages.offered = Reading::NotConnected;
    model.activity.insert(0, line("2026-03-04T11:00:00Z", 6, Reason::ReconnectNeeded, None, None));
    model
}

pub(crate) fn login(shell: Shell) -> Overview {
    let mut model = fresh(shell);
    model.shell.notices = vec![Notice::ApiKeyAccepted];
    model.connection.api_key = ApiKeyState::Accepted { rejection: None };
    model.assessments = Reading::Known(assessment_rows(&assessments()));
    model
}

pub(crate) fn rejected(shell: Shell) -> Overview {
    let mut model = fresh(shell);
    model.connection.api_key = ApiKeyState::Missing { rejection: Some(ApiKeyRejection::Refused) };
    model
}

pub(crate) fn connected(shell: Shell) -> Overview {
    let mut model = login(shell);
    model.shell.notices = vec![Notice::Connected];
    model.problems = vec![Problem::NoTriggerStage];
    model.connection.lever = LeverState::Connected {
        account: Some(id("a0b1c2d3-0000-4000-8000-000000000001")),
        environment: LeverEnvironment::Sandbox,
        webhook: WebhookState::Waiting,
    };
    model.stages.offered = Reading::Known(
        offered().into_iter().map(|stage| OfferedStage { choice: StageChoice::Free, ..stage }).collect(),
    );
    model
}

pub(crate) fn dialog(shell: Shell, state: DialogState) -> Overview {
    let mut model = working(shell);
    model.stages.dialog = state;
    model
}

pub(crate) fn chosen(stage: &str, text: &str, standing: StageStanding) -> ChosenStage {
    ChosenStage { id: id(stage), text: text.to_owned(), standing, added_at: at("2026-02-10T09:30:00Z") }
}

pub(crate) fn offered() -> Vec<OfferedStage> {
    let names = [
        "New lead",
        "Reached out",
        "New applicant",
        "Phone screen",
        "On-site interview",
        "Technical interview",
        "Reference check",
        "Offer",
    ];
    names
        .iter()
        .enumerate()
        .map(|(number, text)| OfferedStage {
            id: id(&format!("s{number}")),
            text: (*text).to_owned(),
            choice: if matches!(number, 3 | 5) { StageChoice::Chosen } else { StageChoice::Free },
        })
        .collect()
}

pub(crate) fn assessments() -> Vec<Assessment> {
    let published = AssessmentState::Published;
    [
        ("Rust Basics", published),
        ("AngularJS: Services, Filters and Directives for senior front-end developers", published),
        ("Go Basics", published),
        ("go basics", published),
        ("SQL - Submitted", published),
        ("Java Basics", AssessmentState::Draft),
        ("Python Basics", published),
        ("Ruby Basics", published),
    ]
    .into_iter()
    .filter_map(|(text, state)| {
        Some(Assessment { id: id("a1"), title: title(text)?, state, is_internal: false })
    })
    .collect()
}

/// Twelve weeks.
pub(crate) fn funnel() -> Funnel {
    let numbers = [
        (0, 0, 0),
        (1, 0, 0),
        (2, 2, 1),
        (4, 3, 2),
        (3, 2, 1),
        (5, 4, 4),
        (4, 4, 3),
        (9, 6, 5),
        (7, 7, 6),
        (12, 9, 7),
        (10, 8, 8),
        (6, 4, 2),
    ];
    let mut monday = date(2025, 12, 15);
    let mut weeks = vec![];
    for (invited, started, submitted) in numbers {
        weeks.push(Week { monday, invited, started, submitted });
        monday = monday.saturating_add(jiff::Span::new().days(7));
    }
    Funnel { weeks, since: None }
}
