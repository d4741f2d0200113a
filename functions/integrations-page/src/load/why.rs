//! Why a candidate was not invited: every check the worker makes, in its order, as it stands now.

use lever_integration::domain::{
    Activity, Assessment, Assignment, AssignmentState, Event, Opportunity, OpportunityId, ParkedEvent,
    Reason, TeamId,
};
use lever_integration::flow::{Check, TagReading, TagVerdict, check_opportunity, read_tags};
use lever_integration::lever;
use lever_integration::queue::Envelope;
use lever_integration::store::TeamContext;

use super::candidates::{Known, StageNames, candidate, line, named, named_by_link};
use super::overview::webhook_state;
use super::team_and_stages;
use crate::Page;
use crate::paths::field;
use crate::request::Fields;
use crate::view::model::{
    AssessmentChecks, CandidateChoice, CheckLine, CheckOutcome, Explanation, Failure, NearTitle, Shell,
    Trouble, WebhookState, WhyAnswer, WhyCheck, WhyPage,
};

/// The longest question, in characters.
const ASKED_CHARS_MAX: usize = 300;
/// Lines of history shown.
const HISTORY: usize = 20;

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
    let answer = answer(page, id, &shell, &asked, chosen).await?;
    Ok(WhyPage { shell, asked, answer })
}

async fn answer(
    page: &Page,
    id: &TeamId,
    shell: &Shell,
    asked: &str,
    chosen: Option<OpportunityId>,
) -> Result<WhyAnswer, Trouble> {
    if asked.is_empty() && chosen.is_none() {
        return Ok(WhyAnswer::NotAsked);
    }
    let (loaded, stages) = team_and_stages(page, id).await?;
    let context = &loaded.context;
    let names = StageNames::new(context, &stages);
    let Some(api) = page.connector.lever_api(context) else { return Ok(WhyAnswer::NotConnected) };
    let opportunity = match chosen {
        Some(id) => match api.opportunity(&id).await {
            Ok(opportunity) => opportunity,
            Err(lever::Error::NotFound | lever::Error::Forbidden) => return Ok(WhyAnswer::NobodyFound),
            Err(_) => return Ok(WhyAnswer::Unavailable),
        },
        None => {
            let Some(mut found) = named(page, context, &api, asked).await else {
                return Ok(WhyAnswer::Unavailable);
            };
            match (found.pop(), found.is_empty()) {
                (None, _) => return Ok(WhyAnswer::NobodyFound),
                (Some(only), true) => only,
                (Some(last), false) => {
                    found.push(last);
                    let choose = |one: &Opportunity| choice(page, &names, one);
                    return Ok(WhyAnswer::Several(found.iter().map(choose).collect()));
                }
            }
        }
    };
    explain(page, (context, &names), &api, shell, &opportunity).await
}

fn choice(page: &Page, names: &StageNames, opportunity: &Opportunity) -> CandidateChoice {
    CandidateChoice {
        candidate: candidate(&opportunity.id, Some(&opportunity.name), page),
        stage: names.text(&opportunity.stage),
        created_at: None,
        archived_at: opportunity.archived_at,
    }
}

async fn explain(
    page: &Page,
    (context, names): (&TeamContext, &StageNames),
    api: &lever::Api<'_>,
    shell: &Shell,
    opportunity: &Opportunity,
) -> Result<WhyAnswer, Trouble> {
    let team = &context.team.id;
    let history = page.store.opportunity_activity(team, &opportunity.id, HISTORY).await;
    let history = history.map_err(|_| Trouble::Unavailable)?;
    let ledger =
        page.store.load_assignments(team, &opportunity.id).await.map_err(|_| Trouble::Unavailable)?;
    let assessments = match page.connector.qualified_api(context) {
        Some(api) => match api.assessments().await {
            Ok(assessments) => assessments,
            Err(_) => return Ok(WhyAnswer::Unavailable),
        },
        None => Vec::new(),
    };
    let has_key = page.connector.qualified_api(context).is_some();
    let webhook = match &context.connection {
        Some(connection) => {
            webhook_state(api, page, context, connection, api.webhooks().await.ok(), shell.now).await
        }
        None => WebhookState::Waiting,
    };
    let parked = parked(page, team, &opportunity.id).await?;
    let mut trail = Trail::default();
    trail.event(opportunity, context, (&history, parked), webhook);
    for row in check_opportunity(opportunity, &context.trigger_stages, shell.now) {
        let detail = (row.check == Check::InTriggerStage).then(|| names.text(&opportunity.stage)).flatten();
        trail.add(WhyCheck::Opportunity(row.check), row.failure.map(Failure::Because), detail);
    }
    let reading = read_tags(&opportunity.tags, &assessments);
    let named = if has_key { names_something(&reading, &ledger) } else { Err(Reason::ApiKeyNeeded) };
    trail.add(WhyCheck::TagNamesAssessment, named.err().map(Failure::Because), None);
    let known = Known::from([(opportunity.id.clone(), opportunity.clone())]);
    Ok(WhyAnswer::Explained(Box::new(Explanation {
        candidate: candidate(&opportunity.id, Some(&opportunity.name), page),
        assessments: reading
            .verdicts
            .iter()
            .map(|verdict| assessment_checks(verdict, &trail, &ledger))
            .collect(),
        near: near(&reading),
        history: history.iter().map(|one| line(one, names, &known, page)).collect(),
        checks: trail.lines,
    })))
}

