//! Opportunities: from Lever's JSON to the domain.

use crate::lever::permits::tests::endless;
use serde_json::{Value, json};

use super::server::{Reply, Server, token};
use crate::domain::Opportunity;
use crate::lever::{Error, Flaw};

pub(super) const ID: &str = "7d0f0000-0000-4000-8000-000000000001";

/// An opportunity as recorded answers have it.
pub(super) fn full() -> Value {
    json!({
        "id": ID, "name": "Ada  Canary", "contact": "2b9c", "headline": "",
        "stage": "applicant-new", "confidentiality": "non-confidential", "location": "",
        "phones": [{"type": "mobile", "value": "555-0100"}],
        "emails": ["not an address", " Ada@Canary.example ", "second@canary.example"], "links": [],
        "archived": null, "tags": ["Backend", "  ", "Full-time", "a\nb"], "sources": ["Referral"],
        "stageChanges": [
            {"toStageId": "lead-new", "toStageIndex": 0, "updatedAt": 1_700_000_000_000_i64, "userId": "91aa"},
            {"toStageId": "applicant-new", "toStageIndex": 3, "updatedAt": 1_700_000_060_000_i64},
        ],
        "origin": "sourced", "sourcedBy": null, "owner": "91aa", "followers": [], "applications": ["c0de"],
        "createdAt": 1_700_000_000_000_i64, "updatedAt": null, "lastInteractionAt": 1_700_000_000_000_i64,
        "lastAdvancedAt": 1_700_000_060_000_i64, "snoozedUntil": null,
        "urls": {"list": "https://hire.lever.co/candidates", "show": "https://hire.lever.co/candidates/7d0f"},
        "isAnonymized": false, "dataProtection": null, "opportunityLocation": "Berlin", "invented": {"later": 1},
    })
}

/// The same with some fields changed or removed.
fn with(changes: &Value) -> Value {
    let mut row = full();
    let fields = row.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        if value == "remove" {
            fields.remove(name);
        } else {
            fields.insert(name.clone(), value.clone());
        }
    }
    row
}

async fn read(row: Value) -> Result<Opportunity, Error> {
    let server = Server::replying([Reply::json(200, &json!({ "data": row }))]).await;
    let (client, token) = (server.client(), token());
    client.api(&token, None, endless()).opportunity(&ID.parse().unwrap()).await
}

async fn read_with(changes: Value) -> Opportunity {
    read(with(&changes)).await.unwrap()
}

fn entries(opportunity: &Opportunity) -> Vec<(String, i64)> {
    let entry = |entry: &crate::domain::StageEntry| (entry.stage.to_string(), entry.at.as_millisecond());
    opportunity.stage_entries.iter().map(entry).collect()
}

#[tokio::test]
async fn a_recorded_opportunity_is_read_whole() {
    let opportunity = read(full()).await.unwrap();
    assert_eq!(opportunity.id.as_str(), ID);
    assert_eq!(opportunity.contact.as_str(), "2b9c");
    assert_eq!(opportunity.name.as_str(), "Ada Canary");
    assert_eq!(opportunity.email.as_ref().map(|email| email.as_str()), Some("ada@canary.example"));
    assert_eq!(opportunity.stage.as_str(), "applicant-new");
    let expected =
        [("lead-new".to_owned(), 1_700_000_000_000), ("applicant-new".to_owned(), 1_700_000_060_000)];
    assert_eq!(entries(&opportunity), expected);
    assert_eq!(opportunity.archived_at, None);
    assert_eq!(opportunity.tags.iter().map(|tag| tag.as_str()).collect::<Vec<_>>(), ["Backend", "Full-time"]);
    assert!(!opportunity.is_anonymised && opportunity.is_contact_allowed);
    assert!(!format!("{opportunity:?}").to_lowercase().contains("canary"));
}

#[tokio::test]
async fn only_id_stage_and_contact_are_needed() {
    let bare = read(json!({"id": ID, "stage": "offer", "contact": "c"})).await.unwrap();
    assert_eq!((bare.name.as_str(), bare.email, bare.tags.len(), bare.stage_entries.len()), ("", None, 0, 0));
    for field in ["id", "stage", "contact"] {
        let answer = read(with(&json!({ field: "remove" }))).await;
        assert!(matches!(answer, Err(Error::Unreadable(Flaw::Shape { .. }))), "{field}: {answer:?}");
        let answer = read(with(&json!({ field: null }))).await;
        assert!(matches!(answer, Err(Error::Unreadable(Flaw::Shape { .. }))), "{field}: {answer:?}");
        let answer = read(with(&json!({ field: "a/b" }))).await;
        assert!(matches!(answer, Err(Error::Unreadable(Flaw::Field(_)))), "{field}: {answer:?}");
    }
}

