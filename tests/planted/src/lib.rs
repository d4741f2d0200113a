//! Bugs of the kind that is made in code like this, to be found by the harness in a copy of the workspace.
//!
//! Each is an edit of one file. In the copy all are planted at once, asleep; `PLANTED=name` wakes one. The service itself
//! knows nothing of this. A test keeps every edit applicable.

mod list;

pub use list::PLANTED;

/// One bug.
#[derive(Debug, Clone, Copy)]
pub struct Planted {
    /// Its name.
    pub name: &'static str,
    /// The file, from `shared/src`.
    pub file: &'static str,
    /// What is there.
    pub find: &'static str,
    /// What is there instead; `BUG` stands for "this one is awake".
    pub plant: &'static str,
}

impl Planted {
    /// The file with the bug in it, asleep; nothing if what it replaces is not there exactly once.
    pub fn plant(&self, text: &str) -> Option<String> {
        let awake = format!("crate::is_planted(\"{}\")", self.name);
        let is_there_once = text.matches(self.find).count() == 1;
        is_there_once.then(|| text.replacen(self.find, &self.plant.replace("BUG", &awake), 1))
    }
}

/// What the copy needs besides, at the end of `lib.rs`.
pub const SWITCH: &str = r#"
/// Which planted bug is awake.
#[expect(clippy::disallowed_methods, reason = "a copy for the harness")]
pub(crate) fn is_planted(name: &str) -> bool {
    static AWAKE: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    AWAKE.get_or_init(|| std::env::var("PLANTED").unwrap_or_default()) == name
}
"#;
