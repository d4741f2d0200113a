//! The queue behind the gate.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use lever_integration::queue::{Envelope, Error, MemoryQueue, Queue};
use sim_kit::guarded::Guarded;

use crate::gate::{Fault, Gate, Side, Verdict};

/// A queue whose every call waits at the gate.
pub struct GatedQueue {
    inner: Arc<MemoryQueue>,
    gate: Gate,
    sent: Guarded<Vec<Envelope>>,
}

impl GatedQueue {
    /// The queue `inner` behind `gate`.
    pub fn new(inner: Arc<MemoryQueue>, gate: Gate) -> Self {
        Self { inner, gate, sent: Guarded::default() }
    }

    /// Everything that was put into the queue.
    pub fn sent(&self) -> Guarded<Vec<Envelope>> {
        self.sent.clone()
    }

    async fn during(
        &self,
        call: &'static str,
        work: impl Future<Output = Result<(), Error>>,
    ) -> Result<(), Error> {
        if let Some(error) = failure(self.gate.pass(call, Side::Before).await) {
            return Err(error);
        }
        work.await?;
        failure(self.gate.pass(call, Side::After).await).map_or(Ok(()), Err)
    }
}

fn failure(verdict: Verdict) -> Option<Error> {
    match verdict {
        Verdict::Fail(Fault::Unreachable | Fault::Throttled) => {
            Some(Error::Unavailable { cause: "planned".to_owned() })
        }
        Verdict::Fail(Fault::Conflict | Fault::Newer | Fault::Answer(..) | Fault::Late | Fault::Twice)
        | Verdict::Go => None,
    }
}

#[async_trait]
impl Queue for GatedQueue {
    async fn send(&self, envelope: &Envelope) -> Result<(), Error> {
        let sent = async {
            self.sent.lock().push(envelope.clone());
            self.inner.send(envelope).await
        };
        self.during("queue.send", sent).await
    }

    async fn postpone(&self, receipt: &str, delay: Duration) -> Result<(), Error> {
        self.during("queue.postpone", self.inner.postpone(receipt, delay)).await
    }
}
