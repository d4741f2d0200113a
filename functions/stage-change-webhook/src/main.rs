//! Wires the function `stage-change-webhook` and runs it under the Lambda runtime.

use lever_integration::edge;
use lever_integration::setup::Parts;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let parts = Parts::from_env().await?;
    let intake = parts.intake();
    intake.warm_for_lever().await;
    edge::run(|request| stage_change_webhook::handle(&intake, request)).await
}
