//! The programs of the functions, built from this workspace.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use crate::Error;

/// A function's program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Program {
    /// Takes in Lever's deliveries.
    StageChangeWebhook,
    /// Takes in Qualified's deliveries.
    AssessmentEvents,
    /// Works through the queue.
    Worker,
    /// Serves the page.
    IntegrationsPage,
    /// Ends a login.
    OauthCallback,
    /// Compares with Lever and Qualified from time to time.
    Reconciler,
}

impl Program {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::StageChangeWebhook,
        Self::AssessmentEvents,
        Self::Worker,
        Self::IntegrationsPage,
        Self::OauthCallback,
        Self::Reconciler,
    ];

    /// The name of its package and binary.
    pub fn name(self) -> &'static str {
        match self {
            Self::StageChangeWebhook => "stage-change-webhook",
            Self::AssessmentEvents => "assessment-events",
            Self::Worker => "worker",
            Self::IntegrationsPage => "integrations-page",
            Self::OauthCallback => "oauth-callback",
            Self::Reconciler => "reconciler",
        }
    }

    /// How long Lambda lets it take for an event: `Timeout` in the template.
    pub fn timeout(self) -> Duration {
        Duration::from_secs(match self {
            Self::StageChangeWebhook | Self::AssessmentEvents => 10,
            Self::IntegrationsPage | Self::OauthCallback => 29,
            Self::Worker => 60,
            Self::Reconciler => 5 * 60,
        })
    }

    /// Where it is, up to date: cargo is asked once to build what changed.
    ///
    /// # Errors
    /// When it cannot be built.
    pub fn path(self) -> Result<PathBuf, Error> {
        static FOLDER: OnceLock<Result<PathBuf, String>> = OnceLock::new();
        let packages = Self::ALL.into_iter().flat_map(|program| ["--package", program.name()]);
        let built = FOLDER.get_or_init(|| build(&packages.collect::<Vec<_>>()));
        Ok(built.clone().map_err(Error::Programs)?.join(self.name()))
    }
}

/// Builds another program of this workspace like those of the functions; where it is.
///
/// # Errors
/// When it cannot be built.
pub fn build_binary(package: &str, binary: &str) -> Result<PathBuf, Error> {
    let folder = build(&["--package", package, "--bin", binary]).map_err(Error::Programs)?;
    Ok(folder.join(binary))
}

/// Builds programs with the profile this program was built with; the folder they are in.
fn build(what: &[&str]) -> Result<PathBuf, String> {
    let running = std::env::current_exe().map_err(|error| error.to_string())?;
    let folder = running
        .ancestors()
        .find(|folder| folder.file_name().is_some_and(|name| name == "debug" || name == "release"))
        .ok_or("not run from a target folder")?;
    let target = folder.parent().ok_or("no target folder")?;
    let mut cargo = Command::new(option_env!("CARGO").unwrap_or("cargo"));
    cargo.arg("build").arg("--quiet").arg("--target-dir").arg(target);
    if folder.ends_with("release") {
        cargo.arg("--release");
    }
    cargo.args(what);
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR"));
    let built = cargo.current_dir(workspace).status().map_err(|error| format!("cargo: {error}"))?;
    if built.success() { Ok(folder.to_owned()) } else { Err("cargo could not build them".to_owned()) }
}
