//! Places: reading through them, writing to them, binding names to them.

use std::sync::Arc;

use super::Interpreter;
use super::effects::origin_of_part;
use super::event::{EscapeRoute, EventKind};
use super::expr::NameUse;
use super::layout::element_of;
use super::stores::Target;
use super::types::{Link, Ty, Types};
use super::value::{Age, Flow, FrameState, Handle, Region, Root, Value, Var};
use crate::engine::api::Known;
use crate::engine::hir::ir::{ExprId, ExprKind, ItemKind, Pat, PatId, Path, Span, TypeId};
use crate::engine::resolve::paths::Space;
use crate::engine::resolve::{Res, UserType};
use crate::model::finding::Confidence;

impl<'l> Interpreter<'_, 'l> {
    pub(super) fn lower_type(&self, ty: TypeId) -> Ty {
        self.types.lower(self.module, self.file, ty, &self.type_scope)
    }

    /// The value of an expression that is read where it is.
    pub(super) fn eval_place(&mut self, expr: ExprId) -> Value {
        let facts = self.facts;
        let span = self.span(expr);
        match &facts.expr(expr).kind {
            ExprKind::Name(name) => self.eval_name(facts.name(*name), span, NameUse::Place),
            ExprKind::Field { base, name } => {
                let base = self.eval_place(*base);
                self.field_of(&base, facts.name(*name), span)
            }
            ExprKind::Index { base, index } => {
                let base = self.eval_place(*base);
                let index = self.eval(*index, None);
                if let Some(value) = self.indexed(&base, &index, span) {
                    return value;
                }
                let sliced = index.ty.head() == Some(Known::Iterator);
                let mut value = base.clone();
                value.number = None;
                value.ty = if sliced {
                    Ty::Slice(Arc::new(element_of(&base.ty)))
                } else {
                    match base.ty.peeled() {
                        Ty::Known(Known::HashMap | Known::BTreeMap | Known::FrameMap, args) => {
                            args.get(1).cloned().unwrap_or(Ty::Unknown)
                        }
                        _ => element_of(&base.ty),
                    }
                };
                value
            }
            ExprKind::Deref(inner) => {
                let mut value = self.eval_place(*inner);
                if let Some(behind) = self.dereferenced(&value, span) {
                    return behind;
                }
                value.ty = value.ty.deref().unwrap_or(Ty::Unknown);
                value
            }
            _ => self.eval(expr, None),
        }
    }

    pub(super) fn field_of(&mut self, base: &Value, name: &'l str, span: Span) -> Value {
        let mut value = base.clone();
        value.ty = self.types.field(&base.ty, name);
        value.origin = origin_of_part(base);
        value.slot = self.slot_of(&base.ty, name, &value.ty);
        value.callables.clear();
        value.closure = None;
        value.field = Some(name.into());
        value.owner = self.types.owner_of(&base.ty, name);
        // What was taken out was the whole.
        if value.kept {
            value.made.clear();
        }
        value.number = None;
        value.text = None;
        value.reserved = false;
        value.fresh = false;
        value.bound = None;
        value.symbol = Some(name.into());
        if super::handles::holds_handle(&value.ty) {
            let made_here =
                base.alias.is_some_and(|root| self.frames.shared_here.contains(&(root, value.field.clone())));
            let kept = !made_here
                && match base.alias {
                    Some(Root::Static(_)) => true,
                    Some(Root::Param(0)) => self.def.function.receiver.is_some(),
                    _ => base.ty.head().is_some_and(|head| matches!(head, Known::Res | Known::ResMut | Known::Local)),
                };
            let age = if kept { Age::Kept } else { Age::Fresh };
            value.handle = Some(base.handle.unwrap_or(Handle { resolved: false, age, since: span }));
        }
        // A field that owns an allocator is not itself memory of one.
        if value.ty.allocator().is_some() {
            value.flows.retain(|flow| !flow.frame);
        }
        value
    }

    /// What is left of a place when its value is copied or moved out of it.
    pub(super) fn copied_out(&self, mut value: Value) -> Value {
        let refers = match &value.ty {
            Ty::Unknown => true,
            Ty::Scalar(_) => value.flows.iter().any(|flow| flow.raw),
            ty => self.types.can_refer(ty, Link::Address),
        };
        if !refers {
            value.flows.clear();
        } else if !value.ty.is_unknown() {
            if let Ty::Ref { .. } = value.ty {
                let types = self.types;
                let ty = value.ty.clone();
                value.flows.retain(|flow| {
                    flow.raw || !flow.content.as_ref().is_some_and(|content| types.is_part(&ty, content))
                });
            }
            self.types.keep_held(&value.ty, &mut value.flows);
        } else {
            value.flows.iter_mut().for_each(|flow| flow.confidence = flow.confidence.min(Confidence::Medium));
        }
        if !matches!(value.ty, Ty::Ref { .. } | Ty::Unknown) && value.ty.allocator().is_none() {
            value.alias = None;
        }
        value
    }

    /// The type of what an assignment writes to, without running anything.
    pub(super) fn place_type(&self, expr: ExprId) -> Ty {
        match &self.facts.expr(expr).kind {
            ExprKind::Name(name) => match self.lookup_var(self.facts.name(*name)) {
                Some(var) => self.state.values.get(var).map_or(Ty::Unknown, |value| value.ty.clone()),
                None => Ty::Unknown,
            },
            ExprKind::Field { base, name } => {
                let base = self.place_type(*base);
                self.types.field(&base, self.facts.name(*name))
            }
            ExprKind::Deref(inner) => self.place_type(*inner).deref().unwrap_or(Ty::Unknown),
            ExprKind::Index { base, .. } => element_of(&self.place_type(*base)),
            _ => Ty::Unknown,
        }
    }

    pub(super) fn assign(&mut self, left: ExprId, value: Value, span: Span) {
        let facts = self.facts;
        match &facts.expr(left).kind {
            ExprKind::Missing => self.discarded(&value, span, "assigned to `_`"),
            ExprKind::Name(name) => {
                let name = facts.name(*name);
                let Some(var) = self.lookup_var(name) else {
                    let target = self.eval_name(name, span, NameUse::Place);
                    self.store(&target, &value, &Target::Field(name), span);
                    return;
                };
                let declared_in = self.variables.info.get(&var).map_or(0, |info| info.closed_scopes);
                let outlives: Vec<Flow> = value
                    .flows
                    .iter()
                    .filter(|flow| flow.frame && self.closes_before(flow.region, declared_in))
                    .cloned()
                    .collect();
                for flow in outlives {
                    self.escape(EscapeRoute::Variable(name.to_owned()), &flow, span, Vec::new());
                }
                self.leaves_zone_in(var, &value);
                let ty = self.state.values.get(var).map(|old| old.ty.clone()).filter(|ty| !ty.is_unknown());
                let mut value = value;
                if let Some(ty) = ty {
                    self.annotate(&mut value, ty);
                }
                value.moved = false;
                if let Some(old) = self.state.values.get(var).filter(|old| !old.moved && old.alias.is_none()) {
                    let ty = old.ty.clone();
                    self.drop_glue(&ty, span, Confidence::Medium);
                }
                self.state.values.insert(var, value);
            }
            ExprKind::Tuple(parts) => {
                for part in parts {
                    let mut value = value.clone();
                    value.ty = Ty::Unknown;
                    self.assign(*part, value, span);
                }
            }
            ExprKind::Field { base, name } => {
                let base = self.eval_place(*base);
                let mut target = self.field_of(&base, facts.name(*name), span);
                // The owner decides whether rustc sees the borrow.
                let tied = self.types.is_tied(&base.ty);
                target.reserved = tied;
                self.drop_glue(&target.ty, span, Confidence::Medium);
                self.store(&target, &value, &Target::Field(facts.name(*name)), span);
            }
            _ => {
                let target = self.eval_place(left);
                self.store(&target, &value, &Target::Behind, span);
            }
        }
    }

    /// Whether the region ends before variables that were declared this deep in closure bodies.
    pub(super) fn closes_before(&self, region: Region, declared_in: usize) -> bool {
        let Region::Scope(id) = region else { return false };
        self.scopes.of_closures.iter().position(|open| *open == id).is_some_and(|at| at >= declared_in)
    }

    /// A value is thrown away at once.
    pub(super) fn discarded(&mut self, value: &Value, span: Span, how: &'static str) {
        if let Ty::Known(Known::TransferHandle, _) = &value.ty
            && value.alias.is_none()
        {
            self.record(EventKind::TransferLost { how }, span, Confidence::High);
        }
    }

    /// The declared type of a value says more than what was worked out.
    pub(super) fn annotate(&self, value: &mut Value, ty: Ty) {
        let ty = if value.flows.is_empty() { ty } else { ty.loosened(&value.ty) };
        let better = match (&ty, &value.ty) {
            (Ty::Unknown, _) => return,
            // `Vec<_>` says less than `Vec<u32>`.
            (Ty::Known(known, args), Ty::Known(same, more)) => {
                known != same || (!args.iter().any(Ty::is_unknown) || more.is_empty())
            }
            (
                Ty::Opaque { .. } | Ty::Closure | Ty::Trait(_) | Ty::Generic { .. },
                Ty::Known(..) | Ty::User(..) | Ty::Closure | Ty::Generic { .. },
            ) => false,
            _ => true,
        };
        if better {
            // A reference that becomes a pointer is watched no longer.
            if let Ty::Ptr(_) = ty {
                value.flows.iter_mut().for_each(|flow| flow.raw = true);
            }
            value.ty = ty;
        }
        if let Some(content) = value.ty.collected() {
            value.learn_content(&content);
        }
        self.types.keep_held(&value.ty, &mut value.flows);
    }

    /// What `?`, `unwrap` and patterns take out of an `Option`, `Result` or lock.
    pub(super) fn unwrapped(&self, mut value: Value) -> Value {
        value.ty = match &value.ty {
            Ty::Known(Known::Option | Known::Result | Known::Mutex | Known::AsyncMutex | Known::Guard, args) => {
                args.first().cloned().unwrap_or(Ty::Unknown)
            }
            Ty::Ref { inner, mutable, .. } => match &**inner {
                Ty::Known(Known::Option | Known::Result, args) => {
                    let inner = args.first().cloned().unwrap_or(Ty::Unknown);
                    Ty::Ref { inner: Arc::new(inner), mutable: *mutable, fixed: false }
                }
                _ => Ty::Unknown,
            },
            _ => Ty::Unknown,
        };
        value.fresh = false;
        if value.ty.is_unknown() { value } else { self.refine(value) }
    }

    // ---- patterns ----

    /// `ref x`, or a pattern that takes apart what it is given.
    pub(super) fn is_reference_pattern(&self, pat: PatId) -> bool {
        match self.facts.pat(pat) {
            Pat::Bind { by_ref, .. } => *by_ref,
            Pat::Wild => true,
            Pat::Typed(inner, _) => self.is_reference_pattern(*inner),
            _ => false,
        }
    }

    pub(super) fn bind(&mut self, pat: PatId, value: Value) {
        let facts = self.facts;
        match facts.pat(pat) {
            Pat::Bind { name, sub, span, .. } => {
                let value = self.bind_name(facts.name(*name), Var(pat.0), *span, value);
                if let Some(sub) = sub {
                    self.bind(*sub, value);
                }
            }
            Pat::Tuple(parts) => {
                let types: Vec<Ty> = match value.ty.peeled() {
                    Ty::Tuple(types) => types.to_vec(),
                    _ => Vec::new(),
                };
                let by_reference = matches!(value.ty, Ty::Ref { .. });
                for (at, part) in parts.iter().enumerate() {
                    let ty = types.get(at).cloned().unwrap_or(Ty::Unknown);
                    let ty = if by_reference && !ty.is_unknown() { Ty::reference(ty) } else { ty };
                    self.bind_part(*part, &value, ty);
                }
            }
            Pat::TupleStruct(path, parts) => {
                let last = facts.path(*path).segments.last().map_or("", |last| facts.name(last.name));
                let types: Vec<Ty> = match last {
                    "Some" | "Ok" => vec![self.unwrapped(value.clone()).ty],
                    "Err" => vec![value.ty.argument(1)],
                    _ => self.pattern_fields(*path, &value).into_iter().map(|(_, ty)| ty).collect(),
                };
                for (at, part) in parts.iter().enumerate() {
                    let ty = types.get(at).cloned().unwrap_or(Ty::Unknown);
                    let mut whole = value.clone();
                    whole.slot = self.slot_of(&value.ty, &at.to_string(), &ty).or(whole.slot);
                    self.bind_part(*part, &whole, ty);
                }
            }
            Pat::Struct(path, fields) => {
                let types = self.pattern_fields(*path, &value);
                for (name, part) in fields {
                    let name = facts.name(*name);
                    let ty = types.iter().find(|(field, _)| *field == name).map_or(Ty::Unknown, |(_, ty)| ty.clone());
                    let mut whole = value.clone();
                    whole.field = Some(name.into());
                    whole.owner = Types::owner(&value.ty);
                    whole.slot = self.slot_of(&value.ty, name, &ty).or(whole.slot);
                    self.bind_part(*part, &whole, ty);
                }
            }
            Pat::Ref(inner) => {
                let ty = value.ty.deref().unwrap_or(Ty::Unknown);
                let mut value = value;
                value.ty = ty;
                let value = self.copied_out(value);
                self.bind(*inner, value);
            }
            Pat::Or(cases) => {
                for case in cases {
                    self.bind(*case, value.clone());
                }
            }
            Pat::Slice(parts) => {
                let ty = element_of(&value.ty);
                for part in parts {
                    self.bind_part(*part, &value, ty.clone());
                }
            }
            Pat::Typed(inner, ty) => {
                let mut value = value;
                let ty = self.lower_type(*ty);
                self.annotate(&mut value, ty);
                self.bind(*inner, value);
            }
            Pat::Guard(inner, condition) => {
                self.bind(*inner, value);
                self.eval(*condition, None);
            }
            Pat::Wild | Pat::Path(_) | Pat::Literal | Pat::Rest => {}
        }
    }

    /// A variable begins; of an allocator that is made here, no frame is open.
    fn bind_name(&mut self, name: &'l str, var: Var, span: Span, mut value: Value) -> Value {
        if value.alias == Some(Root::Local(var)) {
            value.alias = None;
        }
        if let Ty::Known(Known::SmartAlloc, _) = value.ty
            && value.alias.is_none()
        {
            self.frames.local_allocators.insert(var, span);
            self.state.frames.insert((Root::Local(var), None), FrameState::Closed);
            value.flows.clear();
        }
        self.declare(name, var, value.clone());
        value
    }

    fn bind_part(&mut self, pat: PatId, whole: &Value, ty: Ty) {
        let mut value = whole.clone();
        value.ty = ty;
        value.number = None;
        value.text = None;
        value.symbol = None;
        value.reserved = false;
        value.fresh = false;
        value.bound = None;
        value.closure = None;
        if !super::handles::holds_handle(&value.ty) && value.handle.is_some_and(|handle| !handle.resolved) {
            value.handle = None;
        }
        if !value.ty.is_unknown() {
            value = self.refine(value);
        }
        self.bind(pat, value);
    }

    /// `Self`, `Self::Variant`: the type, what it is of, and which variant.
    pub(super) fn of_self(&self, path: &Path) -> Option<(UserType, &[Ty], Option<usize>)> {
        let Some(Ty::User(user, args)) = &self.type_scope.self_type else { return None };
        let (first, rest) = path.segments.split_first().filter(|_| path.qself.is_none())?;
        if self.facts.name(first.name) != "Self" {
            return None;
        }
        match rest {
            [] => Some((*user, args, None)),
            [variant] => {
                let def = self.around.program.type_def(*user);
                let ItemKind::Enum { variants, .. } = &def.item.kind else { return None };
                let of = self.around.program.facts(def.file);
                let wanted = self.facts.name(variant.name);
                let at = variants.iter().position(|(name, _)| of.name(*name) == wanted)?;
                Some((*user, args, Some(at)))
            }
            _ => None,
        }
    }

    fn pattern_fields(&self, path: crate::engine::hir::ir::PathId, value: &Value) -> Vec<(&'l str, Ty)> {
        let args: &[Ty] = match value.ty.peeled() {
            Ty::User(_, args) => args,
            _ => &[],
        };
        if let Some((user, args, variant)) = self.of_self(self.facts.path(path)) {
            return self.types.fields(user, args, variant);
        }
        match self.around.program.resolve(self.module, self.file, self.facts.path(path), Space::Types) {
            Some(Res::Type(user)) => self.types.fields(user, args, None),
            Some(Res::Variant(user, at)) => self.types.fields(user, args, Some(at as usize)),
            _ => Vec::new(),
        }
    }
}
