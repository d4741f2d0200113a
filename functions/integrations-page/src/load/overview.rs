//! The overview: connection, stages, assessments, newest activity, and what stops invitations.

use futures_util::join;
use jiff::Timestamp;
use lever_integration::domain::{
    Assessment, Availability, Connection, ConnectionState, TeamId, TriggerStage,
};
use lever_integration::lever::Stage;
use lever_integration::qualified;
use lever_integration::store::TeamContext;

use super::candidates::{StageNames, line, read_all};
use super::funnel::funnel;
use super::webhook::webhook_state;
use super::{Loaded, StagesRead, reading, team, team_after_refusal, team_and_stages, unavailable};
use crate::Page;
use crate::view::model::{
    ApiKeyRejection, ApiKeyState, ChosenStage, ConnectionCard, DialogState, LeverState, OfferedStage,
    Overview, Problem, Reading, Shell, StageChoice, StageStanding, StagesCard, Trouble, Unread, WAITING_MAX,
    WebhookState, assessment_rows,
};

/// Lines of activity on the overview.
const LINES: usize = 8;

/// What Lever says of the account, for one page.
struct FromLever {
    stages: StagesRead,
    webhook: WebhookState,
}

/// Loads the page.
pub(crate) async fn overview(
    page: &Page,
    id: &TeamId,
    shell: Shell,
    dialog: DialogState,
    rejection: Option<ApiKeyRejection>,
) -> Result<Overview, Trouble> {
    let (mut loaded, from_lever) = team_in_lever(page, id, shell.now).await?;
    let (assessments, webhooks, recent, waiting, funnel) = join!(
        read_assessments(page, &loaded.context),
        webhooks_in_plan(page, &loaded.context),
        page.store.team_activity(id, None, LINES),
        page.store.parked_events(id, WAITING_MAX.into()),
        funnel(page, id, shell.now),
    );
    let assessments = match assessments {
        Some(Err(qualified::Error::KeyUnusable)) => {
            page.connector.mark_key_refused(&loaded.context).await.map_err(unavailable)?;
            loaded.context.team.api_key_refused_at = Some(shell.now);
            None
        }
        read => read,
    };
    let context = &loaded.context;
    let recent = recent.map_err(unavailable)?.rows;
    let waiting = waiting.map_err(unavailable)?.len();
    let api = page.connector.lever_api(context);
    let (known, _) = read_all(page, id, api.as_ref(), &recent).await;
    let names = StageNames::new(context, &from_lever.stages);
    let stages = stages_card(&context.trigger_stages, from_lever.stages, dialog);
    let listed = reading(assessments);
    let connection = ConnectionCard {
        api_key: api_key_state(context, rejection),
        lever: lever_state(context.connection.as_ref(), from_lever.webhook),
    };
    let problems = problems(
        &loaded,
        &connection,
        &stages,
        (&listed, webhooks),
        u32::try_from(waiting).unwrap_or(u32::MAX),
    );
    Ok(Overview {
        problems,
        connection,
        stages,
        assessments: match listed {
            Reading::Known(assessments) => Reading::Known(assessment_rows(&assessments)),
            Reading::NotConnected => Reading::NotConnected,
            Reading::Unavailable(cause) => Reading::Unavailable(cause),
        },
        activity: recent.iter().map(|one| line(one, &names, &known, page)).collect(),
        funnel,
        shell,
    })
}

/// The team's assessments, if there is a key to ask with.
async fn read_assessments(
    page: &Page,
    context: &TeamContext,
) -> Option<Result<Vec<Assessment>, qualified::Error>> {
    Some(page.connector.qualified_api(context)?.assessments().await)
}

/// Whether Qualified tells teams of this plan about results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WebhooksInPlan {
    None,
    /// As far as is known.
    Assumed,
}

/// Asks only where the subscription is missing: nothing else tells why.
async fn webhooks_in_plan(page: &Page, context: &TeamContext) -> WebhooksInPlan {
    let api = page.connector.qualified_api(context).filter(|_| context.team.subscription.is_none());
    let Some(api) = api else { return WebhooksInPlan::Assumed };
    match api.subscriptions().await {
        Err(qualified::Error::Forbidden) => WebhooksInPlan::None,
        Ok(_) | Err(_) => WebhooksInPlan::Assumed,
    }
}

/// The team and what Lever says of it; an access token that Lever does not accept is replaced once.
async fn team_in_lever(page: &Page, id: &TeamId, now: Timestamp) -> Result<(Loaded, FromLever), Trouble> {
    let loaded = team(page, id).await?;
    let from_lever = read_lever(page, &loaded, now).await;
    if !matches!(from_lever.stages, Some(Err(lever_integration::lever::Error::Unauthorized))) {
        return Ok((loaded, from_lever));
    }
    let loaded = team_after_refusal(page, &loaded).await?;
    let from_lever = read_lever(page, &loaded, now).await;
    Ok((loaded, from_lever))
}

/// The stages of the Lever account alone.
pub(crate) async fn offered_stages(page: &Page, id: &TeamId) -> Result<Reading<Vec<OfferedStage>>, Trouble> {
    let (loaded, read) = team_and_stages(page, id).await?;
    Ok(stages_card(&loaded.context.trigger_stages, read, DialogState::Closed).offered)
}

