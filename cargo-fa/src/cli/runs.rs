//! Recordings and snapshots that a command line names.

use std::path::{Path, PathBuf};

use super::exit::UsageError;
use crate::evidence::Runs;

/// Reads them; `None` if none is named.
pub(super) fn read_runs(current: &Path, files: &[PathBuf]) -> Result<Option<Runs>, UsageError> {
    if files.is_empty() {
        return Ok(None);
    }
    let mut runs = Runs::default();
    for file in files {
        let wrong = |error: &dyn std::fmt::Display| UsageError(format!("{}: {error}", file.display()));
        let bytes = std::fs::read(current.join(file)).map_err(|error| wrong(&error))?;
        let name = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy();
        runs.add(&name, &bytes).map_err(|error| wrong(&error))?;
    }
    if runs.frames == 0 {
        return Err(UsageError(format!("{}: no frame was recorded", runs.describe())));
    }
    Ok(Some(runs))
}
