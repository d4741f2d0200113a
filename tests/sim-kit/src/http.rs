//! The HTTP clients of simulators and tests.
//!
//! `reqwest` is built without cryptography of its own and makes no client before it was given some.

/// What a client with settings begins with.
pub fn builder() -> reqwest::ClientBuilder {
    give_cryptography();
    reqwest::Client::builder()
}

/// A client without settings.
pub fn client() -> reqwest::Client {
    give_cryptography();
    reqwest::Client::new()
}

fn give_cryptography() {
    // An error says that it was given before.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
