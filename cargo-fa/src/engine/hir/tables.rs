//! Where the facts of a file lie: one set of tables for what is outside of functions, one for what functions consist of.

use std::path::PathBuf;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::Refused;
use super::cache::Key;
use super::ir::{Expr, Pat, Path, Type};
use super::pack::Part;

/// What nodes name by index.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Tables {
    pub(crate) names: Names,
    pub(crate) paths: Vec<Path>,
    pub(crate) types: Vec<Type>,
    pub(crate) pats: Vec<Pat>,
    pub(crate) exprs: Vec<Expr>,
}

/// How many rows the tables have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rows {
    pub(crate) names: u32,
    pub(crate) paths: u32,
    pub(crate) types: u32,
    pub(crate) pats: u32,
    pub(crate) exprs: u32,
}

impl Tables {
    pub(crate) fn rows(&self) -> Rows {
        let rows = super::offset;
        Rows {
            names: rows(self.names.len()),
            paths: rows(self.paths.len()),
            types: rows(self.types.len()),
            pats: rows(self.pats.len()),
            exprs: rows(self.exprs.len()),
        }
    }

    /// Gives back what the tables have grown beyond their rows: they stay until the end of the analysis, and what they
    /// leave is used for the next file.
    pub(super) fn fit(&mut self) {
        self.names.text = self.names.text.as_str().into();
        fit(&mut self.names.ends);
        fit(&mut self.paths);
        fit(&mut self.types);
        fit(&mut self.pats);
        fit(&mut self.exprs);
    }
}

/// `shrink_to_fit` leaves memory in place that is less than twice too large.
pub(super) fn fit<R>(rows: &mut Vec<R>) {
    if rows.capacity() > rows.len() {
        let mut exact = Vec::with_capacity(rows.len());
        exact.append(rows);
        *rows = exact;
    }
}

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

impl Tables {
    const fn new() -> Self {
        let names = Names { text: String::new(), ends: Vec::new() };
        Self { names, paths: Vec::new(), types: Vec::new(), pats: Vec::new(), exprs: Vec::new() }
    }
}

/// Texts in one piece of memory.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Names {
    text: String,
    /// Where each ends; it starts where the one before it ends.
    ends: Vec<u32>,
}

impl Names {
    pub(crate) fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(super::offset(self.text.len()));
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn at(&self, index: usize) -> &str {
        let from = if index == 0 { 0 } else { self.ends[index - 1] as usize };
        &self.text[from..self.ends[index] as usize]
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|index| self.at(index))
    }
}
