//! Inviting: fields, repetition, mails, cancelling.

use reqwest::Method;
use serde_json::{Value, json};

use super::{ANGULAR, DRAFT, NOBODY, RUST, Sim};
use crate::MailKind;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

#[tokio::test]
async fn an_invitation_creates_person_and_result_and_sends_one_mail() {
    let sim = Sim::start().await;
    let (status, body) = sim
        .try_invite(json!({
            "candidates": ["Ada@Example.com"], "assessment_id": RUST, "first_name": "Ada", "last_name": "Byron",
            "alternate_id": "lever:contact:7", "labels": ["Lever"], "skip_email_resend": true, "apply_day_defaults": true,
        }))
        .await;
    assert_eq!((status, &body["type"]), (200, &json!("AssessmentInvitation")));
    assert!(body.get("currentPage").is_none(), "an invite reply has no paging fields");
    let invitation = &body["data"][0];
    assert_eq!(invitation["candidateEmail"], "Ada@Example.com");
    assert_eq!(invitation["candidateName"], "Ada Byron");
    assert_eq!((&invitation["state"], &invitation["action"]), (&json!("active"), &json!("take")));
    assert_eq!((&invitation["sendAttempts"], &invitation["lastSent"]), (&json!(0), &Value::Null));
    assert_eq!(invitation["inviterRole"], "api");
    assert!(invitation["expiresAt"].is_string() && invitation["reminderAt"].is_string());
    let mails = sim.sim.mails();
    assert_eq!((mails.len(), mails[0].kind, mails[0].to.as_str()), (1, MailKind::Invite, "Ada@Example.com"));
    assert_eq!(mails[0].assessment_title, "Rust Basics");
    assert_eq!(Some(mails[0].invite_path.as_str()), invitation["invitePath"].as_str());
    let person =
        sim.get(&format!("team_candidates/{}", invitation["teamCandidateId"].as_str().unwrap())).await;
    let person = &person["data"];
    assert_eq!((&person["alternateId"], &person["labels"]), (&json!("lever:contact:7"), &json!(["Lever"])));
    assert_eq!((&person["state"], &person["prevState"]), (&json!("invited"), &Value::Null));
    assert_eq!(person["assessmentResultIds"], json!([invitation["assessmentResultId"]]));
    let listed = sim.get("assessment_invitations").await;
    assert_eq!(listed["data"][0]["sendAttempts"], 1);
    assert!(sim.rules().is_empty());
}

#[tokio::test]
async fn every_documented_field_is_taken_in_both_spellings() {
    let sim = Sim::start().await;
    let later = "2999-01-01T00:00:00.000Z";
    let data = json!({
        "candidates": ["a@example.com"], "assessment_id": ANGULAR, "assigned_team_member_ids": ["65f0c0de0000000000000012"],
        "labels": ["x"], "expires_at": later, "reminder_at": later, "custom_message": "Hello", "send_email_to_candidate": true,
        "send_email_to_inviter": true, "skip_email_resend": false, "skip_registration": true, "reopen_submitted": false,
        "track_active_time": true, "retry_action": null, "access_starts_at": null, "access_ends_at": later,
        "access_locked": false, "reset_challenge_timers": false, "enforced_time_limit": 60, "apply_day_defaults": false,
        "first_name": "A", "last_name": "B", "alternate_id": "1",
    });
    let (status, snake) = sim.try_invite(data.clone()).await;
    assert_eq!(status, 200, "{snake}");
    let camel: serde_json::Map<String, Value> = data
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (crate::wire::case::camel(name), value.clone()))
        .collect();
    let (status, again) = sim.try_invite(Value::Object(camel)).await;
    assert_eq!((status, &again["data"][0]["id"]), (200, &snake["data"][0]["id"]));
    assert_eq!(snake["data"][0]["customMessage"], "Hello");
    assert_eq!(snake["data"][0]["expiresAt"], later);
    assert_eq!(sim.sim.mails()[0].custom_message.as_deref(), Some("Hello"));
    assert_eq!(sim.sim.results()[0].enforced_time_limit, Some(60));
    assert!(sim.rules().is_empty());
}

#[tokio::test]
async fn form_bodies_work_too() {
    let sim = Sim::start().await;
    let url = format!("{}/api/v1/assessment_invitations/invite_candidates", sim.sim.url());
    let form = [
        ("data[candidates][]", "ada@example.com"),
        ("data[assessment_id]", RUST),
        ("data[send_email_to_candidate]", "false"),
    ];
    let response = sim.http.post(url).header("Authorization", &sim.key).form(&form).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!((sim.sim.results().len(), sim.sim.mails().len()), (1, 0));
}

