//! Wires the function `assessment-events` and runs it under the Lambda runtime.

use lambda_http::{Error, Request, service_fn};
use lever_integration::metrics;
use lever_integration::setup::Parts;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let parts = Parts::from_env().await?;
    let intake = parts.intake();
    intake.warm_for_qualified().await;
    let answer = async |request: Request| {
        let response = assessment_events::handle(&intake, request).await;
        metrics::flush();
        Ok::<_, Error>(response)
    };
    lambda_http::run(service_fn(answer)).await
}
