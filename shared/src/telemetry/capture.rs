//! Catches log lines, so that a test can prove what is not in them.

use std::io;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use serde_json::Value;
use tracing::Dispatch;
use tracing::subscriber::DefaultGuard;

use super::{Format, subscriber};

/// Somebody else who listens, for as long as the process lives. While there is a single one, `tracing` asks the thread
/// that first comes past a line whether anybody wants it, and believes one that catches nothing for all others.
static LISTENER: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(tracing_subscriber::registry()));

/// Catches the lines of the present thread until dropped, at the most talkative filter there is.
///
/// A `#[tokio::test]` runs all its tasks on its own thread unless it asks for several.
pub fn capture() -> Capture {
    LazyLock::force(&LISTENER);
    let lines = Lines::default();
    let writer = lines.clone();
    let guard = tracing::subscriber::set_default(subscriber(Format::Json, "trace", move || writer.clone()));
    Capture { lines, _guard: guard }
}

/// The lines caught so far.
pub struct Capture {
    lines: Lines,
    _guard: DefaultGuard,
}

impl Capture {
    /// All lines as they were written.
    pub fn text(&self) -> String {
        let bytes = self.lines.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Each line as JSON; a line that is none is null.
    pub fn lines(&self) -> Vec<Value> {
        self.text().lines().map(|line| serde_json::from_str(line).unwrap_or_default()).collect()
    }

    /// The closing lines.
    pub fn closings(&self) -> Vec<Value> {
        self.lines().into_iter().filter(|line| line["message"] == "closed").collect()
    }
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
