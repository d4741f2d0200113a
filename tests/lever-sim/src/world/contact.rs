//! Contacts: the people behind opportunities. E-mails, phones and links belong to them.

use serde::{Deserialize, Serialize};
use sim_kit::clock::Millis;

use super::ids::ContactId;
use super::problem::Problem;

/// A phone number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phone {
    /// The number as typed.
    pub value: String,
    /// `mobile`, `home`, `work`, …
    #[serde(rename = "type", default)]
    pub kind: Option<String>,
}

/// Whether one use of a person's data is allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Permission {
    /// Allowed now.
    pub allowed: bool,
    /// When the permission ends.
    pub expires_at: Option<Millis>,
}

impl Default for Permission {
    fn default() -> Self {
        Self { allowed: true, expires_at: None }
    }
}

/// The customer's data protection policy applied to one person.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DataProtection {
    /// May the data be kept.
    pub store: Permission,
    /// May the person be contacted.
    pub contact: Permission,
}

/// A person.
#[derive(Debug, Clone)]
pub(crate) struct Contact {
    pub(crate) id: ContactId,
    pub(crate) name: String,
    pub(crate) headline: String,
    pub(crate) location: String,
    pub(crate) emails: Vec<String>,
    pub(crate) phones: Vec<Phone>,
    pub(crate) links: Vec<String>,
    pub(crate) anonymised: bool,
    pub(crate) data_protection: Option<DataProtection>,
}

/// What `PUT /contacts/:id` may change.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct ContactChange {
    pub(crate) name: Option<String>,
    pub(crate) headline: Option<String>,
    pub(crate) location: Option<LocationChange>,
    pub(crate) emails: Option<Vec<String>>,
    pub(crate) phones: Option<Vec<Phone>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LocationChange {
    pub(crate) name: String,
}

impl Contact {
    pub(crate) fn has_email(&self, email: &str) -> bool {
        let wanted = canonical_email(email);
        self.emails.iter().any(|own| canonical_email(own) == wanted)
    }

    pub(crate) fn update(&mut self, change: ContactChange) -> Result<(), Problem> {
        if self.anonymised {
            return Err(Problem::invalid("an anonymized contact cannot be updated"));
        }
        self.name = change.name.unwrap_or_else(|| self.name.clone());
        self.headline = change.headline.unwrap_or_else(|| self.headline.clone());
        self.location = change.location.map_or_else(|| self.location.clone(), |location| location.name);
        self.emails = change.emails.unwrap_or_else(|| self.emails.clone());
        self.phones = change.phones.unwrap_or_else(|| self.phones.clone());
        Ok(())
    }

    /// Removes everything personal; the person stays recognisable by id only.
    pub(crate) fn anonymise(&mut self) {
        self.name.clear();
        self.headline.clear();
        self.location.clear();
        self.emails.clear();
        self.phones.clear();
        self.links.clear();
        self.anonymised = true;
    }
}

/// The form in which Lever compares e-mail addresses.
pub(crate) fn canonical_email(email: &str) -> String {
    email.trim().to_lowercase()
}
