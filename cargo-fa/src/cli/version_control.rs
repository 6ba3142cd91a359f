//! What version control says before files are changed: `--fix` must not mix its edits with those of a person.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::exit::UsageError;

/// What does not keep `--fix` from changing files, as `cargo fix` has it.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub struct Allowed {
    /// With --fix: change files even if some have changes that are not committed
    #[arg(long, requires = "fix", help_heading = "Baseline and fixes")]
    pub allow_dirty: bool,
    /// With --fix: change files even if some have changes that are only staged
    #[arg(long, requires = "fix", help_heading = "Baseline and fixes")]
    pub allow_staged: bool,
    /// With --fix: change files that are under no version control
    #[arg(long, requires = "fix", help_heading = "Baseline and fixes")]
    pub allow_no_vcs: bool,
}

/// What tells that a directory is under version control.
const MARKS: [&str; 6] = [".git", ".jj", ".hg", ".pijul", ".fslckout", "_FOSSIL_"];

/// How many files a message names.
const NAMED: usize = 5;

/// Refuses to go on where a person could not tell the edits from their own.
///
/// # Errors
/// There is no version control, git cannot be asked, or files have changes, and that is not allowed.
pub(super) fn check(root: &Path, allowed: Allowed) -> Result<(), UsageError> {
    let Some(mark) = MARKS.into_iter().find(|mark| above(root, mark).is_some()) else {
        if allowed.allow_no_vcs {
            return Ok(());
        }
        return Err(UsageError(format!(
            "{} is under no version control, so that what --fix changes could not be undone; commit it, or pass --allow-no-vcs",
            root.display()
        )));
    };
    if mark != ".git" || (allowed.allow_dirty && allowed.allow_staged) {
        // Only git is asked about changes, as cargo does.
        return Ok(());
    }
    let (dirty, staged) = changed(root)?;
    let dirty = if allowed.allow_dirty { Vec::new() } else { dirty };
    let staged = if allowed.allow_dirty || allowed.allow_staged { Vec::new() } else { staged };
    if dirty.is_empty() && staged.is_empty() {
        return Ok(());
    }
    let named = dirty.iter().map(|file| format!("  {file} (dirty)"));
    let named: Vec<String> = named.chain(staged.iter().map(|file| format!("  {file} (staged)"))).collect();
    let more = named.len().saturating_sub(NAMED);
    let rest = if more > 0 { format!("\n  and {more} more") } else { String::new() };
    Err(UsageError(format!(
        "--fix could mix its changes with yours; commit these files, or pass --allow-dirty or --allow-staged:\n{}{rest}",
        named[..named.len().min(NAMED)].join("\n")
    )))
}

/// The nearest directory at or above `from` that holds something.
pub(super) fn above(from: &Path, name: &str) -> Option<PathBuf> {
    from.ancestors().find(|directory| directory.join(name).exists()).map(Path::to_owned)
}

/// The files that git has changes of: in the working tree, and in the index alone.
fn changed(root: &Path) -> Result<(Vec<String>, Vec<String>), UsageError> {
    let output = Command::new("git")
        .args(["status", "--porcelain=v1", "-z", "--untracked-files=normal", "--no-renames"])
        .current_dir(root)
        .output()
        .map_err(|error| UsageError(format!("git cannot be asked about changes ({error}); pass --allow-dirty")))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(UsageError(format!("git cannot be asked about changes ({said}); pass --allow-dirty")));
    }
    let (mut dirty, mut staged) = (Vec::new(), Vec::new());
    for entry in String::from_utf8_lossy(&output.stdout).split('\0').filter(|entry| entry.len() > 3) {
        let (state, file) = entry.split_at(3);
        if state.as_bytes()[1] == b' ' {
            staged.push(file.to_owned());
        } else {
            dirty.push(file.to_owned());
        }
    }
    Ok((dirty, staged))
}
