//! Assignments.

use std::time::Duration;

use futures_util::future::join_all;

use super::samples::{assignment, done, exactly_one_done, mirror, moment, team};
use super::{Made, Outcome};
use crate::clock::ManualClock;
use crate::domain::{Assignment, AssignmentState, Lease, Mirror, Progress, Reason, Standing, TeamId};
use crate::store::{Recorded, Store};

pub(super) async fn check(store: &dyn Store, clock: &ManualClock) -> Outcome {
    every_state_comes_back_as_it_was_recorded(store, clock).await?;
    an_old_reading_of_an_assignment_never_wins(store, clock).await?;
    one_of_many_writers_of_an_assignment_wins(store, clock).await?;
    assignments_of_an_opportunity_come_in_order(store, clock).await?;
    assignments_are_found_by_result(store, clock).await?;
    the_assignments_of_teams_are_kept_apart(store, clock).await
}

async fn every_state_comes_back_as_it_was_recorded(store: &dyn Store, clock: &ManualClock) -> Outcome {
    let team = team("assignment-states")?.id;
    let refusals = Reason::ALL.iter().map(|reason| AssignmentState::Refused { reason: *reason });
    let mirrors = mirrors(clock)?.into_iter().map(AssignmentState::Mirrored);
    let states = std::iter::once(AssignmentState::Inviting).chain(mirrors).chain(refusals);
    let leases = [None, Some(Lease { holder: "run-1".parse()?, until: moment(clock) })];
    let mut version = 0;
    for (number, state) in states.enumerate() {
        let lease = leases[number % 2].clone();
        let base = assignment(&team, "opportunity-1", "assessment-1", clock)?;
        let written = Assignment {
            state,
            lease,
            is_note_in_doubt: number % 3 == 0,
            entered_at: (number % 2 == 0).then_some(base.created_at),
            version,
            ..base
        };
        version += 1;
        assert_eq!(store.record_assignment(&written).await?, done(version));
        let read = store.load_assignments(&team, &written.opportunity).await?;
        assert_eq!(read, [Assignment { version, ..written }]);
    }
    Ok(())
}

/// Every progress, with and without each optional part.
fn mirrors(clock: &ManualClock) -> Made<Vec<Mirror>> {
    let mut mirrors = Vec::new();
    for progress in Progress::ALL {
        let full = Mirror {
            standing: Standing { attempt: 3, progress },
            shown: Some(Standing { attempt: 2, progress }),
            noted: 2,
            submitted_at: Some(moment(clock)),
            ..mirror("result-1")?
        };
        mirrors.push(Mirror { invitation: None, ..full.clone() });
        mirrors.push(Mirror { shown: None, ..full.clone() });
        mirrors.push(Mirror { submitted_at: None, ..full.clone() });
        mirrors.push(Mirror { asked_again_at: Some(moment(clock)), ..full.clone() });
        mirrors.push(Mirror { came_to: Some(Reason::Invited), ..full.clone() });
        mirrors.push(Mirror { is_closed: true, ..full.clone() });
        mirrors.push(full);
    }
    Ok(mirrors)
}

async fn an_old_reading_of_an_assignment_never_wins(store: &dyn Store, clock: &ManualClock) -> Outcome {
    let team = team("assignment-versions")?.id;
    let first = assignment(&team, "opportunity-1", "assessment-1", clock)?;
    assert_eq!(store.load_assignments(&team, &first.opportunity).await?, []);
    assert_eq!(
        store.record_assignment(&Assignment { version: 1, ..first.clone() }).await?,
        Recorded::Conflict
    );
    assert_eq!(store.record_assignment(&first).await?, done(1));
    assert_eq!(store.record_assignment(&first).await?, Recorded::Conflict);

    let second =
        Assignment { state: AssignmentState::Mirrored(mirror("result-1")?), version: 1, ..first.clone() };
    assert_eq!(store.record_assignment(&second).await?, done(2));
    for version in [0, 1, 3] {
        let late = Assignment { version, ..first.clone() };
        assert_eq!(store.record_assignment(&late).await?, Recorded::Conflict, "version {version}");
    }
    let read = store.load_assignments(&team, &first.opportunity).await?;
    assert_eq!(read, [Assignment { version: 2, ..second }]);
    Ok(())
}

