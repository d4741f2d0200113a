//! The programs of the functions, built from this workspace.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

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
}

impl Program {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::StageChangeWebhook,
        Self::AssessmentEvents,
        Self::Worker,
        Self::IntegrationsPage,
        Self::OauthCallback,
    ];

    /// The name of its package and binary.
    pub fn name(self) -> &'static str {
        match self {
            Self::StageChangeWebhook => "stage-change-webhook",
            Self::AssessmentEvents => "assessment-events",
            Self::Worker => "worker",
            Self::IntegrationsPage => "integrations-page",
            Self::OauthCallback => "oauth-callback",
        }
    }

    /// Where it is, up to date: cargo is asked once to build what changed.
    ///
    /// # Errors
    /// When it cannot be built.
    pub fn path(self) -> Result<PathBuf, Error> {
        static FOLDER: OnceLock<Result<PathBuf, String>> = OnceLock::new();
        let folder = FOLDER.get_or_init(build).clone().map_err(Error::Programs)?;
        Ok(folder.join(self.name()))
    }
}

/// Builds all programs with the profile this program was built with; the folder they are in.
fn build() -> Result<PathBuf, String> {
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
    for program in Program::ALL {
        cargo.args(["--package", program.name()]);
    }
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR"));
    let built = cargo.current_dir(workspace).status().map_err(|error| format!("cargo: {error}"))?;
    if built.success() { Ok(folder.to_owned()) } else { Err("cargo could not build them".to_owned()) }
}
