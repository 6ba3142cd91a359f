//! Types as far as signatures, annotations and constructors give them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::engine::api::{self, Known};
use crate::engine::hir::ir::{ExprKind, Generics, ItemKind, Lifetime, Literal, PathId, Type, TypeId};
use crate::engine::resolve::paths::Space;
use crate::engine::resolve::{External, ModuleId, Program, Res, StaticId, UserType};

/// Which type of another crate it is, by its path as far as that is known. It says whose methods are called, and nothing about
/// memory: to everything else two such types are alike.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Origin(Option<Arc<str>>);

impl PartialEq for Origin {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Origin {
    pub(crate) const NOWHERE: Self = Self(None);

    /// `std::sync::Condvar`, as far as its path is known: the crate and the last two names.
    pub(crate) fn of_type(external: External<'_>) -> Self {
        Self(Some(external.path().into()))
    }

    pub(crate) fn named(krate: &str, name: &str) -> Self {
        Self(Some(format!("{krate}::{name}").into()))
    }

    /// The type that a function of another crate is of, or the module: what it gives may be of it.
    pub(crate) fn of_result(external: External<'_>) -> Self {
        match external.before {
            "" => Self(Some(external.krate.into())),
            before if before == external.krate => Self(Some(before.into())),
            before => Self::named(external.krate, before),
        }
    }

    pub(crate) fn path(&self) -> Option<&Arc<str>> {
        self.0.as_ref()
    }
}

/// The head of a type with its arguments.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Ty {
    Unknown,
    Never,
    Unit,
    /// A number, `bool` or `char` of this many bytes.
    Scalar(u8),
    Str,
    Ref {
        inner: Arc<Self>,
        mutable: bool,
        fixed: bool,
    },
    Ptr(Arc<Self>),
    Tuple(Arc<[Self]>),
    Array(Arc<Self>, Option<u64>),
    Slice(Arc<Self>),
    Known(Known, Arc<[Self]>),
    User(UserType, Arc<[Self]>),
    /// A trait of the workspace: `dyn T`, or `impl T` that is returned.
    Trait(UserType),
    /// A generic parameter of the function or of the `impl` around it, or `Self` of a trait: what it is, the caller knows.
    Generic {
        index: u16,
        /// The traits of the workspace that it has.
        traits: Arc<[UserType]>,
    },
    /// The parameter of a generic type, by position.
    Param(usize),
    Closure,
    /// A pointer to a function.
    Function,
    /// `impl Trait`, function pointers, types of crates that are not modelled.
    Opaque {
        borrows: bool,
        of: Origin,
    },
}

impl Ty {
    pub(crate) const fn opaque(borrows: bool) -> Self {
        Self::Opaque { borrows, of: Origin::NOWHERE }
    }

    pub(crate) fn known(known: Known, args: impl Into<Arc<[Self]>>) -> Self {
        Self::Known(known, args.into())
    }

    pub(crate) fn reference(inner: Self) -> Self {
        Self::Ref { inner: Arc::new(inner), mutable: false, fixed: false }
    }

    pub(crate) fn exclusive(inner: Self) -> Self {
        Self::Ref { inner: Arc::new(inner), mutable: true, fixed: false }
    }

    pub(crate) fn usize() -> Self {
        Self::Scalar(8)
    }

