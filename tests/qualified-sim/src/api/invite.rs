//! `POST /v1/assessment_invitations/invite_candidates`: from a body to orders, from invitations to the reply.

use axum::Json;
use axum::extract::{Request, State};
use serde_json::Value;

use sim_kit::clock::Millis;

use super::auth::Caller;
use super::body::{Fields, RawBody};
use super::error::ApiError;
use super::retry::retry_action;
use crate::app::App;
use crate::switches::{EmptyInvite, InvalidEmail, Switches};
use crate::wire;
use crate::wire::disturb::disturb;
use crate::world::{AssessmentId, InviteOrder, Refused, RetryOrder, World, is_id};

const KIND: &str = "AssessmentInvitation";
const HOUR: Millis = 3_600_000;
/// Longest `alternate_id`, characters (Q8).
const LONGEST_ALTERNATE_ID: usize = 255;

const FIELDS: [&str; 23] = [
    "candidates",
    "assessment_id",
    "assigned_team_member_ids",
    "labels",
    "expires_at",
    "reminder_at",
    "custom_message",
    "send_email_to_candidate",
    "send_email_to_inviter",
    "skip_email_resend",
    "skip_registration",
    "reopen_submitted",
    "track_active_time",
    "retry_action",
    "access_starts_at",
    "access_ends_at",
    "access_locked",
    "reset_challenge_timers",
    "enforced_time_limit",
    "apply_day_defaults",
    "first_name",
    "last_name",
    "alternate_id",
];

/// Invites one or several people.
pub(crate) async fn invite_candidates(
    State(app): State<App>,
    caller: Caller,
    request: Request,
) -> Result<Json<Value>, ApiError> {
    super::query::Params::parse(request.uri().query(), &[])?;
    let fields = RawBody::read(request).await?.wrapped(KIND, &FIELDS)?;
    app.act(|world, now| {
        let orders = orders(&fields, &caller, world, now)?;
        let switch = world.switches.empty_invite;
        let mut records = Vec::new();
        for order in orders.iter().filter(|_| switch != EmptyInvite::WithoutEffect) {
            let invited = world.invite(order, now);
            let invitation = invited.map_err(|refused| refusal(&refused, &world.switches))?;
            records.push(wire::invitation::record(&invitation, world));
        }
        if switch == EmptyInvite::WithEffect {
            records.clear();
        }
        records.iter_mut().for_each(|record| disturb(record, &world.switches));
        Ok(Json(wire::envelope::unpaged(KIND, &records, now)))
    })
}

/// Q7: permanent refusals; inviting at a bad moment is no misuse.
fn refusal(refused: &Refused, switches: &Switches) -> ApiError {
    match refused {
        Refused::NotFound { what: "assessment", .. } => ApiError::bad_reference(switches.q7_unknown_status),
        Refused::NotPublished(_) => {
            let message = "is not published";
            ApiError {
                status: switches.q7_unpublished_status,
                ..ApiError::invalid(KIND, "assessment_id", message)
            }
        }
        Refused::AlreadyInvited => ApiError::invalid(KIND, "candidates", "has already been invited"),
        Refused::NotFound { .. }
        | Refused::NotInState { .. }
        | Refused::NotCurrent(_)
        | Refused::LinkDead(_)
        | Refused::NoAccess(_)
        | Refused::RetakesOff
        | Refused::Submission(_)
        | Refused::NotMergeable { .. } => refused.clone().into(),
    }
}

fn orders(
    fields: &Fields,
    caller: &Caller,
    world: &World,
    now: Millis,
) -> Result<Vec<InviteOrder>, ApiError> {
    let emails: Vec<String> = fields.required("candidates")?;
    if emails.is_empty() {
        return Err(ApiError::invalid_misuse("missing_field", KIND, "candidates", "can't be blank"));
    }
    let assessment: String = fields.required("assessment_id")?;
    if !is_id(&assessment) {
        let unknown = ApiError::bad_reference(world.switches.q7_unknown_status);
        return Err(unknown);
    }
    let common = order(fields, caller, AssessmentId::from(assessment), now)?;
    check_names(&common, &emails, &world.switches)?;
    let mut orders = Vec::new();
    for email in emails {
        if looks_like_email(email.trim()) {
            orders.push(InviteOrder { email, ..common.clone() });
            continue;
        }
        match world.switches.q6_invalid_email {
            InvalidEmail::Refused => return Err(ApiError::invalid(KIND, "email", "is not a valid email")),
            InvalidEmail::LeftOut => {}
        }
    }
    Ok(orders)
}

