//! Writes down what each function asks of the table, on its way out of the SDK.
//!
//! In AWS each function has a role of its own. Here all of them may do everything, so a test holds what they asked
//! against the roles.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use serde_json::Value;

/// One call of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// The function that made it.
    pub by: &'static str,
    /// What a role has to allow, such as `dynamodb:Query`.
    pub action: String,
    /// The request as it was sent.
    pub request: Value,
}

/// All calls of the table.
#[derive(Debug, Clone, Default)]
pub struct Witness(Arc<Mutex<Vec<Asked>>>);

impl Witness {
    /// What was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A client like this one, in the hands of this function.
    pub(crate) fn client(&self, client: &Client, by: &'static str) -> Client {
        let listener = Listener { by, witness: self.clone() };
        Client::from_conf(client.config().to_builder().interceptor(listener).build())
    }
}

#[derive(Debug)]
struct Listener {
    by: &'static str,
    witness: Witness,
}

impl Intercept for Listener {
    fn name(&self) -> &'static str {
        "witness"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request();
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let action = format!("dynamodb:{}", target.rsplit('.').next().unwrap_or_default());
        let request = serde_json::from_slice(request.body().bytes().unwrap_or_default())?;
        let asked = Asked { by: self.by, action, request };
        self.witness.0.lock().unwrap_or_else(PoisonError::into_inner).push(asked);
        Ok(())
    }
}
