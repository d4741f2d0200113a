//! Every call over connections that fail.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use url::Url;

use super::failures::{CALLS, every_call};
use super::opportunity::ID;
use super::server::{Reply, Server, token};
use crate::http::TransportError;
use crate::lever::permits::tests::endless;
use crate::lever::{Client, Error};

#[tokio::test]
async fn nobody_listening_means_nothing_happened() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = Url::parse(&format!("http://{}/v1", listener.local_addr().unwrap())).unwrap();
    drop(listener);
    let (client, token) = (Client::new(crate::http::client().unwrap(), &base), token());
    for (call, error) in every_call(&client.api(&token, None, endless())).await {
        assert_eq!(error, Some(Error::Transport(TransportError::NotReached)), "{call}");
    }
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_is_not_spoken_to_in_the_clear() {
    let server = Server::always(Reply::text(200, r#"{"data":[]}"#)).await;
    let mut base = server.url().join("v1").unwrap();
    base.set_scheme("https").unwrap();
    let (client, token) = (Client::new(crate::http::client().unwrap(), &base), token());
    for (call, error) in every_call(&client.api(&token, None, endless())).await {
        assert!(matches!(error, Some(Error::Transport(_))), "{call}: {error:?}");
    }
    assert_eq!(server.asked(), []);
}

/// What a server does with a connection before it drops it.
#[derive(Clone, Copy, Debug)]
enum Breaks {
    AfterTheRequest,
    WithinTheHead,
    WithinTheBody,
    WithNonsense,
}

/// A server that drops every connection; counts them.
async fn breaking(how: Breaks) -> (Url, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = Url::parse(&format!("http://{}/v1", listener.local_addr().unwrap())).unwrap();
    let connections = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counter.fetch_add(1, Ordering::SeqCst);
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let start: &[u8] = match how {
                Breaks::AfterTheRequest => b"",
                Breaks::WithinTheHead => b"HTTP/1.1 200 OK\r\ncontent-le",
                Breaks::WithinTheBody => b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"data\":",
                Breaks::WithNonsense => b"\x00\x01canary\r\n\r\n",
            };
            let _ = stream.write_all(start).await;
            let _ = stream.shutdown().await;
        }
    });
    (base, connections)
}

#[tokio::test]
async fn a_broken_connection_leaves_it_open_whether_it_happened_and_repeats_nothing() {
    for how in [Breaks::AfterTheRequest, Breaks::WithinTheHead, Breaks::WithinTheBody, Breaks::WithNonsense] {
        let (base, connections) = breaking(how).await;
        let (client, token) = (Client::new(crate::http::client().unwrap(), &base), token());
        for (call, error) in every_call(&client.api(&token, None, endless())).await {
            assert_eq!(error, Some(Error::Transport(TransportError::NoAnswer)), "{call} {how:?}");
        }
        assert_eq!(connections.load(Ordering::SeqCst), CALLS, "{how:?}");
    }
}

#[tokio::test]
async fn an_answer_that_never_comes_leaves_it_open_whether_it_happened() {
    let server = Server::always(Reply::never()).await;
    let impatient = crate::http::plain().timeout(Duration::from_millis(50)).build().unwrap();
    let (client, token) = (Client::new(impatient, &server.url().join("v1").unwrap()), token());
    for (call, error) in every_call(&client.api(&token, None, endless())).await {
        assert_eq!(error, Some(Error::Transport(TransportError::NoAnswer)), "{call}");
    }
    assert_eq!(server.asked().len(), CALLS);
}

/// Fails to find a host the first time and finds it from then on.
struct LateResolver {
    address: SocketAddr,
    lookups: Arc<AtomicUsize>,
}

impl Resolve for LateResolver {
    fn resolve(&self, _: Name) -> Resolving {
        let first = self.lookups.fetch_add(1, Ordering::SeqCst) == 0;
        let address = self.address;
        Box::pin(async move {
            if first {
                return Err("no such host".into());
            }
            let found: Addrs = Box::new(std::iter::once(address));
            Ok(found)
        })
    }
}

#[tokio::test]
async fn only_a_read_that_never_reached_lever_is_repeated_once() {
    let server = Server::always(Reply::text(200, r#"{"data":[]}"#)).await;
    let port = server.url().port().unwrap();
    let base = Url::parse(&format!("http://lever.test:{port}/v1")).unwrap();
    let late = |lookups: &Arc<AtomicUsize>| {
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let resolver = LateResolver { address, lookups: Arc::clone(lookups) };
        Client::new(crate::http::plain().dns_resolver(Arc::new(resolver)).build().unwrap(), &base)
    };
    let token = token();

    let lookups = Arc::new(AtomicUsize::new(0));
    assert_eq!(late(&lookups).api(&token, None, endless()).stages().await, Ok(Vec::new()));
    assert_eq!((lookups.load(Ordering::SeqCst), server.asked().len()), (2, 1));

    let lookups = Arc::new(AtomicUsize::new(0));
    let note = late(&lookups).api(&token, None, endless()).add_note(&ID.parse().unwrap(), "x").await;
    assert_eq!(note, Err(Error::Transport(TransportError::NotReached)));
    assert_eq!((lookups.load(Ordering::SeqCst), server.asked().len()), (1, 1));
}
