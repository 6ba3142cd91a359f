//! What a rule says about itself.

use super::{Context, Occurrence};
use crate::model::finding::Finding;

/// Who finds a code, and how.
pub(super) enum Finder {
    /// It is asked about each event of each function.
    Event(fn(&Context<'_, '_>, &Occurrence<'_>) -> Option<Finding>),
    /// It is asked once about the whole program.
    Program(fn(&Context<'_, '_>, &mut Vec<Finding>)),
    /// A running program reports it; `cargo fa` only explains it.
    RunTime,
    /// `cargo fa` itself reports it: about suppressions, its configuration, or files that it cannot read.
    Driver,
}

/// The metadata of a code, at the top of its file.
///
/// The fields stand in this order; `refusal: Partly,` may follow `level` where rustc refuses some forms. The group is
/// the folder. The build script copies the block into the registry of codes (`model/codes/registry.rs`), and lists
/// the file's `FINDER` with those of all others. In the file itself `CODE` is what findings are made with.
macro_rules! rule {
    (
        code: $code:ident,
        name: $name:literal,
        summary: $summary:literal,
        level: $level:ident,
        $(refusal: $refusal:ident,)?
        since: $since:literal,
        found_by: $finder:ident $(($check:ident))?,
    ) => {
        pub(in crate::engine::rules) const FINDER: crate::engine::rules::Finder =
            crate::engine::rules::Finder::$finder $(($check))?;
        $(rule!(@$check $code);)?
    };
    (@$check:ident $code:ident) => {
        static CODE: &crate::model::codes::Code = &crate::model::codes::$code;
    };
}
pub(super) use rule;
