//! Everything at once, for `GET /_sim/state`.

use serde_json::{Value, json};
use sim_kit::clock::Millis;

use super::time::iso;
use super::{assessment, candidate, invitation, mail, result, subscription, team};
use crate::world::World;

/// The whole world; records look as in the API, results also bear address and title.
pub(crate) fn state(world: &World, base_url: &str, now: Millis) -> Value {
    let results = world.results.iter().map(|one| {
        let mut record = result::record(one, world, now);
        let person = world.candidate(&one.team_candidate_id).ok();
        let link =
            world.newest_invitation(&one.id).map(|invitation| format!("{base_url}{}", invitation.path()));
        record["candidateEmail"] = json!(person.and_then(|person| person.email.clone()));
        record["assessmentTitle"] = json!(world.assessment(&one.assessment_id).ok().map(|a| a.title.clone()));
        record["solutions"] = one.solutions.iter().map(result::solution).collect();
        record["inviteLink"] = json!(link);
        record
    });
    let people = world.candidates.iter().map(|one| {
        let mut record = candidate::record(one, world);
        let page = world.switches.q9_candidate_page.replace("{id}", one.id.as_str());
        record["page"] = json!(format!("{base_url}{page}"));
        record
    });
    let invitations = world.invitations.iter().map(|one| {
        let mut record = invitation::record(one, world);
        record["active"] = json!(one.is_active(now));
        record
    });
    json!({
        "now": iso(now),
        "teams": world.teams.iter().map(team::state).collect::<Vec<_>>(),
        "assessments": world.assessments.iter().map(|one| assessment::full(one, world)).collect::<Vec<_>>(),
        "team_candidates": people.collect::<Vec<_>>(),
        "invitations": invitations.collect::<Vec<_>>(),
        "results": results.collect::<Vec<_>>(),
        "subscriptions": world.subscriptions.iter().map(|one| {
            let mut record = subscription::record(one, 0);
            record["teamId"] = json!(one.team_id);
            record
        }).collect::<Vec<_>>(),
        "mails": world.mails.iter().map(|one| mail::record(one, base_url)).collect::<Vec<_>>(),
        "switches": world.switches,
    })
}
