//! Alarms, dashboard and metrics: each is told of in `docs/OPERATIONS.md`.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::document::{read, resources, template};

#[test]
fn every_alarm_tells_somebody_and_has_a_chapter_in_the_operations_page() {
    let template = template();
    let page = read("docs/OPERATIONS.md");
    let alarms = resources(&template, "AWS::CloudWatch::Alarm");
    assert!(alarms.len() >= 9, "only {} alarms", alarms.len());
    let dashboard = dashboard(&template);
    for (id, alarm) in alarms {
        let alarm = &alarm["Properties"];
        assert_eq!(alarm["AlarmActions"], json!([{"Ref": "AlarmTopic"}]), "{id}");
        let name = alarm["AlarmName"]["Fn::Sub"].as_str().unwrap();
        let name = name.strip_prefix("${AWS::StackName}-").unwrap();
        assert!(page.contains(&format!("### `{name}`")), "docs/OPERATIONS.md has no chapter `{name}`");
        assert!(dashboard.contains(&format!("${{{id}.Arn}}")), "{id} is not on the dashboard");
    }
}

fn dashboard(template: &Value) -> String {
    template["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"].as_str().unwrap().to_owned()
}

#[test]
fn the_metrics_watched_are_those_of_the_operations_page() {
    let template = template();
    let page = read("docs/OPERATIONS.md");
    let documented: BTreeSet<_> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .filter(|name| name.starts_with(char::is_uppercase) && name.chars().all(char::is_alphanumeric))
        .map(str::to_owned)
        .collect();
    let mut watched = BTreeSet::new();
    for (_, alarm) in resources(&template, "AWS::CloudWatch::Alarm") {
        if alarm["Properties"]["Namespace"] == "LeverIntegration" {
            watched.insert(alarm["Properties"]["MetricName"].as_str().unwrap().to_owned());
        }
    }
    let body: Value = serde_json::from_str(&dashboard(&template)).expect("the dashboard is JSON");
    for widget in body["widgets"].as_array().unwrap() {
        let mut namespace = "";
        for metric in widget["properties"]["metrics"].as_array().into_iter().flatten() {
            namespace = metric[0].as_str().filter(|given| *given != ".").unwrap_or(namespace);
            if namespace == "LeverIntegration" {
                watched.insert(metric[1].as_str().unwrap().to_owned());
            }
        }
    }
    assert_eq!(watched, documented);
}

#[test]
fn alarms_on_single_events_never_say_that_all_is_well() {
    let template = template();
    for (id, alarm) in resources(&template, "AWS::CloudWatch::Alarm") {
        let alarm = &alarm["Properties"];
        let metric = alarm["MetricName"].as_str().unwrap();
        let is_of_an_event = ["ReconnectNeeded", "WebhookSilent", "Tampered"].contains(&metric);
        assert_eq!(alarm.get("OKActions").is_none(), is_of_an_event, "{id}");
    }
}
