//! Which attributes of functions and types are ours.

use crate::engine::hir::ir::Attr;
use crate::engine::resolve::paths::Space;
use crate::engine::resolve::{ModuleId, Program, Res};

/// Which of our attributes it is.
pub(crate) fn our_attribute<'l>(program: &Program<'l>, module: ModuleId, file: usize, attr: &Attr) -> Option<&'l str> {
    let facts = program.facts(file);
    match program.resolve(module, file, facts.path(attr.path), Space::Types) {
        Some(Res::External(external)) if external.is_framealloc() => Some(external.last),
        _ => None,
    }
}

/// The arguments of an attribute.
pub(crate) fn tokens(attr: &Attr) -> proc_macro2::TokenStream {
    attr.args.as_ref().and_then(|(text, _)| text.parse().ok()).unwrap_or_default()
}
