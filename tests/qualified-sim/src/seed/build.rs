//! From a seed to a world.

use sim_kit::clock::Millis;

use super::{AssessmentSeed, ChallengeSeed, InvitedSeed, TeamSeed, twelve};
use crate::world::{
    Assessment, AssessmentId, AssessmentState, Challenge, ClosedReason, InviteOrder, Member, Refused,
    ResultState, Role, Submission, Team, TeamId, World,
};

pub(super) fn add_team(world: &mut World, seed: &TeamSeed, now: Millis) {
    let mut members: Vec<Member> = Vec::new();
    for member in &seed.members {
        members.push(Member {
            id: member.id.clone().unwrap_or_else(|| world.ids.next(now)),
            first_name: member.first_name.clone(),
            last_name: member.last_name.clone(),
            email: member.email.clone(),
            role: member.role,
        });
    }
    if members.is_empty() {
        members.push(Member {
            id: world.ids.next(now),
            first_name: "Jane".to_owned(),
            last_name: "Doe".to_owned(),
            email: "jane.doe@example.com".to_owned(),
            role: Role::Owner,
        });
    }
    world.teams.push(Team {
        id: seed.id.clone(),
        name: seed.name.clone(),
        api_key: seed.api_key.clone(),
        old_keys: Vec::new(),
        features: seed.features,
        members,
    });
}

/// Adds an assessment to a team and returns its id.
pub(crate) fn add_assessment(
    world: &mut World,
    team: &TeamId,
    seed: &AssessmentSeed,
    now: Millis,
) -> AssessmentId {
    let mut challenges: Vec<Challenge> = Vec::new();
    let usual = [usual_challenge("First Steps"), usual_challenge("Deeper Waters")];
    let seeds = if seed.challenges.is_empty() { &usual[..] } else { &seed.challenges[..] };
    for (challenge, difficulty) in seeds.iter().zip(1..=8u8) {
        let some_language = vec!["javascript".to_owned(), "python".to_owned(), "rust".to_owned()];
        challenges.push(Challenge {
            id: challenge.id.clone().unwrap_or_else(|| world.ids.next(now)),
            title: challenge.title.clone(),
            languages: if challenge.languages.is_empty() {
                some_language
            } else {
                challenge.languages.clone()
            },
            topics: vec!["Fundamentals".to_owned()],
            difficulty,
            estimated_time: 30,
            passing_score: 100.0,
            items: challenge.items,
        });
    }
    let id = seed.id.clone().unwrap_or_else(|| world.ids.next(now));
    world.assessments.push(Assessment {
        id: id.clone(),
        team_id: team.clone(),
        title: seed.title.clone(),
        state: seed.state,
        challenges,
        settings: seed.settings.clone(),
        created_at: now,
        published_at: (seed.state != AssessmentState::Draft).then_some(now),
        archived_at: (seed.state == AssessmentState::Archived).then_some(now),
    });
    id
}

fn usual_challenge(title: &str) -> ChallengeSeed {
    ChallengeSeed { id: None, title: title.to_owned(), languages: Vec::new(), items: twelve() }
}

pub(super) fn invite(
    world: &mut World,
    team: &TeamId,
    person: &InvitedSeed,
    now: Millis,
) -> Result<(), Refused> {
    let mut order = InviteOrder::new(team.clone(), person.assessment_id.clone(), &person.email);
    order.first_name.clone_from(&person.first_name);
    order.last_name.clone_from(&person.last_name);
    order.send_email_to_candidate = false;
    order.inviter_role = "owner";
    let result = world.invite(&order, now)?.result_id;
    match person.state {
        ResultState::Invited => Ok(()),
        ResultState::Opened => world.open(&result, now).map(drop),
        ResultState::Started => world.start(&result, now).map(drop),
        ResultState::Submitting | ResultState::Submitted => {
            world.submit(&result, Submission::default(), now).map(drop)
        }
        ResultState::Terminated => world.terminate(&result, ClosedReason::TeamForced, now),
    }
}
