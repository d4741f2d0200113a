//! Table, queue, environment and routes: what the template sets is what the code expects.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use lever_integration::config::{Config, aws_deadlines};
use lever_integration::queue::{BATCH_MAX, RECEIVES_MAX, VISIBILITY_TIMEOUT, WORKER_TIMEOUT};
use lever_integration::store::{IndexSchema, Projected, TABLE};
use serde_json::{Value, json};

use super::document::{functions, read, resources, root, template};

/// API Gateway waits so long for a function, in seconds (API Gateway: quotas of HTTP APIs).
const GATEWAY_WAITS: u64 = 30;

#[test]
fn the_table_is_the_one_the_code_needs() {
    let template = template();
    let table = &template["Resources"]["Table"];
    assert_eq!(
        (&table["DeletionPolicy"], &table["UpdateReplacePolicy"]),
        (&json!("Retain"), &json!("Retain"))
    );
    let table = &table["Properties"];
    let key = |name: &str, kind: &str| json!({"AttributeName": name, "KeyType": kind});
    assert_eq!(table["KeySchema"], json!([key(TABLE.partition, "HASH"), key(TABLE.sort, "RANGE")]));
    assert_eq!(table["TimeToLiveSpecification"], json!({"AttributeName": TABLE.expiry, "Enabled": true}));
    let index = |index: &IndexSchema| {
        let projection = match index.projected {
            Projected::Keys => "KEYS_ONLY",
            Projected::All => "ALL",
        };
        let keys = std::iter::once(key(index.partition, "HASH"));
        let keys: Vec<_> = keys.chain(index.sort.map(|sort| key(sort, "RANGE"))).collect();
        json!({"IndexName": index.name, "KeySchema": keys, "Projection": {"ProjectionType": projection}})
    };
    let indexes: Vec<_> = TABLE.indexes.iter().map(index).collect();
    assert_eq!(table["GlobalSecondaryIndexes"], json!(indexes));
    let defined = table["AttributeDefinitions"].as_array().unwrap();
    let defined: BTreeSet<_> = defined.iter().filter_map(|one| one["AttributeName"].as_str()).collect();
    let of_indexes = TABLE.indexes.iter().flat_map(|index| [Some(index.partition), index.sort]).flatten();
    assert_eq!(defined, [TABLE.partition, TABLE.sort].into_iter().chain(of_indexes).collect());
    assert_eq!(table["BillingMode"], "PAY_PER_REQUEST");
    assert_eq!(table["DeletionProtectionEnabled"], true);
    assert_eq!(table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], true);
    assert_eq!(table["SSESpecification"]["SSEEnabled"], true);
}

#[test]
fn the_queue_has_the_numbers_of_the_code() {
    let template = template();
    let queue = &template["Resources"]["Queue"]["Properties"];
    assert_eq!(queue["VisibilityTimeout"], VISIBILITY_TIMEOUT.as_secs());
    assert_eq!(queue["RedrivePolicy"]["maxReceiveCount"], RECEIVES_MAX);
    assert_eq!(queue["RedrivePolicy"]["deadLetterTargetArn"], json!({"Fn::GetAtt": "DeadLetterQueue.Arn"}));
    for kept in ["DeadLetterQueue", "AppSecret"] {
        assert_eq!(template["Resources"][kept]["DeletionPolicy"], "RetainExceptOnCreate", "{kept}");
        assert_eq!(template["Resources"][kept]["UpdateReplacePolicy"], "Retain", "{kept}");
    }
    let worker = &template["Resources"]["Worker"]["Properties"];
    assert_eq!(worker["RecursiveLoop"], "Allow", "the worker renews messages in its own queue");
    assert_eq!(worker["Timeout"], WORKER_TIMEOUT.as_secs());
    let source = &worker["Events"]["Queue"]["Properties"];
    assert_eq!(source["BatchSize"], BATCH_MAX);
    assert_eq!(source["FunctionResponseTypes"], json!(["ReportBatchItemFailures"]));
}