#[tokio::test]
async fn a_repeated_invitation_is_the_same_one_without_a_second_mail() {
    let sim = Sim::start().await;
    let data = |email: &str| json!({"candidates": [email], "assessment_id": RUST, "skip_email_resend": true});
    let (_, first) = sim.try_invite(data("ada@example.com")).await;
    let (status, second) = sim.try_invite(data("  ADA@example.COM ")).await;
    assert_eq!(status, 200);
    for field in ["id", "assessmentResultId", "teamCandidateId", "createdAt"] {
        assert_eq!(first["data"][0][field], second["data"][0][field], "{field}");
    }
    assert_eq!((sim.sim.mails().len(), sim.sim.results().len()), (1, 1));
}

#[tokio::test]
async fn without_skip_email_resend_the_mail_goes_out_again() {
    let sim = Sim::start().await;
    sim.invite("ada@example.com", RUST).await;
    sim.invite("ada@example.com", RUST).await;
    let kinds: Vec<_> = sim.sim.mails().iter().map(|mail| mail.kind).collect();
    assert_eq!(kinds, [MailKind::Invite, MailKind::Resend]);
    let silent =
        json!({"candidates": ["bob@example.com"], "assessment_id": RUST, "send_email_to_candidate": false});
    sim.try_invite(silent).await;
    assert_eq!(sim.sim.mails().len(), 2);
}

#[tokio::test]
async fn a_known_person_can_be_invited_to_another_assessment() {
    let sim = Sim::start().await;
    let one = sim.invite("ada@example.com", RUST).await;
    let other = sim.invite("ADA@example.com", ANGULAR).await;
    assert_eq!(one["teamCandidateId"], other["teamCandidateId"]);
    assert_ne!(one["assessmentResultId"], other["assessmentResultId"]);
    assert_eq!(sim.sim.mails().len(), 2);
}

#[tokio::test]
async fn the_newest_alternate_id_wins_and_known_names_stay() {
    let sim = Sim::start().await;
    let data = |id: &str, name: &str| json!({"candidates": ["a@example.com"], "assessment_id": RUST, "alternate_id": id, "first_name": name});
    sim.try_invite(data("1", "Ada")).await;
    sim.try_invite(data("2", "Eve")).await;
    let person = &sim.sim.team_candidates()[0];
    assert_eq!((person.alternate_id.as_deref(), person.first_name.as_deref()), (Some("2"), Some("Ada")));
}

#[tokio::test]
async fn an_address_that_is_none_is_a_validation_error() {
    let sim = Sim::start().await;
    for email in ["x@", "nobody", "@example.com", "a b@example.com", "a@b"] {
        let (status, body) = sim.try_invite(json!({"candidates": [email], "assessment_id": RUST})).await;
        assert_eq!((status, &body["reason"]), (422, &json!("ValidationErrors")), "{email}");
        assert!(body["errors"]["email"].is_string());
    }
    assert!(sim.sim.results().is_empty() && sim.rules().is_empty());
}

#[tokio::test]
async fn drafts_and_unknown_assessments_cannot_be_invited_to() {
    let sim = Sim::start().await;
    let (status, body) =
        sim.try_invite(json!({"candidates": ["a@example.com"], "assessment_id": DRAFT})).await;
    assert_eq!((status, &body["errors"]["assessment_id"]), (422, &json!("is not published")));
    let (status, body) =
        sim.try_invite(json!({"candidates": ["a@example.com"], "assessment_id": NOBODY})).await;
    assert_eq!((status, &body["reason"]), (400, &json!("Sorry, we couldn't find that resource")));
    sim.sim.unpublish_assessment(RUST).unwrap();
    let (status, _) = sim.try_invite(json!({"candidates": ["a@example.com"], "assessment_id": RUST})).await;
    assert_eq!(status, 422);
    assert!(sim.rules().is_empty(), "an assessment may go while a client looks away");
}

#[tokio::test]
async fn an_expired_invitation_leaves_the_result_and_a_new_one_revives_it() {
    let sim = Sim::start().await;
    let (_, body) = sim
        .try_invite(
            json!({"candidates": ["a@example.com"], "assessment_id": RUST, "apply_day_defaults": true}),
        )
        .await;
    let first = body["data"][0].clone();
    sim.sim.kit().clock.advance_ms(15 * DAY);
    assert_eq!(sim.get("assessment_invitations").await["totalCount"], 0);
    let id = first["assessmentResultId"].as_str().unwrap();
    assert!(sim.sim.open_result(id).is_err(), "the link is dead");
    assert_eq!(sim.get(&format!("assessment_results/{id}")).await["data"]["state"], "invited");
    let second = sim.invite("a@example.com", RUST).await;
    assert_ne!(second["id"], first["id"]);
    assert_eq!(second["assessmentResultId"], first["assessmentResultId"]);
    sim.sim.open_result(id).unwrap();
}

