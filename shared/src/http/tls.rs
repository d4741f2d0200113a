//! The TLS of every connection: rustls over ring, versions 1.2 and 1.3.
//!
//! The only place that says which cryptography TLS uses. Trusts what it is given, never the machine's store.

use std::sync::Arc;

use rustls::crypto::ring;
use rustls::{ClientConfig, Error, RootCertStore};

/// A client's set-up that trusts these authorities.
pub(super) fn config(trusted: RootCertStore) -> Result<ClientConfig, Error> {
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(trusted)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}
