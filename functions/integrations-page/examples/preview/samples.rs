//! Sample models for every page, shared by the preview and the tests. No real person or team.

use integrations_page::view::model::*;
use integrations_page::view::{
    account_change_page, activity_page, overview, remove_page, trouble_page, why_page,
};
use jiff::Timestamp;
use jiff::civil::date;
use lever_integration::domain::{
    Assessment, AssessmentState, Id, Kind, LeverEnvironment, PersonName, Progress, Reason, Tag, Title,
};
use lever_integration::flow::Check;
use maud::Markup;

/// What stands in the forms of an admin.
pub const CSRF: &str = "csrf-token-of-the-session";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap_or_default()
}

#[expect(clippy::unwrap_used, reason = "the samples are fixed")]
fn id<K: Kind>(text: &str) -> Id<K> {
    text.parse().unwrap()
}

fn title(text: &str) -> Option<Title> {
    Title::new(text).ok()
}

fn tag(text: &str) -> Option<Tag> {
    Tag::new(text).ok()
}

/// What every page of an admin has.
pub fn admin() -> Shell {
    Shell {
        team_name: "Team 1".to_owned(),
        viewer: Viewer::Admin { csrf: CSRF.to_owned() },
        now: at("2026-03-04T12:00:00Z"),
        notice: None,
    }
}

/// What every page of a member has.
pub fn member() -> Shell {
    Shell { viewer: Viewer::Member, ..admin() }
}

/// An overview where all is well.
pub fn working(shell: Shell) -> Overview {
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
            environments: vec![LeverEnvironment::Production, LeverEnvironment::Sandbox],
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
pub fn fresh(shell: Shell) -> Overview {
    Overview {
        connection: ConnectionCard {
            api_key: ApiKeyState::Missing { rejection: None },
            lever: LeverState::NotConnected,
            environments: vec![LeverEnvironment::Production, LeverEnvironment::Sandbox],
        },
        stages: StagesCard { chosen: vec![], offered: Reading::NotConnected, dialog: DialogState::Closed },
        assessments: Reading::NotConnected,
        activity: vec![],
        funnel: Funnel::default(),
        ..working(shell)
    }
}

/// An overview with every problem there is.
pub fn troubled(shell: Shell) -> Overview {
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
        Problem::StagesGone { texts: vec!["Old screen".to_owned()] },
        Problem::LeverUnreachable,
        Problem::QualifiedUnreachable,
    ];
    model.connection.api_key = ApiKeyState::Refused { rejection: Some(ApiKeyRejection::Refused) };
    model.connection.lever =
        LeverState::ReconnectNeeded { account: None, environment: LeverEnvironment::Production, since };
    model.stages.chosen.push(chosen("s9", "Old screen", StageStanding::Gone));
    model.stages.offered = Reading::Unavailable;
    model.assessments = Reading::Unavailable;
    model
}

