//! What a client of the SDK makes of servers that are not there, break off or are slow.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::retry::RetryConfig;
use aws_sdk_secretsmanager::config::timeout::TimeoutConfig;
use aws_sdk_secretsmanager::config::{BehaviorVersion, Builder, Credentials, Region};
use aws_sdk_secretsmanager::error::SdkError;
use aws_sdk_secretsmanager::operation::get_secret_value::{GetSecretValueError, GetSecretValueOutput};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::config::aws_http_client;

const ANSWER: &str = r#"{"Name":"app","SecretString":"s"}"#;

type Outcome = Result<GetSecretValueOutput, SdkError<GetSecretValueError>>;

async fn ask(port: u16, attempts: u32, settings: impl FnOnce(Builder) -> Builder) -> Outcome {
    let config = aws_sdk_secretsmanager::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .endpoint_url(format!("http://127.0.0.1:{port}"))
        .http_client(aws_http_client().unwrap())
        .retry_config(
            RetryConfig::standard().with_max_attempts(attempts).with_max_backoff(std::time::Duration::ZERO),
        );
    Client::from_conf(settings(config).build()).get_secret_value().secret_id("app").send().await
}

/// What a server does with a request it has read.
#[derive(Clone, Copy)]
enum Manner {
    /// Closes the connection in the middle of the answer's body, or before the answer when given nothing.
    BreaksOffAfter(&'static str),
    Answers,
    IsSilent,
}

/// A server with a manner for each connection, the last one for all that follow; its port and the connections it saw.
async fn server(manners: &'static [Manner]) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let seen = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let number = count.fetch_add(1, Ordering::SeqCst);
            let manner = manners[number.min(manners.len() - 1)];
            tokio::spawn(async move {
                let mut request = [0; 8192];
                assert!(socket.read(&mut request).await.unwrap() > 0);
                let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", ANSWER.len());
                match manner {
                    Manner::Answers => socket.write_all(format!("{head}{ANSWER}").as_bytes()).await.unwrap(),
                    Manner::BreaksOffAfter("") => (),
                    Manner::BreaksOffAfter(part) => {
                        socket.write_all(format!("{head}{part}").as_bytes()).await.unwrap();
                    }
                    Manner::IsSilent => std::future::pending().await,
                }
            });
        }
    });
    (port, seen)
}

#[tokio::test]
async fn a_connection_that_breaks_off_is_tried_again() {
    for part in ["", r#"{"Name":"#] {
        let manners: &'static [Manner] = Box::leak(Box::new([Manner::BreaksOffAfter(part), Manner::Answers]));
        let (port, seen) = server(manners).await;
        let answer = ask(port, 2, |config| config).await.unwrap();
        assert_eq!(answer.secret_string(), Some("s"), "after {part:?}");
        assert_eq!(seen.load(Ordering::SeqCst), 2, "after {part:?}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_a_connection_that_broke() {
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let error = ask(port, 1, |config| config).await.unwrap_err();
    assert!(matches!(&error, SdkError::DispatchFailure(failure) if failure.is_io()), "{error:?}");
}

#[tokio::test]
async fn a_silent_server_is_a_time_out_and_tried_again() {
    let (port, seen) = server(&[Manner::IsSilent]).await;
    let impatient = TimeoutConfig::builder().read_timeout(std::time::Duration::from_millis(50)).build();
    let error = ask(port, 2, |config| config.timeout_config(impatient)).await.unwrap_err();
    assert!(matches!(&error, SdkError::DispatchFailure(failure) if failure.is_timeout()), "{error:?}");
    assert_eq!(seen.load(Ordering::SeqCst), 2);
}