/// Events looked through for one that waits.
const PARKED_MAX: usize = 100;

/// What an event of this candidate waits for, if one does.
async fn parked(page: &Page, team: &TeamId, opportunity: &OpportunityId) -> Result<Option<Reason>, Trouble> {
    let parked = page.store.parked_events(team, PARKED_MAX).await.map_err(|_| Trouble::Unavailable)?;
    let is_theirs = |event: &Event| match event {
        Event::StageChanged(moved) => moved.opportunity == *opportunity,
        Event::ResultChanged(_) => false,
    };
    let waits = |one: &ParkedEvent| {
        let read = Envelope::parse(&one.envelope).ok()?;
        is_theirs(&read.event).then_some(one.reason)
    };
    Ok(parked.iter().find_map(waits))
}

/// Checks in order; after the first that fails, the others are not reached.
#[derive(Default, Clone)]
struct Trail {
    lines: Vec<CheckLine>,
    has_failed: bool,
}

impl Trail {
    fn add(&mut self, check: WhyCheck, failure: Option<Failure>, detail: Option<String>) {
        let outcome = match failure {
            _ if self.has_failed => CheckOutcome::NotReached,
            None => CheckOutcome::Passed,
            Some(failure) => {
                self.has_failed = true;
                CheckOutcome::Failed(failure)
            }
        };
        self.lines.push(CheckLine { check, outcome, detail });
    }

    /// An event is missing only if the candidate is where an event should have come from.
    fn event(
        &mut self,
        opportunity: &Opportunity,
        context: &TeamContext,
        (history, parked): (&[Activity], Option<Reason>),
        webhook: WebhookState,
    ) {
        let trigger = context.trigger_stages.iter().find(|trigger| trigger.stage == opportunity.stage);
        let is_expected = trigger.is_some_and(|trigger| {
            opportunity.entered_present_stage_at().is_some_and(|entered| entered >= trigger.added_at)
        });
        let is_missing = is_expected && history.is_empty();
        let detail = (!is_expected && history.is_empty()).then(|| "no event was due yet".to_owned());
        let failure = match parked {
            Some(reason) => Some(Failure::Because(reason)),
            None => is_missing.then_some(Failure::NoEvent(webhook)),
        };
        self.add(WhyCheck::EventSeen, failure, detail);
    }
}

fn names_something(reading: &TagReading<'_>, ledger: &[Assignment]) -> Result<(), Reason> {
    match (reading.verdicts.is_empty() && ledger.is_empty(), reading.nearest.is_some()) {
        (false, _) => Ok(()),
        (true, true) => Err(Reason::MisspeltTag),
        (true, false) => Err(Reason::NoMatchingTag),
    }
}

fn near(reading: &TagReading<'_>) -> Vec<NearTitle> {
    let near = |(tag, title): (&lever_integration::domain::Tag, &lever_integration::domain::Title)| {
        NearTitle { tag: tag.clone(), title: title.clone() }
    };
    reading.nearest.map(near).into_iter().collect()
}

/// What must hold for one assessment, after what must hold whatever the assessment.
fn assessment_checks(verdict: &TagVerdict<'_>, general: &Trail, ledger: &[Assignment]) -> AssessmentChecks {
    let (assessment, title, ready) = match verdict {
        TagVerdict::Names(one, _) => (Some(*one), &one.title, None),
        TagVerdict::OnlyStatus(one, ..) => (Some(*one), &one.title, None),
        TagVerdict::Ambiguous(title, _) => (None, *title, Some(Reason::AmbiguousTitle)),
        TagVerdict::NotPublished(one, _) => (Some(*one), &one.title, Some(Reason::NotPublished)),
        TagVerdict::NotForCandidates(one, _) => (Some(*one), &one.title, Some(Reason::NotForCandidates)),
    };
    let entry =
        assessment.and_then(|one: &Assessment| ledger.iter().find(|entry| entry.assessment == one.id));
    let mut trail = Trail { lines: Vec::new(), has_failed: general.has_failed };
    trail.add(WhyCheck::AssessmentReady, ready.map(Failure::Because), None);
    let before = match (verdict, entry.map(|entry| &entry.state)) {
        (_, Some(AssignmentState::Mirrored(_))) => Some(Reason::AlreadyAssigned),
        (TagVerdict::OnlyStatus(..), None) => Some(Reason::StatusTagPresent),
        (
            TagVerdict::Names(..)
            | TagVerdict::OnlyStatus(..)
            | TagVerdict::Ambiguous(..)
            | TagVerdict::NotPublished(..)
            | TagVerdict::NotForCandidates(..),
            Some(AssignmentState::Inviting | AssignmentState::Refused { .. }) | None,
        ) => None,
    };
    trail.add(WhyCheck::NotAssignedBefore, before.map(Failure::Because), None);
    let refused = match entry.map(|entry| &entry.state) {
        Some(AssignmentState::Refused { reason }) => Some(Failure::Because(*reason)),
        Some(AssignmentState::Inviting | AssignmentState::Mirrored(_)) | None => None,
    };
    trail.add(WhyCheck::AcceptedByQualified, refused, None);
    AssessmentChecks {
        title: title.clone(),
        checks: trail.lines,
        progress: entry.and_then(Assignment::mirror).map(|mirror| mirror.standing.progress),
    }
}
