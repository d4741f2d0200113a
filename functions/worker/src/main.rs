//! Wires the function `worker` and runs it under the Lambda runtime.

use aws_lambda_events::event::sqs::SqsEvent;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use lever_integration::metrics;
use lever_integration::setup::Parts;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let parts = Parts::from_env().await?;
    parts.warm().await;
    let worker = parts.worker()?;
    let handle = async |event: LambdaEvent<SqsEvent>| {
        let answer = worker::handle(&worker, &*parts.queue, event.payload).await;
        metrics::flush();
        Ok::<_, Error>(answer)
    };
    lambda_runtime::run(service_fn(handle)).await
}
