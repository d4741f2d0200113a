//! The client against servers that are not who they say, over real TLS.

use std::sync::Arc;

use rcgen::{CertificateParams, CertifiedIssuer, KeyPair};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::*;

type Authority = CertifiedIssuer<'static, KeyPair>;

/// A certificate authority of the test.
fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A certificate for one host by this authority, with its key.
fn certificate(authority: &Authority, host: &str) -> (CertificateDer<'static>, KeyPair) {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new([host.to_owned()]).unwrap();
    (params.signed_by(&key, authority).unwrap().der().clone(), key)
}

/// A server with this certificate that answers every request with 200; its port.
async fn serve((certificate, key): (CertificateDer<'static>, KeyPair)) -> u16 {
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(socket).await else { continue };
            let mut request = [0; 4096];
            if stream.read(&mut request).await.is_ok() {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
                let _ = stream.flush().await;
            }
        }
    });
    port
}

fn trusting(authority: &Authority) -> Client {
    let mut trusted = RootCertStore::empty();
    trusted.add(authority.der().clone()).unwrap();
    builder(trusted).unwrap().build().unwrap().into()
}

async fn get(client: &Client, port: u16) -> Result<StatusCode, TransportError> {
    let request = client.request(Method::GET, format!("https://localhost:{port}/"));
    Ok(client.send(request).await?.status)
}

#[tokio::test]
async fn a_server_with_a_certificate_of_a_trusted_authority_is_heard() {
    let authority = authority();
    let port = serve(certificate(&authority, "localhost")).await;
    assert_eq!(get(&trusting(&authority), port).await, Ok(StatusCode::OK));
}

#[tokio::test]
async fn a_certificate_of_an_unknown_authority_is_refused() {
    let (ours, other) = (authority(), authority());
    let port = serve(certificate(&other, "localhost")).await;
    assert_eq!(get(&trusting(&ours), port).await, Err(TransportError::NotReached));
    assert_eq!(get(&client().unwrap(), port).await, Err(TransportError::NotReached));
}

#[tokio::test]
async fn a_self_signed_certificate_is_refused() {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    let port = serve((params.self_signed(&key).unwrap().der().clone(), key)).await;
    assert_eq!(get(&client().unwrap(), port).await, Err(TransportError::NotReached));
}

#[tokio::test]
async fn a_certificate_of_another_host_is_refused() {
    let authority = authority();
    let port = serve(certificate(&authority, "api.lever.example")).await;
    assert_eq!(get(&trusting(&authority), port).await, Err(TransportError::NotReached));
}

/// Answers a hello with that of TLS 1.1, whatever it offered.
#[tokio::test]
async fn a_server_that_knows_only_tls_1_1_is_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut hello = [0; 4096];
        assert!(socket.read(&mut hello).await.unwrap() > 0);
        let version = [3, 2];
        // Version, random, no session id, TLS_RSA_WITH_AES_128_CBC_SHA, no compression.
        let body = [&version[..], &[7; 32], &[0], &[0, 0x2f], &[0]].concat();
        let length = u8::try_from(body.len()).unwrap();
        let handshake = [&[2, 0, 0, length][..], &body].concat();
        let record = [&[22][..], &version, &[0, length + 4], &handshake].concat();
        socket.write_all(&record).await.unwrap();
        let mut alert = [0; 7];
        let read = socket.read(&mut alert).await.unwrap_or_default();
        (read, alert)
    });
    assert_eq!(get(&client().unwrap(), port).await, Err(TransportError::NotReached));
    let (read, alert) = server.await.unwrap();
    // A fatal alert 70, "protocol version" (RFC 8446, section 6).
    assert_eq!((read, alert[0], &alert[5..]), (7, 21, &[2, 70][..]));
}
