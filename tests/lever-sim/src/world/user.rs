//! Users of an account and their roles.

use serde_json::{Value, json};
use sim_kit::clock::Millis;

use super::ids::UserId;

#[derive(Debug, Clone)]
pub(crate) struct User {
    pub(crate) id: UserId,
    pub(crate) name: String,
    pub(crate) email: String,
    /// `super admin`, `admin`, `team member`, `limited team member`, `interviewer` or the id of a custom role.
    pub(crate) access_role: String,
    /// A custom role may hold the permission to manage API credentials and integrations.
    pub(crate) manages_integrations: bool,
    pub(crate) created_at: Millis,
    pub(crate) deactivated_at: Option<Millis>,
}

impl User {
    pub(crate) fn is_super_admin(&self) -> bool {
        self.access_role == "super admin"
    }

    /// Whether this user may connect an app for the whole account.
    pub(crate) fn may_connect(&self) -> bool {
        self.deactivated_at.is_none() && (self.is_super_admin() || self.manages_integrations)
    }

    pub(crate) fn json(&self) -> Value {
        json!({
            "id": self.id, "name": self.name, "username": self.email.split('@').next(), "email": self.email,
            "accessRole": self.access_role, "photo": null, "createdAt": self.created_at,
            "deactivatedAt": self.deactivated_at, "externalDirectoryId": null, "linkedContactIds": null,
            "jobTitle": null, "managerId": null,
        })
    }
}