/// What a variable is with these parameters; enough of `CloudFormation` for its environment.
fn value_of(expression: &Value, environment: &str, template: &Value) -> String {
    if let Some(text) = expression.as_str() {
        return text.to_owned();
    }
    let (name, arguments) = expression.as_object().unwrap().iter().next().unwrap();
    match name.as_str() {
        "Fn::If" => value_of(&arguments[2], environment, template),
        "Fn::FindInMap" => {
            let key = arguments[2].as_str().unwrap();
            template["Mappings"]["Lever"][environment][key].as_str().unwrap().to_owned()
        }
        "Fn::Sub" => arguments.as_str().unwrap().replace("${Api.ApiEndpoint}", "https://api.example"),
        "Fn::GetAtt" if arguments == "AppSecret.Id" => {
            "arn:aws:secretsmanager:eu-west-1:000000000000:secret:AppSecret-a1b2c3".to_owned()
        }
        "Ref" => match arguments.as_str().unwrap() {
            "Table" => "lever-integration-Table-1".to_owned(),
            "Queue" => "https://sqs.eu-west-1.amazonaws.com/000000000000/queue".to_owned(),
            parameter => template["Parameters"][parameter]["Default"].as_str().unwrap().to_owned(),
        },
        other => panic!("{other} in the environment"),
    }
}

#[test]
fn the_environment_is_what_the_configuration_reads() {
    let template = template();
    let variables = template["Globals"]["Function"]["Environment"]["Variables"].as_object().unwrap();
    for environment in ["sandbox", "production"] {
        let asked = RefCell::new(BTreeSet::new());
        let config = Config::from_lookup(|variable| {
            // Lambda sets the region; an address of AWS's services is for tests.
            if variable.starts_with("AWS_") {
                return (variable == "AWS_REGION").then(|| "eu-west-1".to_owned());
            }
            asked.borrow_mut().insert(variable.to_owned());
            variables.get(variable).map(|expression| value_of(expression, environment, &template))
        });
        let config = config.unwrap_or_else(|error| panic!("{environment}: {error}"));
        assert_eq!(config.lever_audience, config.lever_api_base.as_str());
        let mut asked = asked.into_inner();
        assert!(asked.remove("APP_SECRET_JSON"), "for local runs only");
        assert_eq!(asked, variables.keys().cloned().collect(), "{environment}");
    }
    for (id, function) in resources(&template, "AWS::Serverless::Function") {
        assert!(function["Properties"].get("Environment").is_none(), "{id} has an environment of its own");
    }
}

#[test]
fn every_function_of_the_workspace_is_deployed() {
    let template = template();
    let deployed: BTreeSet<_> =
        functions(&template).into_iter().map(|(_, binary)| binary.to_owned()).collect();
    for folder in std::fs::read_dir(root().join("functions")).unwrap() {
        let name = folder.unwrap().file_name().into_string().unwrap();
        assert!(deployed.contains(&name), "{name} is not in the template");
    }
    for (id, function) in resources(&template, "AWS::Serverless::Function") {
        assert_eq!(function["Metadata"]["BuildMethod"], "rust-cargolambda", "{id}");
        let log = json!({"LogGroup": {"Ref": format!("{id}Log")}});
        assert_eq!(function["Properties"]["LoggingConfig"], log, "{id}");
    }
}

/// Route key → binary, as the template has it.
fn routes(template: &Value) -> BTreeMap<String, String> {
    let binaries: BTreeMap<_, _> = functions(template).into_iter().collect();
    let mut routes = BTreeMap::new();
    for (id, route) in resources(template, "AWS::ApiGatewayV2::Route") {
        let target = route["Properties"]["Target"]["Fn::Sub"].as_str().unwrap();
        let integration = target.strip_prefix("integrations/${").and_then(|rest| rest.strip_suffix('}'));
        let integration = &template["Resources"][integration.unwrap()]["Properties"];
        assert_eq!(integration["PayloadFormatVersion"], "2.0", "{id}");
        let function = integration["IntegrationUri"]["Fn::GetAtt"].as_str().unwrap();
        let function = function.strip_suffix(".Arn").unwrap();
        let key = route["Properties"]["RouteKey"].as_str().unwrap().to_owned();
        assert!(routes.insert(key, binaries[function].to_owned()).is_none(), "{id} is there twice");
    }
    routes
}

#[test]
fn the_gateway_answers_503_before_a_webhook_function_is_ended() {
    let template = template();
    for id in ["StageChangeWebhook", "AssessmentEvents"] {
        let function = template["Resources"][id]["Properties"]["Timeout"].as_u64().map(Duration::from_secs);
        let integration = &template["Resources"][format!("{id}Integration")]["Properties"];
        let gateway = integration["TimeoutInMillis"].as_u64().map(Duration::from_millis);
        let (function, gateway) = (function.unwrap(), gateway.unwrap());
        let call = aws_deadlines().operation_timeout().unwrap();
        assert!(call < gateway && gateway < function, "{id}: {call:?} {gateway:?} {function:?}");
    }
}

