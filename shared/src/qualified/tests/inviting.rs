//! The invitation: what is sent and what each answer means.

use serde_json::{Value, json};

use super::server::{Canned, Server};
use crate::domain::{AssessmentId, ContactId, EmailAddress, PersonName};
use crate::qualified::{Error, Flaw, Invitation, Invited, Novelty};

fn invited(created_at: &str, answered_at: &str) -> Value {
    json!({
        "type": "AssessmentInvitation",
        "data": [{
            "id": "i1", "state": "active", "action": "take", "teamCandidateId": "p1", "assessmentId": "a1",
            "assessmentResultId": "r1", "inviterRole": "api", "sendAttempts": 0, "createdAt": created_at,
            "invitePath": "/assess/a1?invite=canary", "candidateName": "Ada Byron", "candidateEmail": "Ada@Example.com",
        }],
        "meta": { "timestamp": answered_at, "includes": [] },
    })
}

fn just_now() -> Value {
    invited("2026-01-02T03:04:05.678Z", "2026-01-01T19:04:05.690-08:00")
}

async fn invite_as(server: &Server, name: &str) -> Result<Invited, Error> {
    let (email, name) = ("Ada@Example.com".parse::<EmailAddress>().unwrap(), PersonName::new(name));
    let (assessment, contact): (AssessmentId, ContactId) = ("a1".parse().unwrap(), "k-1".parse().unwrap());
    let invitation = Invitation { email: &email, name: &name, assessment: &assessment, contact: &contact };
    server.api().invite(&invitation).await
}

async fn invite_answered(canned: Canned) -> Result<Invited, Error> {
    let server = Server::answering([canned]).await;
    let outcome = invite_as(&server, "Ada Byron").await;
    assert_eq!(server.lines().len(), 1, "an invitation is never repeated here");
    outcome
}

async fn novelty(body: Value) -> Novelty {
    invite_answered(Canned::ok(&body)).await.unwrap().novelty
}

#[tokio::test]
async fn an_invitation_asks_for_one_mail_at_most() {
    let server = Server::answering([Canned::ok(&just_now())]).await;
    let invited = invite_as(&server, "Ada King Byron").await.unwrap();
    assert_eq!(
        invited,
        Invited {
            invitation: "i1".parse().unwrap(),
            result: "r1".parse().unwrap(),
            team_candidate: "p1".parse().unwrap(),
            novelty: Novelty::New,
        }
    );
    let asked = server.asked();
    assert_eq!(asked[0].line, "POST /api/v1/assessment_invitations/invite_candidates");
    assert_eq!(
        asked[0].body,
        json!({ "data": {
            "candidates": ["ada@example.com"], "assessment_id": "a1", "first_name": "Ada King", "last_name": "Byron",
            "alternate_id": "lever:contact:k-1", "labels": ["Lever"], "skip_email_resend": true,
            "apply_day_defaults": true,
        } })
    );
}

#[tokio::test]
async fn a_missing_name_is_left_out_and_an_endless_one_cut() {
    let server =
        Server::answering([Canned::ok(&just_now()), Canned::ok(&just_now()), Canned::ok(&just_now())]).await;
    for name in ["Ada", "", &"é".repeat(500_000)] {
        invite_as(&server, name).await.unwrap();
    }
    let bodies: Vec<_> = server.asked().into_iter().map(|asked| asked.body["data"].clone()).collect();
    assert_eq!((&bodies[0]["first_name"], bodies[0].get("last_name")), (&json!("Ada"), None));
    assert_eq!((bodies[1].get("first_name"), bodies[1].get("last_name")), (None, None));
    assert_eq!(bodies[2]["first_name"], json!("é".repeat(100)));
}

#[tokio::test]
async fn an_invitation_older_than_its_answer_was_there_before() {
    assert_eq!(novelty(just_now()).await, Novelty::New);
    assert_eq!(novelty(invited("2026-01-02T03:03:05.690Z", "2026-01-02T03:04:05.690Z")).await, Novelty::New);
    assert_eq!(
        novelty(invited("2026-01-02T03:03:05.689Z", "2026-01-02T03:04:05.690Z")).await,
        Novelty::Existing
    );
    assert_eq!(
        novelty(invited("2025-12-24T03:04:05.678Z", "2026-01-01T19:04:05.690-08:00")).await,
        Novelty::Existing
    );
}

