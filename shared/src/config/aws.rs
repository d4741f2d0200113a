//! What Lambda tells a function about AWS: its region, the credentials of its role and, in tests, where the
//! services are.
//!
//! In the place of the SDK's own search, which also looks into files, containers and the machine's
//! metadata: a function is told everything in variables, and the search is a fifth of a program.
//! Shows no value in an error.

use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region, SharedCredentialsProvider};
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_types::SdkConfig;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use webpki_root_certs::TLS_SERVER_ROOT_CERTS;

use super::ConfigError;
use super::environment::Lookup;

/// What the certificate authorities of AWS have in their names (Amazon Trust Services: repository).
const AWS_ROOTS: [&[u8]; 2] = [b"Amazon Root CA ", b"Starfield Services Root Certificate Authority"];

/// Reads the variables of `lookup`; all clients made of the outcome share their connections.
///
/// # Errors
/// When a variable is missing.
pub(crate) fn from_lookup(lookup: Lookup) -> Result<SdkConfig, ConfigError> {
    let mut missing = Vec::new();
    let mut required = |variable: &'static str| {
        let value = lookup(variable).filter(|value| !value.trim().is_empty());
        if value.is_none() {
            missing.push(variable);
        }
        value.unwrap_or_default()
    };
    let region = Region::new(required("AWS_REGION"));
    let (id, key) = (required("AWS_ACCESS_KEY_ID"), required("AWS_SECRET_ACCESS_KEY"));
    if !missing.is_empty() {
        return Err(ConfigError { missing, malformed: Vec::new() });
    }
    let credentials = Credentials::new(id, key, lookup("AWS_SESSION_TOKEN"), None, "environment");
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(region)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .service_config(Endpoints(lookup));
    config.set_endpoint_url(lookup("AWS_ENDPOINT_URL"));
    // Without a client of ours each SDK client makes its own, which reads the machine's certificates.
    if let Ok(tls) = TlsContext::builder().with_trust_store(aws_roots()).build() {
        let http = aws_smithy_http_client::Builder::new();
        let http = http.tls_provider(Provider::Rustls(CryptoMode::AwsLc)).tls_context(tls);
        config.set_http_client(Some(http.build_https()));
    }
    Ok(config.build())
}

fn aws_roots() -> TrustStore {
    let is_of_aws =
        |der: &[u8]| AWS_ROOTS.iter().any(|name| der.windows(name.len()).any(|part| part == *name));
    let roots = TLS_SERVER_ROOT_CERTS.iter().filter(|der| is_of_aws(der));
    roots.fold(TrustStore::empty(), |store, der| {
        store.with_pem_certificate(format!(
            "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
            BASE64.encode(der)
        ))
    })
}

/// `AWS_ENDPOINT_URL_DYNAMODB` and the like (AWS SDKs and tools: service-specific endpoints).
#[derive(Debug)]
struct Endpoints(Lookup);

impl LoadServiceConfig for Endpoints {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        let service = key.service_id().to_uppercase().replace(' ', "_");
        (self.0)(&format!("{}_{service}", key.env()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lookup(variable: &str) -> Option<String> {
        let value = match variable {
            "AWS_REGION" => "eu-west-1",
            "AWS_ACCESS_KEY_ID" => "id",
            "AWS_SECRET_ACCESS_KEY" => "canary",
            "AWS_ENDPOINT_URL" => "http://localhost:1",
            "AWS_ENDPOINT_URL_SECRETS_MANAGER" => "http://localhost:2",
            _ => return None,
        };
        Some(value.to_owned())
    }

    #[test]
    fn region_and_endpoints_are_those_of_the_variables() {
        let config = from_lookup(lookup).unwrap();
        assert_eq!(config.region().unwrap().as_ref(), "eu-west-1");
        assert_eq!(config.endpoint_url(), Some("http://localhost:1"));
        let key = ServiceConfigKey::builder();
        let key = key.service_id("Secrets Manager").env("AWS_ENDPOINT_URL").profile("endpoint_url");
        let of_service = config.service_config().unwrap().load_config(key.build().unwrap());
        assert_eq!(of_service.as_deref(), Some("http://localhost:2"));
    }

    #[test]
    fn all_missing_variables_are_named_at_once() {
        let error = from_lookup(|_| None).unwrap_err();
        assert_eq!(error.missing, ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]);
    }

    #[test]
    fn the_five_roots_of_aws_are_trusted() {
        assert_eq!(format!("{:?}", aws_roots()).matches("CertificatePEM").count(), 5);
    }
}
