//! Feedback templates and the feedback forms filled in from them.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sim_kit::clock::Millis;

use super::ids::{FeedbackId, TemplateId, UserId};
use super::problem::Problem;

/// One field of a template.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TemplateField {
    /// Field id; given by Lever if absent.
    #[serde(default)]
    pub id: String,
    /// `score-system`, `text`, `textarea`, `yes-no`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// Label.
    pub text: String,
    /// Help text.
    #[serde(default)]
    pub description: String,
    /// Must be filled in.
    #[serde(default)]
    pub required: bool,
    /// Choices.
    #[serde(default)]
    pub options: Vec<FieldOption>,
}

/// One choice of a field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FieldOption {
    /// The choice as shown and as sent.
    pub text: String,
    /// Option id.
    #[serde(default)]
    pub option_id: String,
}

/// What creates or replaces a template.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TemplateWish {
    /// Name.
    pub text: String,
    /// Text above the form.
    #[serde(default)]
    pub instructions: String,
    /// Group the template belongs to.
    #[serde(default)]
    pub group: Option<String>,
    /// The fields.
    pub fields: Vec<TemplateField>,
}

#[derive(Debug, Clone)]
pub(crate) struct Template {
    pub(crate) id: TemplateId,
    pub(crate) wish: TemplateWish,
    /// Only what the API made may be changed or deleted through it.
    pub(crate) made_by_api: bool,
    pub(crate) created_at: Millis,
    pub(crate) updated_at: Millis,
}

/// Lever's score system when a template names no options.
const SCORES: [&str; 4] = ["1 - Strong No Hire", "2 - No Hire", "3 - Hire", "4 - Strong Hire"];

impl TemplateWish {
    /// Checks Lever's rule (exactly one score system) and fills in ids.
    pub(crate) fn checked(mut self) -> Result<Self, Problem> {
        let scores = self.fields.iter().filter(|field| field.kind == "score-system").count();
        if scores != 1 {
            return Err(Problem::invalid("a feedback template has exactly one field of type score-system"));
        }
        for field in &mut self.fields {
            if field.id.is_empty() {
                field.id = sim_kit::random::uuid();
            }
            if field.kind == "score-system" && field.options.is_empty() {
                field.options = SCORES
                    .iter()
                    .map(|text| FieldOption { text: (*text).to_owned(), option_id: sim_kit::random::uuid() })
                    .collect();
            }
        }
        Ok(self)
    }
}

impl Template {
    pub(crate) fn json(&self) -> Value {
        json!({
            "id": self.id, "text": self.wish.text, "instructions": self.wish.instructions, "group": self.wish.group,
            "fields": self.wish.fields, "createdAt": self.created_at, "updatedAt": self.updated_at,
        })
    }
}

/// A filled-in form.
#[derive(Debug, Clone)]
pub(crate) struct Feedback {
    pub(crate) id: FeedbackId,
    pub(crate) template: Template,
    pub(crate) values: Vec<FieldValue>,
    pub(crate) user: UserId,
    pub(crate) panel: Option<String>,
    pub(crate) interview: Option<String>,
    pub(crate) created_at: Millis,
    pub(crate) completed_at: Option<Millis>,
    pub(crate) updated_at: Millis,
}

/// The value of one field.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FieldValue {
    pub(crate) id: String,
    pub(crate) value: Value,
}

impl Feedback {
    /// Every value must be for a field of the template, a score must be one of its options.
    pub(crate) fn check(template: &Template, values: &[FieldValue]) -> Result<(), Problem> {
        for value in values {
            let field = template.wish.fields.iter().find(|field| field.id == value.id);
            let field = field
                .ok_or_else(|| Problem::invalid(format!("field {} is not in the template", value.id)))?;
            let is_option = field.options.iter().any(|option| value.value == option.text.as_str());
            if field.kind == "score-system" && !is_option {
                return Err(Problem::invalid(format!("{} is no option of the score system", value.value)));
            }
        }
        Ok(())
    }

    pub(crate) fn json(&self) -> Value {
        let fields: Vec<Value> = self
            .template
            .wish
            .fields
            .iter()
            .map(|field| {
                let mut json = json!(field);
                json["value"] =
                    self.values.iter().find(|v| v.id == field.id).map_or(Value::Null, |v| v.value.clone());
                json
            })
            .collect();
        json!({
            "id": self.id, "type": "interview", "text": self.template.wish.text,
            "instructions": self.template.wish.instructions, "fields": fields, "baseTemplateId": self.template.id,
            "interview": self.interview, "panel": self.panel, "user": self.user, "createdAt": self.created_at,
            "completedAt": self.completed_at, "updatedAt": self.updated_at, "deletedAt": null,
        })
    }
}
