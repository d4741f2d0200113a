//! What admins and recruiters do.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use lever_integration::domain::{AccountChange, StageId};
use lever_integration::service::connect::Callback;
use lever_sim::world::{Consent, ConsentMode, NewOpportunity};
use serde_json::{Value, json};
use url::Url;

use super::{Candidate, Made, SESSION, Tenant, World};
use crate::gate::RunId;

impl World {
    /// The admin enters the key, logs in and chooses the trigger stage.
    ///
    /// # Errors
    /// When a step fails.
    pub async fn connect(&mut self, number: usize) -> Made {
        let Tenant { team, api_key, trigger, .. } = self.tenants[number].clone();
        self.connector.set_api_key(&team, &api_key).await?;
        let callback = self.consent(number).await?;
        self.connector.complete_login(&callback, Some(SESSION)).await?;
        let stage: StageId = trigger.parse()?;
        self.connector.add_trigger_stages(&team, &[stage], &"admin".parse()?).await?;
        self.added_at.insert(self.tenants[number].trigger.clone(), self.now_ms());
        Ok(())
    }

    /// The admin begins a login and consents in Lever; what comes back.
    ///
    /// # Errors
    /// When Lever does not redirect.
    pub async fn consent(&mut self, number: usize) -> Made<Callback> {
        let Tenant { team, user, .. } = self.tenants[number].clone();
        self.lever.set_consent(Consent { mode: ConsentMode::Accept, user: Some(user) })?;
        let url = self.connector.begin_login(&team, &"admin".parse()?, SESSION, AccountChange::Ask).await?;
        let request = reqwest::Request::new(reqwest::Method::GET, url);
        let answer = self.wire.transport().exchange(request).await?;
        let back = Url::parse(&answer.location.ok_or("Lever did not redirect")?)?;
        let one =
            |name: &str| back.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        Ok(Callback { state: one("state"), code: one("code"), error: one("error"), issuer: one("iss") })
    }

    /// The browser comes back: a run of the callback.
    pub fn come_back(&mut self, callback: Callback) -> (RunId, Rc<RefCell<Option<bool>>>) {
        let connector = Arc::clone(&self.connector);
        let told = Rc::new(RefCell::new(None));
        let tells = Rc::clone(&told);
        let run = self.runs.start(async move {
            let outcome = connector.complete_login(&callback, Some(SESSION)).await;
            *tells.borrow_mut() = Some(outcome.is_ok());
        });
        (run, told)
    }

    /// A candidate of a team in "New applicant", changed by `wish`; their address is their own.
    ///
    /// # Errors
    /// When Lever refuses.
    pub fn candidate(&mut self, tenant: usize, name: &str, wish: Value) -> Made<String> {
        let mut whole = json!({
            "name": name, "emails": [self.address(tenant, name)], "stage": "New applicant",
            "account": self.tenants[tenant].account,
        });
        if let (Some(whole), Value::Object(wish)) = (whole.as_object_mut(), wish) {
            whole.extend(wish);
        }
        let created = self.lever.create(serde_json::from_value::<NewOpportunity>(whole)?)?;
        let id = created["id"].as_str().unwrap_or_default().to_owned();
        self.candidates.push(Candidate {
            id: id.clone(),
            tenant,
            contact: created["contact"].as_str().unwrap_or_default().to_owned(),
            addresses: vec![self.address(tenant, name)],
            is_touched: false,
            is_asked_for: false,
            asked: 0,
            reopened: 0,
        });
        Ok(id)
    }

    /// A recruiter moves a candidate into the trigger stage.
    ///
    /// # Errors
    /// When Lever refuses.
    pub fn ask_for(&mut self, id: &str) -> Made {
        self.lever.move_to(id, World::TRIGGER, None)?;
        self.mark(id, |candidate| {
            candidate.is_asked_for = true;
            candidate.asked += 1;
        });
        Ok(())
    }

    /// A recruiter corrects the address of a person, on all of their opportunities.
    ///
    /// # Errors
    /// When Lever refuses.
    pub fn correct(&mut self, id: &str, address: &str) -> Made {
        self.lever.correct_email(id, address)?;
        let contact = self.candidates.iter().find(|one| one.id == id).map(|one| one.contact.clone());
        let of_contact = self.candidates.iter_mut().filter(|one| Some(&one.contact) == contact.as_ref());
        of_contact.for_each(|one| one.addresses.push(address.to_owned()));
        Ok(())
    }

    /// Changes what is known of a candidate.
    pub fn mark(&mut self, id: &str, change: impl Fn(&mut Candidate)) {
        self.candidates.iter_mut().filter(|candidate| candidate.id == id).for_each(change);
    }

    /// The address of a candidate: its domain says whose.
    pub fn address(&self, tenant: usize, name: &str) -> String {
        format!("{}@team{tenant}.example", name.to_lowercase().replace(' ', "-"))
    }
}
