//! The links in mails and notes can be clicked.

use super::{NOBODY, RUST, Sim};

#[tokio::test]
async fn a_candidate_clicks_through_from_the_mail_to_the_submission() {
    let sim = Sim::start().await;
    let ada = sim.invite("ada@example.com", RUST).await;
    let link = format!("{}{}", sim.sim.url(), ada["invitePath"].as_str().unwrap());
    let page = sim.http.get(&link).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("Rust Basics") && page.contains("opened") && page.contains("Start"), "{page}");
    let token = link.split_once("invite=").unwrap().1;
    for (step, shown) in [("start", "started"), ("submit", "submitted")] {
        let url = format!("{}/assess/{RUST}/step", sim.sim.url());
        let pressed = sim.http.post(url).form(&[("invite", token), ("step", step)]).send().await.unwrap();
        assert_eq!(pressed.status(), 303);
        let page = sim.http.get(&link).send().await.unwrap().text().await.unwrap();
        assert!(page.contains(shown), "{page}");
    }
    let person = ada["teamCandidateId"].as_str().unwrap();
    let url = format!("{}/hire/candidates/all/{person}", sim.sim.url());
    let page = sim.http.get(url).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("Rust Basics: submitted, 91.7 %"), "{page}");
    assert!(sim.rules().is_empty());
}

#[tokio::test]
async fn dead_and_unknown_links_say_so() {
    let sim = Sim::start().await;
    let ada = sim.invite("ada@example.com", RUST).await;
    sim.sim.expire_result(ada["assessmentResultId"].as_str().unwrap()).unwrap();
    let dead = ada["invitePath"].as_str().unwrap().to_owned();
    for path in [dead, format!("/assess/{RUST}?invite=none"), format!("/hire/candidates/all/{NOBODY}")] {
        let response = sim.http.get(format!("{}{path}", sim.sim.url())).send().await.unwrap();
        assert_eq!(response.status(), 404, "{path}");
        assert!(response.text().await.unwrap().contains("does not work"));
    }
}
