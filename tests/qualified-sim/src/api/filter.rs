//! `where`: conditions on whitelisted fields of the rendered records.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::error::ApiError;
use crate::wire::case::{camel, snake};
use crate::wire::time;
use crate::world::World;

/// More conditions than this are not advised by the API reference, and refused here.
const MOST_FIELDS: usize = 2;

/// One condition on one field.
#[derive(Debug, Clone, PartialEq)]
struct Condition {
    field: String,
    operator: Operator,
    operand: Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    AtLeast,
    AtMost,
    More,
    Less,
    Contains,
    In,
    NotIn,
}

impl Operator {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "==" => Self::Equal,
            "!=" => Self::NotEqual,
            ">=" => Self::AtLeast,
            "<=" => Self::AtMost,
            ">" => Self::More,
            "<" => Self::Less,
            "contains" => Self::Contains,
            "in" => Self::In,
            "nin" | "notIn" => Self::NotIn,
            _ => return None,
        })
    }
}

/// All conditions of a call; every one must hold.
#[derive(Debug, Default)]
pub(crate) struct Filter(Vec<Condition>);

impl Filter {
    /// Reads the value of `where`; `fields` may be asked about, in `snake_case`.
    pub(crate) fn parse(text: Option<&str>, fields: &[&str]) -> Result<Self, ApiError> {
        let Some(text) = text else { return Ok(Self::default()) };
        let Ok(asked) = serde_json::from_str::<Map<String, Value>>(text) else {
            return Err(ApiError::misuse("where_shape", format!("where is not a JSON object: {text}")));
        };
        if asked.len() > MOST_FIELDS {
            let detail = format!("where has {} fields, at most {MOST_FIELDS} are advised", asked.len());
            return Err(ApiError::misuse("where_too_many", detail));
        }
        let mut conditions = Vec::new();
        for (name, asked) in asked {
            let field = snake(&name);
            if !fields.contains(&field.as_str()) {
                return Err(ApiError::misuse("where_field", format!("where cannot ask about {name}")));
            }
            conditions.append(&mut on_field(&field, asked)?);
        }
        Ok(Self(conditions))
    }

    /// Whether a field is asked about.
    pub(crate) fn asks_about(&self, field: &str) -> bool {
        self.0.iter().any(|condition| condition.field == field)
    }

    /// Whether a value fulfils all conditions on its field, so that what does not need not be rendered.
    pub(crate) fn allows(&self, field: &str, value: &Value, world: &World) -> bool {
        self.0
            .iter()
            .filter(|condition| condition.field == field)
            .all(|condition| condition.fits(value, world))
    }

    /// Whether a rendered record fulfils all conditions.
    pub(crate) fn holds(&self, record: &Value, world: &World) -> bool {
        self.0.iter().all(|condition| condition.holds(record, world))
    }
}

fn on_field(field: &str, asked: Value) -> Result<Vec<Condition>, ApiError> {
    let condition = |operator, operand| Condition { field: field.to_owned(), operator, operand };
    let Value::Object(operators) = asked else {
        return Ok(vec![condition(Operator::Equal, asked)]);
    };
    let conditions = operators.into_iter().map(|(name, operand)| {
        let operator = Operator::named(&name);
        let operator = operator.ok_or_else(|| {
            ApiError::misuse("where_operator", format!("where does not know the operator {name}"))
        })?;
        if matches!(operator, Operator::In | Operator::NotIn) && !operand.is_array() {
            return Err(ApiError::misuse("where_shape", format!("{name} needs a list")));
        }
        Ok(condition(operator, operand))
    });
    conditions.collect()
}

impl Condition {
    fn holds(&self, record: &Value, world: &World) -> bool {
        if self.field == "q" {
            return ["name", "email"].iter().any(|field| contains(&record[*field], &self.operand));
        }
        self.fits(&record[camel(&self.field)], world)
    }

    fn fits(&self, value: &Value, world: &World) -> bool {
        let same = |operand: &Value| self.same(value, operand, world);
        match self.operator {
            Operator::Equal => same(&self.operand),
            Operator::NotEqual => !same(&self.operand),
            Operator::AtLeast => compare(value, &self.operand).is_some_and(Ordering::is_ge),
            Operator::AtMost => compare(value, &self.operand).is_some_and(Ordering::is_le),
            Operator::More => compare(value, &self.operand).is_some_and(Ordering::is_gt),
            Operator::Less => compare(value, &self.operand).is_some_and(Ordering::is_lt),
            Operator::Contains => contains(value, &self.operand),
            Operator::In => self.operand.as_array().is_some_and(|list| list.iter().any(same)),
            Operator::NotIn => !self.operand.as_array().is_some_and(|list| list.iter().any(same)),
        }
    }

    /// A list equals a value it contains; addresses are compared as Q5 says.
    fn same(&self, value: &Value, operand: &Value, world: &World) -> bool {
        match (value, operand) {
            (Value::Array(items), operand) if !operand.is_array() => items.contains(operand),
            (Value::String(one), Value::String(other)) if self.field == "email" => {
                world.same_email(one, other)
            }
            (Value::String(_), Value::String(_)) => compare(value, operand) == Some(Ordering::Equal),
            (value, operand) => value == operand || number_eq(value, operand),
        }
    }
}

fn number_eq(one: &Value, other: &Value) -> bool {
    one.as_f64().zip(other.as_f64()).is_some_and(|(one, other)| one.total_cmp(&other).is_eq())
}

/// Numbers as numbers, times as times, other texts as texts; anything else does not compare.
pub(crate) fn compare(one: &Value, other: &Value) -> Option<Ordering> {
    if let (Some(one), Some(other)) = (one.as_f64(), other.as_f64()) {
        return Some(one.total_cmp(&other));
    }
    let (one, other) = (one.as_str()?, other.as_str()?);
    Some(match (time::parse(one), time::parse(other)) {
        (Some(one), Some(other)) => one.cmp(&other),
        (Some(_), None) | (None, Some(_)) | (None, None) => one.cmp(other),
    })
}

fn contains(value: &Value, wanted: &Value) -> bool {
    match (value, wanted) {
        (Value::Array(items), wanted) => items.contains(wanted),
        (Value::String(text), Value::String(part)) => text.to_lowercase().contains(&part.to_lowercase()),
        _ => false,
    }
}
