//! The set-up of all AWS clients of a function.
//!
//! Region and credentials are looked for where Lambda puts them, in the environment, and nowhere else: not in
//! files, containers or the machine's metadata. All clients share one HTTP client, which trusts the certificate
//! authorities of AWS and reads none of the machine's.

use aws_config::environment::{EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider};
use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use webpki_root_certs::TLS_SERVER_ROOT_CERTS;

/// What the certificate authorities of AWS have in their names (Amazon Trust Services: repository).
const AWS_ROOTS: [&[u8]; 2] = [b"Amazon Root CA ", b"Starfield Services Root Certificate Authority"];

/// The set-up, from the environment of the process.
pub(crate) async fn aws_from_env() -> SdkConfig {
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .region(EnvironmentVariableRegionProvider::new())
        .credentials_provider(EnvironmentVariableCredentialsProvider::new());
    // Without a client of ours each SDK client makes its own, which reads the machine's certificates.
    if let Ok(tls) = TlsContext::builder().with_trust_store(aws_roots()).build() {
        let http = aws_smithy_http_client::Builder::new();
        let http = http.tls_provider(Provider::Rustls(CryptoMode::AwsLc)).tls_context(tls);
        loader = loader.http_client(http.build_https());
    }
    loader.load().await
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_five_roots_of_aws_are_trusted() {
        assert_eq!(format!("{:?}", aws_roots()).matches("CertificatePEM").count(), 5);
    }
}
