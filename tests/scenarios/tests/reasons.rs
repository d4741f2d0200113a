//! Every reason that a candidate is not invited, end to end: no mail, the right reason, no rule broken.

use std::collections::BTreeSet;

use lever_integration::domain::{Outcome, Reason};
use scenarios::calls::refused_address;
use scenarios::{Made, World};
use serde_json::json;

/// Moves one candidate and expects exactly this reason and no mail.
async fn refused(world: &World, wish: serde_json::Value, expected: Reason) -> Made {
    let id = world.candidate("Candidate 1", wish)?;
    world.move_to(&id, World::TRIGGER).await?;
    refused_already(world, &id, expected).await
}

async fn refused_already(world: &World, id: &str, expected: Reason) -> Made {
    assert_eq!(world.reasons(id).await?, [expected]);
    assert_eq!(world.mailed("Candidate 1"), [""; 0]);
    Ok(())
}

macro_rules! cases {
    ($($name:ident: $reason:ident, |$world:ident| $body:expr;)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() -> Made {
                let $world = World::start().await?;
                $body
                $world.finish().await
            }
        )*

        /// The reasons that have a case here.
        const COVERED: &[Reason] = &[$(Reason::$reason),*];
    };
}

cases! {
    a_stage_that_is_no_trigger_stage_invites_nobody: StageNotTrigger, |world| {
        let id = world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
        world.move_to(&id, "Phone screen").await?;
        assert_eq!(world.mailed("Candidate 1"), [""; 0]);
        assert_eq!(world.reasons(&id).await?, []);
    };
    a_candidate_who_moved_on_is_not_invited: MovedOn, |world| {
        let id = world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
        let hold = sim_kit::deliveries::ModeChange { hold: Some(true), ..Default::default() };
        world.local.lever.kit().deliveries.set_mode(hold);
        world.local.lever.move_to(&id, World::TRIGGER, None)?;
        world.local.lever.move_to(&id, "Offer", None)?;
        world.local.lever.kit().deliveries.release(sim_kit::deliveries::Order::AsQueued);
        world.settle().await?;
        refused_already(&world, &id, Reason::MovedOn).await?;
    };
    whoever_was_in_the_stage_before_is_not_invited: EnteredBeforeTrigger, |world| {
        let id = world.candidate("Candidate 1", json!({"tags": [World::TITLE], "stage": "On-site interview"}))?;
        local::connect::add_trigger_stage(&world.local, &world.team, "On-site interview").await?;
        world.forge_stage_change(&id, "On-site interview").await?;
        refused_already(&world, &id, Reason::EnteredBeforeTrigger).await?;
    };
    an_archived_candidate_is_not_invited: Archived, |world| {
        refused(&world, json!({"tags": [World::TITLE], "archived": "Withdrew"}), Reason::Archived).await?;
    };
    an_anonymised_candidate_is_not_invited: Anonymised, |world| {
        refused(&world, json!({"tags": [World::TITLE], "anonymised": true}), Reason::Anonymised).await?;
    };
    a_candidate_without_an_address_is_not_invited: NoEmail, |world| {
        refused(&world, json!({"tags": [World::TITLE], "emails": []}), Reason::NoEmail).await?;
    };
    a_candidate_who_may_not_be_contacted_is_not_invited: ContactNotAllowed, |world| {
        let policy = json!({"store": {"allowed": true}, "contact": {"allowed": false}});
        refused(&world, json!({"tags": [World::TITLE], "dataProtection": policy}), Reason::ContactNotAllowed).await?;
    };
    a_candidate_without_a_title_as_a_tag_is_not_invited: NoMatchingTag, |world| {
        refused(&world, json!({"tags": ["Referral"], "posting": "Backend Engineer"}), Reason::NoMatchingTag).await?;
    };
    a_misspelt_tag_invites_nobody: MisspeltTag, |world| {
        refused(&world, json!({"tags": ["Rust Bascis"]}), Reason::MisspeltTag).await?;
    };
    an_unpublished_assessment_invites_nobody: NotPublished, |world| {
        refused(&world, json!({"tags": ["Unfinished Ideas"]}), Reason::NotPublished).await?;
    };
    a_template_invites_nobody: NotForCandidates, |world| {
        refused(&world, json!({"tags": ["Template: Any Language"]}), Reason::NotForCandidates).await?;
    };
    two_assessments_of_one_title_invite_nobody: AmbiguousTitle, |world| {
        let third = world.local.qualified_control().get("/_sim/state").await?["assessments"][2]["id"].clone();
        let rename = format!("/_sim/assessments/{}/rename", third.as_str().unwrap_or_default());
        world.local.qualified_control().post(&rename, &json!({"title": "rust  basics"})).await?;
        refused(&world, json!({"tags": [World::TITLE]}), Reason::AmbiguousTitle).await?;
    };
    a_candidate_already_invited_is_not_invited_again: AlreadyAssigned, |world| {
        let id = world.invited("Candidate 1").await?;
        world.move_to(&id, "Offer").await?;
        world.move_to(&id, World::TRIGGER).await?;
        assert_eq!(world.reasons(&id).await?, [Reason::AlreadyAssigned, Reason::Invited]);
        assert_eq!(world.mailed("Candidate 1"), [World::TITLE]);
    };
    a_status_tag_from_before_invites_nobody: StatusTagPresent, |world| {
        let tags = json!([World::TITLE, "Rust Basics - Submitted"]);
        refused(&world, json!({"tags": tags}), Reason::StatusTagPresent).await?;
    };
    an_opportunity_that_is_gone_is_let_go: OpportunityGone, |world| {
        let id = world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
        let hold = sim_kit::deliveries::ModeChange { hold: Some(true), ..Default::default() };
        world.local.lever.kit().deliveries.set_mode(hold);
        world.local.lever.move_to(&id, World::TRIGGER, None)?;
        world.local.lever.delete(&id)?;
        world.local.lever.kit().deliveries.release(sim_kit::deliveries::Order::AsQueued);
        world.settle().await?;
        refused_already(&world, &id, Reason::OpportunityGone).await?;
    };
    an_opportunity_that_lever_hides_is_let_go: OpportunityHidden, |world| {
        refused(&world, json!({"tags": [World::TITLE], "confidential": true}), Reason::OpportunityHidden).await?;
    };
    an_address_that_qualified_refuses_is_told: EmailRefused, |world| {
        world.local.qualified.kit().faults.plan(refused_address());
        refused(&world, json!({"tags": [World::TITLE]}), Reason::EmailRefused).await?;
    };
    an_assessment_unpublished_a_moment_ago_is_told: AssessmentRefused, |world| {
        // The list of assessments is fresh in the worker's memory when the title is taken off.
        world.invited("Candidate 2").await?;
        let id = world.first_assessment().await?;
        world.local.qualified.unpublish_assessment(id.as_str()).map_err(|error| error.to_string())?;
        refused(&world, json!({"tags": [World::TITLE]}), Reason::AssessmentRefused).await?;
    };
}

#[test]
fn every_reason_not_to_invite_has_a_case() {
    let covered: BTreeSet<_> = COVERED.iter().collect();
    let needed: BTreeSet<_> =
        Reason::ALL.iter().filter(|reason| reason.outcome() == Outcome::NotInvited).collect();
    assert_eq!(covered, needed);
}
