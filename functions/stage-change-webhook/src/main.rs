//! Wires the function `stage-change-webhook` and runs it under the Lambda runtime.

use lever_integration::edge;
use lever_integration::setup::LateIntake;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let late = LateIntake::from_env(stage_change_webhook::NAME).await?;
    if let Some(intake) = late.ready() {
        intake.warm_for_lever().await;
    }
    edge::run(async |request| match late.get().await {
        Ok(intake) => stage_change_webhook::handle(intake, request).await,
        Err(unavailable) => *unavailable,
    })
    .await
}
