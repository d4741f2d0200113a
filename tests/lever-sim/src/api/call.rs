//! One authenticated call to the Data API: who calls, with which rights, and the strict reading of query and body.

use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::http::header;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use sim_kit::clock::Millis;

use super::error::ApiError;
use crate::lever::Lever;
use crate::rate::Bucket;
use crate::rule::Rule;
use crate::scopes;
use crate::switches::RateScope;
use crate::world::{
    AccessFault, Account, AccountId, Actor, Confidentiality, Opportunity, OpportunityId, UserId, Via, World,
};

/// Larger than the largest file Lever takes, with room for the multipart frame.
const BODY_LIMIT: usize = 32 << 20;

/// The answer of a handler.
pub(crate) type Answer = Result<axum::response::Response, ApiError>;

/// A call that got past authentication and the rate limit.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) lever: Lever,
    pub(crate) account: AccountId,
    pub(crate) scopes: Vec<String>,
    pub(crate) query: Vec<(String, String)>,
    /// In lower case.
    pub(crate) content_type: String,
    /// With the case of a multipart boundary.
    pub(crate) content_type_as_sent: String,
    pub(crate) body: Bytes,
}

impl FromRequest<Lever> for Call {
    type Rejection = ApiError;

    async fn from_request(request: Request, lever: &Lever) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, BODY_LIMIT).await;
        redirect_elsewhere(&parts, lever)?;
        let (account, scopes) = authenticate(&parts, lever)?;
        let body = body.map_err(|_| ApiError::BadRequest {
            rule: Rule::BadBody,
            message: "the body is too large or broke off".to_owned(),
        })?;
        let query = parts.uri.query().unwrap_or_default().as_bytes();
        Ok(Self {
            lever: lever.clone(),
            account,
            scopes,
            query: url::form_urlencoded::parse(query).into_owned().collect(),
            content_type_as_sent: text_header(&parts, &header::CONTENT_TYPE).to_owned(),
            content_type: text_header(&parts, &header::CONTENT_TYPE).to_lowercase(),
            body,
        })
    }
}

fn text_header<'a>(parts: &'a Parts, name: &header::HeaderName) -> &'a str {
    parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Customers in the EU live in another data centre; the API sends their calls there.
fn redirect_elsewhere(parts: &Parts, lever: &Lever) -> Result<(), ApiError> {
    let (status, base) = lever.look(|world, _| (world.switches.eu_redirect, world.switches.eu_base.clone()));
    if status == 0 {
        return Ok(());
    }
    let target = parts.uri.path_and_query().map_or("", |target| target.as_str());
    let target = target.strip_prefix("/v1").unwrap_or(target);
    Err(ApiError::Redirect { status, location: format!("{}{target}", base.trim_end_matches('/')) })
}

fn authenticate(parts: &Parts, lever: &Lever) -> Result<(AccountId, Vec<String>), ApiError> {
    let refuse = |rule, detail: &str| ApiError::Unauthorized { rule, detail: detail.to_owned() };
    let credential = text_header(parts, &header::AUTHORIZATION);
    let token = credential
        .split_once(' ')
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .ok_or_else(|| refuse(Rule::NoToken, "no bearer token; integrations do not use API keys"))?;
    lever.change(|world, now| {
        let consented = world.grants.check_access(token, now).map_err(|fault| match fault {
            AccessFault::Unknown => refuse(Rule::UnknownToken, "this token was never issued"),
            AccessFault::Expired => refuse(Rule::ExpiredToken, "the access token is past its time"),
            AccessFault::Revoked => refuse(Rule::RevokedToken, "the account revoked the app"),
            AccessFault::NotForApi => {
                refuse(Rule::WrongAudience, "the token was issued without the API's audience")
            }
        })?;
        let (account, scopes) = (consented.account.clone(), consented.scopes.clone());
        let bucket = match world.switches.rate_scope {
            RateScope::AccountAndApp => account.to_string(),
            RateScope::Token => token.to_owned(),
        };
        if !take_slot(world, &bucket, now) {
            *world.refused_by_rate.entry(bucket.clone()).or_default() += 1;
            return Err(ApiError::TooManyRequests { bucket });
        }
        Ok((account, scopes))
    })
}

