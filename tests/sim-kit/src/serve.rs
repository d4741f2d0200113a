//! Serving a router on the loopback interface until told to stop.

use std::net::{Ipv4Addr, SocketAddr};

use axum::Router;
use axum::serve::ListenerExt as _;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Why a simulator could not be served.
#[derive(Debug, Error)]
pub enum ServeError {
    /// The port is taken or may not be bound.
    #[error("cannot listen on 127.0.0.1:{port}: {source}")]
    Bind {
        /// The port asked for.
        port: u16,
        /// What the system said.
        source: std::io::Error,
    },
}

/// A running server; dropping it ends it at once, [`Server::stop`] lets open requests finish.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

/// Serves the router on 127.0.0.1; port 0 takes a free one.
///
/// # Errors
/// [`ServeError::Bind`] if the port cannot be had.
pub async fn serve(port: u16, router: Router) -> Result<Server, ServeError> {
    let refused = |source| ServeError::Bind { port, source };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    // Without this, Nagle's algorithm adds 40 ms to answers that go out in two writes.
    let listener = listener.tap_io(|stream| _ = stream.set_nodelay(true));
    let (stop, stopped) = oneshot::channel();
    let task = tokio::spawn(async move {
        let until = async move { _ = stopped.await };
        _ = axum::serve(listener, router).with_graceful_shutdown(until).await;
    });
    Ok(Server { address, stop: Some(stop), task })
}

impl Server {
    /// `http://127.0.0.1:PORT`, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Serves until the process ends or the server fails.
    pub async fn run(mut self) {
        _ = (&mut self.task).await;
    }

    /// Takes no new connection and waits until open requests are answered.
    pub async fn stop(mut self) {
        if let Some(stop) = self.stop.take() {
            _ = stop.send(());
        }
        _ = (&mut self.task).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}
