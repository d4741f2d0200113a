//! Why a candidate was not invited: reads what the checks need; `explain` judges.

use jiff::Timestamp;
use lever_integration::domain::{
    Activity, ConnectionState, Event, Opportunity, OpportunityId, Reason, TeamId,
};
use lever_integration::flow::Reach;
use lever_integration::lever;
use lever_integration::qualified;
use lever_integration::queue::Envelope;
use lever_integration::store::TeamContext;

use super::candidates::{Known, NotNamed, StageNames, candidate, line, named, named_by_link};
use super::explain::{Facts, unreadable};
use super::webhook::webhook_state;
use super::{team, team_after_refusal, unavailable};
use crate::Page;
use crate::paths::field;
use crate::request::Fields;
use crate::view::model::{
    CandidateChoice, Explanation, Shell, Trouble, Unread, WebhookState, WhyAnswer, WhyCheck, WhyPage,
};

/// The longest question, in characters.
const ASKED_CHARS_MAX: usize = 300;
/// Lines of history shown.
const SHOWN: usize = 20;
/// Lines of history judged by; the reconciler reads as many.
const HISTORY: usize = 100;
/// Waiting events looked through.
const WAITING: usize = 100;

/// Loads the page.
pub(crate) async fn why(page: &Page, id: &TeamId, shell: Shell, query: &Fields) -> Result<WhyPage, Trouble> {
    let asked = query.one(field::CANDIDATE).unwrap_or_default().trim().to_owned();
    if asked.chars().count() > ASKED_CHARS_MAX {
        return Err(Trouble::BadField(field::CANDIDATE));
    }
    let chosen = match query.one(field::OPPORTUNITY) {
        None => named_by_link(&asked),
        Some(text) => Some(text.parse().map_err(|_| Trouble::BadField(field::OPPORTUNITY))?),
    };
    let answer = answer(page, id, shell.now, &asked, chosen.as_ref()).await?;
    Ok(WhyPage { shell, asked, answer })
}

/// Answers; an access token that Lever does not accept is replaced once.
async fn answer(
    page: &Page,
    id: &TeamId,
    now: Timestamp,
    asked: &str,
    chosen: Option<&OpportunityId>,
) -> Result<WhyAnswer, Trouble> {
    if asked.is_empty() && chosen.is_none() {
        return Ok(WhyAnswer::NotAsked);
    }
    let loaded = team(page, id).await?;
    let question = Question { page, context: &loaded.context, now };
    if let Some(answer) = question.answer(asked, chosen).await? {
        return Ok(answer);
    }
    let loaded = team_after_refusal(page, &loaded).await?;
    let question = Question { page, context: &loaded.context, now };
    Ok(question.answer(asked, chosen).await?.unwrap_or(WhyAnswer::Unavailable(Unread::Refused)))
}

/// What is asked through.
struct Question<'a> {
    page: &'a Page,
    context: &'a TeamContext,
    now: Timestamp,
}