fn check_names(order: &InviteOrder, emails: &[String], switches: &Switches) -> Result<(), ApiError> {
    let named = order.first_name.is_some() || order.last_name.is_some();
    if named && emails.len() > 1 {
        let message = "is only allowed with a single candidate";
        return Err(ApiError::invalid_misuse("names_for_several", KIND, "first_name", message));
    }
    if order.first_name.is_some() && order.last_name.is_none() && !switches.q14_first_name_only {
        return Err(ApiError::invalid(KIND, "last_name", "can't be blank"));
    }
    Ok(())
}

/// Something before and after one `@`, and a dot after it.
fn looks_like_email(text: &str) -> bool {
    let Some((name, host)) = text.split_once('@') else { return false };
    let inner_dot = host.trim_matches('.').len() == host.len() && host.contains('.');
    !name.is_empty() && inner_dot && !host.contains('@') && !text.contains(char::is_whitespace)
}

fn order(
    fields: &Fields,
    caller: &Caller,
    assessment: AssessmentId,
    now: Millis,
) -> Result<InviteOrder, ApiError> {
    let mut order = InviteOrder::new(caller.team.clone(), assessment, "");
    order.first_name = fields.get("first_name")?;
    order.last_name = fields.get("last_name")?;
    order.alternate_id = fields.get("alternate_id")?;
    if order.alternate_id.as_ref().is_some_and(|id| id.chars().count() > LONGEST_ALTERNATE_ID) {
        return Err(ApiError::invalid_misuse("field_length", KIND, "alternate_id", "is too long"));
    }
    order.labels = fields.get("labels")?.unwrap_or_default();
    order.assigned_team_member_ids = fields.get("assigned_team_member_ids")?.unwrap_or_default();
    order.send_email_to_candidate = fields.get("send_email_to_candidate")?.unwrap_or(true);
    order.send_email_to_inviter = fields.get("send_email_to_inviter")?.unwrap_or(false);
    order.skip_email_resend = fields.get("skip_email_resend")?.unwrap_or(false);
    order.skip_registration = fields.get("skip_registration")?;
    order.custom_message = fields.get("custom_message")?;
    order.apply_day_defaults = fields.get("apply_day_defaults")?.unwrap_or(false);
    order.enforced_time_limit = fields.get("enforced_time_limit")?;
    order.access_locked = fields.get("access_locked")?.unwrap_or(false);
    order.access_starts_at = fields.time("access_starts_at")?;
    order.access_ends_at = fields.time("access_ends_at")?;
    order.expires_at = fields.time("expires_at")?;
    order.reminder_at = fields.time("reminder_at")?;
    order.retry = retry(fields, &order)?;
    for flag in ["track_active_time", "reset_challenge_timers"] {
        fields.get::<bool>(flag)?;
    }
    check_times(&order, now)?;
    Ok(order)
}

fn check_times(order: &InviteOrder, now: Millis) -> Result<(), ApiError> {
    let too_early = |field| Err(ApiError::invalid_misuse("time_passed", KIND, field, "is too early"));
    if order.expires_at.is_some_and(|at| at <= now) {
        return too_early("expires_at");
    }
    if order.reminder_at.is_some_and(|at| at <= now) {
        return too_early("reminder_at");
    }
    if order.access_ends_at.is_some_and(|at| at < now + HOUR) {
        return too_early("access_ends_at");
    }
    Ok(())
}

/// `reopen_submitted` is the deprecated way to say `retry_action: reopen`.
fn retry(fields: &Fields, order: &InviteOrder) -> Result<Option<RetryOrder>, ApiError> {
    let reopen = fields.get("reopen_submitted")?.unwrap_or(false).then_some(crate::world::Action::Reopen);
    let Some(action) = retry_action(fields, KIND)?.or(reopen) else { return Ok(None) };
    Ok(Some(RetryOrder {
        action,
        send_email_to_candidate: order.send_email_to_candidate,
        custom_message: order.custom_message.clone(),
        access_starts_at: order.access_starts_at,
        access_ends_at: order.access_ends_at,
        enforced_time_limit: order.enforced_time_limit,
    }))
}
