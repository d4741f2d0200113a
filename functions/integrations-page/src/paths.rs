//! Routes of the page and names of its form fields: what [`crate::view`] links to and a handler reads.

/// GET: the overview. `?dialog=add-stage` shows the stages to choose from.
pub const PAGE: &str = "/integrations/lever";
/// GET: the overview with the stages to choose from.
pub const ADD_STAGE: &str = "/integrations/lever?dialog=add-stage";
/// POST [`field::API_KEY`]: checks and keeps Qualified's API key.
pub const API_KEY: &str = "/integrations/lever/api-key";
/// POST: begins the login to Lever.
pub const LOGIN: &str = "/integrations/lever/login";
/// POST: connects another Lever account than before, after the question.
pub const CHANGE_ACCOUNT: &str = "/integrations/lever/change-account";
/// POST [`field::STAGE`], once or several times: adds trigger stages.
pub const STAGES: &str = "/integrations/lever/stages";
/// POST [`field::STAGE`]: removes a trigger stage.
pub const REMOVE_STAGE: &str = "/integrations/lever/stages/remove";
/// POST: registers our webhook in Lever again.
pub const WEBHOOK: &str = "/integrations/lever/webhook";
/// POST: registers our webhook subscription in Qualified again.
pub const SUBSCRIPTION: &str = "/integrations/lever/subscription";
/// GET [`field::REASON`], [`field::SEARCH`], [`field::CURSOR`]: the activity.
pub const ACTIVITY: &str = "/integrations/lever/activity";
/// GET [`field::CANDIDATE`] or [`field::OPPORTUNITY`]: why a candidate was not invited.
pub const WHY: &str = "/integrations/lever/why";
/// GET: asks whether to remove the integration. POST: removes it.
pub const REMOVE: &str = "/integrations/lever/remove";
/// GET: style sheet, script and icon, by names that change with their content.
pub const ASSETS: &str = "/integrations/lever/assets/";

/// GET: version and commit, for whoever watches the service.
pub const HEALTH: &str = "/health";
/// The JSON API: everything the page shows and does.
pub const API: &str = "/integrations/lever/api/";
/// GET: the OpenAPI document of [`API`].
pub const OPENAPI: &str = "/integrations/lever/openapi.json";

/// Names of form fields and query parameters.
pub mod field {
    /// Proves that a form came from a page of the same session; in every POST.
    pub const CSRF: &str = "csrf";
    /// Qualified's API key.
    pub const API_KEY: &str = "api_key";
    /// A stage id.
    pub const STAGE: &str = "stage";
    /// A reason code; empty for all.
    pub const REASON: &str = "reason";
    /// A candidate's name or Lever link; empty for all.
    pub const SEARCH: &str = "search";
    /// Where a page of activity starts.
    pub const CURSOR: &str = "cursor";
    /// A candidate's name or Lever link.
    pub const CANDIDATE: &str = "candidate";
    /// An opportunity id.
    pub const OPPORTUNITY: &str = "opportunity";
}
