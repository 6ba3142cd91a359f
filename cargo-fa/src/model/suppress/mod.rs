//! Suppressions in the source, which work on stable Rust because they are comments.

mod apply;
mod directive;
mod extent;
mod lexer;

pub use apply::{FileDirectives, Outcome, Suppressed, apply};
pub(crate) use directive::{Comment, comments, read};
pub use directive::{Directive, DirectiveKind, DirectiveScope, scan};
