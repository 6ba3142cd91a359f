//! What the lifetimes in a signature say about where a borrow may go.
//!
//! A borrow whose lifetime has no name in the signature ends with the call: safe code can neither put it into another
//! argument nor hand it back under a lifetime that has one. What was worked out of a body holds only where the
//! signature allows it; addresses, which rustc does not watch, are not asked about.

use super::types::{self, TypeScope, Types};
use crate::engine::api::{self, Known};
use crate::engine::hir::ir::{ItemKind, Lifetime, PathId, Receiver, Type, TypeId};
use crate::engine::resolve::paths::Space;
use crate::engine::resolve::{FnDef, Owner, Res};

/// How far types are followed into their arguments.
const DEEPEST: u32 = 24;

/// Which lifetimes a type has in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Names {
    /// Those that have no name; each is one of its own in a parameter.
    elided: bool,
    named: bool,
    /// A parameter of the function stands for part of it, or that is not known: it may have any.
    open: bool,
}

impl Names {
    const OPEN: Self = Self { elided: false, named: false, open: true };

    fn and(self, other: Self) -> Self {
        Self { elided: self.elided || other.elided, named: self.named || other.named, open: self.open || other.open }
    }

    fn of(lifetime: Lifetime) -> Self {
        match lifetime {
            Lifetime::Elided => Self { elided: true, ..Self::default() },
            Lifetime::Named(_) => Self { named: true, ..Self::default() },
            Lifetime::Static => Self::default(),
        }
    }
}

/// The lifetimes of a signature.
#[derive(Debug)]
pub(crate) struct Lifetimes {
    /// The receiver first.
    params: Vec<Names>,
    output: Names,
    /// The parameters whose types are bounded by `'static`.
    fixed: Vec<u16>,
    /// `&self`, whose lifetime is that of the result where none is written.
    by_reference: bool,
    /// Of what the result itself points into, the lifetime is not also one of what lies there.
    own_memory: bool,
}

impl Lifetimes {
    pub(super) fn read<'l>(types: Types<'_, 'l>, def: &FnDef<'l>, scope: &TypeScope<'l>) -> Self {
        let reader = Reader { types, def, scope };
        let receiver = def.function.receiver.map(|receiver| match receiver {
            Receiver::Value => reader.own(),
            Receiver::Shared | Receiver::Exclusive => reader.own().and(Names::of(Lifetime::Elided)),
            Receiver::Typed(ty) => reader.names(ty, 0),
        });
        let params = def.function.params.iter().map(|(_, ty)| reader.names(*ty, 0));
        let first = u16::from(receiver.is_some());
        let fixed = (first..).zip(&def.function.params).filter(|(_, (_, ty))| reader.asks_for_static(*ty));
        Self {
            params: receiver.into_iter().chain(params).collect(),
            output: match def.function.output {
                _ if def.function.is_async => Names::OPEN,
                Some(ty) => reader.names(ty, 0),
                None => Names::default(),
            },
            fixed: fixed.map(|(at, _)| at).collect(),
            by_reference: matches!(def.function.receiver, Some(Receiver::Shared | Receiver::Exclusive)),
            own_memory: def.function.output.is_some_and(|ty| reader.points_into_memory_of_its_own(ty)),
        }
    }

    fn param(&self, at: u16) -> Names {
        self.params.get(usize::from(at)).copied().unwrap_or(Names::OPEN)
    }

    /// Whether a borrow in one argument can be kept in another one.
    pub(super) fn may_keep(&self, from: u16) -> bool {
        let from = self.param(from);
        from.named || from.open
    }

    /// Whether a borrow in this argument can be in the result.
    pub(super) fn may_return(&self, from: u16) -> bool {
        let param = self.param(from);
        let output = self.output;
        param.open
            || output.open
            || param.named && output.named
            || output.elided && (param.named || !self.by_reference || from == 0)
    }

    /// Whether what is given for this parameter has to live as long as the program.
    pub(super) fn asks_for_static(&self, param: u16) -> bool {
        self.fixed.contains(&param)
    }

    /// Whether what the function allocates for its result holds just what the type of the result says.
    pub(super) fn own_memory(&self) -> bool {
        self.own_memory
    }
}

struct Reader<'r, 'p, 'l> {
    types: Types<'p, 'l>,
    def: &'r FnDef<'l>,
    scope: &'r TypeScope<'l>,
}

