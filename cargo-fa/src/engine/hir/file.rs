//! The facts of one file, whole or with functions that are still to be read.

use serde::{Deserialize, Serialize};

use super::Refused;
use super::bodies::Bodies;
use super::ir::{
    Attrs, Expansion, Expr, ExprId, ExprKind, Item, ItemId, Name, Pat, PatId, Path, PathId, Span, Type, TypeId,
};
use super::tables::Tables;
use crate::model::suppress::Comment;

/// Everything about one file.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct FileFacts {
    /// What is outside of functions.
    pub(crate) outside: Tables,
    /// Stored apart: of most files nobody looks into the functions.
    #[serde(skip)]
    pub(crate) bodies: Bodies,
    pub(crate) items: Vec<Item>,
    /// Attributes of the file itself (`#![…]`).
    pub(crate) attrs: Attrs,
    /// How many lines it has.
    pub(crate) lines: u32,
    /// Comments that may suppress findings.
    pub(crate) comments: Vec<Comment>,
    /// Items that do not parse, which are left out.
    pub(crate) broken: Vec<Refused>,
}

impl FileFacts {
    pub(crate) fn name(&self, name: Name) -> &str {
        let outside = &self.outside.names;
        let at = name.0 as usize;
        match at.checked_sub(outside.len()) {
            None => outside.at(at),
            Some(at) => self.bodies.tables().names.at(at),
        }
    }

    /// Every name and text, those of functions included.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.outside.names.iter().chain(self.bodies.tables().names.iter())
    }

    /// The macro of the workspace around a place.
    pub(crate) fn expansion_at(&self, span: Span) -> Option<&Expansion> {
        let mut all = self.outside.expansions.iter().chain(&self.bodies.tables().expansions);
        all.rfind(|call| call.failed.is_none() && call.span.lo <= span.lo && span.hi <= call.span.hi)
    }

    /// Calls of macros of the workspace that could not be expanded, as far as they were read.
    pub(crate) fn unexpanded(&self) -> impl Iterator<Item = &Expansion> {
        let bodies = self.bodies.known().into_iter().flat_map(|tables| &tables.expansions);
        self.outside.expansions.iter().chain(bodies).filter(|call| call.failed.is_some())
    }

    pub(crate) fn path(&self, path: PathId) -> &Path {
        row(&self.outside.paths, path.0, || &self.bodies.tables().paths)
            .expect("paths are named by what was read with them")
    }

    pub(crate) fn ty(&self, ty: TypeId) -> &Type {
        row(&self.outside.types, ty.0, || &self.bodies.tables().types)
            .expect("types are named by what was read with them")
    }

    pub(crate) fn pat(&self, pat: PatId) -> &Pat {
        row(&self.outside.pats, pat.0, || &self.bodies.tables().pats).unwrap_or(&Pat::Wild)
    }

    pub(crate) fn expr(&self, expr: ExprId) -> &Expr {
        row(&self.outside.exprs, expr.0, || &self.bodies.tables().exprs).unwrap_or(&NOTHING)
    }

    pub(crate) fn item(&self, item: ItemId) -> &Item {
        &self.items[item.0 as usize]
    }
}

/// A row of the first table or, counted on, of the second.
fn row<'f, R>(outside: &'f [R], at: u32, bodies: impl FnOnce() -> &'f Vec<R>) -> Option<&'f R> {
    let at = at as usize;
    match at.checked_sub(outside.len()) {
        None => outside.get(at),
        Some(at) => bodies().get(at),
    }
}

/// What stands where a body could not be read.
static NOTHING: Expr = Expr { span: Span { lo: 0, hi: 0 }, kind: ExprKind::Missing };