#[tokio::test]
async fn expanded_stage_and_contact_are_read_by_their_id() {
    let expanded = json!({"stage": {"id": "offer", "text": "Offer"}, "contact": {"id": "c9", "name": "x"}});
    let opportunity = read_with(expanded).await;
    assert_eq!((opportunity.stage.as_str(), opportunity.contact.as_str()), ("offer", "c9"));
}

#[tokio::test]
async fn an_archived_opportunity_is_archived_even_without_a_time() {
    let archived = |changes| async { read_with(changes).await.archived_at.map(|at| at.as_millisecond()) };
    assert_eq!(
        archived(json!({"archived": {"reason": "r", "archivedAt": 1_700_000_000_005_i64}})).await,
        Some(1_700_000_000_005)
    );
    assert_eq!(
        archived(json!({"archived": {"reason": "r", "archivedAt": "1700000000005"}})).await,
        Some(1_700_000_000_005)
    );
    assert_eq!(archived(json!({"archived": {"reason": null}, "updatedAt": 7})).await, Some(7));
    assert_eq!(archived(json!({"archived": {}})).await, Some(0));
    assert_eq!(archived(json!({"archivedAt": 9})).await, Some(9));
    assert_eq!(archived(json!({"archived": "remove"})).await, None);
}

#[tokio::test]
async fn contact_is_allowed_unless_a_policy_forbids_it() {
    let allowed =
        |value: Value| async move { read_with(json!({ "dataProtection": value })).await.is_contact_allowed };
    assert!(
        !allowed(json!({"store": {"allowed": true}, "contact": {"allowed": false, "expiresAt": null}})).await
    );
    assert!(
        allowed(json!({"store": {"allowed": false}, "contact": {"allowed": true, "expiresAt": 1}})).await
    );
    assert!(allowed(json!({"contact": null})).await);
    assert!(allowed(json!({"contact": {"allowed": null}})).await);
    assert!(allowed(json!({})).await);
    let unclear = read(with(&json!({"dataProtection": {"contact": {"allowed": "no"}}}))).await;
    assert!(matches!(unclear, Err(Error::Unreadable(Flaw::Shape { .. }))), "{unclear:?}");
}

#[tokio::test]
async fn an_anonymised_opportunity_says_so() {
    assert!(read_with(json!({"isAnonymized": true, "emails": [], "name": ""})).await.is_anonymised);
    assert!(!read_with(json!({"isAnonymized": null})).await.is_anonymised);
}

#[tokio::test]
async fn without_a_usable_address_there_is_none() {
    for emails in [json!([]), json!(null), json!([{"value": "a@b.c"}, 5, ""])] {
        assert_eq!(read_with(json!({ "emails": emails })).await.email, None);
    }
}

#[tokio::test]
async fn the_last_advance_completes_a_history_that_ends_elsewhere() {
    let present = ("applicant-new".to_owned(), 1_700_000_060_000);
    for history in
        [json!(null), json!([]), json!("remove"), json!([{"toStageId": "applicant-new", "updatedAt": null}])]
    {
        let opportunity = read_with(json!({ "stageChanges": history })).await;
        assert_eq!(entries(&opportunity), std::slice::from_ref(&present), "{history}");
    }
    let elsewhere = json!([
        {"toStageId": "applicant-new", "updatedAt": 1},
        {"toStageId": "offer", "updatedAt": "2"},
        {"toStageId": "a/b", "updatedAt": 3},
        {"updatedAt": 4},
    ]);
    let opportunity = read_with(json!({ "stageChanges": elsewhere })).await;
    let expected = [("applicant-new".to_owned(), 1), ("offer".to_owned(), 2), present];
    assert_eq!(entries(&opportunity), expected);
    assert_eq!(opportunity.entered_present_stage_at().map(|at| at.as_millisecond()), Some(1_700_000_060_000));
    let unknown = read_with(json!({"stageChanges": [], "lastAdvancedAt": null})).await;
    assert_eq!(unknown.entered_present_stage_at(), None);
}

#[tokio::test]
async fn times_out_of_range_are_unreadable() {
    for at in [json!(i64::MAX), json!(u64::MAX), json!("soon"), json!(true), json!({})] {
        let answer = read(with(&json!({ "lastAdvancedAt": at }))).await;
        assert!(matches!(answer, Err(Error::Unreadable(Flaw::Shape { .. }))), "{at}: {answer:?}");
    }
    let float = read_with(json!({"stageChanges": [], "lastAdvancedAt": 1.7e12})).await;
    assert_eq!(entries(&float), [("applicant-new".to_owned(), 1_700_000_000_000)]);
}

#[tokio::test]
async fn an_answer_about_another_opportunity_is_refused() {
    let other = read(with(&json!({"id": "someone-else"}))).await;
    assert_eq!(other, Err(Error::Unreadable(Flaw::OtherObject)));
}