    pub(crate) fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }

    /// Without references.
    pub(crate) fn peeled(&self) -> &Self {
        let mut ty = self;
        while let Self::Ref { inner, .. } = ty {
            ty = inner;
        }
        ty
    }

    /// Without references and smart pointers that give access to an allocator or a value.
    pub(crate) fn head(&self) -> Option<Known> {
        match self.peeled() {
            Self::Known(known, _) => Some(*known),
            _ => None,
        }
    }

    /// The collection that this is, or leads to.
    pub(crate) fn collection(&self) -> Option<Self> {
        let mut ty = self.peeled().clone();
        for _ in 0..8 {
            match &ty {
                Self::Known(known, _) if known.is_heap_container() => return Some(ty),
                Self::Known(Known::Guard | Known::Box | Known::Local | Known::Res | Known::ResMut, _)
                | Self::Ref { .. } => {
                    ty = ty.deref()?;
                }
                _ => return None,
            }
        }
        None
    }

    /// What a collection in frame memory holds; `Unknown` where nothing has told yet.
    pub(crate) fn collected(&self) -> Option<Self> {
        match self.peeled() {
            Self::Known(Known::FrameString, _) => Some(Self::Scalar(1)),
            Self::Known(Known::FrameMap | Known::FrameSortedMap, args) if args.len() > 1 => {
                Some(Self::Tuple(args.iter().take(2).cloned().collect()))
            }
            Self::Known(Known::FrameMap | Known::FrameSortedMap, _) => Some(Self::Unknown),
            Self::Known(known, args) if known.is_frame_collection() => {
                Some(args.first().cloned().unwrap_or(Self::Unknown))
            }
            _ => None,
        }
    }

    /// The first argument of the head.
    pub(crate) fn argument(&self, at: usize) -> Self {
        match self.peeled() {
            Self::Known(_, args) | Self::User(_, args) => args.get(at).cloned().unwrap_or(Self::Unknown),
            _ => Self::Unknown,
        }
    }

    /// What a reference, a pointer or a box of some kind leads to.
    fn pointee(&self) -> Option<&Self> {
        match self {
            Self::Ref { inner, .. } | Self::Ptr(inner) => Some(inner),
            Self::Known(known, args) if known.derefs_to_argument() => Some(args.first().unwrap_or(&Self::Unknown)),
            _ => None,
        }
    }

    /// What one step of `*` gives.
    pub(crate) fn deref(&self) -> Option<Self> {
        if let Some(inner) = self.pointee() {
            return Some(inner.clone());
        }
        match self {
            Self::Known(Known::AllocResource | Known::FrameAlloc | Known::TaggedAlloc | Known::FrameGuard, _) => {
                Some(Self::known(Known::SmartAlloc, []))
            }
            Self::Known(Known::FrameScope, _) => Some(Self::known(Known::Frame, [])),
            Self::Known(Known::Vec | Known::FrameVec, args) => {
                Some(Self::Slice(Arc::new(args.first().cloned().unwrap_or(Self::Unknown))))
            }
            Self::Known(Known::InlineVec, _) => Some(Self::Slice(Arc::new(super::layout::element_in_place(self)))),
            Self::Known(Known::String | Known::FrameString, _) => Some(Self::Str),
            _ => None,
        }
    }

    /// Whether the type, as far as it is known, may be of framealloc or have such a type in it.
    pub(crate) fn may_hold_frames(&self) -> bool {
        match self {
            Self::User(..) | Self::Trait(_) | Self::Generic { .. } => true,
            Self::Known(known, args) => known.is_framealloc() || args.iter().any(Self::may_hold_frames),
            Self::Ref { inner, .. } | Self::Ptr(inner) | Self::Array(inner, _) | Self::Slice(inner) => {
                inner.may_hold_frames()
            }
            Self::Tuple(parts) => parts.iter().any(Self::may_hold_frames),
            _ => false,
        }
    }

    /// The allocator that this is, or leads to.
    pub(crate) fn allocator(&self) -> Option<Known> {
        let mut ty = self;
        for _ in 0..8 {
            if let Self::Known(known, _) = ty
                && known.is_allocator()
            {
                return Some(*known);
            }
            ty = ty.pointee()?;
        }
        None
    }

    /// What iterating over it yields.
    pub(crate) fn element(&self) -> Self {
        match self {
            Self::Ref { inner, mutable, .. } => {
                let element = inner.element();
                match element {
                    Self::Unknown => Self::Unknown,
                    element if *mutable => Self::exclusive(element),
                    element => Self::reference(element),
                }
            }
            Self::Array(inner, _) | Self::Slice(inner) => (**inner).clone(),
            Self::Known(Known::InlineVec, _) => super::layout::element_in_place(self),
            Self::Known(
                Known::Vec
                | Known::VecDeque
                | Known::HashSet
                | Known::BTreeSet
                | Known::BinaryHeap
                | Known::FrameVec
                | Known::FrameSet
                | Known::FrameDeque
                | Known::FrameHeap
                | Known::Option
                | Known::Iterator
                | Known::Receiver
                | Known::AsyncReceiver
                | Known::Query
                | Known::MessageReader,
                args,
            ) => args.first().cloned().unwrap_or(Self::Unknown),
            Self::Known(Known::HashMap | Known::BTreeMap | Known::FrameMap | Known::FrameSortedMap, args)
                if args.len() > 1 =>
            {
                Self::Tuple(Arc::new([args[0].clone(), args[1].clone()]))
            }
            Self::Known(Known::FrameBox | Known::Box | Known::Local | Known::Guard | Known::Arc | Known::Rc, args) => {
                args.first().map_or(Self::Unknown, Self::element)
            }
            _ => Self::Unknown,
        }
    }

    pub(super) fn substitute(&self, with: &[Self]) -> Self {
        let all = |args: &Arc<[Self]>| args.iter().map(|arg| arg.substitute(with)).collect::<Arc<[Self]>>();
        match self {
            Self::Param(at) => with.get(*at).cloned().unwrap_or(Self::Unknown),
            Self::Ref { inner, mutable, fixed } => {
                Self::Ref { inner: Arc::new(inner.substitute(with)), mutable: *mutable, fixed: *fixed }
            }
            Self::Ptr(inner) => Self::Ptr(Arc::new(inner.substitute(with))),
            Self::Slice(inner) => Self::Slice(Arc::new(inner.substitute(with))),
            Self::Array(inner, len) => Self::Array(Arc::new(inner.substitute(with)), *len),
            Self::Tuple(args) => Self::Tuple(all(args)),
            Self::Known(known, args) => Self::Known(*known, all(args)),
            Self::User(user, args) => Self::User(*user, all(args)),
            other => other.clone(),
        }
    }
}

