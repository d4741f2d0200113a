//! Assessments and people, as the API lists them.

use serde_json::{Value, json};

use super::server::{Canned, KEY, Server};
use crate::domain::{AssessmentState, Availability, EmailAddress};
use crate::qualified::{Error, Flaw};

fn assessment(id: &str, title: &str) -> Value {
    json!({
        "id": id, "title": title, "state": "published", "labels": null, "passingScore": 70.0,
        "isTemplate": false, "isPractice": false, "isDemo": false, "unavailable": false, "challengeItems": [{}],
    })
}

fn page(rows: &[Value], number: u32, of: u32) -> Canned {
    Canned::ok(&json!({
        "type": "Assessment", "data": rows, "currentPage": number, "totalPages": of, "totalCount": rows.len(),
        "meta": { "timestamp": "2026-01-02T03:04:05.678-08:00", "includes": [] },
    }))
}

fn email() -> EmailAddress {
    "Ada@Example.com".parse().unwrap()
}

#[tokio::test]
async fn the_key_is_sent_as_it_is() {
    let server = Server::answering([page(&[assessment("a1", "Rust")], 1, 3)]).await;
    assert_eq!(server.api().check_key().await, Ok(()));
    let asked = server.asked();
    assert_eq!(asked.len(), 1, "one page is enough");
    assert_eq!(asked[0].line, "GET /api/v1/assessments");
    assert_eq!(asked[0].authorization.as_deref(), Some(KEY));
}

#[tokio::test]
async fn the_key_is_not_believed_to_work_because_of_a_page_of_another_kind() {
    let server = Server::answering([
        Canned::new(200, "<html>Log in</html>"),
        Canned::ok(&json!([])),
        Canned::ok(&json!({})),
    ])
    .await;
    assert_eq!(server.api().check_key().await, Err(Error::Unreadable(Flaw::NotJson)));
    assert_eq!(server.api().check_key().await, Err(Error::Unreadable(Flaw::Shape)));
    assert_eq!(server.api().check_key().await, Err(Error::Unreadable(Flaw::Shape)));
}

#[tokio::test]
async fn all_pages_of_assessments_are_read_and_each_row_once() {
    let (rust, go, sql) = (assessment("a1", "Rust"), assessment("a2", "Go"), assessment("a3", "SQL"));
    let server =
        Server::answering([page(&[rust, go.clone()], 1, 3), page(&[go], 2, 3), page(&[sql], 3, 3)]).await;
    let assessments = server.api().assessments().await.unwrap();
    let titles: Vec<_> = assessments.iter().map(|assessment| assessment.title.as_str()).collect();
    assert_eq!(titles, ["Rust", "Go", "SQL"]);
    assert_eq!(
        server.lines(),
        [
            "GET /api/v1/assessments?order_by=title ASC",
            "GET /api/v1/assessments?order_by=title ASC&page=2",
            "GET /api/v1/assessments?order_by=title ASC&page=3",
        ]
    );
}