#[test]
fn what_is_built_and_what_is_deployed_have_the_same_parameters() {
    let config = read("samconfig.toml");
    let mut section = "";
    for line in config.lines() {
        section = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(section);
        if line.starts_with("parameter_overrides") {
            assert!(section.ends_with(".global.parameters"), "{section} is not for sam build too");
        }
    }
    assert_eq!(config.matches("parameter_overrides").count(), 3);
}

fn routes_of_the_code() -> BTreeMap<String, String> {
    let served = [
        (stage_change_webhook::NAME, stage_change_webhook::ROUTES),
        (assessment_events::NAME, assessment_events::ROUTES),
        (integrations_page::NAME, integrations_page::ROUTES),
        (oauth_callback::NAME, oauth_callback::ROUTES),
    ];
    let pairs = served.into_iter().flat_map(|(name, routes)| routes.iter().map(move |route| (*route, name)));
    pairs.map(|(route, name)| (route.to_owned(), name.to_owned())).collect()
}

#[test]
fn the_routes_are_those_the_functions_serve() {
    let template = template();
    assert_eq!(routes(&template), routes_of_the_code());
    let invocable: BTreeSet<_> = resources(&template, "AWS::Lambda::Permission")
        .into_iter()
        .map(|(id, permission)| {
            let source = permission["Properties"]["SourceArn"]["Fn::Sub"].as_str().unwrap();
            assert!(source.ends_with("${AWS::AccountId}:${Api}/$default/*"), "{id}: {source}");
            permission["Properties"]["FunctionName"]["Ref"].as_str().unwrap()
        })
        .collect();
    let behind_routes: BTreeSet<_> = routes(&template).into_values().collect();
    let functions = functions(&template);
    let expected = functions.iter().filter(|(_, binary)| behind_routes.contains(*binary)).map(|(id, _)| *id);
    assert_eq!(invocable, expected.collect());
    for (id, binary) in functions.iter().filter(|(_, binary)| behind_routes.contains(*binary)) {
        let seconds = template["Resources"][*id]["Properties"]["Timeout"].as_u64().unwrap();
        assert!(seconds < GATEWAY_WAITS, "{binary} may take longer than the gateway waits");
    }
}

#[test]
fn every_sample_of_a_request_came_by_a_route_of_its_function() {
    let routes = routes_of_the_code();
    for folder in std::fs::read_dir(root().join("events")).unwrap() {
        let folder = folder.unwrap();
        let function = folder.file_name().into_string().unwrap();
        for file in std::fs::read_dir(folder.path()).unwrap() {
            let name = file.unwrap().path();
            let event: Value = serde_json::from_str(&std::fs::read_to_string(&name).unwrap()).unwrap();
            if let Some(route) = event["routeKey"].as_str() {
                assert_eq!(routes.get(route), Some(&function), "{}", name.display());
            }
        }
    }
}

#[tokio::test]
async fn every_route_is_answered_by_its_function_and_not_by_the_gateway() {
    let world = scenarios::World::start().await.unwrap();
    for route in routes_of_the_code().into_keys() {
        let path = route.strip_prefix("ANY ").unwrap().replace("{proxy+}", "activity");
        let path = path.replace("{team}", "65f0c0de0000000000000001").replace("{key}", "wrong");
        let url = format!("{}{path}", world.local.gateway_url());
        let answer = sim_kit::http::client().post(url).body("{}").send().await.unwrap();
        assert!(answer.headers().contains_key("x-content-type-options"), "{route}: {}", answer.status());
    }
}

#[test]
fn the_access_log_knows_no_path_no_query_and_nobody() {
    let template = template();
    let stage = &template["Resources"]["ApiStage"]["Properties"];
    let format = stage["AccessLogSettings"]["Format"].as_str().unwrap();
    let logged: BTreeSet<_> = format
        .split("$context.")
        .skip(1)
        .map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '.').next().unwrap_or_default())
        .collect();
    let allowed = [
        "integrationErrorMessage",
        "integrationLatency",
        "requestId",
        "requestTime",
        "responseLatency",
        "responseLength",
        "routeKey",
        "status",
    ];
    assert_eq!(logged, allowed.into_iter().collect());
}