#[tokio::test]
async fn an_answer_that_does_not_tell_the_age_counts_as_new() {
    assert_eq!(novelty(invited("then", "2026-01-02T03:04:05.690Z")).await, Novelty::New);
    assert_eq!(novelty(invited("2025-01-02T03:04:05.690Z", "now")).await, Novelty::New);
    let mut bare = just_now();
    bare.as_object_mut().unwrap().remove("meta");
    bare["data"][0].as_object_mut().unwrap().remove("createdAt");
    assert_eq!(novelty(bare).await, Novelty::New);
}

#[tokio::test]
async fn an_empty_answer_means_the_address_was_refused() {
    let outcome = invite_answered(Canned::ok(&json!({ "data": [], "meta": {} }))).await;
    assert_eq!(outcome, Err(Error::EmailRefused));
}

#[tokio::test]
async fn an_invitation_to_another_assessment_is_not_taken() {
    let mut body = just_now();
    body["data"][0]["assessmentId"] = "a2".into();
    let error = invite_answered(Canned::ok(&body)).await.unwrap_err();
    assert_eq!(error, Error::Unreadable(Flaw::OtherObject));
    assert!(error.may_have_happened());
}

#[tokio::test]
async fn an_answer_without_the_result_may_stand_for_an_invitation() {
    let mut body = just_now();
    body["data"][0]["assessmentResultId"] = Value::Null;
    let mut bad_id = just_now();
    bad_id["data"][0]["assessmentResultId"] = "r/1".into();
    for (canned, flaw) in [
        (Canned::ok(&body), Flaw::Shape),
        (Canned::ok(&bad_id), Flaw::Id("result")),
        (Canned::ok(&json!({ "data": null })), Flaw::Shape),
        (Canned::ok(&json!([])), Flaw::Shape),
        (Canned::new(200, ""), Flaw::NotJson),
        (Canned::new(200, "<html>"), Flaw::NotJson),
        (Canned::new(204, ""), Flaw::NotJson),
    ] {
        let error = invite_answered(canned).await.unwrap_err();
        assert_eq!(error, Error::Unreadable(flaw));
        assert!(error.may_have_happened());
    }
}

#[tokio::test]
async fn a_refusal_says_whether_the_address_or_the_assessment_is_at_fault() {
    let errors =
        |field: &str| json!({ "errors": { field: "is invalid" }, "reason": "ValidationErrors" }).to_string();
    for field in ["email", "candidates", "candidateEmail", "candidates.0"] {
        assert_eq!(
            invite_answered(Canned::new(422, errors(field))).await,
            Err(Error::EmailRefused),
            "{field}"
        );
    }
    let not_found =
        json!({ "reason": "Sorry, we couldn't find that resource", "user": "Jane Doe" }).to_string();
    for canned in [
        Canned::new(422, errors("assessment_id")),
        Canned::new(422, r#"{"reason":"assessment is not published","user":null}"#),
        Canned::new(422, ""),
        Canned::new(400, not_found.clone()),
        Canned::new(400, errors("email")),
        Canned::new(404, not_found),
        Canned::new(404, "<html>"),
        Canned::new(410, ""),
    ] {
        let error = invite_answered(canned).await.unwrap_err();
        assert_eq!(error, Error::AssessmentRefused);
        assert!(!error.may_have_happened());
    }
}

#[tokio::test]
async fn an_invitation_that_is_not_allowed_leaves_the_key_in_use() {
    let body = r#"{"reason":"User is not permitted to invite","user":"Jane Doe"}"#;
    assert_eq!(invite_answered(Canned::new(403, body)).await, Err(Error::Forbidden));
    assert_eq!(invite_answered(Canned::new(401, body)).await, Err(Error::KeyUnusable));
    assert_eq!(
        invite_answered(Canned::new(402, body)).await,
        Err(Error::Refused { status: 402, field: None })
    );
}
