//! Why a candidate was not invited: the page says what the worker decides and what is on record, nothing else.

mod checks;
mod closed;
mod events;

use reqwest::StatusCode;
use scenarios::{Made, World};
use serde_json::Value;

use crate::api::User;

/// The next sweep, and what comes of it.
async fn sweep(world: &World) -> Made {
    world.pass(World::SWEEP_IS_DUE);
    world.local.reconcile().await?;
    world.settle().await
}

/// What the page says about one candidate, as JSON and as text.
struct Why {
    explanation: Value,
    html: String,
}

impl Why {
    async fn of(world: &World, id: &str) -> Made<Self> {
        let admin = User::sign_in(world, "admin").await?;
        let answer: Value = admin.get(&format!("/why?opportunity={id}")).await?.json().await?;
        let page = admin.page(&format!("/integrations/lever/why?opportunity={id}")).await?;
        assert_eq!(page.status(), StatusCode::OK);
        Ok(Self { explanation: answer["explanation"].clone(), html: page.text().await? })
    }

    /// Outcome and reason of a check, wherever it stands.
    fn check(&self, name: &str) -> (Option<&str>, Option<&str>) {
        let of_assessments = self.explanation["assessments"].as_array().into_iter().flatten();
        let lists = of_assessments.map(|one| &one["checks"]).chain([&self.explanation["checks"]]);
        let mut lines = lists.filter_map(Value::as_array).flatten();
        let line = lines.find(|line| line["check"] == name);
        (line.and_then(|line| line["outcome"].as_str()), line.and_then(|line| line["reason"].as_str()))
    }

    #[track_caller]
    fn says(&self, text: &str) {
        assert!(self.html.contains(text), "`{text}` is not in {}", self.html);
    }

    #[track_caller]
    fn does_not_say(&self, text: &str) {
        assert!(!self.html.contains(text), "`{text}` is in {}", self.html);
    }
}
