//! The functions of a file, read or parsed when somebody asks for what is in them.

use std::path::PathBuf;
use std::sync::OnceLock;

use super::Refused;
use super::key::Key;
use super::macros::FileMacros;
use super::part::Part;
use super::tables::{Rows, Tables};

/// The tables of functions, whose rows are counted on from those outside of functions.
///
/// They may still be bytes of the cache or not even be parsed: into most functions of a library nobody looks.
#[derive(Debug, Default)]
pub(crate) struct Bodies {
    tables: OnceLock<Result<Tables, Refused>>,
    later: Later,
}

#[derive(Debug, Default)]
enum Later {
    #[default]
    Nothing,
    Unread(Box<Unread>),
}

/// A file of which the functions are still to be read or parsed.
#[derive(Debug)]
pub(crate) struct Unread {
    pub(crate) path: PathBuf,
    /// That of the text of which the rest is known.
    pub(crate) key: Key,
    /// How many rows there are outside of its functions.
    pub(crate) outside: Rows,
    /// What it calls of the macros of the workspace.
    pub(super) macros: Option<FileMacros>,
    /// What a pack has of the functions.
    pub(super) stored: Option<Part>,
}

impl Bodies {
    pub(crate) fn read(tables: Tables) -> Self {
        Self { tables: OnceLock::from(Ok(tables)), later: Later::Nothing }
    }

    pub(super) fn unread(file: Unread) -> Self {
        Self { tables: OnceLock::new(), later: Later::Unread(Box::new(file)) }
    }

    /// Reads them if nobody has yet; empty if they cannot be read.
    pub(crate) fn tables(&self) -> &Tables {
        static NOTHING: Tables = Tables::new();
        let tables = self.tables.get_or_init(|| match &self.later {
            Later::Nothing => Ok(Tables::default()),
            Later::Unread(file) => {
                file.stored.as_ref().and_then(Part::tables).map_or_else(|| super::parse_bodies(file), Ok)
            }
        });
        tables.as_ref().unwrap_or(&NOTHING)
    }

    /// Them, unless they would have to be read first.
    pub(crate) fn known(&self) -> Option<&Tables> {
        match &self.later {
            Later::Nothing => Some(self.tables()),
            Later::Unread(_) => self.tables.get()?.as_ref().ok(),
        }
    }

    /// Why the functions could not be read, if somebody wanted to know what is in them.
    pub(crate) fn refused(&self) -> Option<&Refused> {
        self.tables.get()?.as_ref().err()
    }

    /// Whether nobody has wanted to know yet what is in them, and they are still to be parsed.
    pub(crate) fn are_unread(&self) -> bool {
        matches!(&self.later, Later::Unread(file) if file.stored.is_none()) && self.tables.get().is_none()
    }
}

impl PartialEq for Bodies {
    fn eq(&self, other: &Self) -> bool {
        self.tables() == other.tables() && self.refused() == other.refused()
    }
}
