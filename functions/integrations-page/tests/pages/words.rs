//! What is said: escaped, true, and of use.

use integrations_page::paths;
use integrations_page::view::model::*;
use integrations_page::view::{activity_page, overview, trouble_page, why_page};
use lever_integration::domain::{PersonName, Reason, Tag, Title};

use super::samples;

#[test]
fn text_from_outside_is_escaped_wherever_it_is_shown() {
    const EVIL: &str = r#""><script>alert(1)</script><b a='"#;
    let shell = || Shell { team_name: EVIL.to_owned(), ..samples::admin() };
    let mut model = samples::working(shell());
    let title = Title::new(EVIL).unwrap();
    model.assessments = Reading::Known(vec![AssessmentRow { title: title.clone(), warnings: vec![] }]);
    model.problems = vec![Problem::StagesGone { texts: vec![EVIL.to_owned()] }];
    for stage in &mut model.stages.chosen {
        stage.text = EVIL.to_owned();
    }
    if let Reading::Known(offered) = &mut model.stages.offered {
        offered[0].text = EVIL.to_owned();
    }
    let line = ActivityLine {
        candidate: CandidateRef {
            name: Some(PersonName::new(EVIL)),
            lever_url: Some(format!("https://hire.lever.example/{EVIL}")),
            ..model.activity[0].candidate.clone()
        },
        tag: Some(Tag::new(EVIL).unwrap()),
        title: Some(title),
        stage: Some(EVIL.to_owned()),
        ..model.activity[0].clone()
    };
    model.activity = vec![line.clone()];
    let filter = ActivityFilter { reason: Some(Reason::Invited), search: EVIL.to_owned() };
    let activity = ActivityPage {
        shell: shell(),
        filter,
        lines: Reading::Known(vec![line.clone()]),
        cursor: None,
        older: Some(EVIL.to_owned()),
        is_cut: false,
    };
    let choice =
        CandidateChoice { candidate: line.candidate, stage: Some(EVIL.to_owned()), archived_at: None };
    let why = WhyPage {
        shell: shell(),
        asked: EVIL.to_owned(),
        answer: WhyAnswer::Several { choices: vec![choice], is_cut: true },
    };
    let trouble = TroublePage { shell: Some(shell()), trouble: Trouble::NotFound };
    for html in [overview(&model), activity_page(&activity), why_page(&why), trouble_page(&trouble)] {
        let html = html.into_string();
        assert!(!html.contains("<script>") && !html.contains("<b a="), "{html}");
        assert!(html.contains("&lt;script&gt;alert(1)"), "{html}");
    }
}

#[test]
fn a_link_to_a_candidate_is_a_web_link_or_none() {
    let mut model = samples::working(samples::admin());
    model.activity.truncate(1);
    for (url, is_linked) in [
        ("https://hire.lever.example/candidates/1", true),
        ("javascript:alert(1)", false),
        (" javascript:alert(1)", false),
        ("data:text/html,x", false),
        ("//evil.example", false),
    ] {
        model.activity[0].candidate.lever_url = Some(url.to_owned());
        let html = overview(&model).into_string();
        assert_eq!(html.contains(url), is_linked, "{url}");
        assert!(html.contains("Candidate 1"), "{url}");
    }
}

#[test]
fn every_problem_stands_on_top_and_offers_an_admin_something_to_do() {
    let html = overview(&samples::troubled(samples::admin())).into_string();
    let (before, _) = html.split_once("id=\"connection\"").unwrap();
    let banners: Vec<_> = before.split("<div class=\"banner ").skip(1).collect();
    assert_eq!(banners.len(), samples::troubled(samples::admin()).problems.len());
    for banner in banners {
        let offers = ["<form", "<a class=\"button", "<ol class=\"path\""];
        assert!(offers.iter().any(|offer| banner.contains(offer)), "{banner}");
    }
    for fix in [paths::LOGIN, paths::WEBHOOK, paths::SUBSCRIPTION, paths::ADD_STAGE, "#api-key", "#stages"] {
        assert!(before.contains(&format!("\"{fix}\"")), "{fix}");
    }
}

/// What stands beside the heading of the overview.
fn health(model: &Overview) -> String {
    let html = overview(model).into_string();
    let pill = html.split("</h1><span class=\"pill ").nth(1).and_then(|rest| rest.split("</span>").next());
    pill.unwrap_or_default().to_owned()
}

