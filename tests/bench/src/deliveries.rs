//! Deliveries of Lever, signed as Lever signs them, as the events that API Gateway makes of them.

use jiff::Timestamp;
use lever_integration::clock::{Clock, SystemClock};
use lever_integration::domain::{OpportunityId, SignatureToken, StageId, TeamId, UrlKey};
use lever_integration::lever::webhook::stage_change_body;
use serde_json::{Value, json};

use crate::Error;

/// A team that deliveries are for.
#[derive(Clone)]
pub(crate) struct Addressee {
    pub(crate) team: TeamId,
    pub(crate) url_key: UrlKey,
    pub(crate) signature_token: SignatureToken,
    pub(crate) trigger_stage: StageId,
}

/// What becomes of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It goes into the queue.
    Queued,
    /// Its stage is no trigger stage.
    NoTriggerStage,
    /// Its signature is wrong.
    BadSignature,
    /// Its team is not known.
    UnknownTeam,
}

impl Kind {
    /// All kinds.
    pub(crate) const ALL: [Self; 4] =
        [Self::Queued, Self::NoTriggerStage, Self::BadSignature, Self::UnknownTeam];

    /// The status it is answered with.
    pub(crate) fn status(self) -> u64 {
        match self {
            Self::Queued | Self::NoTriggerStage => 200,
            Self::BadSignature | Self::UnknownTeam => 401,
        }
    }
}

/// The delivery with this number; no two numbers make the same.
pub(crate) fn delivery(to: &Addressee, kind: Kind, number: u32) -> Result<Value, Error> {
    let now = SystemClock.now();
    let stage = match kind {
        Kind::Queued | Kind::BadSignature | Kind::UnknownTeam => to.trigger_stage.clone(),
        Kind::NoTriggerStage => id("0000dead-0000-4000-8000-000000000000")?,
    };
    let wrong = SignatureToken::new("wrong".repeat(10));
    let key = if kind == Kind::BadSignature { &wrong } else { &to.signature_token };
    let team = match kind {
        Kind::UnknownTeam => format!("5f{number:022x}"),
        Kind::Queued | Kind::NoTriggerStage | Kind::BadSignature => to.team.to_string(),
    };
    let opportunity: OpportunityId = id(&format!("{number:08x}-0000-4000-8000-000000000001"))?;
    let body = stage_change_body(key, &token(number), now, &opportunity, &stage);
    let path = format!("/webhooks/lever/{team}/{}", to.url_key.expose());
    Ok(event("ANY /webhooks/lever/{team}/{key}", &path, &String::from_utf8_lossy(&body), now))
}

/// An event of payload format 2.0 (API Gateway: HTTP API Lambda integrations).
fn event(route: &str, path: &str, body: &str, now: Timestamp) -> Value {
    let host = "example.execute-api.us-east-1.amazonaws.com";
    json!({
        "version": "2.0",
        "routeKey": route,
        "rawPath": path,
        "rawQueryString": "",
        "headers": {
            "content-type": "application/json",
            "content-length": body.len().to_string(),
            "host": host,
            "user-agent": "Lever-Webhooks",
            "x-forwarded-for": "203.0.113.10",
            "x-forwarded-proto": "https",
        },
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "example",
            "domainName": host,
            "domainPrefix": "example",
            "http": {
                "method": "POST",
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.10",
                "userAgent": "Lever-Webhooks",
            },
            "requestId": "example",
            "routeKey": route,
            "stage": "$default",
            "time": "14/Nov/2023:22:13:20 +0000",
            "timeEpoch": now.as_millisecond(),
        },
        "body": body,
        "isBase64Encoded": false,
    })
}

fn token(number: u32) -> String {
    format!("{number:048x}")
}

fn id<T: std::str::FromStr>(text: &str) -> Result<T, Error> {
    text.parse().map_err(|_| Error::Failed(format!("{text} is no id")))
}
