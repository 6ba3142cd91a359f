//! Which traits are in scope: only of those can methods be called.

use super::binding::{Binding, Bindings};
use super::paths::Space;
use super::{ModuleId, ModuleKind, Program, Res, UserType};

impl Program<'_> {
    /// Whether the methods of a trait can be called by name in this module.
    pub(crate) fn is_in_scope(&self, module: ModuleId, user_trait: UserType) -> bool {
        let name = self.type_name(user_trait);
        if matches!(self.resolve_name(module, name, Space::Types), Some(Res::Type(found)) if found == user_trait) {
            return true;
        }
        // `use Trait as _`, or as something else.
        let mut at = module;
        loop {
            let scope = self.module(at);
            let mut bindings = scope.names.values().flat_map(Bindings::as_slice);
            let renames = |binding: &Binding<'_>| match binding {
                Binding::Import(import) => {
                    let last = import.entry.segments.last();
                    last.is_some_and(|last| self.facts(import.file as usize).name(*last) == name)
                }
                Binding::Def(_) => false,
            };
            if bindings.any(renames) {
                return true;
            }
            match scope.parent {
                Some(parent) if scope.kind == ModuleKind::Block => at = parent,
                _ => return false,
            }
        }
    }
}