async fn one_of_many_writers_of_an_assignment_wins(store: &dyn Store, clock: &ManualClock) -> Outcome {
    let team = team("assignment-race")?.id;
    let base = assignment(&team, "opportunity-1", "assessment-1", clock)?;
    for version in 0..3 {
        let mut attempts = Vec::new();
        for number in 0..20 {
            let lease = Lease { holder: format!("run-{number}").parse()?, until: moment(clock) };
            attempts.push(Assignment { lease: Some(lease), version, ..base.clone() });
        }
        let recorded = join_all(attempts.iter().map(|attempt| store.record_assignment(attempt))).await;
        let recorded = recorded.into_iter().collect::<Result<Vec<_>, _>>()?;
        exactly_one_done(&recorded, version + 1)?;

        let winner = recorded.iter().position(|one| *one == done(version + 1)).ok_or("nobody won")?;
        let read = store.load_assignments(&team, &base.opportunity).await?;
        assert_eq!(read, [Assignment { version: version + 1, ..attempts[winner].clone() }]);
    }
    Ok(())
}

async fn assignments_of_an_opportunity_come_in_order(store: &dyn Store, clock: &ManualClock) -> Outcome {
    let team = team("assignment-order")?.id;
    // The last two belong to opportunities whose ids begin like the first.
    for (opportunity, assessment) in
        [("opp", "b"), ("opp", "a"), ("opp", "a-1"), ("opp", "B"), ("opp-2", "a"), ("op", "a")]
    {
        let new = assignment(&team, opportunity, assessment, clock)?;
        assert_eq!(store.record_assignment(&new).await?, done(1));
    }
    let read = store.load_assignments(&team, &"opp".parse()?).await?;
    let assessments: Vec<_> = read.iter().map(|one| one.assessment.as_str()).collect();
    assert_eq!(assessments, ["B", "a", "a-1", "b"]);
    Ok(())
}

async fn assignments_are_found_by_result(store: &dyn Store, clock: &ManualClock) -> Outcome {
    let team = team("assignment-results")?.id;
    let following = |result| mirror(result).map(AssignmentState::Mirrored);
    let mut followers = Vec::new();
    for opportunity in ["opportunity-2", "opportunity-1"] {
        let new = assignment(&team, opportunity, "assessment-1", clock)?;
        assert_eq!(store.record_assignment(&new).await?, done(1));
        followers.push(Assignment { state: following("result-1")?, version: 1, ..new });
    }
    found(store, &team, "result-1", &[]).await?;
    for follower in &followers {
        assert_eq!(store.record_assignment(follower).await?, done(2));
    }
    found(store, &team, "result-1", &["opportunity-1", "opportunity-2"]).await?;

    // One is retaken under another result, the other is refused after all.
    let retaken = Assignment { state: following("result-2")?, version: 2, ..followers[0].clone() };
    assert_eq!(store.record_assignment(&retaken).await?, done(3));
    found(store, &team, "result-1", &["opportunity-1"]).await?;
    found(store, &team, "result-2", &["opportunity-2"]).await?;
    let refused = AssignmentState::Refused { reason: Reason::AssessmentRefused };
    let refused = Assignment { state: refused, version: 2, ..followers[1].clone() };
    assert_eq!(store.record_assignment(&refused).await?, done(3));
    found(store, &team, "result-1", &[]).await?;

    let read = store.find_assignments(&team, &"result-2".parse()?).await?;
    assert_eq!(read, [Assignment { version: 3, ..retaken }]);
    Ok(())
}

/// Exactly the assignments of these opportunities follow a result.
async fn found(store: &dyn Store, team: &TeamId, result: &str, expected: &[&str]) -> Outcome {
    let found = store.find_assignments(team, &result.parse()?).await?;
    assert_eq!(found.iter().map(|one| one.opportunity.as_str()).collect::<Vec<_>>(), expected);
    Ok(())
}

async fn the_assignments_of_teams_are_kept_apart(store: &dyn Store, clock: &ManualClock) -> Outcome {
    let (one, other) = (team("assignment-apart")?.id, team("assignment-apart-2")?.id);
    let state = AssignmentState::Mirrored(mirror("result-1")?);
    let of_one = Assignment { state, ..assignment(&one, "opportunity-1", "assessment-1", clock)? };
    assert_eq!(store.record_assignment(&of_one).await?, done(1));
    assert_eq!(store.load_assignments(&other, &of_one.opportunity).await?, []);
    assert_eq!(store.find_assignments(&other, &"result-1".parse()?).await?, []);

    clock.advance(Duration::from_secs(1));
    let of_other = Assignment { team: other.clone(), created_at: moment(clock), ..of_one.clone() };
    assert_eq!(store.record_assignment(&of_other).await?, done(1));
    for written in [of_one, of_other] {
        let expected = [Assignment { version: 1, ..written.clone() }];
        assert_eq!(store.load_assignments(&written.team, &written.opportunity).await?, expected);
        assert_eq!(store.find_assignments(&written.team, &"result-1".parse()?).await?, expected);
    }
    Ok(())
}
