//! The JSON API over HTTP: in step with its document, strict, and closed to whoever may not.

use std::collections::BTreeSet;

use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, redirect};
use scenarios::{Made, World};
use serde_json::{Value, json};

const API: &str = "/integrations/lever/api";
const DOCUMENT: &str = "/integrations/lever/openapi.json";
const OPERATIONS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

/// A signed-in user who speaks JSON.
pub(crate) struct User {
    http: Client,
    base: String,
    cookie: String,
    csrf: String,
}

impl User {
    pub(crate) async fn sign_in(world: &World, role: &str) -> Made<Self> {
        let http = sim_kit::http::builder().redirect(redirect::Policy::none()).build()?;
        let launch = format!("{}/_sim/launch?team={}&role={role}", world.local.qualified.url(), world.team);
        let link = header(&http.get(launch).send().await?, "location");
        let cookie = header(&http.get(link).send().await?, "set-cookie");
        let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        let mut user = Self { http, base: world.local.gateway_url(), cookie, csrf: String::new() };
        let session: Value = user.get("/session").await?.json().await?;
        user.csrf = session["csrf"].as_str().unwrap_or_default().to_owned();
        Ok(user)
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{API}{path}", self.base);
        self.http.request(method, url).header("cookie", &self.cookie)
    }

    pub(crate) async fn get(&self, path: &str) -> Made<Response> {
        Ok(self.request(Method::GET, path).send().await?)
    }

    /// A page as a browser gets it, by its whole path.
    pub(crate) async fn page(&self, path: &str) -> Made<Response> {
        Ok(self.http.get(format!("{}{path}", self.base)).header("cookie", &self.cookie).send().await?)
    }

    fn change(&self, method: Method, path: &str) -> RequestBuilder {
        self.request(method, path).header("origin", &self.base).header("x-csrf-token", &self.csrf)
    }

    async fn document(&self) -> Made<Value> {
        Ok(self.http.get(format!("{}{DOCUMENT}", self.base)).send().await?.json().await?)
    }
}

