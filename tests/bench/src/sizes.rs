//! The size of what is uploaded for each function.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use lambda::Program;

use crate::Error;
use crate::report::{Limit, Report, Row};

/// What a zip says about a file beside its content, with the name `bootstrap` (ZIP: APPNOTE 4.3, 4.4): the
/// local header, the central one and the end.
const ZIP_FRAME: usize = 30 + 46 + 22 + 2 * "bootstrap".len();

/// The zip of each function; the release profile strips the programs.
pub(crate) fn measure(report: &mut Report) -> Result<(), Error> {
    for program in Program::ALL {
        let path = program.path()?;
        let failed = |error: std::io::Error| Error::Failed(format!("{}: {error}", path.display()));
        let bytes = std::fs::read(&path).map_err(failed)?;
        let mut deflated = DeflateEncoder::new(Vec::new(), Compression::best());
        deflated.write_all(&bytes).map_err(failed)?;
        let size = deflated.finish().map_err(failed)?.len() + ZIP_FRAME;
        report.add(
            Row::figure(format!("zip of {}", program.name()), megabytes(size), "MB")
                .limit(Limit::Most(3.0), "TLS, the SDK and the HTTP client: docs/decisions/0011"),
        );
    }
    Ok(())
}

fn megabytes(bytes: usize) -> f64 {
    f64::from(u32::try_from(bytes).unwrap_or(u32::MAX)) / 1e6
}