fn reconnect(shell: Shell) -> Overview {
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

fn login(shell: Shell) -> Overview {
    let mut model = fresh(shell);
    model.shell.notice = Some(Notice::ApiKeyAccepted);
    model.connection.api_key = ApiKeyState::Accepted { rejection: None };
    model.assessments = Reading::Known(assessment_rows(&assessments()));
    model
}

fn rejected(shell: Shell) -> Overview {
    let mut model = fresh(shell);
    model.connection.api_key = ApiKeyState::Missing { rejection: Some(ApiKeyRejection::Refused) };
    model
}

fn connected(shell: Shell) -> Overview {
    let mut model = login(shell);
    model.shell.notice = Some(Notice::Connected);
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

fn dialog(shell: Shell, state: DialogState) -> Overview {
    let mut model = working(shell);
    model.stages.dialog = state;
    model
}

fn chosen(stage: &str, text: &str, standing: StageStanding) -> ChosenStage {
    ChosenStage { id: id(stage), text: text.to_owned(), standing, added_at: at("2026-02-10T09:30:00Z") }
}

fn offered() -> Vec<OfferedStage> {
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

fn assessments() -> Vec<Assessment> {
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

fn candidate(number: usize) -> CandidateRef {
    CandidateRef {
        opportunity: id(&format!("0f000000-0000-4000-8000-{number:012}")),
        name: (number != 4).then(|| PersonName::new(&format!("Candidate {number}"))),
        lever_url: Some(format!(
            "https://hire.lever.example/candidates/0f000000-0000-4000-8000-{number:012}"
        )),
    }
}

fn line(time: &str, number: usize, reason: Reason, tag: Option<Tag>, title: Option<Title>) -> ActivityLine {
    ActivityLine {
        at: at(time),
        candidate: candidate(number),
        reason,
        tag,
        title,
        stage: Some("Phone screen".to_owned()),
        attempt: Some(1),
    }
}

fn lines() -> Vec<ActivityLine> {
    let rust = || title("Rust Basics");
    vec![
        line("2026-03-04T11:48:00Z", 1, Reason::Invited, tag("rust basics"), rust()),
        line("2026-03-04T11:20:00Z", 2, Reason::Submitted, None, rust()),
        line("2026-03-04T09:58:00Z", 3, Reason::MisspeltTag, tag("Rust Bascis"), rust()),
        line("2026-03-03T16:05:00Z", 4, Reason::NoEmail, None, None),
        ActivityLine {
            attempt: Some(2),
            ..line("2026-03-03T10:41:00Z", 5, Reason::Retaken, None, title("Go Basics"))
        },
    ]
}

/// Eight weeks.
pub fn funnel() -> Funnel {
    let numbers = [(3, 2, 1), (5, 4, 4), (4, 4, 3), (9, 6, 5), (7, 7, 6), (12, 9, 7), (10, 8, 8), (6, 4, 2)];
    let mut monday = date(2026, 1, 12);
    let mut weeks = vec![];
    for (invited, started, submitted) in numbers {
        weeks.push(Week { monday, invited, started, submitted });
        monday = monday.saturating_add(jiff::Span::new().days(7));
    }
    Funnel { weeks }
}

fn activity(shell: Shell) -> ActivityPage {
    ActivityPage {
        shell,
        filter: ActivityFilter::default(),
        lines: Reading::Known(lines()),
        cursor: None,
        older: Some("cursor/1".to_owned()),
    }
}

fn activity_filtered(shell: Shell, lines: Reading<Vec<ActivityLine>>) -> ActivityPage {
    ActivityPage {
        filter: ActivityFilter { reason: Some(Reason::NoEmail), search: "Candidate 4".to_owned() },
        cursor: Some("cursor/0".to_owned()),
        lines,
        ..activity(shell)
    }
}

fn why(shell: Shell, answer: WhyAnswer) -> WhyPage {
    WhyPage { shell, asked: "Candidate 3".to_owned(), answer }
}

fn check(check: WhyCheck, outcome: CheckOutcome, detail: Option<&str>) -> CheckLine {
    CheckLine { check, outcome, detail: detail.map(str::to_owned) }
}

fn opportunity_checks(outcome: CheckOutcome) -> Vec<CheckLine> {
    let passed = CheckOutcome::Passed;
    vec![
        check(WhyCheck::EventSeen, passed, Some("4 Mar 2026, 09:58 UTC")),
        check(WhyCheck::Opportunity(Check::InTriggerStage), passed, Some("Phone screen")),
        check(WhyCheck::Opportunity(Check::EnteredAfterAdded), passed, Some("Entered 4 Mar, added 10 Feb")),
        check(WhyCheck::Opportunity(Check::Active), passed, None),
        check(WhyCheck::Opportunity(Check::NotAnonymised), passed, None),
        check(WhyCheck::Opportunity(Check::HasEmail), passed, None),
        check(WhyCheck::Opportunity(Check::ContactAllowed), passed, None),
        check(WhyCheck::TagNamesAssessment, outcome, Some("Tags: Berlin, Rust Bascis")),
    ]
}

fn assessment_checks(ready: CheckOutcome, ledger: CheckOutcome, sent: CheckOutcome) -> Vec<CheckLine> {
    vec![
        check(WhyCheck::AssessmentReady, ready, None),
        check(WhyCheck::NotAssignedBefore, ledger, None),
        check(WhyCheck::AcceptedByQualified, sent, None),
    ]
}

fn misspelt() -> Explanation {
    let not_reached = CheckOutcome::NotReached;
    let mut checks = opportunity_checks(CheckOutcome::Failed(Failure::Because(Reason::MisspeltTag)));
    checks.extend(assessment_checks(not_reached, not_reached, not_reached));
    Explanation {
        candidate: candidate(3),
        checks,
        assessments: vec![],
        near: tag("Rust Bascis")
            .zip(title("Rust Basics"))
            .map(|(tag, title)| NearTitle { tag, title })
            .into_iter()
            .collect(),
        history: lines().into_iter().skip(2).take(1).collect(),
    }
}

fn several_assessments() -> Explanation {
    let (passed, not_reached) = (CheckOutcome::Passed, CheckOutcome::NotReached);
    let failed = CheckOutcome::Failed(Failure::Because(Reason::AmbiguousTitle));
    let one = |name, checks, progress| title(name).map(|title| AssessmentChecks { title, checks, progress });
    Explanation {
        checks: opportunity_checks(passed),
        assessments: [
            one("Rust Basics", assessment_checks(passed, passed, passed), Some(Progress::Started)),
            one("Go Basics", assessment_checks(failed, not_reached, not_reached), None),
            one("Python Basics", assessment_checks(passed, passed, passed), None),
        ]
        .into_iter()
        .flatten()
        .collect(),
        near: vec![],
        ..misspelt()
    }
}

fn no_event(webhook: WebhookState) -> Explanation {
    let mut model = misspelt();
    model.near.clear();
    model.history.clear();
    for line in &mut model.checks {
        line.outcome = CheckOutcome::NotReached;
    }
    if let Some(first) = model.checks.first_mut() {
        *first = check(WhyCheck::EventSeen, CheckOutcome::Failed(Failure::NoEvent(webhook)), None);
    }
    model
}

fn choices() -> WhyAnswer {
    let choice = |number, stage: &str, archived_at| CandidateChoice {
        candidate: candidate(number),
        stage: Some(stage.to_owned()),
        created_at: Some(at("2026-02-01T10:00:00Z")),
        archived_at,
    };
    WhyAnswer::Several(vec![
        choice(3, "Phone screen", None),
        choice(13, "New applicant", None),
        choice(30, "Offer", Some(at("2026-02-20T10:00:00Z"))),
    ])
}

/// Every trouble.
pub fn troubles() -> Vec<Trouble> {
    let login = |cause| Trouble::Login { cause, environment: LeverEnvironment::Production };
    vec![
        Trouble::NoSession,
        Trouble::LaunchRefused,
        Trouble::AdminsOnly,
        Trouble::FormRefused,
        login(LoginTrouble::ConsentRefused),
        login(LoginTrouble::NotAdminInLever),
        login(LoginTrouble::Expired),
        login(LoginTrouble::Used),
        login(LoginTrouble::Elsewhere),
        login(LoginTrouble::MissingScopes(vec!["notes:write:admin".to_owned()])),
        login(LoginTrouble::Failed),
        Trouble::BadField("stage"),
        Trouble::BadRequest,
        Trouble::NotFound,
        Trouble::MethodNotAllowed,
        Trouble::Unavailable,
    ]
}

fn account_change(shell: Shell) -> AccountChange {
    AccountChange {
        shell,
        old: id("a0b1c2d3-0000-4000-8000-000000000001"),
        new: id("a0b1c2d3-0000-4000-8000-000000000002"),
        environment: LeverEnvironment::Production,
        attempt: "attempt-1".to_owned(),
    }
}

/// Every page for one viewer.
pub fn pages_for(shell: &Shell) -> Vec<(&'static str, Markup)> {
    let one = || shell.clone();
    let explained = |model| WhyAnswer::Explained(Box::new(model));
    vec![
        ("overview-fresh", overview(&fresh(one()))),
        ("overview-key-rejected", overview(&rejected(one()))),
        ("overview-login", overview(&login(one()))),
        ("overview-connected", overview(&connected(one()))),
        ("overview-working", overview(&working(one()))),
        ("overview-reconnect", overview(&reconnect(one()))),
        ("overview-troubled", overview(&troubled(one()))),
        ("overview-dialog", overview(&dialog(one(), DialogState::Open))),
        ("overview-dialog-error", overview(&dialog(one(), DialogState::NothingChosen))),
        ("activity", activity_page(&activity(one()))),
        ("activity-filtered", activity_page(&activity_filtered(one(), Reading::Known(vec![])))),
        ("activity-unavailable", activity_page(&activity_filtered(one(), Reading::Unavailable))),
        ("why-not-asked", why_page(&why(one(), WhyAnswer::NotAsked))),
        ("why-nobody", why_page(&why(one(), WhyAnswer::NobodyFound))),
        ("why-several", why_page(&why(one(), choices()))),
        ("why-misspelt", why_page(&why(one(), explained(misspelt())))),
        ("why-several-assessments", why_page(&why(one(), explained(several_assessments())))),
        ("why-no-event", why_page(&why(one(), explained(no_event(WebhookState::Waiting))))),
        ("remove", remove_page(&one())),
        ("account-change", account_change_page(&account_change(one()))),
    ]
}

/// Every page there is: for an admin, for a member, and without a session.
pub fn all_pages() -> Vec<(String, Markup)> {
    let mut pages = vec![];
    for (viewer, shell) in [("admin", admin()), ("member", member())] {
        pages.extend(pages_for(&shell).into_iter().map(|(name, page)| (format!("{viewer}-{name}"), page)));
    }
    for (number, trouble) in troubles().into_iter().enumerate() {
        for (viewer, shell) in [("admin", Some(admin())), ("member", Some(member())), ("nobody", None)] {
            let page = trouble_page(&TroublePage {
                shell,
                trouble: trouble.clone(),
                request_id: Some("request-1".to_owned()),
            });
            pages.push((format!("{viewer}-trouble-{number:02}"), page));
        }
    }
    pages
}
