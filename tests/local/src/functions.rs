//! The functions behind the gateway and the queue, as the Lambda runtime would run them.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use integrations_page::Page;
use lambda_http::lambda_runtime::LambdaEvent;
use lambda_http::request::LambdaRequest;
use lambda_http::tower::ServiceExt;
use lambda_http::{Body, Context, Request, Response};
use lever_integration::edge;
use lever_integration::queue::{BATCH_MAX, MemoryQueue, Queue};
use lever_integration::service::Worker;
use lever_integration::service::reconcile::Reconciler;
use lever_integration::setup::Parts;
use serde_json::Value;

use crate::Error;
use crate::gateway::Handler;

/// How long the poller sleeps when the queue has nothing visible and nobody wakes it.
const IDLE_SLEEP: Duration = Duration::from_millis(20);

/// Every route with the function behind it, each made of the parts that its name gives.
pub(crate) fn routes(
    parts_of: impl Fn(&'static str) -> Result<Parts, Error>,
) -> Result<Vec<(&'static str, Handler)>, Error> {
    let for_lever = Arc::new(parts_of(stage_change_webhook::NAME)?.intake());
    let for_qualified = Arc::new(parts_of(assessment_events::NAME)?.intake());
    let page = Arc::new(Page::new(&parts_of(integrations_page::NAME)?)?);
    let for_callback = Arc::new(Page::new(&parts_of(oauth_callback::NAME)?)?);
    let for_health = Arc::clone(&page);
    Ok(vec![
        (
            "/webhooks/lever/",
            http_function(move |request| {
                let intake = Arc::clone(&for_lever);
                async move { stage_change_webhook::handle(&intake, request).await }
            }),
        ),
        (
            "/webhooks/qualified/",
            http_function(move |request| {
                let intake = Arc::clone(&for_qualified);
                async move { assessment_events::handle(&intake, request).await }
            }),
        ),
        (
            "/integrations/lever",
            http_function(move |request| {
                let page = Arc::clone(&page);
                async move { integrations_page::handle(&page, request).await }
            }),
        ),
        (
            "/lever/callback",
            http_function(move |request| {
                let page = Arc::clone(&for_callback);
                async move { oauth_callback::handle(&page, request).await }
            }),
        ),
        (
            "/health",
            http_function(move |request| {
                let page = Arc::clone(&for_health);
                async move { integrations_page::handle(&page, request).await }
            }),
        ),
    ])
}

/// Calls a handler as the runtime would.
fn http_function<F, R>(handle: F) -> Handler
where
    F: Fn(Request) -> R + Clone + Send + Sync + 'static,
    R: Future<Output = Response<Body>> + Send + 'static,
{
    Arc::new(move |event: Value| {
        let handle = handle.clone();
        Box::pin(async move {
            let payload: LambdaRequest = serde_json::from_value(event).ok()?;
            let event = LambdaEvent::new(payload, Context::default());
            let response = edge::service(handle).oneshot(event).await.ok()?;
            serde_json::to_value(response).ok()
        })
    })
}

/// What Lambda gives the reconciler for one run: `Timeout` in the template.
const RECONCILER_TIMEOUT: Duration = Duration::from_mins(5);

/// One run of the reconciler.
pub(crate) async fn reconcile(
    reconciler: &Reconciler,
) -> Result<reconciler::Answer, lever_integration::service::Error> {
    let now = reconciler.clock().now();
    reconciler::handle(reconciler, now.saturating_add(RECONCILER_TIMEOUT).unwrap_or(now)).await
}

/// Runs the reconciler again and again until the task is aborted, as a schedule would.
pub(crate) async fn reconcile_every(pause: Duration, reconciler: Arc<Reconciler>) {
    loop {
        tokio::time::sleep(pause).await;
        if let Err(error) = reconcile(&reconciler).await {
            tracing::warn!(%error, "the reconciler's run failed");
        }
    }
}

/// Feeds the worker from the queue until the task is aborted; `is_busy` says when a batch is in its hands.
pub(crate) async fn poll(queue: Arc<MemoryQueue>, worker: Arc<Worker>, is_busy: Arc<AtomicBool>) {
    loop {
        is_busy.store(true, Ordering::SeqCst);
        let batch = queue.receive(BATCH_MAX);
        if batch.records.is_empty() {
            is_busy.store(false, Ordering::SeqCst);
            queue.wait(IDLE_SLEEP).await;
            continue;
        }
        let port: &dyn Queue = &*queue;
        let answer = worker::handle(&worker, port, batch.clone()).await;
        queue.complete(&batch, &answer);
    }
}
