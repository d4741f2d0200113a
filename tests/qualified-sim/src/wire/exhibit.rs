//! The exhibit: no `type`, no `meta`, two meanings of `passingScore`, and `Type` with a capital letter.
//!
//! The shape is that of the recording in Qualified's API reference, traps included.

use serde_json::{Map, Value, json};
use sim_kit::clock::Millis;

use super::result::{passed, solution_passed};
use super::time::{iso, iso_or_null};
use crate::world::{
    Assessment, AssessmentResult, Challenge, ClosedReason, ResultState, Risk, Solution, World,
};

/// The answer as a whole.
pub(crate) fn answer(result: &AssessmentResult, world: &World) -> Value {
    let assessment = world.assessment(&result.assessment_id).ok();
    let person = world.candidate(&result.team_candidate_id).ok();
    let solutions = result.solutions.iter().filter_map(|one| Some((one, challenge(one, assessment?)?)));
    let solutions: Vec<_> = solutions.collect();
    let passed_all = !solutions.is_empty()
        && solutions.iter().all(|(one, challenge)| solution_passed(one, challenge.passing_score));
    json!({
        "id": result.id,
        "data": {
            "assessmentId": result.assessment_id,
            "teamCandidateId": result.team_candidate_id,
            "state": result.state.as_str(),
            "createdAt": iso(result.created_at),
            "updatedAt": iso(result.updated_at),
            "startedAt": iso_or_null(result.started_at),
            "invitedAt": iso_or_null(result.invited_at),
            "submittedAt": iso_or_null(result.submitted_at),
            "openedAt": iso_or_null(result.opened_at),
            "originalOpenedAt": iso_or_null(result.original_opened_at),
            "originalStartedAt": iso_or_null(result.original_started_at),
            "originalSubmittedAt": iso_or_null(result.original_submitted_at),
            "candidateRemarks": result.candidate_remarks,
            "score": result.score,
            "closedReason": result.closed_reason.map(ClosedReason::as_str),
            "totalSubmissionSeconds": result.total_submission_seconds,
            "totalOriginalSubmissionSeconds": result.total_original_submission_seconds,
            "accumulatedSeconds": result.accumulated_seconds,
            "terminatedAt": iso_or_null(result.terminated_at),
            "retakeNumber": result.retake_number,
            "passingScore": passed(result, world),
            "passedAll": passed_all,
            "teamCandidate": person.map(|person| json!({
                "id": person.id,
                "email": person.email,
                "firstName": person.first_name,
                "lastName": person.last_name,
                "name": person.name(),
            })),
            "assessment": assessment.map(|assessment| benchmark(assessment, world)),
            "solutions": solutions.iter().map(|(one, challenge)| {
                solution(one, challenge, result.started_at, world)
            }).collect::<Vec<_>>(),
        },
    })
}

fn challenge<'a>(solution: &Solution, assessment: &'a Assessment) -> Option<&'a Challenge> {
    assessment.challenges.iter().find(|challenge| challenge.id == solution.challenge_id)
}

/// The assessment with its statistics; without a cut score the key `passingScore` is missing, not null.
fn benchmark(assessment: &Assessment, world: &World) -> Value {
    let all: Vec<_> = world.results.iter().filter(|result| result.assessment_id == assessment.id).collect();
    let submitted: Vec<_> = all.iter().filter(|result| result.state == ResultState::Submitted).collect();
    let count_passed = submitted.iter().filter(|result| passed(result, world)).count();
    let begun = all.iter().filter(|result| result.started_at.is_some()).count();
    let scores: Vec<f64> = submitted.iter().filter_map(|result| result.score).collect();
    let seconds: Vec<f64> = submitted.iter().map(|result| f64::from(result.accumulated_seconds)).collect();
    let mut record = json!({
        "id": assessment.id,
        "title": assessment.title,
        "labels": assessment.settings.labels,
        "passRate": rate(count_passed, submitted.len()),
        "submissionRate": rate(submitted.len(), begun),
        "counts": {
            "total": all.len(),
            "abandoned": all.iter().filter(|result| result.abandoned).count(),
            "passed": count_passed,
            "states": tally(all.iter().map(|result| result.state.as_str().to_owned())),
            "closedReasons": tally(
                all.iter().filter_map(|result| Some(super::case::camel(result.closed_reason?.as_str()))),
            ),
        },
        "keyStats": {"score": statistics(scores), "accumulatedSeconds": statistics(seconds)},
    });
    if let Some(cut) = assessment.settings.passing_score {
        record["passingScore"] = json!(cut);
    }
    record
}

fn tally(names: impl Iterator<Item = String>) -> Value {
    let mut counts = Map::new();
    for name in names {
        let so_far = counts.get(&name).and_then(Value::as_u64).unwrap_or(0);
        counts.insert(name, json!(so_far + 1));
    }
    Value::Object(counts)
}

fn rate(part: usize, whole: usize) -> Value {
    if whole == 0 { Value::Null } else { json!(one_decimal(part as f64 * 100.0 / whole as f64)) }
}

fn statistics(mut values: Vec<f64>) -> Value {
    if values.is_empty() {
        return json!({"median": null, "mean": null, "stdDev": null, "count": 0});
    }
    values.sort_by(f64::total_cmp);
    let (count, middle) = (values.len() as f64, values.len() / 2);
    let median = if values.len() % 2 == 1 {
        values[middle]
    } else {
        f64::midpoint(values[middle - 1], values[middle])
    };
    let mean = values.iter().sum::<f64>() / count;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count;
    json!({
        "median": one_decimal(median),
        "mean": one_decimal(mean),
        "stdDev": one_decimal(variance.sqrt()),
        "count": values.len(),
    })
}

fn one_decimal(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

fn solution(one: &Solution, challenge: &Challenge, started: Option<Millis>, world: &World) -> Value {
    let taken = started.zip(one.submitted_at).map(|(started, submitted)| (submitted - started) / 1000);
    let alike = world.results.iter().flat_map(|result| &result.solutions);
    let alike = alike.filter(|other| other.challenge_id == challenge.id && other.submitted_at.is_some());
    let (mut submitted, mut good) = (0, 0);
    for other in alike {
        submitted += 1;
        good += usize::from(solution_passed(other, challenge.passing_score));
    }
    json!({
        "id": one.id,
        "score": one.score,
        "accumulatedSeconds": one.accumulated_seconds,
        "accumulatedBgSeconds": 0,
        "candidateNotes": null,
        "passingScore": solution_passed(one, challenge.passing_score),
        "itemsTotalCount": one.items_total,
        "itemsCorrectCount": one.items_correct,
        "revisionsCount": one.items_correct,
        "submittedAt": iso_or_null(one.submitted_at),
        "submittedIn": taken,
        "completedIn": taken,
        "language": one.language,
        "similarityRiskLevel": one.risk.map(Risk::as_str),
        "challenge": {
            "id": challenge.id,
            "title": challenge.title,
            "summary": null,
            "purpose": null,
            "passingScore": challenge.passing_score,
            "Type": "CodeChallenge",
            "difficulty": challenge.difficulty,
            "topics": challenge.topics,
            "labels": null,
            "submittedSolutionsCount": submitted,
            "submissionRate": if submitted > 0 { json!(100.0) } else { Value::Null },
            "passRate": rate(good, submitted),
            "webPreviewEnabled": false,
        },
    })
}
