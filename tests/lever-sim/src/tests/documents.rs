//! Notes, files and feedback.

use serde_json::{Value, json};

use super::support::*;

fn notes(id: &str) -> String {
    format!("/v1/opportunities/{id}/notes")
}

#[tokio::test]
async fn a_created_note_comes_back_whole_with_its_id_twice() {
    let lab = Lab::start().await;
    let (status, body) = lab.post(&notes(ADA), json!({"value": "Score: 80 %"})).await;
    assert_eq!(status, 201);
    let note = &body["data"];
    assert_eq!((&note["id"], &note["text"], &note["user"]), (&note["noteId"], &json!("Note"), &Value::Null));
    let field = &note["fields"][0];
    assert_eq!(
        (&field["value"], &field["stage"], &field["type"]),
        (&json!("Score: 80 %"), &json!("applicant-new"), &json!("note"))
    );
    let read = lab.data(&format!("{}/{}", notes(ADA), note["id"].as_str().unwrap())).await;
    assert!(read.get("noteId").is_none());
    let (_, signed) =
        lab.post(&format!("{}?perform_as={MEMBER}", notes(ADA)), json!({"value": "x", "secret": true})).await;
    assert_eq!((&signed["data"]["user"], &signed["data"]["secret"]), (&json!(MEMBER), &json!(true)));
    assert_eq!(lab.data(&notes(ADA)).await.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_repeated_note_is_written_twice() {
    let lab = Lab::start().await;
    for _ in 0..2 {
        assert_eq!(lab.post(&notes(ADA), json!({"value": "same"})).await.0, 201);
    }
    assert_eq!(lab.sim.notes(ADA).unwrap(), ["same", "same"]);
}

#[tokio::test]
async fn threads_grow_and_only_api_notes_can_be_replaced_or_deleted() {
    let lab = Lab::start().await;
    let (_, body) = lab.post(&notes(ADA), json!({"value": "first"})).await;
    let id = body["data"]["noteId"].as_str().unwrap().to_owned();
    let (status, thread) =
        lab.post(&format!("{}?note_id={id}", notes(ADA)), json!({"value": "second"})).await;
    assert_eq!((status, thread["data"]["fields"].as_array().unwrap().len()), (201, 2));
    let url = format!("{}/{id}", notes(ADA));
    let (status, replaced) = lab.put(&url, json!({"values": [{"value": "only"}]})).await;
    assert_eq!((status, replaced["data"]["fields"].as_array().unwrap().len()), (200, 1));
    let by_user = lab.sim.write_note(ADA, "mine", None).unwrap();
    let foreign = format!("{}/{by_user}", notes(ADA));
    assert_eq!(lab.put(&foreign, json!({"values": [{"value": "x"}]})).await.0, 403);
    assert_eq!(lab.delete(&foreign).await.0, 403);
    assert_eq!(lab.delete(&url).await, (204, json!("")));
    assert_eq!(lab.get(&url).await.0, 404);
    assert_eq!(lab.sim.notes(ADA).unwrap(), ["mine"]);
}

#[tokio::test]
async fn a_note_may_come_as_a_form_and_must_be_sensible() {
    let lab = Lab::start().await;
    let form = [("value", "by form"), ("secret", "true")];
    let request = lab.http.post(lab.url(&notes(ADA))).bearer_auth(&lab.token).form(&form);
    assert_eq!(request.send().await.unwrap().status(), 201);
    let future = lab.sim.kit().clock.now_ms() + 60_000;
    for bad in
        [json!({"value": ""}), json!({"value": "x", "score": 5}), json!({"value": "x", "createdAt": future})]
    {
        assert_eq!(lab.post(&notes(ADA), bad.clone()).await.0, 400, "{bad}");
    }
    assert_eq!(lab.sim.notes(ADA).unwrap(), ["by form"]);
}

async fn upload(lab: &Lab, query: &str, name: &str, content: &str) -> (u16, Value) {
    let body = format!(
        "--Xy\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{content}\r\n--Xy--\r\n"
    );
    let url = lab.url(&format!("/v1/opportunities/{ADA}/files{query}"));
    let request = lab.http.post(url).bearer_auth(&lab.token).body(body);
    let response = request.header("content-type", "multipart/form-data; boundary=Xy").send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

#[tokio::test]
async fn files_are_uploaded_listed_downloaded_and_deleted() {
    let lab = Lab::start().await;
    let as_admin = format!("?perform_as={ADMIN}");
    let (status, body) = upload(&lab, &as_admin, "report.pdf", "%PDF").await;
    assert_eq!(status, 201, "{body}");
    let file = &body["data"];
    assert_eq!(
        (&file["ext"], &file["size"], &file["status"]),
        (&json!(".pdf"), &json!(4), &json!("processed"))
    );
    let url = format!("/v1/opportunities/{ADA}/files/{}", file["id"].as_str().unwrap());
    assert_eq!(lab.get(&format!("{url}/download")).await, (200, json!("%PDF")));
    assert_eq!(lab.data(&format!("/v1/opportunities/{ADA}/files")).await[0]["name"], "report.pdf");
    assert_eq!(upload(&lab, &as_admin, "evil.exe", "MZ").await.0, 400);
    assert_eq!(upload(&lab, "", "report.pdf", "%PDF").await.0, 400, "perform_as is required");
    assert_eq!(lab.delete(&format!("{url}{as_admin}")).await.0, 204);
    assert_eq!(lab.get(&url).await.0, 404);
    lab.switch(json!({"file_status": "error"}));
    let (_, broken) = upload(&lab, &as_admin, "broken.pdf", "?").await;
    let url = format!("/v1/opportunities/{ADA}/files/{}/download", broken["data"]["id"].as_str().unwrap());
    assert_eq!(lab.get(&url).await.0, 422);
}

#[tokio::test]
async fn feedback_follows_its_template() {
    let lab = Lab::start().await;
    let template = json!({"text": "Assessment", "fields": [
        {"type": "score-system", "text": "Rating", "required": true}, {"type": "textarea", "text": "Result"}]});
    let (status, body) = lab.post("/v1/feedback_templates", template).await;
    assert_eq!(status, 201, "{body}");
    let (id, field) = (&body["data"]["id"], &body["data"]["fields"][0]["id"]);
    assert_eq!(lab.post("/v1/feedback_templates", json!({"text": "x", "fields": []})).await.0, 400);
    let url = format!("/v1/opportunities/{ADA}/feedback");
    let form = |score: &str| json!({"baseTemplateId": id, "fieldValues": [{"id": field, "value": score}]});
    let (status, made) = lab.post(&format!("{url}?perform_as={ADMIN}"), form("3 - Hire")).await;
    assert_eq!(status, 201, "{made}");
    assert_eq!(made["data"]["fields"][0]["value"], "3 - Hire");
    assert_eq!(lab.post(&format!("{url}?perform_as={ADMIN}"), form("splendid")).await.0, 400);
    assert_eq!(lab.post(&url, form("3 - Hire")).await.0, 400, "perform_as is required");
    let one = format!("{url}/{}", made["data"]["id"].as_str().unwrap());
    let change = json!({"fieldValues": [{"id": field, "value": "4 - Strong Hire"}]});
    let (_, internal) = lab.put(&format!("{one}?perform_as={ADMIN}"), change).await;
    assert!(internal["data"]["accountId"].is_string() && internal["data"].get("fields").is_none());
    assert_eq!(lab.data(&one).await["fields"][0]["value"], "4 - Strong Hire");
    assert_eq!(lab.data(&url).await.as_array().unwrap().len(), 1);
    assert_eq!(lab.delete(&format!("{one}?perform_as={ADMIN}")).await.0, 204);
    assert_eq!(lab.delete(&format!("/v1/feedback_templates/{}", id.as_str().unwrap())).await.0, 204);
    assert_eq!(lab.data("/v1/feedback_templates").await, json!([]));
}
