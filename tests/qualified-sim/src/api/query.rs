//! Query parameters: only those a route takes, in either spelling.

use super::error::ApiError;
use crate::wire::case::snake;

/// The parameters of one call.
#[derive(Debug, Default)]
pub(crate) struct Params(Vec<(String, String)>);

impl Params {
    /// Reads a query; a parameter the route does not take is an error.
    pub(crate) fn parse(query: Option<&str>, allowed: &[&str]) -> Result<Self, ApiError> {
        let mut params = Vec::new();
        for (name, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            let plain = snake(name.trim_end_matches("[]"));
            if !allowed.contains(&plain.as_str()) {
                return Err(ApiError::misuse("unknown_parameter", format!("unknown parameter: {name}")));
            }
            params.push((plain, value.into_owned()));
        }
        Ok(Self(params))
    }

    /// The last value of a parameter.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// All values of a parameter.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        self.0.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect()
    }

    /// A parameter that must be there.
    pub(crate) fn required(&self, name: &'static str) -> Result<&str, ApiError> {
        let missing = || ApiError::misuse("missing_parameter", format!("missing parameter: {name}"));
        self.get(name).filter(|value| !value.is_empty()).ok_or_else(missing)
    }

    /// A number from 1 on.
    pub(crate) fn positive(&self, name: &'static str) -> Result<Option<usize>, ApiError> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let number = text.parse().ok().filter(|number| *number > 0);
        let wrong = || ApiError::misuse("paging", format!("{name} must be a number from 1 on: {text}"));
        number.map(Some).ok_or_else(wrong)
    }
}
