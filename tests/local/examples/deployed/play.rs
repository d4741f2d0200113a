//! The steps: an admin connects, a recruiter moves, Qualified invites, the candidate submits.

use std::time::{Duration, Instant};

use integrations_page::paths::{self, field};
use local::Error;
use local::browser::{Browser, Shown};
use local::control::Control;
use local::story::opportunity;
use serde_json::{Value, json};

const TRIGGER_STAGE: &str = "Technical Assessment";
const TITLE: &str = "Rust Basics";
const NAME: &str = "Candidate 1";
const EMAIL: &str = "candidate-1@example.com";
/// A delivery that nobody signed.
const UNSIGNED: &str =
    r#"{"event":"candidateStageChange","triggeredAt":1700000000123,"token":"t","signature":"00","data":{}}"#;
/// Lever's bucket of twenty requests fills up again in two seconds (Lever: API reference, Rate limits).
const MOMENT: Duration = Duration::from_secs(2);

/// A play between a stack and the two simulators.
pub(crate) struct Play {
    gateway: String,
    qualified_url: String,
    lever: Control,
    qualified: Control,
    began: Instant,
}

impl Play {
    pub(crate) fn new(gateway: &str, lever: &str, qualified: &str) -> Self {
        Self {
            gateway: gateway.trim_end_matches('/').to_owned(),
            qualified_url: qualified.trim_end_matches('/').to_owned(),
            lever: Control::new(lever),
            qualified: Control::new(qualified),
            began: Instant::now(),
        }
    }

    pub(crate) async fn run(&self) -> Result<(), Error> {
        let health = Control::new(&self.gateway).get(paths::HEALTH).await?;
        if !health["commit"].is_string() {
            return Err(Error::Step(format!("this is not our health: {health}")));
        }
        self.say(&format!("health: {health}"));
        let mut browser = self.connect().await?;
        self.refuse_strangers().await?;
        tokio::time::sleep(MOMENT).await;
        let id = self.move_candidate().await?;
        let result = self.invited(&id).await?;
        self.take_assessment(&id, &result).await?;
        self.explain(&mut browser, &id).await?;
        for (who, simulator) in [("Lever", &self.lever), ("Qualified", &self.qualified)] {
            let violations = simulator.get("/_sim/violations").await?;
            if violations.as_array().is_none_or(|violations| !violations.is_empty()) {
                return Err(Error::Step(format!("{who} saw violations: {violations}")));
            }
        }
        Ok(())
    }

    async fn connect(&self) -> Result<Browser, Error> {
        let state = self.qualified.get("/_sim/state").await?;
        let team = &state["teams"][0];
        let (id, key) = (text(&team["id"])?, text(&team["api_key"])?);
        let mut browser = Browser::new()?;
        let page = browser.open(&format!("{}/_sim/launch?team={id}", self.qualified_url)).await?;
        self.say("the page is open");
        let page = browser.submit(&page, paths::API_KEY, &[(field::API_KEY, key)]).await?;
        self.says(&page, "Qualified accepted the API key.")?;
        self.lever.post("/_sim/consent", &json!({"mode": "accept"})).await?;
        let page = browser.submit(&page, paths::LOGIN, &[]).await?;
        self.says(&page, "You are connected to Lever.")?;
        let state = self.lever.get("/_sim/state").await?;
        let stages = state["accounts"][0]["stages"].as_array().cloned().unwrap_or_default();
        let stage = stages.iter().find(|stage| stage["text"] == TRIGGER_STAGE);
        let stage = stage.ok_or_else(|| Error::Step(format!("Lever has no stage `{TRIGGER_STAGE}`")))?;
        let page = browser.submit(&page, paths::STAGES, &[(field::STAGE, text(&stage["id"])?)]).await?;
        self.says(&page, "The trigger stage was added.")?;
        self.lever.post("/_sim/webhooks/groups", &json!({"candidateStageChange": true})).await?;
        Ok(browser)
    }

