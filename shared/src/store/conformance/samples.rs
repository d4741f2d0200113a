//! Nouns for the checks. All ids but the team's are the same for every team, so that a store which mixes
//! up teams is caught.

use jiff::Timestamp;

use crate::clock::{Clock, ManualClock};
use crate::domain::{
    AccessToken, Activity, ApiKey, Assignment, AssignmentState, Connection, ConnectionState, Facts,
    InvalidId, LeverEnvironment, LeverTokens, LeverWebhook, Mirror, Progress, Reason, RefreshIntent,
    RefreshToken, SignatureToken, Standing, Tag, Team, TeamId, Title, TriggerStage, UrlKey,
};
use crate::store::Recorded;

use super::{Made, Outcome};

/// The write arrived as this version.
pub(super) fn done(version: u64) -> Recorded {
    Recorded::Done { version }
}

/// Exactly one of the writes arrived, as this version.
pub(super) fn exactly_one_done(recorded: &[Recorded], version: u64) -> Outcome {
    let winners: Vec<_> = recorded.iter().filter(|one| **one != Recorded::Conflict).collect();
    assert_eq!(winners, [&done(version)]);
    Ok(())
}

/// Some nanoseconds after the present, so that a loss of precision shows.
pub(super) fn moment(clock: &ManualClock) -> Timestamp {
    clock.now().saturating_add(std::time::Duration::from_nanos(123_456_789)).unwrap_or(Timestamp::MAX)
}

pub(super) fn team(id: &str) -> Result<Team, InvalidId> {
    Ok(Team {
        id: id.parse()?,
        api_key: Some(ApiKey::new(format!("canary-api-key-{id}"))),
        api_key_refused_at: None,
        lever_url_key: UrlKey::new(format!("lever-url-key-{id}")),
        qualified_url_key: UrlKey::new(format!("qualified-url-key-{id}")),
        subscription: Some("subscription-1".parse()?),
        version: 0,
    })
}

pub(super) fn connection(team: &TeamId, clock: &ManualClock) -> Result<Connection, InvalidId> {
    Ok(Connection {
        team: team.clone(),
        account: Some("account-1".parse()?),
        environment: LeverEnvironment::Sandbox,
        api_base: Some("https://api.eu.lever.example/v1".to_owned()),
        state: ConnectionState::Active(LeverTokens {
            access: AccessToken::new(format!("canary-access-{team}")),
            refresh: RefreshToken::new(format!("canary-refresh-{team}")),
            expires_at: moment(clock),
        }),
        refresh_intent: Some(RefreshIntent { holder: "run-1".parse()?, since: moment(clock) }),
        webhook: Some(LeverWebhook {
            id: "webhook-1".parse()?,
            signature_token: SignatureToken::new(format!("canary-signature-{team}")),
        }),
        last_event_at: None,
        last_refused_at: None,
        version: 0,
    })
}

pub(super) fn trigger_stage(stage: &str, clock: &ManualClock) -> Result<TriggerStage, InvalidId> {
    Ok(TriggerStage {
        stage: stage.parse()?,
        text: format!("Stage {stage}, Ä"),
        added_at: moment(clock),
        added_by: "admin-1".parse()?,
    })
}

pub(super) fn assignment(
    team: &TeamId,
    opportunity: &str,
    assessment: &str,
    clock: &ManualClock,
) -> Made<Assignment> {
    Ok(Assignment {
        team: team.clone(),
        opportunity: opportunity.parse()?,
        contact: "contact-1".parse()?,
        assessment: assessment.parse()?,
        title: Title::new("Café: Orders")?,
        original_tag: Tag::new(" café: orders ")?,
        trigger_stage: "applicant-new".parse()?,
        cause: "lever:1".parse()?,
        state: AssignmentState::Inviting,
        lease: None,
        is_note_in_doubt: false,
        entered_at: None,
        created_at: moment(clock),
        version: 0,
    })
}

pub(super) fn mirror(result: &str) -> Result<Mirror, InvalidId> {
    Ok(Mirror {
        invitation: Some("invitation-1".parse()?),
        result: result.parse()?,
        team_candidate: "candidate-1".parse()?,
        standing: Standing::first(Progress::Invited),
        shown: None,
        noted: 0,
        submitted_at: None,
        asked_again_at: None,
        came_to: None,
        is_closed: false,
    })
}

pub(super) fn activity(team: &TeamId, at: Timestamp, id: &str) -> Result<Activity, InvalidId> {
    Ok(Activity {
        team: team.clone(),
        at,
        id: id.parse()?,
        event: "lever:1".parse()?,
        opportunity: "opportunity-1".parse()?,
        assessment: None,
        reason: Reason::Invited,
        facts: Facts::default(),
        body_digest: None,
    })
}
