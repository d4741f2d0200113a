//! Team members as the API shows them, and teams as the control API does.

use serde_json::{Value, json};

use crate::world::{Member, Role, Team};

/// The member in a list.
pub(crate) fn member(member: &Member, team: &Team) -> Value {
    let manages = matches!(member.role, Role::Owner);
    json!({
        "id": member.id,
        "$type": "TeamMember",
        "firstName": member.first_name,
        "lastName": member.last_name,
        "name": member.name(),
        "email": member.email,
        "profileImg": null,
        "teamId": team.id,
        "role": member.role,
        "state": "active",
        "disabled": false,
        "privileges": {
            "id": member.id,
            "viewChallenges": "all",
            "manageChallenges": "all",
            "viewAssessments": "all",
            "manageAssessments": "all",
            "viewCandidates": "all",
            "viewPiiInfo": member.role != Role::BlindReviewer,
            "reviewAssessmentResult": true,
            "reviewCandidates": false,
            "inviteCandidate": manages || member.role == Role::Inviter,
            "manageBilling": manages,
            "manageTeamSettings": manages,
            "manageCandidates": manages || member.role == Role::Inviter,
        },
        "phone": null,
        "title": null,
    })
}

/// The team in `GET /_sim/state`, with its key, since whoever drives the simulator needs it.
pub(crate) fn state(team: &Team) -> Value {
    json!({
        "id": team.id,
        "name": team.name,
        "api_key": team.api_key,
        "features": team.features,
        "members": team.members.iter().map(|one| member(one, team)).collect::<Vec<_>>(),
    })
}
