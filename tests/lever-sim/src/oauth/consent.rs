//! The authorisation request and what comes of it, apart from HTTP.

use sim_kit::clock::Millis;
use url::Url;

use crate::rule::Rule;
use crate::scopes;
use crate::switches::{MissingAudience, NonAdminConsent, Pkce, RedirectUris};
use crate::world::{AccountId, Challenge, Consented, UserId, World, is_loopback};

/// A well-formed authorisation request.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) redirect_uri: String,
    pub(super) state: String,
    pub(super) scopes: Vec<String>,
    pub(super) audience: Option<String>,
    pub(super) challenge: Option<Challenge>,
    /// `prompt=consent` was sent.
    pub(super) prompt: bool,
}

/// What is wrong with a request.
#[derive(Debug)]
pub(super) enum Fault {
    /// Shown to the user: the callback cannot be trusted.
    Shown { rule: Rule, detail: String },
    /// Told to the callback.
    Told { rule: Rule, error: &'static str, detail: String, redirect_uri: String, state: String },
}

const PARAMETERS: [&str; 9] = [
    "client_id",
    "redirect_uri",
    "response_type",
    "state",
    "audience",
    "scope",
    "prompt",
    "code_challenge",
    "code_challenge_method",
];

/// Reads and checks the parameters; `host` is the one the browser used.
pub(super) fn read(parameters: &[(String, String)], world: &World, host: &str) -> Result<Request, Fault> {
    let get = |name: &str| parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let shown = |rule, detail: &str| Fault::Shown { rule, detail: detail.to_owned() };
    if get("client_id") != Some(world.app.client_id.as_str()) {
        return Err(shown(Rule::WrongClient, "client_id is not known"));
    }
    let redirect_uri = get("redirect_uri").unwrap_or_default().to_owned();
    if !redirect_allowed(&redirect_uri, world) {
        return Err(shown(Rule::WrongRedirectUri, "redirect_uri is not registered"));
    }
    let state = get("state").unwrap_or_default().to_owned();
    let told = |rule, error, detail: String| Fault::Told {
        rule,
        error,
        detail,
        redirect_uri: redirect_uri.clone(),
        state: state.clone(),
    };
    if let Some((name, _)) = parameters.iter().find(|(name, _)| !PARAMETERS.contains(&name.as_str())) {
        return Err(told(Rule::UnknownParameter, "invalid_request", format!("{name} is not a parameter")));
    }
    if get("response_type") != Some("code") {
        return Err(told(
            Rule::BadValue,
            "unsupported_response_type",
            "response_type must be code".to_owned(),
        ));
    }
    if state.is_empty() {
        return Err(told(Rule::MissingParameter, "invalid_request", "state is required".to_owned()));
    }
    let scopes: Vec<String> =
        get("scope").unwrap_or_default().split_whitespace().map(str::to_owned).collect();
    if let Some(detail) = scope_fault(&scopes, world) {
        return Err(told(Rule::WrongScope, "invalid_scope", detail));
    }
    let challenge = get("code_challenge").map(|text| Challenge {
        text: text.to_owned(),
        method: get("code_challenge_method").unwrap_or("plain").to_owned(),
    });
    if challenge.is_none() && world.switches.pkce == Pkce::Require {
        return Err(told(Rule::MissingParameter, "invalid_request", "code_challenge is required".to_owned()));
    }
    let audience = audience(get("audience"), world, host);
    Ok(Request { redirect_uri, state, scopes, audience, challenge, prompt: get("prompt") == Some("consent") })
}

fn redirect_allowed(uri: &str, world: &World) -> bool {
    let loopback = || Url::parse(uri).is_ok_and(|url| url.scheme() == "http" && is_loopback(&url));
    world.app.redirect_uris.iter().any(|known| known == uri)
        || (world.switches.redirect_uris == RedirectUris::RegisteredOrLoopback && loopback())
}

fn scope_fault(asked: &[String], world: &World) -> Option<String> {
    if asked.is_empty() {
        return Some("scope is empty".to_owned());
    }
    asked.iter().find_map(|scope| {
        if scopes::wording(scope).is_none() {
            Some(format!("there is no scope {scope}"))
        } else if world.app.scopes.contains(scope) {
            None
        } else {
            Some(format!("the app is not registered for {scope}"))
        }
    })
}

/// The API that tokens will be for; `None` makes them useless.
fn audience(asked: Option<&str>, world: &World, host: &str) -> Option<String> {
    match asked {
        None if world.switches.missing_audience == MissingAudience::Tolerate => {
            world.app.audiences.first().cloned()
        }
        None => None,
        Some(asked) => {
            let known = world.app.audiences.iter().any(|audience| audience == asked);
            (known || asked == format!("http://{host}/v1/")).then(|| asked.to_owned())
        }
    }
}

impl Request {
    /// What the consent screen lists: without an audience only offline access.
    pub(super) fn grantable(&self) -> Vec<String> {
        let offline = |scope: &&String| self.audience.is_some() || *scope == "offline_access";
        self.scopes.iter().filter(offline).cloned().collect()
    }
}

/// A user accepts: a code, or the reason why there is none.
pub(super) fn accept(
    world: &mut World,
    request: &Request,
    account: &AccountId,
    user: &UserId,
    now: Millis,
) -> Result<String, &'static str> {
    let may = world
        .account(account)
        .ok()
        .and_then(|account| account.user(user))
        .is_some_and(|user| user.may_connect());
    if !may && world.switches.non_admin_consent == NonAdminConsent::AccessDenied {
        return Err("Only a Super Admin can authorize this application.");
    }
    let scopes = request.grantable();
    grant_scopes(world, account, &scopes);
    let consented = Consented {
        account: account.clone(),
        user: user.clone(),
        scopes,
        audience: request.audience.clone(),
    };
    Ok(world.grants.issue_code(consented, request.redirect_uri.clone(), request.challenge.clone(), now))
}

/// Remembers what an account consented to.
pub(crate) fn grant_scopes(world: &mut World, account: &AccountId, scopes: &[String]) {
    if let Ok(account) = world.account_mut(account) {
        for scope in scopes {
            if !account.consented.contains(scope) {
                account.consented.push(scope.clone());
            }
        }
    }
}
