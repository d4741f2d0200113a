//! `cargo run -p local`: a kept table serves the next run, and what is printed to play on works.

use std::sync::Arc;

use lever_integration::clock::SystemClock;
use local::guide::CLICKS;
use local::story::Story;
use local::{Error, Local, Options};
use scenarios::{Made, World};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_story_can_be_played_again_on_a_kept_table() -> Made {
    let folder = tempfile::tempdir()?;
    let options = Options { data: Some(folder.path().to_owned()), ..Options::default() };
    for forgotten in [0, 1, 1] {
        let local = Local::start(&options, Arc::new(SystemClock)).await?;
        assert_eq!(local.forgotten, forgotten);
        Story::new(local.scene(), &|_| {}).play().await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_folder_that_cannot_hold_the_table_is_named() -> Made {
    let file = tempfile::NamedTempFile::new()?;
    let options = Options { data: Some(file.path().to_owned()), ..Options::default() };
    let Err(error) = Local::start(&options, Arc::new(SystemClock)).await else {
        return Err("a file was taken for a folder".into());
    };
    assert!(matches!(error, Error::Table(_)));
    assert!(error.to_string().contains(&file.path().display().to_string()), "{error}");
    Ok(())
}

#[tokio::test]
async fn a_port_that_is_taken_says_how_to_get_a_free_one() -> Made {
    let taken = std::net::TcpListener::bind("127.0.0.1:0")?;
    let port = taken.local_addr()?.port();
    for (options, flag) in [
        (Options { port, ..Options::default() }, "`--port 0`"),
        (Options { lever_port: port, ..Options::default() }, "`--lever-port 0`"),
        (Options { qualified_port: port, ..Options::default() }, "`--qualified-port 0`"),
    ] {
        let Err(error) = Local::start(&options, Arc::new(SystemClock)).await else {
            return Err("one port serves twice".into());
        };
        assert!(error.to_string().contains(flag), "{error}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_printed_to_play_on_leads_to_an_invitation() -> Made {
    let world = World::start().await?;
    let printed = local::guide::lines(&world.local).join("\n");
    let (_, key) = world.local.qualified.first_team().ok_or("no team")?;
    assert!(printed.contains(key.expose()), "{printed}");
    let mut id = String::new();
    for click in CLICKS {
        assert!(printed.contains(click.path) && printed.contains(click.body), "{printed}");
        let body: Value = serde_json::from_str(click.body)?;
        let answer = world.local.lever_control().post(&click.path.replace("ID", &id), &body).await?;
        if let Some(created) = answer["id"].as_str().filter(|_| id.is_empty()) {
            id = created.to_owned();
        }
    }
    world.settle().await?;
    let mails = world.local.qualified_control().get("/_sim/mails").await?;
    assert_eq!(
        (&mails[0]["to"], &mails[0]["assessment_title"]),
        (&json!("grace@example.com"), &json!(World::TITLE))
    );
    world.finish().await
}
