//! Takes in the deliveries of Qualified: `POST /webhooks/qualified/{team}/{key}`.
//!
//! Translates between HTTP and [`Intake`]; decides nothing and calls nobody.

use lambda_http::{Body, Request, Response};
use lever_integration::edge;
use lever_integration::service::ingest::Intake;

/// The name of this function, in logs as in the template.
pub const NAME: &str = "assessment-events";
/// The routes of the gateway that lead here, as the template names them.
pub const ROUTES: &[&str] = &["ANY /webhooks/qualified/{team}/{key}"];
/// The path before team and key.
const PREFIX: &str = "/webhooks/qualified/";

/// Answers one request; never fails and never panics.
pub async fn handle(intake: &Intake, request: Request) -> Response<Body> {
    match edge::accept(&request, PREFIX) {
        Ok(delivery) => {
            let ingestion = intake.ingest_qualified(delivery.team, delivery.key, delivery.body);
            edge::ingest(NAME, delivery.team, ingestion).await
        }
        Err(refusal) => *refusal,
    }
}