impl Question<'_> {
    /// The answer; nothing if Lever did not accept the access token.
    async fn answer(
        &self,
        asked: &str,
        chosen: Option<&OpportunityId>,
    ) -> Result<Option<WhyAnswer>, Trouble> {
        let Some(api) = self.page.connector.lever_api(self.context) else {
            return self.without_access(chosen).await.map(Some);
        };
        let opportunity = match chosen {
            Some(id) => match api.opportunity(id).await {
                Ok(opportunity) => opportunity,
                Err(lever::Error::NotFound) => return self.gone(id, &api).await.map(Some),
                Err(lever::Error::Forbidden) => {
                    let hidden = (WhyCheck::Readable, Reason::OpportunityHidden);
                    return self.unreadable(id, Some(&api), hidden).await.map(Some);
                }
                Err(lever::Error::Unauthorized) => return Ok(None),
                Err(error) => return Ok(Some(WhyAnswer::Unavailable(error.into()))),
            },
            None => {
                let mut found = match named(self.page, self.context, &api, asked).await {
                    Ok(found) => found,
                    Err(NotNamed::TokenRefused) => return Ok(None),
                    Err(NotNamed::Unavailable(cause)) => return Ok(Some(WhyAnswer::Unavailable(cause))),
                };
                let is_cut = found.is_cut;
                match (found.rows.pop(), found.rows.is_empty() && !is_cut) {
                    (None, _) => return Ok(Some(WhyAnswer::NobodyFound { is_cut })),
                    (Some(only), true) => only,
                    (Some(last), false) => {
                        found.rows.push(last);
                        let names = StageNames::read(self.context, Some(&api)).await;
                        let choices = found.rows.iter().map(|one| self.choice(&names, one)).collect();
                        return Ok(Some(WhyAnswer::Several { choices, is_cut }));
                    }
                }
            }
        };
        self.explain(&api, &opportunity).await.map(Some)
    }

    fn choice(&self, names: &StageNames, opportunity: &Opportunity) -> CandidateChoice {
        CandidateChoice {
            candidate: candidate(&opportunity.id, Some(&opportunity.name), self.page),
            stage: names.text(&opportunity.stage),
            archived_at: opportunity.archived_at,
        }
    }

    /// Lever no longer lets us in, or never did.
    async fn without_access(&self, chosen: Option<&OpportunityId>) -> Result<WhyAnswer, Trouble> {
        let is_refused =
            self.context.connection.as_ref().is_some_and(|connection| {
                matches!(connection.state, ConnectionState::ReconnectNeeded { .. })
            });
        match chosen.filter(|_| is_refused) {
            Some(id) => self.unreadable(id, None, (WhyCheck::AccessGranted, Reason::ReconnectNeeded)).await,
            None => Ok(WhyAnswer::NotConnected),
        }
    }

    /// Lever knows of no such candidate: gone if we do, else nobody.
    async fn gone(&self, id: &OpportunityId, api: &lever::Api<'_>) -> Result<WhyAnswer, Trouble> {
        if self.history(id).await?.is_empty() {
            return Ok(WhyAnswer::NobodyFound { is_cut: false });
        }
        self.unreadable(id, Some(api), (WhyCheck::Readable, Reason::OpportunityGone)).await
    }

    async fn unreadable(
        &self,
        id: &OpportunityId,
        api: Option<&lever::Api<'_>>,
        (check, reason): (WhyCheck, Reason),
    ) -> Result<WhyAnswer, Trouble> {
        let history = self.history(id).await?;
        let names = StageNames::read(self.context, api).await;
        let known = Known::new();
        let checks = unreadable(check, reason, self.waits_since(id).await?);
        Ok(WhyAnswer::Explained(Box::new(Explanation {
            candidate: candidate(id, None, self.page),
            checks,
            assessments: Vec::new(),
            near: Vec::new(),
            history: history.iter().take(SHOWN).map(|one| line(one, &names, &known, self.page)).collect(),
        })))
    }

    async fn explain(&self, api: &lever::Api<'_>, opportunity: &Opportunity) -> Result<WhyAnswer, Trouble> {
        let Self { page, context, now } = *self;
        let history = self.history(&opportunity.id).await?;
        let ledger = page.store.load_assignments(&context.team.id, &opportunity.id).await;
        let ledger = ledger.map_err(unavailable)?;
        let assessments = match page.connector.qualified_api(context) {
            None => Err(Reason::ApiKeyNeeded),
            Some(api) => match api.assessments().await {
                Ok(assessments) => Ok(assessments),
                Err(qualified::Error::KeyUnusable) => Err(Reason::ApiKeyNeeded),
                Err(error) => return Ok(WhyAnswer::Unavailable(error.into())),
            },
        };
        let webhook = match &context.connection {
            Some(connection) => {
                webhook_state(api, page, context, connection, api.webhooks().await.ok(), now).await
            }
            None => WebhookState::Waiting,
        };
        let names = StageNames::read(context, Some(api)).await;
        let reconciliation = page.store.load_reconciliation(&context.team.id).await;
        let look = reconciliation.map_err(unavailable)?.map(|one| one.stage_changes);
        let first_added = context.trigger_stages.iter().map(|trigger| trigger.added_at).min();
        let judged = Facts {
            opportunity,
            trigger_stages: &context.trigger_stages,
            assessments: assessments.as_deref().map_err(|reason| *reason),
            ledger: &ledger,
            history: &history,
            waits_since: self.waits_since(&opportunity.id).await?,
            webhook,
            reach: Reach::of(&look.unwrap_or_default(), first_added.unwrap_or(now), now),
            stage: names.text(&opportunity.stage),
            now,
        }
        .judge();
        let known = Known::from([(opportunity.id.clone(), opportunity.clone())]);
        Ok(WhyAnswer::Explained(Box::new(Explanation {
            candidate: candidate(&opportunity.id, Some(&opportunity.name), page),
            checks: judged.checks,
            assessments: judged.assessments,
            near: judged.near,
            history: history.iter().take(SHOWN).map(|one| line(one, &names, &known, page)).collect(),
        })))
    }

    async fn history(&self, id: &OpportunityId) -> Result<Vec<Activity>, Trouble> {
        let history = self.page.store.opportunity_activity(&self.context.team.id, id, HISTORY).await;
        history.map_err(unavailable)
    }

    /// Since when an event about the candidate waits for an admin. With more than a hundred that wait, one may
    /// be overlooked; what they wait for is told all the same.
    async fn waits_since(&self, id: &OpportunityId) -> Result<Option<Timestamp>, Trouble> {
        let parked = self.page.store.parked_events(&self.context.team.id, WAITING).await;
        let parked = parked.map_err(unavailable)?;
        let is_about = |envelope: &str| match Envelope::parse(envelope).map(|envelope| envelope.event) {
            Ok(Event::StageChanged(event)) => event.opportunity == *id,
            Ok(Event::ResultChanged(_)) | Err(_) => false,
        };
        Ok(parked.iter().filter(|one| is_about(&one.envelope)).map(|one| one.parked_at).min())
    }
}
