//! Several opportunities of a person, and a retake that comes between.

use std::time::Duration;

use lever_integration::domain::ResultNews;
use scenarios::calls::INVITE;
use scenarios::{Made, World, new_run};
use sim_kit::faults::{Fault, Mode};

/// So long takes a call that is made slow: much longer than an invitation and a submission.
const SLOW: Duration = Duration::from_secs(3);
/// By then a run that began before is within its slow call.
const MEANWHILE: Duration = Duration::from_millis(300);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_retake_given_while_another_opportunity_is_being_invited_is_followed_by_both() -> Made {
    let world = World::without_deliveries().await?;
    let ((other, moved), run) = (world.moved_in("Candidate 1")?, new_run());
    let delay_ms = u64::try_from(SLOW.as_millis())?;
    world.local.qualified.kit().faults.plan(Fault { delay_ms, ..Fault::new("POST", INVITE, Mode::Delay) });
    let meanwhile = async {
        tokio::time::sleep(MEANWHILE).await;
        let id = world.invited_alone("Candidate 1").await?;
        let first = world.result(&id).await?;
        world.start_result(&first)?;
        world.submit_result(&first).await?;
        let submitted = world.news_of_take(&first, ResultNews::Submitted)?;
        let retake = world.retake_result(&first)?;
        assert!(world.work_off(&submitted).await);
        Made::Ok((id, retake))
    };
    let (invited, made) = tokio::join!(world.local.worker.handle(&moved, &run), meanwhile);
    invited?;
    let (id, retake) = made?;
    assert_eq!(world.result(&other).await?, retake);
    world.start_result(&retake)?;
    assert!(world.work_off(&world.news_of_take(&retake, ResultNews::Started)?).await);
    for opportunity in [&id, &other] {
        assert_eq!(world.result(opportunity).await?, retake);
        assert_eq!(world.tags(opportunity)?, ["Rust Basics - Started"]);
    }
    world.finish().await
}