    /// The pages that read what was recorded, each of them from other items of the table.
    async fn explain(&self, browser: &mut Browser, id: &str) -> Result<(), Error> {
        let why = format!("{}?{}={id}", paths::WHY, field::OPPORTUNITY);
        let verdict = format!("Invited to “{TITLE}”.");
        // The title alone is on the overview of a team that nothing happened to, too.
        for (path, sentence) in
            [(paths::PAGE, NAME), (paths::ACTIVITY, NAME), (why.as_str(), verdict.as_str())]
        {
            let page = browser.open(&format!("{}{path}", self.gateway)).await?;
            self.says(&page, sentence)?;
        }
        Ok(())
    }

    /// What the roles and the routes have to refuse.
    async fn refuse_strangers(&self) -> Result<(), Error> {
        let state = self.lever.get("/_sim/state").await?;
        let webhook = text(&state["accounts"][0]["webhooks"][0]["url"])?.to_owned();
        let other = format!("{}/webhooks/lever/65f0c0de0000000000000001/wrong", self.gateway);
        for (url, wanted) in [(webhook, 401), (other, 401), (format!("{}/nothing", self.gateway), 404)] {
            let request = sim_kit::http::client().post(url).header("content-type", "application/json");
            let status = request.body(UNSIGNED).send().await?.status();
            if status != wanted {
                return Err(Error::Step(format!("an unsigned delivery was answered {status}, not {wanted}")));
            }
        }
        self.say("unsigned deliveries are refused");
        Ok(())
    }

    async fn move_candidate(&self) -> Result<String, Error> {
        let wish = json!({"name": NAME, "emails": [EMAIL], "stage": "New applicant", "tags": [TITLE]});
        let created = self.lever.post("/_sim/opportunities", &wish).await?;
        let id = text(&created["id"])?.to_owned();
        let to = json!({"stage": TRIGGER_STAGE});
        self.lever.post(&format!("/_sim/opportunities/{id}/move"), &to).await?;
        self.say("the candidate is moved");
        Ok(id)
    }

    async fn invited(&self, id: &str) -> Result<String, Error> {
        let result = self
            .qualified
            .until("the invitation mail", "/_sim/mails", |mails| {
                let mail = mails.as_array()?.iter().find(|mail| mail["to"] == EMAIL)?;
                Some(mail["result_id"].as_str()?.to_owned())
            })
            .await?;
        self.say("the invitation is mailed");
        self.shows(id, "Invited").await?;
        Ok(result)
    }

    async fn take_assessment(&self, id: &str, result: &str) -> Result<(), Error> {
        for (verb, suffix) in [("start", "Started"), ("submit", "Submitted")] {
            self.qualified.post(&format!("/_sim/results/{result}/{verb}"), &json!({})).await?;
            self.shows(id, suffix).await?;
        }
        let note = self
            .lever
            .until("the result note", "/_sim/state", |state| {
                let note = &opportunity(state, id)?["notes"].as_array()?.first()?["fields"][0]["value"];
                note.as_str().map(str::to_owned)
            })
            .await?;
        if !note.contains(TITLE) || !note.contains("Score: ") {
            return Err(Error::Step(format!("the note lacks title or score:\n{note}")));
        }
        self.say(&format!("the note is there:\n{note}"));
        Ok(())
    }

    async fn shows(&self, id: &str, suffix: &str) -> Result<(), Error> {
        let wanted = format!("{TITLE} - {suffix}");
        self.lever
            .until(&wanted, "/_sim/state", |state| {
                let tags = opportunity(state, id)?["tags"].as_array()?;
                (*tags == [json!(wanted)]).then_some(())
            })
            .await?;
        self.say(&format!("Lever shows [{wanted}]"));
        Ok(())
    }

    fn says(&self, page: &Shown, sentence: &str) -> Result<(), Error> {
        if page.status.is_success() && page.html.contains(sentence) {
            self.say(sentence);
            return Ok(());
        }
        Err(Error::Step(format!("{} answered {} without \"{sentence}\"", page.url.path(), page.status)))
    }

    fn say(&self, what: &str) {
        println!("{:6.2}s  {what}", self.began.elapsed().as_secs_f32());
    }
}

fn text(value: &Value) -> Result<&str, Error> {
    value.as_str().ok_or_else(|| Error::Step("an answer lacks a text".to_owned()))
}
