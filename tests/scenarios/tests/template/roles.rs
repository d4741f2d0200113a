//! The roles: exactly the table of `docs/SECURITY.md`, and nothing wild.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::document::{functions, many, read, resources, template};

/// One permission: function, action, resource, and what limits it.
type Row = [String; 4];

/// The two places where AWS leaves no other choice: X-Ray knows no resources, and the names of log streams
/// are made by Lambda, so the ARN of a log group ends in `:*` by itself.
const WILD_ACTIONS: [&str; 2] = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"];

/// Every statement of a role, also those it has on a condition. All are inline: Lambda asks at the creation of a
/// function what its role may, and a policy of its own might come later than that.
fn statements<'t>(template: &'t Value, role: &str) -> Vec<&'t Value> {
    assert_eq!(resources(template, "AWS::IAM::Policy"), [], "a policy beside the roles");
    let own = &template["Resources"][role]["Properties"];
    assert!(own.get("ManagedPolicyArns").is_none(), "{role} has somebody else's policies");
    let if_any = |policy: &'t Value| policy["Fn::If"].get(1).unwrap_or(policy);
    let policies = own["Policies"].as_array().into_iter().flatten().map(if_any);
    policies.flat_map(|policy| many(&policy["PolicyDocument"]["Statement"])).collect()
}

/// A resource in the words of the table.
fn resource_name(resource: &Value) -> String {
    let text = |name: &str| resource[name].as_str();
    if let Some(name) = text("Ref") {
        return name.to_owned();
    }
    if let Some(name) = text("Fn::GetAtt") {
        let name = name.strip_suffix(".Arn").or_else(|| name.strip_suffix(".Id"));
        return name.expect("the ARN of something").to_owned();
    }
    if let Some(name) = text("Fn::Sub") {
        return name.replace("${", "").replace(".Arn}", "");
    }
    assert_eq!(resource, &json!("*"));
    "everything".to_owned()
}

/// The limits in the words of the table.
fn limits(condition: Option<&Value>) -> String {
    let Some(condition) = condition else { return String::new() };
    let mut words = Vec::new();
    for (operator, keys) in condition.as_object().unwrap() {
        for (key, values) in keys.as_object().unwrap() {
            let values: Vec<_> = many(values).into_iter().filter_map(Value::as_str).collect();
            let values = values.join(" ");
            words.push(match (operator.as_str(), key.as_str()) {
                ("ForAllValues:StringLike", "dynamodb:LeadingKeys") => format!("keys {values}"),
                ("ForAllValues:StringEquals", "dynamodb:Attributes") => format!("attributes {values}"),
                ("StringEquals", "dynamodb:Select") if values == "SPECIFIC_ATTRIBUTES" => "named".to_owned(),
                ("Null", "dynamodb:Attributes") if values == "false" => continue,
                ("StringEqualsIfExists", "dynamodb:ReturnValues") if values == "NONE" => {
                    "nothing returned".to_owned()
                }
                _ => panic!("no word for {operator} {key}"),
            });
        }
    }
    words.sort();
    words.join("; ")
}

fn role_of(template: &Value, function: &str) -> String {
    let role = template["Resources"][function]["Properties"]["Role"]["Fn::GetAtt"].as_str().unwrap();
    role.strip_suffix(".Arn").unwrap().to_owned()
}

fn rows(template: &Value) -> BTreeSet<Row> {
    let mut rows = BTreeSet::new();
    for (id, binary) in functions(template) {
        for statement in statements(template, &role_of(template, id)) {
            assert_eq!(statement["Effect"], "Allow");
            let limits = limits(statement.get("Condition"));
            for action in many(&statement["Action"]) {
                for resource in many(&statement["Resource"]) {
                    let action = action.as_str().unwrap().to_owned();
                    rows.insert([binary.to_owned(), action, resource_name(resource), limits.clone()]);
                }
            }
        }
    }
    rows
}

#[test]
fn the_table_in_the_security_page_is_the_template() {
    let page = read("docs/SECURITY.md");
    let documented: BTreeSet<Row> = page
        .lines()
        .filter_map(|line| {
            let cells: Vec<_> =
                line.strip_prefix("| ")?.split('|').map(|cell| cell.trim().replace('`', "")).collect();
            let row: Row = cells.get(..4)?.to_vec().try_into().ok()?;
            (row[1].contains(':') && !row[1].contains(' ')).then_some(row)
        })
        .collect();
    let present = rows(&template());
    let as_table = |rows: &BTreeSet<Row>| {
        let lines = rows.iter().map(|[function, action, on, limits]| {
            let limits = if limits.is_empty() { String::new() } else { format!(" `{limits}` ") };
            format!("| {function} | `{action}` | {on} |{limits}|")
        });
        lines.collect::<Vec<_>>().join("\n")
    };
    assert_eq!(documented, present, "docs/SECURITY.md has to have this table:\n{}", as_table(&present));
}

#[test]
fn no_function_has_a_wildcard() {
    let template = template();
    for [function, action, on, _] in rows(&template) {
        assert!(!action.contains('*'), "{function} may {action}");
        let is_named_exception = WILD_ACTIONS.contains(&action.as_str());
        assert_eq!(on == "everything", is_named_exception, "{function} may {action} on {on}");
        assert!(!on.contains('*'), "{function} may {action} on {on}");
        let is_of_the_table = action.starts_with("dynamodb:");
        assert_eq!(is_of_the_table, on.starts_with("Table"), "{function} may {action} on {on}");
    }
    let roles: BTreeSet<_> = functions(&template).into_iter().map(|(id, _)| role_of(&template, id)).collect();
    assert_eq!(roles.len(), functions(&template).len(), "two functions share a role");
}

#[test]
fn intake_cannot_read_tokens_and_only_who_needs_them_can() {
    let sealed = ["state", "api_key"];
    for [function, action, on, limits] in rows(&template()) {
        let reads = ["dynamodb:Query", "dynamodb:GetItem", "dynamodb:Scan", "dynamodb:BatchGetItem"];
        let is_intake = ["stage-change-webhook", "assessment-events"].contains(&function.as_str());
        if !is_intake || !on.starts_with("Table") {
            continue;
        }
        let allowed = limits.split("; ").find_map(|limit| limit.strip_prefix("attributes "));
        let allowed: Vec<_> =
            allowed.unwrap_or_else(|| panic!("{function} may {action} any")).split(' ').collect();
        assert!(allowed.iter().all(|name| !sealed.contains(name)), "{function} may {action} {allowed:?}");
        if reads.contains(&action.as_str()) {
            assert_eq!(action, "dynamodb:Query", "only of a query a role can demand named attributes");
            assert!(limits.contains("named"), "{function} may leave the attributes away");
        } else {
            assert_eq!(action, "dynamodb:UpdateItem", "{function}");
            assert!(limits.contains("nothing returned"), "{function} gets the item back");
        }
    }
}
