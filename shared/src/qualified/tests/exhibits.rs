//! Exhibits with all their quirks.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::server::{Canned, Server};
use crate::domain::{AssessmentResult, ChallengeResult, ResultState, SimilarityRisk, Title};
use crate::qualified::{Error, Flaw};

fn at(text: &str) -> Option<Timestamp> {
    Some(text.parse().unwrap())
}

fn exhibit() -> Value {
    json!({
        "id": "r1",
        "data": {
            "assessmentId": "a1", "teamCandidateId": "p1", "state": "submitted", "closedReason": "candidate_submitted",
            "createdAt": "2026-01-02T03:00:00.000Z", "invitedAt": "2026-01-02T03:01:00.000Z",
            "startedAt": "2026-01-02T03:04:05.678Z",
            "submittedAt": "2026-01-02T04:04:05.678Z", "originalStartedAt": null, "originalSubmittedAt": null,
            "candidateRemarks": "canary", "score": 83.3, "passingScore": true, "passedAll": false,
            "accumulatedSeconds": 3120, "totalSubmissionSeconds": 4100.5, "retakeNumber": 0, "ai_reviewed": "none",
            "teamCandidate": { "id": "p1", "email": "ada@example.com", "firstName": "Ada" },
            "assessment": { "id": "a1", "title": "Rust Basics", "labels": null, "passingScore": 70.0,
                "keyStats": { "score": { "median": 75.0 }, "accumulatedSeconds": {} } },
            "solutions": [
                { "id": "s1", "score": 100.0, "passingScore": true, "itemsCorrectCount": 12, "itemsTotalCount": 12,
                  "language": "rust", "accumulatedSeconds": 1500, "similarityRiskLevel": null,
                  "challenge": { "id": "c1", "title": "Ownership", "Type": "CodeChallenge", "passingScore": 100 } },
                { "id": "s2", "score": 66.6, "passed": false, "itemsCorrectCount": 2, "itemsTotalCount": 3,
                  "language": null, "similarityRiskLevel": "high",
                  "challenge": { "id": "c2", "title": "Traits", "Type": "QuestionChallenge" } },
            ],
        },
    })
}

async fn read(body: &Value) -> Result<AssessmentResult, Error> {
    let server = Server::answering([Canned::ok(body)]).await;
    let result = server.api().exhibit(&"r1".parse().unwrap()).await;
    assert_eq!(server.lines(), ["GET /api/v1/assessment_results/r1/exhibit"]);
    result
}

/// Reads an exhibit with one field of `data` replaced.
async fn read_with(pointer: &str, value: Value) -> AssessmentResult {
    let mut body = exhibit();
    *body["data"].pointer_mut(pointer).unwrap() = value;
    read(&body).await.unwrap()
}

/// Reads an exhibit with fields of `data` left out.
async fn read_without(parent: &str, fields: &[&str]) -> Result<AssessmentResult, Error> {
    let mut body = exhibit();
    let parent = body["data"].pointer_mut(parent).unwrap().as_object_mut().unwrap();
    for field in fields {
        parent.remove(*field).unwrap();
    }
    read(&body).await
}

#[tokio::test]
async fn an_exhibit_holds_all_that_the_note_needs() {
    let challenge = |title: &str, language: Option<&str>, score, items, similarity| ChallengeResult {
        title: title.to_owned(),
        language: language.map(str::to_owned),
        score: Some(score),
        items: Some(items),
        similarity,
    };
    assert_eq!(
        read(&exhibit()).await,
        Ok(AssessmentResult {
            id: "r1".parse().unwrap(),
            assessment: "a1".parse().unwrap(),
            title: Some(Title::new("Rust Basics").unwrap()),
            team_candidate: "p1".parse().unwrap(),
            state: ResultState::Submitted,
            retake_number: 0,
            created_at: at("2026-01-02T03:00:00.000Z"),
            invited_at: at("2026-01-02T03:01:00.000Z"),
            started_at: at("2026-01-02T03:04:05.678Z"),
            submitted_at: at("2026-01-02T04:04:05.678Z"),
            original_submitted_at: None,
            closed_reason: Some("candidate_submitted".to_owned()),
            score: Some(83.3),
            is_passed: Some(true),
            cut_score: Some(70.0),
            active_seconds: Some(3120.0),
            challenges: vec![
                challenge("Ownership", Some("rust"), 100.0, (12, 12), None),
                challenge("Traits", None, 66.6, (2, 3), Some(SimilarityRisk::High)),
            ],
            is_dry_run: false,
        })
    );
}

#[tokio::test]
async fn every_state_is_read_and_an_unknown_one_is_no_error() {
    for (text, state) in [
        ("invited", ResultState::Invited),
        ("opened", ResultState::Opened),
        ("started", ResultState::Started),
        ("submitting", ResultState::Submitting),
        ("submitted", ResultState::Submitted),
        ("terminated", ResultState::Terminated),
        ("levitating", ResultState::Unrecognised),
    ] {
        assert_eq!(read_with("/state", text.into()).await.state, state);
    }
}

#[tokio::test]
async fn a_verdict_is_a_boolean_and_a_cut_score_a_number() {
    assert_eq!(read_with("/passingScore", false.into()).await.is_passed, Some(false));
    assert_eq!(read_with("/passingScore", json!(70.0)).await.is_passed, None);
    assert_eq!(read_with("/passingScore", Value::Null).await.is_passed, None);
    assert_eq!(read_with("/assessment/passingScore", true.into()).await.cut_score, None);
    assert_eq!(read_with("/assessment/passingScore", Value::Null).await.cut_score, None);
    assert_eq!(read_with("/assessment/passingScore", 70.into()).await.cut_score, Some(70.0));
    assert_eq!(read_without("/assessment", &["passingScore"]).await.unwrap().cut_score, None);
}

