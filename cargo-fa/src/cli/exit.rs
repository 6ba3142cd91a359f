//! How the program ends: its exit codes, and why a run could not start.

/// Nothing at the level deny.
pub const CLEAN: u8 = 0;
/// Findings at the level deny.
pub const FOUND: u8 = 1;
/// The command line or a file that it names is wrong.
pub const USAGE: u8 = 2;
/// A file could not be analysed, under `--strict`.
pub const INCOMPLETE: u8 = 3;
/// This program failed.
pub const PANIC: u8 = 101;

/// Why a run could not start; each is exit code 2.
#[derive(Clone, Debug)]
pub struct UsageError(pub String);

impl std::fmt::Display for UsageError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for UsageError {}