#[test]
fn nothing_is_called_stopped_before_it_is_set_up() {
    let problems = |model: Overview, problems: &[Problem]| Overview { problems: problems.to_vec(), ..model };
    let admin = samples::admin;
    let unpublished = problems(samples::login(admin()), &[Problem::NoPublishedAssessment]);
    assert_eq!(health(&unpublished), "quiet\">Not set up yet");
    let next_step = [Problem::NoTriggerStage, Problem::NoWebhooksInPlan];
    assert_eq!(health(&problems(samples::connected(admin()), &next_step)), "attention\">Almost set up");
    let stopped = [Problem::NoTriggerStage, Problem::NoPublishedAssessment];
    for (model, told) in [
        (samples::fresh(admin()), "quiet\">Not set up yet"),
        (samples::connected(admin()), "attention\">Almost set up"),
        (problems(samples::connected(admin()), &stopped), "bad\">Invitations are stopped"),
        (samples::reconnect(admin()), "bad\">Invitations are stopped"),
        (samples::troubled(admin()), "bad\">Invitations are stopped"),
        (problems(samples::working(admin()), &[Problem::WebhookGone]), "attention\">Working, with a problem"),
        (samples::working(admin()), "good\">Working"),
    ] {
        assert_eq!(health(&model), told, "{:?}", model.problems);
    }
}

#[test]
fn waiting_events_are_at_least_as_many_as_were_counted() {
    let told = |waiting| {
        let mut model = samples::working(samples::admin());
        model.problems = vec![Problem::ApiKeyRefused { waiting }];
        overview(&model).into_string()
    };
    assert!(told(1).contains("1 event waits and will be handled then"));
    assert!(told(99).contains(" 99 events wait") && !told(99).contains("At least"));
    assert!(told(u32::from(WAITING_MAX)).contains("At least 100 events wait and will be handled then"));
}

