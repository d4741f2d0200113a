//! The OpenAPI 3.1 document, made from the table of routes and the very types that are answered.

use lambda_http::http::{Method, StatusCode};
use utoipa::openapi::path::{
    HttpMethod, Operation as Described, OperationBuilder, Parameter, ParameterBuilder, ParameterIn,
};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, Content, InfoBuilder, OpenApi, OpenApiBuilder, Paths, Ref, RefOr, Required, Response,
    ResponseBuilder,
};
use utoipa::{PartialSchema, ToSchema};

use super::answer::{CSRF_HEADER, JSON};
use super::input::{NewApiKey, NewTriggerStages, id};
use super::model::{ActivityPage, LoginUrl, Overview, ReasonFilter, Removal, Session, StageList, WhyAnswer};
use super::problem::{self, Problem};
use super::route::{Operation, ROUTES, Route};
use crate::paths::field;

const SESSION: &str = "session";
const CSRF: &str = "csrf";

/// The document of a service whose session cookie has this name.
pub(super) fn document(cookie: &str) -> OpenApi {
    let mut paths = Paths::new();
    for route in ROUTES {
        paths.add_path_operation(route.path, vec![method(route)], operation(route));
    }
    let components = schemas()
        .security_scheme(
            SESSION,
            SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(
                cookie,
                "The session that begins when the Integrations page is opened from Qualified.",
            ))),
        )
        .security_scheme(
            CSRF,
            SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(
                CSRF_HEADER,
                "The token of the session; changes also need the Origin of the page and the role admin.",
            ))),
        );
    let info = InfoBuilder::new()
        .title("Lever integration")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some("What the Integrations page shows and does, as JSON."));
    OpenApiBuilder::new().info(info.build()).paths(paths).components(Some(components.build())).build()
}

fn schemas() -> ComponentsBuilder {
    let mut components = ComponentsBuilder::new();
    for found in [
        schemas_of::<Session>(),
        schemas_of::<Overview>(),
        schemas_of::<StageList>(),
        schemas_of::<ActivityPage>(),
        schemas_of::<WhyAnswer>(),
        schemas_of::<LoginUrl>(),
        schemas_of::<Removal>(),
        schemas_of::<NewTriggerStages>(),
        schemas_of::<NewApiKey>(),
        schemas_of::<Problem>(),
    ] {
        components = components.schemas_from_iter(found);
    }
    components
}

/// A type's schema and those it refers to.
fn schemas_of<T: ToSchema>() -> Vec<(String, RefOr<Schema>)> {
    let mut found = vec![(T::name().into_owned(), T::schema())];
    T::schemas(&mut found);
    found
}

fn method(route: &Route) -> HttpMethod {
    match route.method {
        Method::POST => HttpMethod::Post,
        Method::PUT => HttpMethod::Put,
        Method::DELETE => HttpMethod::Delete,
        _ => HttpMethod::Get,
    }
}

fn operation(route: &Route) -> Described {
    let mut described = OperationBuilder::new()
        .operation_id(Some(route.id))
        .summary(Some(route.summary))
        .request_body(request_body(route.operation));
    for parameter in route.query.iter().map(|name| parameter(name, ParameterIn::Query)) {
        described = described.parameter(parameter);
    }
    if let Some(name) = route.parameter() {
        described = described.parameter(parameter(name, ParameterIn::Path));
    }
    let (status, done) = success(route.operation);
    described = described.response(status.as_str(), done);
    for status in refusals(route) {
        described = described.response(status.as_str(), refusal(status));
    }
    described.securities(security(route)).build()
}

fn security(route: &Route) -> Option<Vec<SecurityRequirement>> {
    let none: [&str; 0] = [];
    let session = SecurityRequirement::new(SESSION, none);
    match (route.operation, route.is_change()) {
        (Operation::Document, _) => None,
        (_, true) => Some(vec![session.add(CSRF, none)]),
        (_, false) => Some(vec![session]),
    }
}

