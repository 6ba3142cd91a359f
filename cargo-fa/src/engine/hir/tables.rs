//! Where the facts of a file lie: tables whose rows name each other by index.

use serde::{Deserialize, Serialize};

use super::ir::{Expansion, Expr, Pat, Path, Span, Type};

/// What nodes name by index.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Tables {
    pub(crate) names: Names,
    pub(crate) paths: Vec<Path>,
    pub(crate) types: Vec<Type>,
    pub(crate) pats: Vec<Pat>,
    pub(crate) exprs: Vec<Expr>,
    /// Where functions include files as values or statements: what these say is not read.
    pub(crate) included: Vec<Span>,
    /// Calls of macros of the workspace, outermost ones.
    pub(crate) expansions: Vec<Expansion>,
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
        fit(&mut self.expansions);
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

impl Tables {
    pub(super) const fn new() -> Self {
        let names = Names { text: String::new(), ends: Vec::new() };
        Self {
            names,
            paths: Vec::new(),
            types: Vec::new(),
            pats: Vec::new(),
            exprs: Vec::new(),
            included: Vec::new(),
            expansions: Vec::new(),
        }
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

    /// All of them, one after the other.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|index| self.at(index))
    }
}
