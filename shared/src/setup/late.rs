//! The start of an intake, which must not fail for want of the app secret.
//!
//! A function whose start fails is answered 500 by API Gateway, which Qualified does not repeat. So what is out of
//! reach or unreadable at start is logged, asked for again with each request, and answered 503 until it is had. Only
//! an environment that is wrong ends the process: no request can mend that.

use std::time::{Duration, Instant};

use aws_config::SdkConfig;
use lambda_http::{Body, Response};
use tokio::sync::OnceCell;
use tokio::time::timeout;

use super::{Error, Parts, read_environment};
use crate::config::{AppSecretError, Config};
use crate::edge;
use crate::service::ingest::Intake;

/// How long one try may take: the start of a function may take ten seconds, a request of an intake as well.
const TRY_TIMEOUT: Duration = Duration::from_secs(6);

/// An intake that is there as soon as it can be.
pub struct LateIntake {
    function: &'static str,
    config: Config,
    aws: SdkConfig,
    intake: OnceCell<Intake>,
}

impl LateIntake {
    /// Makes the intake of a function from the environment, if that is possible now.
    ///
    /// # Errors
    /// When the environment is unusable.
    pub async fn from_env(function: &'static str) -> Result<Self, Error> {
        let (config, aws) = read_environment()?;
        let late = Self { function, config, aws, intake: OnceCell::new() };
        if let Err(error) = late.make().await {
            tracing::error!(unit = function, %error, "intake.not_ready");
        }
        Ok(late)
    }

    /// The intake, if it is there.
    pub fn ready(&self) -> Option<&Intake> {
        self.intake.get()
    }

    /// The intake, made now if it was not before.
    ///
    /// # Errors
    /// With the answer to the request, when it cannot be made.
    pub async fn get(&self) -> Result<&Intake, Box<Response<Body>>> {
        let began = Instant::now();
        self.make().await.map_err(|error| {
            let disposition = error.disposition();
            Box::new(edge::unavailable(self.function, &error, disposition, began.elapsed()))
        })
    }

    async fn make(&self) -> Result<&Intake, Error> {
        let make = async || Ok(Parts::of(self.config.clone(), &self.aws).await?.intake());
        let made = timeout(TRY_TIMEOUT, self.intake.get_or_try_init(make)).await;
        made.unwrap_or_else(|_| {
            Err(AppSecretError::Unavailable { cause: "no answer in time".to_owned() }.into())
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::config::aws_of;
    use crate::metrics::{Metric, counted};
    use crate::telemetry::capture;

    /// Nobody listens on this port.
    const NOWHERE: &str = "http://127.0.0.1:9";

    fn late() -> LateIntake {
        let config = Config::from_lookup(|name| {
            Some(match name {
                "TABLE_NAME" => "table".to_owned(),
                "APP_SECRET_ID" => "app".to_owned(),
                "AWS_REGION" => "eu-west-1".to_owned(),
                "AWS_ENDPOINT_URL" => NOWHERE.to_owned(),
                "APP_SECRET_JSON" | "RUST_LOG" => return None,
                other if other.starts_with("AWS_") => return None,
                _ => "https://example.com/".to_owned(),
            })
        })
        .unwrap();
        let aws = aws_of(&config).unwrap();
        LateIntake { function: "stage-change-webhook", config, aws, intake: OnceCell::new() }
    }

    #[tokio::test]
    async fn without_the_app_secret_a_request_is_answered_503_counted_and_logged() {
        let log = capture();
        let late = late();
        for request in 1..=2 {
            let answer = late.get().await.err().unwrap();
            assert_eq!(answer.status(), 503);
            assert!(answer.headers().contains_key("content-security-policy"));
            assert_eq!(counted(Metric::IntakeUnavailable), request);
        }
        assert!(late.ready().is_none());
        let closings = log.closings();
        let line = closings.last().unwrap();
        assert_eq!(
            (&line["level"], &line["unit"], &line["outcome"]),
            (&json!("ERROR"), &json!("stage-change-webhook"), &json!("unavailable"))
        );
        assert!(line["error"].as_str().unwrap().contains("Secrets Manager"), "{line}");
    }
}