#[test]
fn the_dialog_opens_by_its_link_alone() {
    let closed = overview(&samples::working(samples::admin())).into_string();
    assert!(closed.contains(r#"href="/integrations/lever?dialog=add-stage""#), "{closed}");
    assert!(closed.contains(r#"<dialog id="add-stage" aria-labelledby="add-stage-title">"#), "{closed}");
    let mut model = samples::working(samples::admin());
    model.stages.dialog = DialogState::NothingChosen;
    let open = overview(&model).into_string();
    assert!(open.contains(r#"<dialog id="add-stage" aria-labelledby="add-stage-title" open>"#), "{open}");
    assert!(open.contains("Choose at least one stage."), "{open}");
    let positions: Vec<_> = ["New lead", "New applicant", "On-site interview", "Offer"]
        .map(|text| open.find(text).unwrap())
        .into();
    assert!(positions.is_sorted(), "Lever's order");
    assert_eq!(open.matches("already a trigger stage").count(), 2, "{open}");
}

#[test]
fn the_answer_begins_with_the_first_check_that_failed() {
    let pages = samples::pages_for(&samples::admin());
    let page = |wanted: &str| {
        pages.iter().find(|(name, _)| *name == wanted).map(|(_, page)| page.clone().into_string()).unwrap()
    };
    let misspelt = page("why-misspelt");
    let verdict = misspelt.find(Reason::MisspeltTag.sentence()).unwrap();
    assert!(verdict < misspelt.find("Every check").unwrap(), "{misspelt}");
    assert!(misspelt.contains(Reason::MisspeltTag.hint()) && misspelt.contains("Did you mean"), "{misspelt}");
    assert_eq!(misspelt.matches(">Not checked<").count(), 4, "{misspelt}");
    let several = page("why-several-assessments");
    for said in [
        "Invited to “Rust Basics”.",
        "Not invited to “Go Basics”.",
        Reason::AmbiguousTitle.sentence(),
        "Nothing stands in the way of “Python Basics”.",
    ] {
        assert!(several.contains(said), "{said}");
    }
    let late = page("why-decided-before");
    assert!(late.contains("this was decided") && late.contains(Reason::NoMatchingTag.sentence()), "{late}");
    assert!(late.contains("out of the stage and back in") && !late.contains("on its way"), "{late}");
    let moved_on = page("why-decided-then");
    assert!(moved_on.contains("this was decided") && moved_on.contains(Reason::NoEmail.hint()), "{moved_on}");
    assert!(!moved_on.contains("This is no longer in the way"), "{moved_on}");
    for (name, reason) in
        [("why-hidden", Reason::OpportunityHidden), ("why-waiting", Reason::ReconnectNeeded)]
    {
        assert!(page(name).contains(reason.sentence()) && page(name).contains(reason.hint()), "{name}");
    }
    let closed = page("why-closed");
    assert!(closed.contains("Closed in Qualified without a submission."), "{closed}");
    assert!(!closed.contains("gone astray"), "{closed}");
    let silent = page("why-no-event");
    assert!(silent.contains("Webhooks → Candidate Stage Change"), "{silent}");
}

#[test]
fn the_filter_offers_every_reason_that_can_be_found_and_no_other() {
    let pages = samples::pages_for(&samples::admin());
    let html = pages.into_iter().find(|(name, _)| *name == "activity").map(|(_, page)| page.into_string());
    let html = html.unwrap();
    for reason in Reason::ALL {
        let is_offered = html.contains(&format!(r#"<option value="{}""#, reason.code()));
        assert_eq!(is_offered, reason.is_recorded(), "{reason:?}");
    }
    assert!(!Reason::ReconnectNeeded.is_recorded() && Reason::StageNotTrigger.is_recorded());
}

#[test]
fn a_search_that_may_mean_more_candidates_says_so() {
    let more =
        "There may be more candidates than these. Type more of the name, or paste the link from Lever.";
    for (name, page) in samples::pages_for(&samples::admin()) {
        let is_cut = matches!(name, "activity-cut" | "why-several");
        assert_eq!(page.into_string().contains(more), is_cut, "{name}");
    }
    let one = ActivityFilter { reason: None, search: "Candidate".to_owned() };
    let lines = Reading::Known(vec![]);
    let all = ActivityPage { filter: one, lines, older: None, ..samples::activity(samples::admin()) };
    let cut = ActivityPage { is_cut: true, ..all.clone() };
    let [all, cut] = [all, cut].map(|model| activity_page(&model).into_string());
    assert!(all.contains("Nothing matches.") && !all.contains(more), "{all}");
    assert!(!cut.contains("Nothing matches.") && cut.contains(more), "{cut}");
}

#[test]
fn paging_keeps_the_filter() {
    let html = samples::pages_for(&samples::admin())
        .into_iter()
        .find(|(name, _)| *name == "activity-filtered")
        .map(|(_, page)| page.into_string())
        .unwrap();
    let older = "/integrations/lever/activity?reason=no_email&amp;search=Candidate+4&amp;cursor=cursor%2F1";
    assert!(html.contains(older), "{html}");
    assert!(html.contains(r#"<option value="no_email" selected>"#), "{html}");
}

#[test]
fn every_trouble_says_what_to_do_and_repeats_nothing_secret() {
    for trouble in samples::troubles() {
        let status = trouble.status();
        assert!((400..=503).contains(&status) && status != 500, "{trouble:?}");
        for shell in [None, Some(samples::admin()), Some(samples::member())] {
            let has_session = shell.is_some();
            let html = trouble_page(&TroublePage { shell, trouble: trouble.clone() }).into_string();
            let main = html.split_once("<main").unwrap().1;
            assert!(main.contains("<a ") || main.contains("<ol class=\"path\""), "{trouble:?}: {main}");
            // Without a session our own pages answer 401: the only way leads through Qualified.
            assert!(has_session || !main.contains("<a "), "{trouble:?}: {main}");
            let before = main.split_once("<ol class=\"path\"").map_or(main, |(before, _)| before);
            assert!(has_session || before.contains("Qualified"), "{trouble:?}: {main}");
            assert!(!main.contains("api_key"), "a field is called by a word: {main}");
        }
    }
}

#[test]
fn a_login_that_came_to_nothing_names_every_cause_it_may_have() {
    let page = |cause| {
        let page = TroublePage { shell: Some(samples::admin()), trouble: Trouble::Login(cause) };
        trouble_page(&page).into_string()
    };
    let denied = page(LoginTrouble::Denied);
    assert!(denied.contains("did not choose Accept") && denied.contains("Super Admin"), "{denied}");
    let not_open = page(LoginTrouble::NotOpen);
    assert!(not_open.contains("finished already") && not_open.contains("ten minutes ago"), "{not_open}");
    for html in [denied, not_open] {
        assert!(html.contains(&format!("action=\"{}\"", paths::LOGIN)), "{html}");
    }
}