#[tokio::test]
async fn expiry_no_longer_matters_once_the_link_was_followed() {
    let sim = Sim::start().await;
    let (_, body) = sim
        .try_invite(
            json!({"candidates": ["a@example.com"], "assessment_id": RUST, "apply_day_defaults": true}),
        )
        .await;
    let id = body["data"][0]["assessmentResultId"].as_str().unwrap();
    sim.sim.open_result(id).unwrap();
    sim.sim.kit().clock.advance_ms(15 * DAY);
    sim.sim.start_result(id).unwrap();
}

#[tokio::test]
async fn one_reminder_goes_out_unless_the_candidate_has_begun() {
    let sim = Sim::start().await;
    for email in ["slow@example.com", "fast@example.com"] {
        let data = json!({"candidates": [email], "assessment_id": RUST, "apply_day_defaults": true});
        sim.try_invite(data).await;
    }
    let fast = sim.sim.results()[1].id.clone();
    sim.sim.start_result(fast).unwrap();
    sim.sim.kit().clock.advance_ms(4 * DAY);
    let reminders: Vec<_> = sim
        .sim
        .mails()
        .into_iter()
        .filter(|mail| mail.kind == MailKind::Reminder)
        .map(|mail| mail.to)
        .collect();
    assert_eq!(reminders, ["slow@example.com"]);
    sim.sim.kit().clock.advance_ms(4 * DAY);
    assert_eq!(sim.sim.mails().len(), 3);
    assert_eq!(sim.get("assessment_invitations").await["data"][0]["reminded"], true);
}

#[tokio::test]
async fn cancelling_kills_the_link_labels_the_person_and_closes_a_started_result() {
    let sim = Sim::start().await;
    let ada = sim.invite("ada@example.com", RUST).await;
    let (invitation, result) = (ada["id"].as_str().unwrap(), ada["assessmentResultId"].as_str().unwrap());
    sim.sim.start_result(result).unwrap();
    let path = format!("assessment_invitations/{invitation}");
    assert_eq!(sim.call(Method::DELETE, &path, None).await, (204, Value::Null));
    assert_eq!(sim.call(Method::DELETE, &path, None).await.0, 404);
    let closed = sim.get(&format!("assessment_results/{result}")).await;
    assert_eq!(closed["data"]["state"], "terminated");
    assert_eq!(closed["data"]["closedReason"], "invitation_canceled");
    assert_eq!(sim.sim.team_candidates()[0].labels, Some(vec!["Invitation Cancelled".to_owned()]));
    assert_eq!(sim.get("assessment_invitations").await["totalCount"], 0);
    let again = sim.invite("ada@example.com", RUST).await;
    assert_eq!(again["assessmentResultId"], ada["assessmentResultId"]);
    assert_ne!(again["id"], ada["id"]);
    assert_eq!(sim.get(&format!("assessment_results/{result}")).await["data"]["state"], "invited");
}

#[tokio::test]
async fn active_invitations_are_listed_by_person() {
    let sim = Sim::start().await;
    let ada = sim.invite("ada@example.com", RUST).await;
    sim.invite("bob@example.com", RUST).await;
    let path =
        format!("assessment_invitations?team_candidate_id={}", ada["teamCandidateId"].as_str().unwrap());
    let body = sim.get(&path).await;
    assert_eq!((&body["totalCount"], &body["data"][0]["id"]), (&json!(1), &ada["id"]));
}

#[tokio::test]
async fn someone_who_submitted_is_left_alone_unless_a_retry_is_asked_for() {
    let sim = Sim::start().await;
    let ada = sim.invite("ada@example.com", RUST).await;
    let result = ada["assessmentResultId"].as_str().unwrap();
    sim.sim.submit_result(result, crate::Submission::default()).unwrap();
    let again = sim.invite("ada@example.com", RUST).await;
    assert_eq!(again["id"], ada["id"]);
    assert_eq!(sim.sim.mails().len(), 1);
    let data = json!({"candidates": ["ada@example.com"], "assessment_id": RUST, "retry_action": "reopen"});
    let (_, body) = sim.try_invite(data).await;
    assert_eq!(body["data"][0]["action"], "reopen");
    assert_eq!(
        sim.get(&format!("assessment_results/{result}")).await["data"]["retrySchedule"]["action"],
        "reopen"
    );
    assert_eq!(sim.sim.mails().len(), 2);
}
