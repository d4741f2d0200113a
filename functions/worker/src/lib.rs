//! Works through the queue: each message on its own, each failure its own.

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent};
use lever_integration::domain::LeaseHolder;
use lever_integration::queue::{BatchItem, Queue, handle_batch};
use lever_integration::service::Worker;

/// The name of this function, in logs as in the template.
pub const NAME: &str = "worker";

/// Handles a batch and names the messages that have to come back.
pub async fn handle(worker: &Worker, queue: &dyn Queue, batch: SqsEvent) -> SqsBatchResponse {
    handle_batch(batch, queue, worker.clock(), async |item: BatchItem| {
        let holder = LeaseHolder::of(rand::random());
        let outcome = worker.handle(&item.envelope, &holder).await;
        if let Err(error) = &outcome
            && item.is_given_up(error.disposition(), worker.clock().now())
        {
            worker.give_up(&item.envelope).await;
        }
        tracing::Span::current().record("reason", outcome?.code());
        Ok(())
    })
    .await
}