/// Takes a call out of a bucket, if there is one left.
pub(crate) fn take_slot(world: &mut World, bucket: &str, now: Millis) -> bool {
    let (per_second, burst) = (world.switches.rate_per_second, world.switches.rate_burst);
    if per_second <= 0.0 {
        return true;
    }
    let slots = world.buckets.entry(bucket.to_owned()).or_insert_with(|| Bucket::full(burst, now));
    slots.take(per_second, burst, now)
}

impl Call {
    /// Demands a scope; write includes read.
    pub(crate) fn need(&self, scope: &str) -> Result<(), ApiError> {
        if scopes::cover(&self.scopes, scope) {
            return Ok(());
        }
        Err(ApiError::MissingScope { scope: scope.to_owned() })
    }

    /// Refuses query parameters that this route does not have.
    pub(crate) fn only(&self, known: &[&str]) -> Result<(), ApiError> {
        match self.query.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            None => Ok(()),
            Some((name, _)) => Err(ApiError::BadRequest {
                rule: Rule::UnknownParameter,
                message: format!("{name} is not a parameter of this route"),
            }),
        }
    }

    /// Every value of a repeatable parameter.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        self.query.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str()).collect()
    }

    /// The value of a parameter that may come once.
    pub(crate) fn one(&self, name: &str) -> Result<Option<&str>, ApiError> {
        match self.all(name).as_slice() {
            [] => Ok(None),
            [value] => Ok(Some(value)),
            _ => Err(ApiError::bad(format!("{name} may be given once"))),
        }
    }

    /// A parameter in whole milliseconds.
    pub(crate) fn millis(&self, name: &str) -> Result<Option<Millis>, ApiError> {
        let parse =
            |text: &str| text.parse().map_err(|_| ApiError::bad(format!("{name} is not in milliseconds")));
        self.one(name)?.map(parse).transpose()
    }

    /// A parameter that is `true` or `false`.
    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, ApiError> {
        let parse =
            |text: &str| text.parse().map_err(|_| ApiError::bad(format!("{name} is neither true nor false")));
        self.one(name)?.map(parse).transpose()
    }

    /// The JSON body, without unknown fields.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        if !self.content_type.starts_with("application/json") {
            return Err(ApiError::BadRequest {
                rule: Rule::WrongContentType,
                message: format!("the body is {:?} and not JSON", self.content_type),
            });
        }
        serde_json::from_slice(&self.body).map_err(|error| unreadable(&error))
    }

    /// The user the call acts for, if it names one.
    pub(crate) fn actor(&self) -> Result<Actor, ApiError> {
        let Some(id) = self.one("perform_as")? else { return Ok(Actor { via: Via::Api, user: None }) };
        let user = UserId::from(id);
        let known = self.look(|account| account.user(&user).is_some())?;
        if !known {
            return Err(ApiError::bad(format!("perform_as: there is no user {id}")));
        }
        Ok(Actor { via: Via::Api, user: Some(user) })
    }

    /// The user the call acts for, where Lever demands one.
    pub(crate) fn performer(&self) -> Result<UserId, ApiError> {
        self.actor()?.user.ok_or_else(|| ApiError::BadRequest {
            rule: Rule::MissingParameter,
            message: "perform_as is required".to_owned(),
        })
    }

    /// Looks at the caller's account.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&Account) -> T) -> Result<T, ApiError> {
        Ok(self.lever.look(|world, _| world.account(&self.account).map(look))?)
    }

    /// The opportunity, if this call may see it: it exists and is not confidential without the grant.
    pub(crate) fn visible<'a>(
        &self,
        account: &'a Account,
        id: &OpportunityId,
    ) -> Result<&'a Opportunity, ApiError> {
        let opportunity = account.opportunity(id)?;
        let confidential = opportunity.confidentiality == Confidentiality::Confidential;
        if confidential && !self.sees_confidential() {
            return Err(ApiError::Forbidden {
                message: "access to confidential data was not granted".to_owned(),
            });
        }
        Ok(opportunity)
    }

    pub(crate) fn sees_confidential(&self) -> bool {
        scopes::cover(&self.scopes, "confidential:access:admin")
    }
}

/// A body that serde refused, told apart by whether a field was unknown.
pub(crate) fn unreadable(error: &serde_json::Error) -> ApiError {
    let message = error.to_string();
    let rule = if message.starts_with("unknown field") { Rule::UnknownField } else { Rule::BadBody };
    ApiError::BadRequest { rule, message }
}
