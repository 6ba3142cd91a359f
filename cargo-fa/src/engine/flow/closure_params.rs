//! What a closure is given: the signature of the function to which it is passed says so, `impl Fn(&World, f32)`.

use super::types::{Ty, TypeScope, Types};
use crate::engine::hir::ir::{ItemKind, PathId, Type, TypeId};
use crate::engine::resolve::{FnDef, Owner};

/// By parameter, the receiver first: the types of what a closure that is passed there is given, nothing where it is no
/// closure or they are not known.
pub(crate) fn closure_params<'l>(types: Types<'_, 'l>, def: &FnDef<'l>, scope: &TypeScope<'l>) -> Vec<Box<[Ty]>> {
    let receiver = def.function.receiver.is_some().then(Box::default);
    let given = def.function.params.iter().map(|(_, ty)| given_to(types, def, scope, *ty, 0).unwrap_or_default());
    receiver.into_iter().chain(given).collect()
}

fn given_to<'l>(
    types: Types<'_, 'l>,
    def: &FnDef<'l>,
    scope: &TypeScope<'l>,
    ty: TypeId,
    depth: u32,
) -> Option<Box<[Ty]>> {
    const POINTERS: &[&str] = &["Box", "Rc", "Arc"];
    let facts = types.program.facts(def.file);
    let bounds = match facts.ty(ty) {
        Type::ImplTrait(bounds) | Type::Dyn(bounds) => bounds,
        Type::Ref { inner, .. } if depth < 4 => return given_to(types, def, scope, *inner, depth + 1),
        Type::Path(path) => {
            let [segment] = &*facts.path(*path).segments else { return None };
            match segment.args.as_deref() {
                Some(args) if depth < 4 && POINTERS.contains(&facts.name(segment.name)) => {
                    return given_to(types, def, scope, *args.types.first()?, depth + 1);
                }
                Some(_) => return None,
                None => bounds_of(types, def, facts.name(segment.name))?,
            }
        }
        _ => return None,
    };
    let arguments = bounds.iter().find_map(|bound| {
        let last = facts.path(*bound).segments.last()?;
        let is_closure = matches!(facts.name(last.name), "Fn" | "FnMut" | "FnOnce");
        last.args.as_deref().filter(|_| is_closure)
    })?;
    let lower = |ty: &TypeId| {
        let ty = types.lower(def.module, def.file, *ty, scope);
        // Which frame an allocator is of, and what a parameter of the callee stands for, its type does not say.
        let is_ours = matches!(ty.peeled(), Ty::Known(known, _) if known.is_framealloc());
        if is_ours || !ty.is_concrete() { Ty::Unknown } else { ty }
    };
    Some(arguments.types.iter().map(lower).collect())
}

/// What is asked of a generic parameter, of the function or of the `impl` around it.
fn bounds_of<'l>(types: Types<'_, 'l>, def: &FnDef<'l>, name: &str) -> Option<&'l [PathId]> {
    let facts = types.program.facts(def.file);
    let of_impl = match def.owner {
        Some(Owner::Impl(item)) => match &facts.item(item).kind {
            ItemKind::Impl(block) => Some(&block.generics),
            _ => None,
        },
        _ => None,
    };
    let mut declared = of_impl.into_iter().chain([&def.function.generics]).flat_map(|generics| &generics.types);
    declared.find(|(param, _)| facts.name(*param) == name).map(|(_, bounds)| &**bounds)
}