async fn read_lever(page: &Page, loaded: &Loaded, now: Timestamp) -> FromLever {
    let context = &loaded.context;
    let (Some(api), Some(connection)) = (page.connector.lever_api(context), &context.connection) else {
        return FromLever { stages: None, webhook: WebhookState::Waiting };
    };
    let (stages, webhooks) = join!(api.stages(), api.webhooks());
    let webhook = webhook_state(&api, page, context, connection, webhooks.ok(), now).await;
    FromLever { stages: Some(stages), webhook }
}

fn api_key_state(context: &TeamContext, rejection: Option<ApiKeyRejection>) -> ApiKeyState {
    match (&context.team.api_key, context.team.api_key_refused_at) {
        (None, _) => ApiKeyState::Missing { rejection },
        (Some(_), Some(_)) => ApiKeyState::Refused { rejection },
        (Some(_), None) => ApiKeyState::Accepted { rejection },
    }
}

fn lever_state(connection: Option<&Connection>, webhook: WebhookState) -> LeverState {
    let Some(connection) = connection else { return LeverState::NotConnected };
    let (account, environment) = (connection.account.clone(), connection.environment);
    match connection.state {
        ConnectionState::Active(_) => LeverState::Connected { account, environment, webhook },
        ConnectionState::ReconnectNeeded { since } => {
            LeverState::ReconnectNeeded { account, environment, since }
        }
    }
}

fn stages_card(triggers: &[TriggerStage], read: StagesRead, dialog: DialogState) -> StagesCard {
    let offered = reading(read);
    let in_lever = match &offered {
        Reading::Known(stages) => Some(stages),
        Reading::NotConnected | Reading::Unavailable(_) => None,
    };
    let position = |trigger: &TriggerStage| in_lever?.iter().position(|stage| stage.id == trigger.stage);
    let mut ordered: Vec<_> = triggers.iter().collect();
    ordered.sort_by_key(|trigger| position(trigger).unwrap_or(usize::MAX));
    let chosen = ordered
        .into_iter()
        .map(|trigger| {
            let found = in_lever.map(|stages| stages.iter().find(|stage| stage.id == trigger.stage));
            let (standing, text) = match found {
                None => (StageStanding::Unknown, &trigger.text),
                Some(None) => (StageStanding::Gone, &trigger.text),
                Some(Some(stage)) => (StageStanding::InLever, &stage.text),
            };
            ChosenStage {
                id: trigger.stage.clone(),
                text: text.clone(),
                standing,
                added_at: trigger.added_at,
            }
        })
        .collect();
    let offer = |stage: &Stage| {
        let is_chosen = triggers.iter().any(|trigger| trigger.stage == stage.id);
        let choice = if is_chosen { StageChoice::Chosen } else { StageChoice::Free };
        OfferedStage { id: stage.id.clone(), text: stage.text.clone(), choice }
    };
    let offered = match offered {
        Reading::Known(stages) => Reading::Known(stages.iter().map(offer).collect()),
        Reading::NotConnected => Reading::NotConnected,
        Reading::Unavailable(cause) => Reading::Unavailable(cause),
    };
    StagesCard { chosen, offered, dialog }
}

/// What stops or disturbs invitations, worst first.
fn problems(
    loaded: &Loaded,
    card: &ConnectionCard,
    stages: &StagesCard,
    (assessments, webhooks): (&Reading<Vec<Assessment>>, WebhooksInPlan),
    waiting: u32,
) -> Vec<Problem> {
    let team = &loaded.context.team;
    let mut problems = Vec::new();
    if let LeverState::ReconnectNeeded { since, environment, .. } = &card.lever {
        problems.push(Problem::ReconnectNeeded { since: *since, environment: *environment, waiting });
    }
    if matches!(card.api_key, ApiKeyState::Refused { .. }) {
        problems.push(Problem::ApiKeyRefused { waiting });
    }
    if let LeverState::Connected { webhook, environment, .. } = &card.lever {
        if stages.offered == Reading::Unavailable(Unread::Refused) {
            problems.push(Problem::LeverRefuses { environment: *environment });
        }
        match webhook {
            WebhookState::Gone => problems.push(Problem::WebhookGone),
            WebhookState::Silent { last_event_at } => {
                problems.push(Problem::WebhookSilent { last_event_at: *last_event_at });
            }
            WebhookState::Waiting | WebhookState::Receiving { .. } => {}
        }
        if stages.chosen.is_empty() {
            problems.push(Problem::NoTriggerStage);
        }
    }
    if matches!(card.api_key, ApiKeyState::Accepted { .. }) && team.subscription.is_none() {
        problems.push(match webhooks {
            WebhooksInPlan::None => Problem::NoWebhooksInPlan,
            WebhooksInPlan::Assumed => Problem::SubscriptionMissing,
        });
    }
    let gone = stages.chosen.iter().filter(|stage| stage.standing == StageStanding::Gone);
    let texts: Vec<_> = gone.map(|stage| stage.text.clone()).collect();
    if !texts.is_empty() {
        problems.push(Problem::StagesGone { texts });
    }
    if let Reading::Known(assessments) = assessments
        && !assessments.iter().any(|one| one.availability() == Availability::Available)
    {
        problems.push(Problem::NoPublishedAssessment);
    }
    if loaded.is_lever_unreachable || stages.offered == Reading::Unavailable(Unread::NoAnswer) {
        problems.push(Problem::LeverUnreachable);
    } else if stages.offered == Reading::Unavailable(Unread::Busy) {
        problems.push(Problem::LeverBusy);
    }
    if matches!(assessments, Reading::Unavailable(_)) {
        problems.push(Problem::QualifiedUnreachable);
    }
    problems
}
