//! The calls of the AWS SDK over `reqwest`, so that a program holds one HTTP client and one set-up of TLS.
//!
//! Says which failures of a connection are worth another try; what an answer means stays with the SDK.

use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use lambda_http::http::Response;
use reqwest::{Body, Client, Request};

/// Carries the SDK's calls. How long connecting may take is set in the client it was given.
#[derive(Debug)]
pub(super) struct AwsHttp(Client);

impl AwsHttp {
    pub(super) fn shared(client: Client) -> SharedHttpClient {
        SharedHttpClient::new(Self(client))
    }
}

impl HttpClient for AwsHttp {
    fn http_connector(&self, settings: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(Connector { client: self.0.clone(), read_timeout: settings.read_timeout() })
    }
}

/// One kind of call: those of a client have the same limits.
#[derive(Debug)]
struct Connector {
    client: Client,
    read_timeout: Option<Duration>,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (client, read_timeout) = (self.client.clone(), self.read_timeout);
        HttpConnectorFuture::new(async move { exchange(client, request, read_timeout).await })
    }
}

async fn exchange(
    client: Client,
    request: HttpRequest,
    read_timeout: Option<Duration>,
) -> Result<HttpResponse, ConnectorError> {
    let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
    let mut request = Request::try_from(request.map(Body::wrap)).map_err(classified)?;
    *request.timeout_mut() = read_timeout;
    let response: Response<Body> = client.execute(request).await.map_err(classified)?.into();
    let response = response.map(SdkBody::from_body_1_x);
    HttpResponse::try_from(response).map_err(|error| ConnectorError::other(error.into(), None))
}

/// The SDK tries again after a time-out and after a connection that was not made or broke.
fn classified(error: reqwest::Error) -> ConnectorError {
    if error.is_timeout() {
        ConnectorError::timeout(error.into())
    } else if error.is_builder() {
        ConnectorError::user(error.into())
    } else {
        ConnectorError::io(error.into())
    }
}

#[cfg(test)]
mod tests;