#[tokio::test]
async fn a_verdict_may_be_called_passed() {
    let mut body = exhibit();
    body["data"]["passed"] = true.into();
    assert_eq!(read(&body).await.unwrap().is_passed, Some(true), "both names at once are no error");
    body["data"].as_object_mut().unwrap().remove("passingScore").unwrap();
    body["data"]["passed"] = false.into();
    assert_eq!(read(&body).await.unwrap().is_passed, Some(false));
}

#[tokio::test]
async fn a_number_that_cannot_be_true_is_none() {
    for bad in [
        json!(null),
        json!(-0.1),
        json!(100.1),
        json!(1e9),
        json!(-1e300),
        json!("83"),
        json!(true),
        json!({}),
    ] {
        assert_eq!(read_with("/score", bad.clone()).await.score, None, "{bad}");
        assert_eq!(read_with("/assessment/passingScore", bad.clone()).await.cut_score, None, "{bad}");
        assert_eq!(read_with("/solutions/0/score", bad.clone()).await.challenges[0].score, None, "{bad}");
    }
    for bad in [json!(null), json!(-1), json!(1e9), json!("3120")] {
        assert_eq!(read_with("/accumulatedSeconds", bad.clone()).await.active_seconds, None, "{bad}");
    }
    for bad in [json!(null), json!(-1), json!(1e12), json!("12"), json!(11)] {
        assert_eq!(
            read_with("/solutions/0/itemsTotalCount", bad.clone()).await.challenges[0].items,
            None,
            "{bad}"
        );
    }
    for bad in [json!(null), json!(-1), json!("two")] {
        assert_eq!(read_with("/retakeNumber", bad.clone()).await.retake_number, 0, "{bad}");
    }
}

#[tokio::test]
async fn the_ends_of_the_scale_are_scores() {
    assert_eq!(read_with("/score", 0.into()).await.score, Some(0.0));
    assert_eq!(read_with("/score", json!(0.0)).await.score, Some(0.0));
    assert_eq!(read_with("/score", 100.into()).await.score, Some(100.0));
    assert_eq!(read_with("/accumulatedSeconds", json!(3120.25)).await.active_seconds, Some(3120.25));
}

#[tokio::test]
async fn times_may_have_an_offset_or_be_no_times() {
    let expected = at("2026-01-02T04:04:05.678Z");
    assert_eq!(
        read_with("/submittedAt", "2026-01-01T20:04:05.678-08:00".into()).await.submitted_at,
        expected
    );
    assert_eq!(
        read_with("/submittedAt", "2026-01-02T04:04:05Z".into()).await.submitted_at,
        at("2026-01-02T04:04:05Z")
    );
    for bad in [json!(null), json!("soon"), json!("2026-01-02"), json!(1_767_326_645), json!([])] {
        assert_eq!(read_with("/submittedAt", bad.clone()).await.submitted_at, None, "{bad}");
    }
}

#[tokio::test]
async fn a_reopened_result_remembers_its_first_submission() {
    let result = read_with("/originalSubmittedAt", "2026-01-01T00:00:00.000Z".into()).await;
    assert_eq!(result.original_submitted_at, at("2026-01-01T00:00:00Z"));
}

#[tokio::test]
async fn everything_that_is_not_an_id_or_the_state_may_be_missing() {
    let optional = [
        "closedReason",
        "startedAt",
        "submittedAt",
        "originalSubmittedAt",
        "score",
        "passingScore",
        "accumulatedSeconds",
        "retakeNumber",
        "teamCandidate",
        "assessment",
        "solutions",
    ];
    let result = read_without("", &optional).await.unwrap();
    assert_eq!((result.title, result.score, result.challenges), (None, None, Vec::new()));
    for field in ["state", "assessmentId"] {
        let fields = if field == "state" { &["state"][..] } else { &["assessmentId", "assessment"] };
        assert_eq!(read_without("", fields).await, Err(Error::Unreadable(Flaw::Shape)), "{field}");
    }
}

#[tokio::test]
async fn assessment_and_person_may_be_named_inside_only() {
    let result = read_without("", &["assessmentId", "teamCandidateId"]).await.unwrap();
    assert_eq!((result.assessment.as_str(), result.team_candidate.as_str()), ("a1", "p1"));
    let nobody = read_without("", &["teamCandidateId", "teamCandidate"]).await;
    assert_eq!(nobody, Err(Error::Unreadable(Flaw::Shape)));
}

#[tokio::test]
async fn a_challenge_may_lack_everything() {
    let result =
        read_with("/solutions", json!([{}, { "challenge": { "title": " " }, "language": "" }])).await;
    let bare = |title: &str| ChallengeResult {
        title: title.to_owned(),
        language: None,
        score: None,
        items: None,
        similarity: None,
    };
    assert_eq!(result.challenges, [bare("Challenge 1"), bare("Challenge 2")]);
}

#[tokio::test]
async fn an_unknown_similarity_risk_is_none() {
    for (level, risk) in [
        ("low", Some(SimilarityRisk::Low)),
        ("medium", Some(SimilarityRisk::Medium)),
        ("high", Some(SimilarityRisk::High)),
        ("extreme", None),
    ] {
        let result = read_with("/solutions/0/similarityRiskLevel", level.into()).await;
        assert_eq!(result.challenges[0].similarity, risk);
    }
}

#[tokio::test]
async fn an_exhibit_of_another_result_is_not_taken() {
    let mut body = exhibit();
    body["id"] = "r2".into();
    assert_eq!(read(&body).await, Err(Error::Unreadable(Flaw::OtherObject)));
    body["id"] = "r/1".into();
    assert_eq!(read(&body).await, Err(Error::Unreadable(Flaw::Id("result"))));
}
