//! The same intake in Node.js and Python, as it is usually written: the AWS SDK, and a loop over the Runtime API.
//!
//! Same calls in the same order: read the team, check the signature, leave out what is no trigger stage, look
//! whether the event was handled, send. The peers need not unseal the signature token, since theirs lies open.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use aws_sdk_dynamodb::types::AttributeValue;
use lever_integration::domain::{SignatureToken, UrlKey};
use local::table::TABLE_NAME;

use crate::Error;
use crate::deliveries::Addressee;
use crate::report::say;
use crate::world::World;

/// A language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Peer {
    /// Node.js with version 3 of the SDK, bundled and minified.
    Node,
    /// Python with boto3.
    Python,
}

impl Peer {
    /// All of them.
    pub(crate) const ALL: [Self; 2] = [Self::Node, Self::Python];

    /// What it is called in the table.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Node => "Node.js, queued",
            Self::Python => "Python, queued",
        }
    }
}

/// Makes a peer ready: what starts it, and a team whose items it can read; nothing if it cannot be had here.
pub(crate) async fn prepare(peer: Peer, world: &World) -> Result<Option<(Vec<OsString>, Addressee)>, Error> {
    let command = match peer {
        Peer::Node => node(),
        Peer::Python => python(),
    };
    match command {
        Some(command) => Ok(Some((command, team(world).await?))),
        None => Ok(None),
    }
}

/// A team with the items that intake reads, in the same table.
async fn team(world: &World) -> Result<Addressee, Error> {
    let id = "650000000000000000000bee";
    let to = Addressee {
        team: id.parse().map_err(|_| Error::Failed("no team id".to_owned()))?,
        url_key: UrlKey::new("url-key".repeat(6)),
        signature_token: SignatureToken::new("signature".repeat(6)),
        trigger_stage: world.addressee.trigger_stage.clone(),
    };
    let stage = format!("STAGE#{}", to.trigger_stage);
    let webhook = AttributeValue::M(
        [("signature_token".to_owned(), text(to.signature_token.expose()))].into_iter().collect(),
    );
    let items = [
        ("TEAM", Some(("lever_url_key", text(to.url_key.expose())))),
        ("LEVER", Some(("webhook", webhook))),
        (stage.as_str(), None),
    ];
    for (sk, attribute) in items {
        let put = world.stack.table_client().put_item().table_name(TABLE_NAME);
        let mut put = put.item("pk", text(&format!("TEAM#{id}"))).item("sk", text(sk));
        if let Some((name, value)) = attribute {
            put = put.item(name, value);
        }
        put.send().await.map_err(|error| Error::Failed(format!("items of the peers: {error}")))?;
    }
    Ok(to)
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

/// `npm ci`, once, and the bundle.
fn node() -> Option<Vec<OsString>> {
    let folder = folder("node");
    once(&folder.join("node_modules/.ready"), || {
        say("npm ci in peers/node");
        runs(Command::new("npm").args(["ci", "--silent", "--no-fund", "--no-audit"]).current_dir(&folder))
    })?;
    runs(Command::new("npm").args(["run", "--silent", "bundle"]).current_dir(&folder))?;
    Some(vec![found("node")?.into_os_string(), folder.join("bundle/index.js").into_os_string()])
}

/// A virtual environment, once.
fn python() -> Option<Vec<OsString>> {
    let folder = folder("python");
    let interpreter = folder.join(".venv/bin/python");
    once(&folder.join(".venv/.ready"), || {
        say("pip install in peers/python");
        runs(Command::new("python3").args(["-m", "venv", ".venv"]).current_dir(&folder))?;
        let install = ["-m", "pip", "install", "--quiet", "--requirement", "requirements.txt"];
        runs(Command::new(&interpreter).args(install).current_dir(&folder))
    })?;
    Some(vec![interpreter.into_os_string(), folder.join("handler.py").into_os_string()])
}

/// Does it unless `marker` says that it was done to the end.
fn once(marker: &Path, work: impl FnOnce() -> Option<()>) -> Option<()> {
    if marker.is_file() {
        return Some(());
    }
    work()?;
    std::fs::write(marker, "").ok()
}

fn folder(peer: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("peers").join(peer)
}

/// Where a program is, asked of the shell: the measured process gets no `PATH`.
fn found(program: &str) -> Option<PathBuf> {
    let asked = Command::new("sh").args(["-c", &format!("command -v {program}")]).output().ok()?;
    let path = String::from_utf8(asked.stdout).ok()?;
    (!path.trim().is_empty()).then(|| PathBuf::from(path.trim()))
}

fn runs(command: &mut Command) -> Option<()> {
    match command.status() {
        Ok(status) if status.success() => Some(()),
        Ok(_) | Err(_) => None,
    }
}