/// `Self` of a trait.
pub(crate) const SELF: u16 = u16::MAX;
/// Parameters of type `impl Trait` come after those that have names.
pub(crate) const UNNAMED: u16 = 1 << 12;

/// What names of types mean at a place besides what its module says.
#[derive(Clone, Debug, Default)]
pub(crate) struct TypeScope<'l> {
    pub(crate) self_type: Option<Ty>,
    /// Generic parameters and what they are taken for.
    pub(crate) params: Vec<(&'l str, Ty)>,
}

/// How a value refers to memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Link {
    /// By a borrow, which rustc watches.
    Borrow,
    /// By an address, which it does not.
    Address,
}

/// Reads types.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Types<'p, 'l> {
    pub(crate) program: &'p Program<'l>,
}

impl<'l> Types<'_, 'l> {
    pub(crate) fn lower(self, module: ModuleId, file: usize, ty: TypeId, scope: &TypeScope<'l>) -> Ty {
        self.lower_at(module, file, ty, scope, 0)
    }

    fn lower_at(self, module: ModuleId, file: usize, ty: TypeId, scope: &TypeScope<'l>, depth: u32) -> Ty {
        if depth > 24 {
            return Ty::Unknown;
        }
        let facts = self.program.facts(file);
        let inner = |ty| Arc::new(self.lower_at(module, file, ty, scope, depth + 1));
        match facts.ty(ty) {
            Type::Path(path) => self.path(module, file, *path, scope, depth),
            Type::Ref { lifetime, mutable, inner: target } => {
                Ty::Ref { inner: inner(*target), mutable: *mutable, fixed: *lifetime == Lifetime::Static }
            }
            Type::Ptr(target) => Ty::Ptr(inner(*target)),
            Type::Tuple(parts) if parts.is_empty() => Ty::Unit,
            Type::Tuple(parts) => {
                Ty::Tuple(parts.iter().map(|part| self.lower_at(module, file, *part, scope, depth + 1)).collect())
            }
            Type::Array(element, len) => {
                let len = match &facts.expr(*len).kind {
                    ExprKind::Literal(Literal::Int(value, _)) => value.map(u64::from),
                    ExprKind::Name(name) => self.constant(module, facts.name(*name)),
                    _ => None,
                };
                Ty::Array(inner(*element), len)
            }
            Type::Slice(element) => Ty::Slice(inner(*element)),
            Type::ImplTrait(bounds) | Type::Dyn(bounds) => self.bounds(module, file, bounds, scope, depth),
            Type::FnPointer => Ty::Function,
            Type::Never => Ty::Never,
            Type::Infer | Type::Unknown => Ty::Unknown,
        }
    }

    /// The value of a constant that is a number.
    pub(crate) fn constant(self, module: ModuleId, name: &'l str) -> Option<u64> {
        let Some(Res::Static(item)) = self.program.resolve_name(module, name, Space::Values) else { return None };
        self.number_of(item)
    }

    /// As [`Types::constant`], of what a path leads to.
    pub(crate) fn number_of(self, item: StaticId) -> Option<u64> {
        let def = &self.program.statics[item.0 as usize];
        let ItemKind::Static { init: Some(init), constant: true, .. } = &def.item.kind else { return None };
        self.number(def.file, *init, 0)
    }

    fn number(self, file: usize, expr: crate::engine::hir::ir::ExprId, depth: u32) -> Option<u64> {
        use crate::engine::hir::ir::BinaryOp;
        let facts = self.program.facts(file);
        if depth > 16 {
            return None;
        }
        match &facts.expr(expr).kind {
            ExprKind::Literal(Literal::Int(value, _)) => value.map(u64::from),
            ExprKind::Cast { inner, .. } => self.number(file, *inner, depth + 1),
            ExprKind::Binary { op: BinaryOp::Mul, left, right } => {
                self.number(file, *left, depth + 1)?.checked_mul(self.number(file, *right, depth + 1)?)
            }
            ExprKind::Binary { op: BinaryOp::Add, left, right } => {
                self.number(file, *left, depth + 1)?.checked_add(self.number(file, *right, depth + 1)?)
            }
            _ => None,
        }
    }

    pub(crate) fn bounds(
        self,
        module: ModuleId,
        file: usize,
        bounds: &'l [PathId],
        scope: &TypeScope<'l>,
        depth: u32,
    ) -> Ty {
        let facts = self.program.facts(file);
        let mut found = Ty::opaque(true);
        for bound in bounds {
            let path = facts.path(*bound);
            let Some(last) = path.segments.last() else { continue };
            let args = last.args.as_deref();
            match facts.name(last.name) {
                "Iterator" | "IntoIterator" | "ExactSizeIterator" | "DoubleEndedIterator" | "ParallelIterator" => {
                    let item = args
                        .and_then(|args| args.bindings.iter().find(|(name, _)| facts.name(*name) == "Item"))
                        .map_or(Ty::Unknown, |(_, ty)| self.lower_at(module, file, *ty, scope, depth + 1));
                    return Ty::known(Known::Iterator, [item]);
                }
                "Deref" | "DerefMut" | "AsRef" | "Borrow" => {
                    let target = args.and_then(|args| {
                        args.bindings.first().map(|(_, ty)| *ty).or_else(|| args.types.first().copied())
                    });
                    if let Some(target) = target {
                        return Ty::reference(self.lower_at(module, file, target, scope, depth + 1));
                    }
                }
                "Fn" | "FnMut" | "FnOnce" => found = Ty::Closure,
                _ => {
                    if let Some(Res::Type(user)) = self.program.resolve(module, file, path, Space::Types) {
                        return Ty::Trait(user);
                    }
                }
            }
        }
        found
    }

    fn path(self, module: ModuleId, file: usize, path: PathId, scope: &TypeScope<'l>, depth: u32) -> Ty {
        let facts = self.program.facts(file);
        let path = facts.path(path);
        let Some(last) = path.segments.last() else { return Ty::Unknown };
        let name = facts.name(last.name);
        if path.segments.len() == 1 && path.qself.is_none() {
            if name == "Self" {
                return scope.self_type.clone().unwrap_or(Ty::Unknown);
            }
            if let Some((_, ty)) = scope.params.iter().find(|(param, _)| *param == name) {
                return ty.clone();
            }
            if let Some(scalar) = scalar(name) {
                return scalar;
            }
        }
        let args: Vec<Ty> = last
            .args
            .iter()
            .flat_map(|args| &args.types)
            .map(|ty| self.lower_at(module, file, *ty, scope, depth + 1))
            .collect();
        let borrows =
            last.args.as_ref().is_some_and(|args| args.lifetimes.iter().any(|lifetime| *lifetime != Lifetime::Static));
        match self.program.resolve(module, file, path, Space::Types) {
            Some(Res::Type(user)) => self.user(user, args, depth),
            Some(Res::External(external)) => match api::known_type(external.krate, external.last) {
                // The lifetimes of a system's parameters are not arguments.
                Some(known) => Ty::known(known, args),
                None => match scalar(external.last) {
                    Some(scalar) if external.krate == "std" => scalar,
                    _ => {
                        let borrows = borrows || args.iter().any(|arg| self.can_refer(arg, Link::Borrow));
                        Ty::Opaque { borrows, of: Origin::of_type(external) }
                    }
                },
            },
            _ => {
                let of = match self.program.only_foreign_glob(module) {
                    Some(krate) => Origin::named(krate, name),
                    None => Origin::NOWHERE,
                };
                Ty::Opaque { borrows, of }
            }
        }
    }

    /// A type of the workspace; aliases are followed.
    pub(crate) fn user(self, user: UserType, args: Vec<Ty>, depth: u32) -> Ty {
        let def = self.program.type_def(user);
        match &def.item.kind {
            ItemKind::Alias { generics, ty: Some(ty) } => {
                let scope = self.generic_scope(def.file, generics, None);
                self.lower_at(def.module, def.file, *ty, &scope, depth + 1).substitute(&args)
            }
            ItemKind::Trait { .. } => Ty::Trait(user),
            _ => Ty::User(user, args.into()),
        }
    }

    /// Parameters by position, for the fields of a generic type.
    pub(crate) fn generic_scope(self, file: usize, generics: &'l Generics, self_type: Option<Ty>) -> TypeScope<'l> {
        let facts = self.program.facts(file);
        let params =
            generics.types.iter().enumerate().map(|(at, (name, _))| (facts.name(*name), Ty::Param(at))).collect();
        TypeScope { self_type, params }
    }

    /// The type in the words of the program.
    pub(crate) fn display(self, ty: &Ty) -> String {
        match ty {
            Ty::Ref { inner, mutable, .. } => format!("&{}{}", if *mutable { "mut " } else { "" }, self.display(inner)),
            Ty::Ptr(inner) => format!("*const {}", self.display(inner)),
            Ty::Str => "str".to_owned(),
            Ty::Slice(inner) => format!("[{}]", self.display(inner)),
            Ty::Array(inner, Some(len)) => format!("[{}; {len}]", self.display(inner)),
            Ty::Known(known, args) if args.is_empty() || args.iter().any(Ty::is_unknown) => known.name().to_owned(),
            Ty::Known(known, args) => {
                let args: Vec<String> = args.iter().map(|arg| self.display(arg)).collect();
                format!("{}<{}>", known.name(), args.join(", "))
            }
            Ty::User(user, _) | Ty::Trait(user) => self.program.type_name(*user).to_owned(),
            Ty::Unit => "()".to_owned(),
            Ty::Scalar(bytes) => format!("{bytes}-byte number"),
            _ => "value".to_owned(),
        }
    }
}

pub(super) fn scalar(name: &str) -> Option<Ty> {
    Some(match name {
        "u8" | "i8" | "bool" => Ty::Scalar(1),
        "u16" | "i16" => Ty::Scalar(2),
        "u32" | "i32" | "f32" | "char" => Ty::Scalar(4),
        "u64" | "i64" | "f64" | "usize" | "isize" => Ty::Scalar(8),
        "u128" | "i128" => Ty::Scalar(16),
        "str" => Ty::Str,
        _ => return None,
    })
}