fn header(response: &Response, name: &str) -> String {
    response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

/// The answer is this problem, with the headers that every answer has.
async fn is_problem(response: Response, status: u16, field: Option<&str>) -> Made {
    assert_eq!(response.status().as_u16(), status, "{}", response.url().path());
    assert_eq!(header(&response, "content-type"), "application/problem+json");
    assert_eq!(header(&response, "cache-control"), "no-store");
    assert_eq!(header(&response, "x-content-type-options"), "nosniff");
    let problem: Value = response.json().await?;
    assert_eq!(problem["status"], status);
    assert_eq!(problem["field"].as_str(), field, "{problem}");
    assert!(problem["type"].as_str().is_some_and(|kind| kind.starts_with(DOCUMENT)), "{problem}");
    Ok(())
}

/// Every operation of the document: method, path, description.
fn operations(document: &Value) -> Vec<(Method, String, Value)> {
    let paths = document["paths"].as_object().expect("paths");
    let of_path = |(path, item): (&String, &Value)| {
        let found = OPERATIONS.iter().filter_map(|name| Some((*name, item.get(*name)?.clone())));
        let method = |name: &str| name.to_uppercase().parse::<Method>().expect("a method");
        found.map(|(name, operation)| (method(name), path.clone(), operation)).collect::<Vec<_>>()
    };
    paths.iter().flat_map(of_path).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_of_the_document_answers_as_it_says() -> Made {
    let world = World::start().await?;
    let admin = User::sign_in(&world, "admin").await?;
    let document = admin.document().await?;
    assert_eq!(document["openapi"], "3.1.0");
    let operations = operations(&document);
    assert_eq!(operations.len(), 13);
    for (method, path, operation) in operations {
        let url = format!("{}{}", admin.base, path.replace("{stage}", "applicant-new"));
        let is_public = path == DOCUMENT;
        let stranger = admin.http.request(method.clone(), &url).send().await?;
        assert_eq!(stranger.status() == StatusCode::UNAUTHORIZED, !is_public, "{method} {path}");

        let mut request = admin.http.request(method.clone(), &url).header("cookie", &admin.cookie);
        if method != Method::GET {
            let refused = request.try_clone().expect("no stream").send().await?;
            is_problem(refused, 403, None).await?;
            request = request.header("origin", &admin.base).header("x-csrf-token", &admin.csrf);
        }
        if operation.get("requestBody").is_some() {
            request = request.json(&json!({}));
        }
        let answer = request.send().await?;
        let status = answer.status().as_u16().to_string();
        let described = &operation["responses"][&status];
        assert!(described.is_object(), "{method} {path} answered {status}");
        let media_type = header(&answer, "content-type");
        let is_described = described
            .get("content")
            .map_or(media_type.is_empty(), |content| content.get(&media_type).is_some());
        assert!(is_described, "{method} {path} answered {status} with `{media_type}`");
    }
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_document_refers_to_nothing_it_does_not_hold_and_to_all_it_holds() -> Made {
    let world = World::start().await?;
    let document = User::sign_in(&world, "member").await?.document().await?;
    let mut referred = BTreeSet::new();
    references(&document, &mut referred);
    let held: BTreeSet<_> =
        document["components"]["schemas"].as_object().expect("schemas").keys().cloned().collect();
    assert_eq!(referred, held);
    Ok(())
}

fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            let name = fields.get("$ref").and_then(Value::as_str);
            found.extend(name.and_then(|name| name.strip_prefix("#/components/schemas/")).map(str::to_owned));
            fields.values().for_each(|one| references(one, found));
        }
        Value::Array(items) => items.iter().for_each(|one| references(one, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_admin_does_everything_that_the_page_does() -> Made {
    let world = World::start().await?;
    let admin = User::sign_in(&world, "admin").await?;
    let stages: Value = admin.get("/stages").await?.json().await?;
    let new = stages["stages"].as_array().expect("stages").iter().find(|one| one["is_trigger"] == false);
    let new = new.expect("a free stage")["id"].as_str().expect("an id").to_owned();

    let add = admin.change(Method::POST, "/trigger-stages").json(&json!({"stages": [new]}));
    assert_eq!(add.send().await?.status(), StatusCode::NO_CONTENT);
    let overview: Value = admin.get("/overview").await?.json().await?;
    assert_eq!(overview["trigger_stages"].as_array().map(Vec::len), Some(2), "{overview}");
    assert_eq!(overview["connection"]["lever"], "connected");
    let remove = admin.change(Method::DELETE, &format!("/trigger-stages/{new}"));
    assert_eq!(remove.send().await?.status(), StatusCode::NO_CONTENT);

    let id = world.invited("Ada Byron").await?;
    let activity: Value = admin.get("/activity?reason=invited&search=byron").await?.json().await?;
    assert_eq!(activity["lines"][0]["candidate"]["opportunity"], id);
    assert_eq!(activity["lines"][0]["candidate"]["name"], "Ada Byron");
    let why: Value = admin.get(&format!("/why?opportunity={id}")).await?.json().await?;
    assert_eq!(why["answer"], "explained");
    assert_eq!(why["explanation"]["checks"][0]["outcome"], "passed", "{why}");

    for path in ["/webhook", "/subscription"] {
        assert_eq!(admin.change(Method::POST, path).send().await?.status(), StatusCode::NO_CONTENT, "{path}");
    }
    let login: Value = admin.change(Method::POST, "/login").send().await?.json().await?;
    assert!(login["url"].as_str().is_some_and(|url| url.starts_with(&world.local.lever.url())), "{login}");

    let removed: Value = admin.change(Method::DELETE, "/integration").send().await?.json().await?;
    assert_eq!(removed, json!({"leftovers": []}));
    is_problem(admin.get("/stages").await?, 409, None).await?;
    let (_, key) = world.local.qualified.first_team().ok_or("no team")?;
    let key = admin.change(Method::PUT, "/api-key").json(&json!({"api_key": key.expose()}));
    assert_eq!(key.send().await?.status(), StatusCode::NO_CONTENT);
    let overview: Value = admin.get("/overview").await?.json().await?;
    assert_eq!(overview["connection"]["api_key"], "accepted");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_that_make_no_sense_are_refused_by_name() -> Made {
    let world = World::start().await?;
    let admin = User::sign_in(&world, "admin").await?;
    let stages = || admin.change(Method::POST, "/trigger-stages");
    let sent = |body: Value| stages().json(&body).send();
    is_problem(sent(json!({"stages": ["x"], "stage": 1})).await?, 400, Some("stage")).await?;
    is_problem(sent(json!({"stages": "applicant-new"})).await?, 422, Some("stages")).await?;
    is_problem(sent(json!({"stages": []})).await?, 422, Some("stages")).await?;
    is_problem(sent(json!({"stages": ["nowhere"]})).await?, 422, Some("stages")).await?;
    is_problem(sent(json!({"stages": vec!["a"; 51]})).await?, 422, Some("stages")).await?;
    is_problem(sent(json!([])).await?, 400, None).await?;
    let plain = stages().header("content-type", "text/plain").body("{}");
    is_problem(plain.send().await?, 415, None).await?;
    let large = stages().json(&json!({"stages": ["a".repeat(70_000)]}));
    is_problem(large.send().await?, 413, None).await?;
    let key = admin.change(Method::PUT, "/api-key").json(&json!({"api_key": "wrong"}));
    is_problem(key.send().await?, 422, Some("api_key")).await?;
    let stage = admin.change(Method::DELETE, "/trigger-stages/a%20b");
    is_problem(stage.send().await?, 422, Some("stage")).await?;

    for (path, status, field) in [
        ("/activity?reason=nonsense", 422, Some("reason")),
        ("/activity?cursor=nonsense", 422, Some("cursor")),
        ("/activity?page=2", 400, Some("page")),
        ("/activity?reason=invited&reason=started", 400, Some("reason")),
        ("/why", 422, Some("candidate")),
        ("/why?opportunity=a%20b", 422, Some("opportunity")),
        ("/why?candidate=nobody+at+all", 404, None),
        ("/nothing", 404, None),
    ] {
        is_problem(admin.get(path).await?, status, field).await?;
    }
    let patched = admin.change(Method::PATCH, "/overview").send().await?;
    assert_eq!(header(&patched, "allow"), "GET, HEAD");
    is_problem(patched, 405, None).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_an_admin_of_this_session_and_page_changes_anything() -> Made {
    let world = World::start().await?;
    let admin = User::sign_in(&world, "admin").await?;
    let member = User::sign_in(&world, "member").await?;
    let of_member: Value = member.get("/session").await?.json().await?;
    assert_eq!((&of_member["role"], &of_member["csrf"]), (&json!("member"), &Value::Null));
    assert_eq!(member.get("/overview").await?.status(), StatusCode::OK);

    let other = User::sign_in(&world, "admin").await?;
    let remove = |user: &User| user.request(Method::DELETE, "/integration");
    for request in [
        remove(&admin),
        remove(&admin).header("x-csrf-token", &admin.csrf),
        remove(&admin).header("origin", &admin.base),
        remove(&admin).header("origin", &admin.base).header("x-csrf-token", &other.csrf),
        remove(&admin).header("origin", "https://evil.example").header("x-csrf-token", &admin.csrf),
        remove(&member).header("origin", &member.base).header("x-csrf-token", &admin.csrf),
    ] {
        is_problem(request.send().await?, 403, None).await?;
    }
    let overview: Value = admin.get("/overview").await?.json().await?;
    assert_eq!(overview["connection"]["lever"], "connected");
    world.finish().await
}
