//! Whether a system takes the allocator, by itself, through a parameter of the workspace, or from the world.

use proc_macro2::TokenTree;

use crate::engine::api::{self, Known};
use crate::engine::flow::walk;
use crate::engine::hir::ir::{Closure, ExprId, ExprKind, ItemKind, Statement, Type, TypeId};
use crate::engine::resolve::paths::Space;
use crate::engine::resolve::{FnDef, FnId, ModuleId, Program, Res, UserType};

/// How deep parameters are nested in one another.
const DEEPEST: u32 = 8;

/// Whether a function takes the allocator.
pub(super) fn takes_allocator(program: &Program<'_>, id: FnId) -> bool {
    let def = program.fn_def(id);
    let look = Look { program, file: def.file, module: def.module };
    let params = || def.function.params.iter().map(|(_, ty)| *ty);
    if params().any(|ty| look.names(ty, &is_allocator, 0)) {
        return true;
    }
    let in_body = Look { module: def.body_module, ..look };
    params().any(|ty| look.names(ty, &is_world, 0)) && def.function.body.is_some_and(|body| in_body.fetches(body))
}

/// Whether a closure takes the allocator.
pub(super) fn closure_takes_allocator(program: &Program<'_>, within: &FnDef<'_>, closure: &Closure) -> bool {
    let look = Look { program, file: within.file, module: within.body_module };
    let params = || closure.params.iter().filter_map(|(_, ty)| *ty);
    params().any(|ty| look.names(ty, &is_allocator, 0))
        || (params().any(|ty| look.names(ty, &is_world, 0)) && look.fetches(closure.body))
}

/// The functions in the arguments of `#[component(on_add = hook, …)]`.
pub(super) fn hooks_in(text: &str) -> Vec<String> {
    let Ok(tokens) = text.parse::<proc_macro2::TokenStream>() else { return Vec::new() };
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let hook = |trees: &[TokenTree]| match trees {
        [TokenTree::Ident(key), TokenTree::Punct(is), TokenTree::Ident(hook)]
            if is.as_char() == '=' && key.to_string().starts_with("on_") =>
        {
            Some(hook.to_string())
        }
        _ => None,
    };
    trees.windows(3).filter_map(hook).collect()
}

fn is_allocator(known: Known) -> bool {
    known.is_allocator()
}

fn is_world(known: Known) -> bool {
    known == Known::World
}

#[derive(Clone, Copy)]
struct Look<'p, 'l> {
    program: &'p Program<'l>,
    file: usize,
    module: ModuleId,
}

impl Look<'_, '_> {
    /// Whether a type is one that is wanted, has one as an argument, or is a parameter of the workspace that holds one.
    fn names(self, ty: TypeId, wanted: &dyn Fn(Known) -> bool, depth: u32) -> bool {
        if depth > DEEPEST {
            return false;
        }
        let facts = self.program.facts(self.file);
        match facts.ty(ty) {
            Type::Path(path) => {
                let path = facts.path(*path);
                let mut args = path.segments.iter().filter_map(|segment| segment.args.as_ref());
                if args.any(|args| args.types.iter().any(|arg| self.names(*arg, wanted, depth + 1))) {
                    return true;
                }
                match self.program.resolve(self.module, self.file, path, Space::Types) {
                    Some(Res::External(external)) => api::known_type(external.krate, external.last).is_some_and(wanted),
                    Some(Res::Type(user)) => self.holds(user, wanted, depth + 1),
                    _ => false,
                }
            }
            Type::Ref { inner, .. } => self.names(*inner, wanted, depth + 1),
            Type::Tuple(parts) => parts.iter().any(|part| self.names(*part, wanted, depth + 1)),
            _ => false,
        }
    }

    /// The fields of what derives `SystemParam`, and what an alias stands for.
    fn holds(self, user: UserType, wanted: &dyn Fn(Known) -> bool, depth: u32) -> bool {
        let def = self.program.type_def(user);
        let facts = self.program.facts(def.file);
        let inside = Look { file: def.file, module: def.module, ..self };
        match &def.item.kind {
            ItemKind::Alias { ty: Some(ty), .. } => inside.names(*ty, wanted, depth),
            ItemKind::Struct { fields, .. } => {
                let derives = def.item.attrs.derives.iter().filter_map(|path| facts.path(*path).segments.last());
                derives.map(|last| facts.name(last.name)).any(|name| name == "SystemParam")
                    && fields.iter().any(|(_, ty)| inside.names(*ty, wanted, depth))
            }
            _ => false,
        }
    }

    /// Whether code that has the world gets the allocator out of it: `world.frame_alloc()`, `world.resource::<AllocResource>()`,
    /// `|world, alloc: Mut<AllocResource>| …`, `SystemState<Res<AllocResource>>`.
    fn fetches(self, body: ExprId) -> bool {
        let facts = self.program.facts(self.file);
        let mut found = false;
        walk::visit(facts, body, &mut |expr| {
            let is = |ty: &TypeId| self.names(*ty, &is_allocator, 0);
            found |= match &facts.expr(expr).kind {
                ExprKind::Method(call) => {
                    api::WORLD_ALLOC.contains(&facts.name(call.name)) || call.turbofish.iter().any(is)
                }
                ExprKind::Closure(closure) => closure.params.iter().filter_map(|(_, ty)| ty.as_ref()).any(is),
                ExprKind::Path(path) => {
                    let args = facts.path(*path).segments.iter().filter_map(|segment| segment.args.as_ref());
                    args.flat_map(|args| &args.types).any(is)
                }
                ExprKind::Block(block) => block.statements.iter().any(|statement| match statement.bare() {
                    Statement::Let { ty: Some(ty), .. } => is(ty),
                    _ => false,
                }),
                _ => false,
            };
        });
        found
    }
}
