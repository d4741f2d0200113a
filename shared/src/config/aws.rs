//! The set-up of all AWS clients of a function.
//!
//! Region, credentials and, in tests, the endpoints are looked for where Lambda puts them, in the environment, and
//! nowhere else: not in files, containers or the machine's metadata. That is why the search of `aws-config`, which
//! makes a program larger by a tenth, is not used. All clients share one HTTP client, which trusts the certificate
//! authorities of AWS and reads none of the machine's.

use std::time::Duration;

use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::retry::ReconnectMode;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};
use rustls::RootCertStore;
use webpki_roots::TLS_SERVER_ROOTS;

use super::aws_http::AwsHttp;
use super::environment::{self, Config};
use crate::http::{self, TransportError};

/// What the certificate authorities of AWS have in their names (Amazon Trust Services: repository).
const AWS_ROOTS: [&[u8]; 2] = [b"Amazon Root CA ", b"Starfield Services Root Certificate Authority"];

/// How long one try of a call may take. DynamoDB, SQS and Secrets Manager answer within milliseconds, none is asked to
/// wait for something; the client tries again after that.
const ATTEMPT_MAX: Duration = Duration::from_secs(2);
/// How long a call may take with all its tries: two whole ones and the pauses (2 + 1 + 2 s). A webhook function is given
/// 10 s and its gateway waits for 9 (template.yaml), so that of a delivery that meets a service that never answers 4 s
/// are left to say 503.
const CALL_MAX: Duration = Duration::from_secs(5);

/// The set-up, from the configuration and, for credentials, the environment of the process.
///
/// # Errors
/// When TLS cannot be set up.
pub(crate) fn aws_of(config: &Config) -> Result<SdkConfig, TransportError> {
    let credentials = SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new());
    let mut aws = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(config.aws_region.clone()))
        .credentials_provider(credentials)
        // Connections are the HTTP client's affair: it gives up those that broke.
        .retry_config(RetryConfig::standard().with_reconnect_mode(ReconnectMode::ReuseAllConnections))
        .http_client(aws_http_client()?)
        .timeout_config(aws_deadlines())
        .service_config(Endpoints(environment::variable));
    aws.set_endpoint_url(config.aws_endpoint.clone());
    Ok(aws.build())
}

/// How long calls of AWS may take. Without it a service that takes a call and says nothing is waited for until Lambda
/// ends the function.
pub fn aws_deadlines() -> TimeoutConfig {
    TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT_MAX).operation_timeout(CALL_MAX).build()
}

/// The addresses that single services were given, such as `AWS_ENDPOINT_URL_DYNAMODB` (AWS SDKs and tools:
/// service-specific endpoints).
#[derive(Debug)]
struct Endpoints(fn(&str) -> Option<String>);

impl LoadServiceConfig for Endpoints {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        let service = key.service_id().to_uppercase().replace(' ', "_");
        (self.0)(&format!("{}_{service}", key.env()))
    }
}

/// The HTTP client of the SDK's clients, which have none of their own. It uses no proxy.
///
/// # Errors
/// When TLS cannot be set up.
pub fn aws_http_client() -> Result<SharedHttpClient, TransportError> {
    let client = http::builder(aws_roots())?.no_proxy().build();
    client.map(AwsHttp::shared).map_err(|_| TransportError::Unsendable)
}

fn aws_roots() -> RootCertStore {
    let is_of_aws =
        |subject: &[u8]| AWS_ROOTS.iter().any(|name| subject.windows(name.len()).any(|part| part == *name));
    TLS_SERVER_ROOTS.iter().filter(|root| is_of_aws(&root.subject)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_has_the_address_in_its_own_variable() {
        let endpoints = Endpoints(|name| {
            (name == "AWS_ENDPOINT_URL_SECRETS_MANAGER").then(|| "http://localhost:2".to_owned())
        });
        let of = |service| {
            let key = ServiceConfigKey::builder().service_id(service).env("AWS_ENDPOINT_URL");
            endpoints.load_config(key.profile("endpoint_url").build().unwrap())
        };
        assert_eq!(of("Secrets Manager").as_deref(), Some("http://localhost:2"));
        assert_eq!(of("SQS"), None);
    }

    #[test]
    fn every_client_has_deadlines() {
        let config = Config::from_lookup(|name| match name {
            "TABLE_NAME" | "APP_SECRET_ID" => Some("lever-integration".to_owned()),
            "AWS_REGION" => Some("eu-west-1".to_owned()),
            "APP_SECRET_JSON" | "RUST_LOG" => None,
            name if name.starts_with("AWS_") => None,
            _ => Some("https://service.example.com/".to_owned()),
        });
        let aws = aws_of(&config.unwrap()).unwrap();
        let deadlines = aws.timeout_config().unwrap();
        assert_eq!(deadlines.operation_timeout(), Some(CALL_MAX));
        assert_eq!(deadlines.operation_attempt_timeout(), Some(ATTEMPT_MAX));
    }

    #[test]
    fn the_five_roots_of_aws_are_trusted() {
        assert_eq!(aws_roots().len(), 5);
    }
}