#[tokio::test]
async fn a_list_that_shrinks_while_it_is_read_ends_where_it_now_ends() {
    let server = Server::answering([page(&[assessment("a1", "Rust")], 1, 3), page(&[], 2, 1)]).await;
    assert_eq!(server.api().assessments().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_list_without_end_is_given_up() {
    let server = Server::answering((1..=200).map(|number| page(&[], number, u32::MAX))).await;
    assert_eq!(server.api().assessments().await, Err(Error::Unreadable(Flaw::Endless)));
    assert_eq!(server.lines().len(), 80);
}

#[tokio::test]
async fn an_empty_list_has_neither_type_nor_pages() {
    let body = json!({ "data": [], "currentPage": 1, "totalPages": 0, "totalCount": 0 });
    let server = Server::answering([Canned::ok(&body), Canned::ok(&json!({ "data": [] }))]).await;
    assert_eq!(server.api().assessments().await, Ok(Vec::new()));
    assert_eq!(server.api().assessments().await, Ok(Vec::new()));
}

#[tokio::test]
async fn an_assessment_that_no_tag_can_name_is_left_out() {
    let rows = [
        assessment("a1", " Rust: Services, Traits "),
        assessment("a2", ""),
        assessment("a3", "two\nlines"),
        assessment("a4", &"x".repeat(600)),
        assessment("a/5", "No path"),
        json!({ "id": "a6" }),
        json!({ "title": "No id" }),
        json!("text"),
    ];
    let server = Server::answering([page(&rows, 1, 1)]).await;
    let assessments = server.api().assessments().await.unwrap();
    assert_eq!(assessments.len(), 1);
    assert_eq!(assessments[0].id.as_str(), "a1");
    assert_eq!(assessments[0].title.as_str(), "Rust: Services, Traits");
}

#[tokio::test]
async fn state_and_flags_decide_whether_an_assessment_is_available() {
    let with = |field: &str, value: Value| {
        let mut row = assessment(field, "Rust");
        row[field] = value;
        row
    };
    let mut bare = with("bare", Value::Null);
    bare.as_object_mut().unwrap().retain(|key, _| matches!(key.as_str(), "id" | "title" | "state"));
    let rows = [
        bare,
        with("isTemplate", true.into()),
        with("isPractice", true.into()),
        with("isDemo", true.into()),
        with("unavailable", true.into()),
        json!({ "id": "d", "title": "Rust", "state": "draft", "isDemo": null }),
        json!({ "id": "r", "title": "Rust", "state": "archived" }),
        json!({ "id": "n", "title": "Rust", "state": "paused" }),
        json!({ "id": "m", "title": "Rust" }),
    ];
    let server = Server::answering([page(&rows, 1, 1)]).await;
    let assessments = server.api().assessments().await.unwrap();
    let availability: Vec<_> = assessments.iter().map(|assessment| assessment.availability()).collect();
    assert_eq!(availability[0], Availability::Available);
    assert_eq!(availability[1..5], [Availability::NotForCandidates; 4]);
    assert_eq!(availability[5..], [Availability::NotPublished; 4]);
    assert_eq!(assessments[5].state, AssessmentState::Draft);
    assert_eq!(assessments[6].state, AssessmentState::Archived);
    assert_eq!(assessments[7].state, AssessmentState::Unrecognised);
}

fn person(id: &str, email: &str, created_at: &str) -> Value {
    json!({
        "id": id, "candidateId": "c1", "state": "submitted", "assessmentIds": ["a1", "a2", "not/an/id"],
        "assessmentResultIds": ["r1"], "createdAt": created_at, "archived": false, "testTeamMember": false,
        "alternateId": null, "firstName": "Ada", "email": email, "stateTransitions": ["idle"],
    })
}

fn archived(mut person: Value) -> Value {
    person["archived"] = true.into();
    person
}

fn people(rows: &[Value]) -> Canned {
    page(rows, 1, 1)
}

#[tokio::test]
async fn a_person_is_looked_up_by_the_address_in_lower_case() {
    let server = Server::answering([people(&[person("p1", "ADA@example.com ", "")])]).await;
    let found = server.api().find_person(&email()).await.unwrap().unwrap();
    assert_eq!(found.team_candidate.as_str(), "p1");
    assert_eq!(found.assessments, ["a1".parse().unwrap(), "a2".parse().unwrap()]);
    assert_eq!(server.lines(), [r#"GET /api/v1/team_candidates?where={"email":"ada@example.com"}"#]);
}

#[tokio::test]
async fn an_address_cannot_break_out_of_the_filter() {
    let odd: EmailAddress = r#"a"}&page=2#@example.com"#.parse().unwrap();
    let server = Server::answering([people(&[])]).await;
    assert_eq!(server.api().find_person(&odd).await, Ok(None));
    assert_eq!(server.lines(), [r#"GET /api/v1/team_candidates?where={"email":"a\"}&page=2#@example.com"}"#]);
}

#[tokio::test]
async fn a_person_with_another_address_or_none_is_not_the_one_looked_for() {
    let mut forgotten = person("p1", "", "2026-01-02T03:04:05.678Z");
    forgotten["email"] = Value::Null;
    let other = person("p2", "ada@example.org", "2026-01-02T03:04:05.678Z");
    let server = Server::answering([people(&[forgotten, other])]).await;
    assert_eq!(server.api().find_person(&email()).await, Ok(None));
}

#[tokio::test]
async fn of_several_people_one_not_archived_wins_then_the_newest() {
    let server = Server::answering([
        people(&[
            person("old", "ada@example.com", "2026-01-02T03:04:05.678Z"),
            person("new", "ada@example.com", "2026-01-02T01:04:05.678-08:00"),
            archived(person("archived", "ada@example.com", "2026-03-02T03:04:05.678Z")),
        ]),
        people(&[
            archived(person("archived", "ada@example.com", "2026-03-02T03:04:05.678Z")),
            archived(person("older", "ada@example.com", "not a time")),
        ]),
    ])
    .await;
    for expected in ["new", "archived"] {
        let found = server.api().find_person(&email()).await.unwrap().unwrap();
        assert_eq!(found.team_candidate.as_str(), expected);
    }
}

#[tokio::test]
async fn a_person_on_a_later_page_is_found() {
    let server = Server::answering([
        page(&[person("p1", "eve@example.com", "")], 1, 2),
        page(&[person("p2", "ada@example.com", "")], 2, 2),
    ])
    .await;
    let found = server.api().find_person(&email()).await.unwrap().unwrap();
    assert_eq!(found.team_candidate.as_str(), "p2");
}

#[tokio::test]
async fn a_person_that_cannot_be_read_is_an_error() {
    for (row, flaw) in [
        (json!({ "email": "ada@example.com" }), Flaw::Shape),
        (json!({ "id": "p1", "email": ["ada@example.com"] }), Flaw::Shape),
        (json!({ "id": "p/1", "email": "ada@example.com" }), Flaw::Id("team candidate")),
        (json!({ "id": "p1", "email": "ada@example.com", "assessmentIds": "a1" }), Flaw::Shape),
    ] {
        let server = Server::answering([people(&[row])]).await;
        assert_eq!(server.api().find_person(&email()).await, Err(Error::Unreadable(flaw)));
    }
}
