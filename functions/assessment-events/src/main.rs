//! Wires the function `assessment-events` and runs it under the Lambda runtime.

use lever_integration::edge;
use lever_integration::setup::Parts;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let parts = Parts::from_env().await?;
    let intake = parts.intake();
    intake.warm_for_qualified().await;
    edge::run(|request| assessment_events::handle(&intake, request)).await
}
