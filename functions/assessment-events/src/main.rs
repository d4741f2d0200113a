//! Wires the function `assessment-events` and runs it under the Lambda runtime.

use lever_integration::edge;
use lever_integration::setup::LateIntake;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let late = LateIntake::from_env(assessment_events::NAME).await?;
    if let Some(intake) = late.ready() {
        intake.warm_for_qualified().await;
    }
    edge::run(async |request| match late.get().await {
        Ok(intake) => assessment_events::handle(intake, request).await,
        Err(unavailable) => *unavailable,
    })
    .await
}
