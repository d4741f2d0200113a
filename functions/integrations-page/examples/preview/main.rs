//! Writes every page with sample models to a folder, to be looked at in a browser.
//!
//! `cargo run -p integrations-page --example preview -- FOLDER`. The files stand beside the assets, so
//! the links to style sheet, script and icon are made relative; nothing else differs from what is served.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use integrations_page::{assets, paths};

mod samples;

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: preview FOLDER");
        return ExitCode::FAILURE;
    };
    match write_all(&folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the pages cannot be written: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write_all(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for asset in [assets::style(), assets::script(), assets::icon()] {
        std::fs::write(folder.join(asset.path.trim_start_matches(paths::ASSETS)), asset.body)?;
    }
    for (name, markup) in samples::all_pages() {
        let html = markup.into_string().replace(paths::ASSETS, "");
        std::fs::write(folder.join(format!("{name}.html")), html)?;
        println!("{name}.html");
    }
    Ok(())
}
