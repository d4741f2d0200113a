//! The table of routes: the only place that knows what the API has.

use lambda_http::http::Method;

use crate::paths::{self, field};

/// What a route does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Document,
    Session,
    Overview,
    Stages,
    AddTriggerStages,
    RemoveTriggerStage,
    SetApiKey,
    Login,
    Activity,
    Why,
    RegisterWebhook,
    RegisterSubscription,
    RemoveIntegration,
}

/// One route.
#[derive(Debug)]
pub(super) struct Route {
    pub(super) operation: Operation,
    pub(super) method: Method,
    /// A last part in braces is a parameter.
    pub(super) path: &'static str,
    pub(super) id: &'static str,
    pub(super) summary: &'static str,
    /// Names of its query parameters.
    pub(super) query: &'static [&'static str],
}

const fn route(
    operation: Operation,
    method: Method,
    path: &'static str,
    query: &'static [&'static str],
    (id, summary): (&'static str, &'static str),
) -> Route {
    Route { operation, method, path, id, summary, query }
}

/// Every route.
pub(super) static ROUTES: &[Route] = &[
    route(Operation::Document, Method::GET, paths::OPENAPI, &[], ("document", "This document")),
    route(
        Operation::Session,
        Method::GET,
        "/integrations/lever/api/session",
        &[],
        ("session", "Who is signed in, and the token for changes"),
    ),
    route(
        Operation::Overview,
        Method::GET,
        "/integrations/lever/api/overview",
        &[],
        ("overview", "Connection, trigger stages, assessments, newest activity and what stops invitations"),
    ),
    route(
        Operation::Stages,
        Method::GET,
        "/integrations/lever/api/stages",
        &[],
        ("stages", "The stages of the Lever account, in Lever's order"),
    ),
    route(
        Operation::AddTriggerStages,
        Method::POST,
        "/integrations/lever/api/trigger-stages",
        &[],
        ("add_trigger_stages", "Add trigger stages"),
    ),
    route(
        Operation::RemoveTriggerStage,
        Method::DELETE,
        "/integrations/lever/api/trigger-stages/{stage}",
        &[],
        ("remove_trigger_stage", "Remove a trigger stage; one that is not there is no error"),
    ),
    route(
        Operation::SetApiKey,
        Method::PUT,
        "/integrations/lever/api/api-key",
        &[],
        ("set_api_key", "Check and keep Qualified's API key"),
    ),
    route(
        Operation::Login,
        Method::POST,
        "/integrations/lever/api/login",
        &[],
        ("login", "Begin a login to Lever in this browser"),
    ),
    route(
        Operation::Activity,
        Method::GET,
        "/integrations/lever/api/activity",
        &[field::REASON, field::SEARCH, field::CURSOR],
        ("activity", "What was decided, newest first"),
    ),
    route(
        Operation::Why,
        Method::GET,
        "/integrations/lever/api/why",
        &[field::CANDIDATE, field::OPPORTUNITY],
        ("why", "Why a candidate was not invited: every check in order, or the candidates meant"),
    ),
    route(
        Operation::RegisterWebhook,
        Method::POST,
        "/integrations/lever/api/webhook",
        &[],
        ("register_webhook", "Register our webhook in Lever again"),
    ),
    route(
        Operation::RegisterSubscription,
        Method::POST,
        "/integrations/lever/api/subscription",
        &[],
        ("register_subscription", "Register our subscription in Qualified again"),
    ),
    route(
        Operation::RemoveIntegration,
        Method::DELETE,
        "/integrations/lever/api/integration",
        &[],
        ("remove_integration", "Remove the integration: webhooks, access and credentials"),
    ),
];

/// A route that serves a path, with the part of the path that fills its parameter.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found<'a> {
    pub(super) route: &'static Route,
    pub(super) part: Option<&'a str>,
}

impl Route {
    /// The name of the parameter in the path.
    pub(super) fn parameter(&self) -> Option<&'static str> {
        self.path.strip_suffix('}')?.rsplit_once('{').map(|(_, name)| name)
    }

    /// Whether it changes something.
    pub(super) fn is_change(&self) -> bool {
        self.method != Method::GET
    }

    fn serves<'a>(&'static self, path: &'a str) -> Option<Found<'a>> {
        if self.parameter().is_none() {
            return (path == self.path).then_some(Found { route: self, part: None });
        }
        let prefix = self.path.rsplit_once('{').map_or(self.path, |(prefix, _)| prefix);
        let part = path.strip_prefix(prefix).filter(|part| !part.is_empty() && !part.contains('/'))?;
        Some(Found { route: self, part: Some(part) })
    }
}

/// The routes of a path, one for each method.
pub(super) fn find(path: &str) -> Vec<Found<'_>> {
    ROUTES.iter().filter_map(|route| route.serves(path)).collect()
}

/// The `Allow` header of a path.
pub(super) fn allowed(found: &[Found<'_>]) -> String {
    let methods = found.iter().map(|found| match found.route.method {
        Method::GET => "GET, HEAD",
        _ => found.route.method.as_str(),
    });
    methods.collect::<Vec<_>>().join(", ")
}
