//! Wires the function `reconciler` and runs it under the Lambda runtime.

use jiff::Timestamp;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use lever_integration::metrics;
use lever_integration::service::reconcile::Rhythm;
use lever_integration::setup::Parts;
use serde::de::IgnoredAny;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let parts = Parts::from_env().await?;
    let reconciler = parts.reconciler(Rhythm::default())?;
    let handle = async |event: LambdaEvent<IgnoredAny>| {
        let ends_at = Timestamp::from_millisecond(event.context.deadline.try_into()?)?;
        let outcome = reconciler::handle(&reconciler, ends_at).await;
        metrics::flush();
        Ok::<_, Error>(outcome?)
    };
    lambda_runtime::run(service_fn(handle)).await
}
