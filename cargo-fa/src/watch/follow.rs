//! Follows a file that a game is writing.

use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read as _};
use std::path::Path;
use std::time::Duration;

use framealloc_trace::TraceError;

use super::updates::{Arriving, Over, Teller, Update};

/// How often a file is looked at that has not grown. A game writes ten times a second.
const LOOK_EVERY: Duration = Duration::from_millis(40);

/// How the reading of one file ended.
enum End {
    /// Its path leads to another one: in words.
    Another(String),
    /// It does not decode.
    Wrong(TraceError),
}

/// Reads the file until nobody listens; waits for it where it is missing, and begins anew where it is another one.
pub(super) fn follow(path: &Path, teller: &Teller) -> Result<(), Over> {
    let (mut note, mut wrong) = (None, None);
    let mut waiting = false;
    loop {
        match File::open(path) {
            Ok(file) => {
                waiting = false;
                match read(path, file, note.take(), wrong, teller)? {
                    End::Another(how) => (note, wrong) = (Some(how), None),
                    // A game that was started anew may have written over what was just read: damage is believed when it is
                    // still there the second time.
                    End::Wrong(error) => {
                        note = Some(format!("`{}` is read again: {error}", path.display()));
                        wrong = Some(error);
                    }
                }
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                if !waiting {
                    waiting = true;
                    let gone = note.take().unwrap_or_else(|| format!("`{}` does not exist yet", path.display()));
                    teller.tell(Update::Waiting(gone))?;
                }
                std::thread::sleep(LOOK_EVERY);
            }
            Err(error) => {
                teller.tell(Update::Failed(format!("cannot open `{}`: {error}", path.display())))?;
                std::thread::sleep(LOOK_EVERY);
            }
        }
    }
}

/// Reads one file to its end, and what is added to it, until it is another one, or fails otherwise than it did before.
fn read(
    path: &Path,
    mut file: File,
    note: Option<String>,
    before: Option<TraceError>,
    teller: &Teller,
) -> Result<End, Over> {
    let mut arriving = Arriving::new(note);
    let opened = file.metadata().ok();
    let mut buffer = vec![0; 64 << 10];
    let (mut at, mut told, mut failed) = (0_u64, false, false);
    loop {
        let read = if failed { Ok(0) } else { file.read(&mut buffer) };
        match read {
            Ok(0) => {
                if !told && !failed {
                    told = true;
                    teller.tell(if arriving.has_begun() {
                        Update::CaughtUp
                    } else {
                        Update::Waiting(format!("nothing was recorded to `{}` yet", path.display()))
                    })?;
                }
                std::thread::sleep(LOOK_EVERY);
                if let Some(other) = became_another(path, opened.as_ref(), at) {
                    return Ok(End::Another(other));
                }
            }
            Ok(bytes) => {
                at += bytes as u64;
                told = false;
                if let Err(error) = arriving.take(&buffer[..bytes], teller)? {
                    if before != Some(error) {
                        return Ok(End::Wrong(error));
                    }
                    failed = true;
                    teller.tell(Update::Failed(format!("{}: {error}", path.display())))?;
                }
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => {
                failed = true;
                teller.tell(Update::Failed(format!("cannot read `{}`: {error}", path.display())))?;
            }
        }
    }
}

/// Whether the path leads to something else than what was opened and read up to `at`.
fn became_another(path: &Path, opened: Option<&Metadata>, at: u64) -> Option<String> {
    let name = path.display();
    match path.metadata() {
        Err(error) if error.kind() == ErrorKind::NotFound => Some(format!("`{name}` was removed")),
        // Whatever it is, reading will tell.
        Err(_) => None,
        Ok(now) if opened.is_some_and(|opened| !is_same(opened, &now)) => Some(format!("`{name}` was replaced")),
        Ok(now) if now.len() < at => Some(format!("`{name}` was emptied")),
        Ok(_) => None,
    }
}

#[cfg(unix)]
fn is_same(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Without a number of the file, the time when it was made is what there is.
#[cfg(not(unix))]
fn is_same(one: &Metadata, other: &Metadata) -> bool {
    one.created().ok() == other.created().ok()
}