fn parameter(name: &str, place: ParameterIn) -> Parameter {
    let text = || ObjectBuilder::new().schema_type(Type::String);
    let (schema, description): (RefOr<Schema>, _) = match name {
        field::REASON => (ReasonFilter::schema(), "Only this reason; empty for all."),
        field::CURSOR => (text().into(), "Where to go on: `older` of the page before."),
        field::OPPORTUNITY => (id().into(), "The opportunity that is meant."),
        field::STAGE => (id().into(), "The stage."),
        _ => (text().max_length(Some(300)).into(), "A candidate's name, Lever link or opportunity id."),
    };
    let is_path = place == ParameterIn::Path;
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(if is_path { Required::True } else { Required::False })
        .description(Some(description))
        .schema(Some(schema))
        .build()
}

fn request_body(operation: Operation) -> Option<RequestBody> {
    let body = |name: &str| {
        let content = Content::new(Some(Ref::from_schema_name(name)));
        RequestBodyBuilder::new().required(Some(Required::True)).content(JSON, content).build()
    };
    match operation {
        Operation::AddTriggerStages => Some(body(&NewTriggerStages::name())),
        Operation::SetApiKey => Some(body(&NewApiKey::name())),
        Operation::Document
        | Operation::Session
        | Operation::Overview
        | Operation::Stages
        | Operation::RemoveTriggerStage
        | Operation::Login
        | Operation::Activity
        | Operation::Why
        | Operation::RegisterWebhook
        | Operation::RegisterSubscription
        | Operation::RemoveIntegration => None,
    }
}

fn success(operation: Operation) -> (StatusCode, Response) {
    let shown = |schema: RefOr<Schema>| {
        let response =
            ResponseBuilder::new().description("As asked").content(JSON, Content::new(Some(schema)));
        (StatusCode::OK, response.build())
    };
    let of = |name: &str| shown(Ref::from_schema_name(name).into());
    match operation {
        Operation::Document => shown(ObjectBuilder::new().into()),
        Operation::Session => of(&Session::name()),
        Operation::Overview => of(&Overview::name()),
        Operation::Stages => of(&StageList::name()),
        Operation::Activity => of(&ActivityPage::name()),
        Operation::Why => of(&WhyAnswer::name()),
        Operation::Login => of(&LoginUrl::name()),
        Operation::RemoveIntegration => of(&Removal::name()),
        Operation::AddTriggerStages
        | Operation::RemoveTriggerStage
        | Operation::SetApiKey
        | Operation::RegisterWebhook
        | Operation::RegisterSubscription => {
            (StatusCode::NO_CONTENT, ResponseBuilder::new().description("Done").build())
        }
    }
}

/// The refusals of a route, besides those of addresses and methods it does not have.
fn refusals(route: &Route) -> Vec<StatusCode> {
    let mut statuses = vec![StatusCode::BAD_REQUEST, StatusCode::SERVICE_UNAVAILABLE];
    if route.operation != Operation::Document {
        statuses.push(StatusCode::UNAUTHORIZED);
    }
    if route.is_change() {
        statuses.push(StatusCode::FORBIDDEN);
    }
    if request_body(route.operation).is_some() {
        statuses.extend([StatusCode::PAYLOAD_TOO_LARGE, StatusCode::UNSUPPORTED_MEDIA_TYPE]);
    }
    if request_body(route.operation).is_some() || route.parameter().is_some() || !route.query.is_empty() {
        statuses.push(StatusCode::UNPROCESSABLE_ENTITY);
    }
    match route.operation {
        Operation::Why => {
            statuses.extend([StatusCode::NOT_FOUND, StatusCode::CONFLICT, StatusCode::TOO_MANY_REQUESTS]);
        }
        Operation::Stages
        | Operation::Activity
        | Operation::AddTriggerStages
        | Operation::RegisterWebhook => {
            statuses.extend([StatusCode::CONFLICT, StatusCode::TOO_MANY_REQUESTS]);
        }
        Operation::RegisterSubscription => statuses.push(StatusCode::CONFLICT),
        // What the address is made of can be empty or have slashes.
        Operation::RemoveTriggerStage => statuses.push(StatusCode::NOT_FOUND),
        Operation::Document
        | Operation::Session
        | Operation::Overview
        | Operation::SetApiKey
        | Operation::Login
        | Operation::RemoveIntegration => {}
    }
    statuses
}

fn refusal(status: StatusCode) -> Response {
    let content = Content::new(Some(Ref::from_schema_name(Problem::name())));
    let reason = status.canonical_reason().unwrap_or("Refused");
    ResponseBuilder::new().description(reason).content(problem::MEDIA_TYPE, content).build()
}
