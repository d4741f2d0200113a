//! The template as JSON: short forms such as `!Ref x` become `{"Ref": "x"}`.

use std::path::{Path, PathBuf};

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Value, json};

pub(super) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("two levels up").to_owned()
}

pub(super) fn read(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

pub(super) fn template() -> Value {
    let text = read("template.yaml");
    let documents = Yaml::load_from_str(&text).unwrap();
    assert_eq!(documents.len(), 1);
    to_json(&documents[0])
}

/// The resources of a type, by logical id.
pub(super) fn resources<'t>(template: &'t Value, kind: &str) -> Vec<(&'t str, &'t Value)> {
    let all = template["Resources"].as_object().expect("resources");
    all.iter().filter(|(_, one)| one["Type"] == kind).map(|(id, one)| (id.as_str(), one)).collect()
}

/// The functions: logical id and the binary it runs.
pub(super) fn functions(template: &Value) -> Vec<(&str, &str)> {
    let functions = resources(template, "AWS::Serverless::Function");
    let binary = |one: &'_ Value| one["Metadata"]["BuildProperties"]["Binary"].as_str().map(str::to_owned);
    assert!(functions.iter().all(|(_, one)| binary(one).is_some()), "a function without a binary");
    functions
        .into_iter()
        .filter_map(|(id, one)| Some((id, one["Metadata"]["BuildProperties"]["Binary"].as_str()?)))
        .collect()
}

/// A value that may be a list or a single one.
pub(super) fn many(value: &Value) -> Vec<&Value> {
    value.as_array().map_or_else(|| vec![value], |list| list.iter().collect())
}

fn to_json(node: &Yaml<'_>) -> Value {
    match node {
        Yaml::Value(scalar) => scalar_to_json(scalar),
        Yaml::Sequence(list) => list.iter().map(to_json).collect(),
        Yaml::Mapping(map) => {
            let pairs = map.iter().map(|(name, value)| {
                (name.as_str().unwrap_or_else(|| panic!("a key is no text: {name:?}")).to_owned(), value)
            });
            Value::Object(pairs.map(|(name, value)| (name, to_json(value))).collect::<Map<_, _>>())
        }
        Yaml::Tagged(tag, value) => {
            let name = match tag.suffix.as_str() {
                "Ref" | "Condition" => tag.suffix.clone(),
                other => format!("Fn::{other}"),
            };
            json!({ name: to_json(value) })
        }
        Yaml::Representation(..) | Yaml::Alias(_) | Yaml::BadValue => {
            panic!("the template has what CloudFormation does not take: {node:?}")
        }
    }
}

fn scalar_to_json(scalar: &Scalar<'_>) -> Value {
    match scalar {
        Scalar::Null => Value::Null,
        Scalar::Boolean(value) => json!(value),
        Scalar::Integer(value) => json!(value),
        Scalar::FloatingPoint(value) => json!(value.into_inner()),
        Scalar::String(value) => json!(value),
    }
}