impl Reader<'_, '_, '_> {
    /// Those of `Self`.
    fn own(&self) -> Names {
        let facts = self.types.program.facts(self.def.file);
        match self.def.owner {
            Some(Owner::Impl(item)) => match &facts.item(item).kind {
                ItemKind::Impl(block) => {
                    let names = self.names(block.self_type, 0);
                    // `impl Type<'_>`: one lifetime for the whole block.
                    Names { elided: false, named: names.named || names.elided, ..names }
                }
                _ => Names::OPEN,
            },
            _ => Names::OPEN,
        }
    }

    /// `T` where it is declared as `T: 'static`, `impl Trait + 'static`, `Box<dyn Trait>` without a lifetime.
    fn asks_for_static(&self, ty: TypeId) -> bool {
        let facts = self.types.program.facts(self.def.file);
        let fixed = |bounds: &[PathId]| {
            bounds.iter().any(|bound| {
                facts.path(*bound).segments.first().is_some_and(|first| facts.name(first.name) == "static")
            })
        };
        match facts.ty(ty) {
            Type::ImplTrait(bounds) => fixed(bounds),
            Type::Path(path) => match &*facts.path(*path).segments {
                [owner] if matches!(facts.name(owner.name), "Box" | "Rc" | "Arc") => {
                    let first = owner.args.as_deref().and_then(|args| args.types.first());
                    first.is_some_and(|held| match facts.ty(*held) {
                        Type::Dyn(bounds) => !bounds.iter().any(|bound| {
                            facts.path(*bound).segments.first().is_some_and(|first| facts.name(first.name) == "_")
                        }),
                        _ => false,
                    })
                }
                [only] => self
                    .def
                    .function
                    .generics
                    .types
                    .iter()
                    .any(|(name, bounds)| facts.name(*name) == facts.name(only.name) && fixed(bounds)),
                _ => false,
            },
            _ => false,
        }
    }

    fn names(&self, ty: TypeId, depth: u32) -> Names {
        if depth > DEEPEST {
            return Names::OPEN;
        }
        let facts = self.types.program.facts(self.def.file);
        let inner = |ty: TypeId| self.names(ty, depth + 1);
        let all = |types: &[TypeId]| types.iter().fold(Names::default(), |names, ty| names.and(inner(*ty)));
        match facts.ty(ty) {
            Type::Ref { lifetime, inner: of, .. } => Names::of(*lifetime).and(inner(*of)),
            Type::Ptr(target) | Type::Array(target, _) | Type::Slice(target) => inner(*target),
            Type::Tuple(parts) => all(parts),
            Type::Path(path) => {
                let path_id = *path;
                let path = facts.path(path_id);
                let Some(last) = path.segments.last() else { return Names::OPEN };
                let name = facts.name(last.name);
                if path.qself.is_some() || path.segments.len() > 1 && facts.name(path.segments[0].name) == "Self" {
                    return Names::OPEN;
                }
                if path.segments.len() == 1 {
                    if name == "Self" {
                        return self.own();
                    }
                    if types::scalar(name).is_some() {
                        return Names::default();
                    }
                    if self.scope.params.iter().any(|(param, _)| *param == name) {
                        return Names::OPEN;
                    }
                }
                let written = last.args.as_deref();
                let mut names = written.map_or_else(Names::default, |args| {
                    let bound: Vec<TypeId> = args.bindings.iter().map(|(_, ty)| *ty).collect();
                    let lifetimes = args.lifetimes.iter().map(|lifetime| Names::of(*lifetime));
                    lifetimes.fold(all(&args.types).and(all(&bound)), Names::and)
                });
                if written.is_none_or(|args| args.lifetimes.is_empty()) && self.hides_lifetimes(path_id) {
                    names.elided = true;
                }
                names
            }
            Type::FnPointer | Type::Never => Names::default(),
            Type::ImplTrait(_) | Type::Dyn(_) | Type::Infer | Type::Unknown => Names::OPEN,
        }
    }

    /// Whether a type that is written without lifetimes has some.
    fn hides_lifetimes(&self, path: PathId) -> bool {
        let program = self.types.program;
        let facts = program.facts(self.def.file);
        match program.resolve(self.def.module, self.def.file, facts.path(path), Space::Types) {
            Some(Res::Type(user)) => self.types.lifetimes(user),
            Some(Res::External(external)) => match api::known_type(external.krate, external.last) {
                Some(known) => known.is_frame_data() || matches!(known, Known::Guard | Known::Cow | Known::Iterator),
                None => true,
            },
            _ => true,
        }
    }

    /// `FrameVec<'f, &'w Tile>`: the memory is of `'f`, and nothing in it is.
    fn points_into_memory_of_its_own(&self, ty: TypeId) -> bool {
        let facts = self.types.program.facts(self.def.file);
        match facts.ty(ty) {
            Type::Ref { lifetime, inner, .. } => !self.mentions(*inner, *lifetime, 0),
            Type::Path(path) => {
                let Some(last) = facts.path(*path).segments.last() else { return false };
                let Some(args) = last.args.as_deref() else { return false };
                if let ("Option" | "Result", [held, ..]) = (facts.name(last.name), &*args.types) {
                    return self.points_into_memory_of_its_own(*held);
                }
                let outer = match &*args.lifetimes {
                    [] => Lifetime::Elided,
                    [only] => *only,
                    _ => return false,
                };
                !args.types.iter().any(|ty| self.mentions(*ty, outer, 0))
            }
            _ => false,
        }
    }

    /// Whether this lifetime may be one of those in the type.
    fn mentions(&self, ty: TypeId, wanted: Lifetime, depth: u32) -> bool {
        if depth > DEEPEST {
            return true;
        }
        let facts = self.types.program.facts(self.def.file);
        let inner = |ty: &TypeId| self.mentions(*ty, wanted, depth + 1);
        match facts.ty(ty) {
            Type::Ref { lifetime, inner: target, .. } => *lifetime == wanted || inner(target),
            Type::Ptr(target) | Type::Array(target, _) | Type::Slice(target) => inner(target),
            Type::Tuple(parts) => parts.iter().any(inner),
            Type::Path(path) => {
                let names = self.names(ty, depth);
                let args = facts.path(*path).segments.last().and_then(|last| last.args.as_deref());
                names.open
                    || (wanted == Lifetime::Elided && names.elided)
                    || args.is_some_and(|args| args.lifetimes.contains(&wanted) || args.types.iter().any(inner))
            }
            Type::FnPointer | Type::Never => false,
            Type::ImplTrait(_) | Type::Dyn(_) | Type::Infer | Type::Unknown => true,
        }
    }
}
