//! Where a function starts and ends: its parameters, its attributes, and whether its frames are balanced.

use std::sync::Arc;

use framealloc_syntax::{AllocTagArgs, AttributeArgs as _, FrameSystemArgs};

use super::attributes::{our_attribute, tokens};
use super::event::{EventKind, Open};
use super::open_tag::OpenTag;
use super::scopes::ScopeKind;
use super::summary::Analysed;
use super::types::{SELF, Ty, TypeScope, Types, UNNAMED};
use super::value::{Age, Flow, FrameState, Handle, Region, Root, Value, Var};
use super::walk;
use super::{BodyContext, Interpreter};
use crate::engine::api::Known;
use crate::engine::hir::ir::{Closure, ExprKind, ItemKind, Pat, Receiver, Span, Type};
use crate::engine::resolve::{FnDef, Owner, Program};
use crate::model::finding::Confidence;

/// What `Self` and the generic parameters of a function are.
pub(crate) fn type_scope<'l>(program: &Program<'l>, def: &FnDef<'l>) -> TypeScope<'l> {
    let types = Types { program };
    let facts = program.facts(def.file);
    let mut scope = TypeScope::default();
    let mut generics = Vec::new();
    let mut of_impl = None;
    match def.owner {
        Some(Owner::Impl(item)) => {
            if let ItemKind::Impl(block) = &facts.item(item).kind {
                generics.push(&block.generics);
                let any = block.generics.types.iter().map(|(name, _)| (facts.name(*name), Ty::opaque(false)));
                scope.params.extend(any);
                scope.self_type = Some(types.lower(def.module, def.file, block.self_type, &scope));
                of_impl = Some(block.self_type);
            }
        }
        Some(Owner::Trait(user)) => scope.self_type = Some(Ty::Generic { index: SELF, traits: Arc::new([user]) }),
        None => {}
    }
    generics.push(&def.function.generics);
    scope.params.clear();
    for (index, (name, bounds)) in (0..UNNAMED).zip(generics.iter().flat_map(|declared| &declared.types)) {
        let ty = match types.bounds(def.module, def.file, bounds, &scope, 0) {
            Ty::Trait(_) | Ty::Opaque { .. } => {
                Ty::Generic { index, traits: types.traits(def.module, def.file, bounds).into() }
            }
            ty => ty,
        };
        scope.params.push((facts.name(*name), ty));
    }
    if let Some(of_impl) = of_impl
        && scope.params.iter().any(|(_, ty)| matches!(ty, Ty::Generic { .. }))
    {
        // What is called on a part of `Self` depends on what its parameters are.
        let known = scope.params.iter().map(|(name, ty)| match ty {
            Ty::Generic { .. } => (*name, ty.clone()),
            _ => (*name, Ty::opaque(false)),
        });
        let known = TypeScope { self_type: None, params: known.collect() };
        scope.self_type = Some(types.lower(def.module, def.file, of_impl, &known));
    }
    scope
}

/// The types of all parameters, the receiver first.
pub(crate) fn param_types<'l>(types: Types<'_, 'l>, def: &FnDef<'l>, scope: &TypeScope<'l>) -> Vec<Ty> {
    let mut params = Vec::new();
    let own = || scope.self_type.clone().unwrap_or(Ty::Unknown);
    match def.function.receiver {
        Some(Receiver::Value) => params.push(own()),
        Some(Receiver::Shared) => params.push(Ty::reference(own())),
        Some(Receiver::Exclusive) => params.push(Ty::exclusive(own())),
        Some(Receiver::Typed(ty)) => params.push(types.lower(def.module, def.file, ty, scope)),
        None => {}
    }
    let facts = types.program.facts(def.file);
    params.extend((UNNAMED..SELF).zip(&def.function.params).map(|(index, (_, ty))| {
        let lowered = types.lower(def.module, def.file, *ty, scope);
        let (mut inner, mut mutable) = (*ty, None);
        if let Type::Ref { inner: behind, mutable: exclusive, .. } = facts.ty(inner) {
            (inner, mutable) = (*behind, Some(*exclusive));
        }
        match (facts.ty(inner), lowered.peeled()) {
            // `impl Trait`: a parameter without a name.
            (Type::ImplTrait(bounds), Ty::Trait(_) | Ty::Opaque { .. }) => {
                let parameter = Ty::Generic { index, traits: types.traits(def.module, def.file, bounds).into() };
                match mutable {
                    Some(true) => Ty::exclusive(parameter),
                    Some(false) => Ty::reference(parameter),
                    None => parameter,
                }
            }
            _ => lowered,
        }
    }));
    params
}

impl<'l> Interpreter<'_, 'l> {
    pub(super) fn param_type(&self, param: u16) -> Ty {
        self.signature.params.get(usize::from(param)).cloned().unwrap_or(Ty::Unknown)
    }

    pub(super) fn param_name(&self, param: u16) -> String {
        let receiver = self.def.function.receiver.is_some();
        if receiver && param == 0 {
            return "self".to_owned();
        }
        let at = usize::from(param) - usize::from(receiver);
        match self.def.function.params.get(at).map(|(pat, _)| self.facts.pat(*pat)) {
            Some(Pat::Bind { name, .. }) => self.facts.name(*name).to_owned(),
            _ => "a parameter".to_owned(),
        }
    }

    fn param_value(&self, param: u16, ty: Ty, span: Span) -> Value {
        let frame = ty.head().is_some_and(Known::is_frame_data);
        let mut value = Value::of(ty);
        value.callables = Self::passed_callables(param, &value.ty);
        value.flows = vec![Flow { frame, ..Self::flow_of(Region::Param(param), span) }];
        if matches!(value.ty, Ty::Ref { .. })
            || value.ty.allocator().is_some()
            || value.is(Known::Sender)
            || value.is(Known::SyncSender)
            || value.is(Known::AsyncSender)
        {
            value.alias = Some(Root::Param(param));
        }
        value.kept = true;
        if value.ty.head() == Some(Known::FrameHandle) {
            value.handle = Some(Handle { resolved: false, age: Age::Fresh, since: span });
        }
        if matches!(value.ty.allocator(), Some(Known::Frame | Known::FrameScope | Known::TaggedAlloc)) {
            value.tag = Some(OpenTag::OfParam(param, None));
        }
        // The caller may pass an address as a number.
        if value.ty == Ty::usize() {
            value.flows.iter_mut().for_each(|flow| flow.raw = true);
            return value;
        }
        // `&'static T` is what the callee asks for, not what everybody gives.
        if matches!(value.ty, Ty::Ref { .. }) { value } else { self.refine(value) }
    }

    pub(super) fn run(mut self) -> Analysed {
        let Some(body) = self.def.function.body else {
            return self.recorder.out;
        };
        let mut types = self.signature.params.iter().cloned();
        let mut index = 0_u16;
        let own_span = self.def.item.name_span;
        if self.def.function.receiver.is_some() {
            let ty = types.next().unwrap_or(Ty::Unknown);
            let mut value = self.param_value(0, ty, own_span);
            value.alias = value.alias.or(Some(Root::Param(0)));
            let var = Var(u32::MAX);
            self.declare("self", var, value);
            index = 1;
        }
        let mut allocators: Vec<(&'l str, Var, u16)> = Vec::new();
        for (pat, _) in &self.def.function.params {
            let ty = types.next().unwrap_or(Ty::Unknown);
            let span = match self.facts.pat(*pat) {
                Pat::Bind { span, .. } => *span,
                _ => own_span,
            };
            let is_allocator = ty.allocator().is_some();
            let value = self.param_value(index, ty, span);
            self.bind(*pat, value);
            if let (true, Pat::Bind { name, .. }) = (is_allocator, self.facts.pat(*pat)) {
                allocators.push((self.facts.name(*name), Var(pat.0), index));
            }
            index += 1;
        }
        // Parameters are the caller's to drop, and an owned allocator among them is not made here.
        self.frames.local_allocators.clear();
        self.state.frames.clear();
        let mut expected = self.def.function.output.map(|ty| self.lower_type(ty));
        let scope = self.attributes(&allocators);
        if self.frames.in_flight {
            // The body makes the first of two, or nothing.
            expected = match expected {
                Some(Ty::Tuple(parts)) => parts.first().cloned(),
                _ => None,
            };
        }
        self.bodies.push(BodyContext {
            is_async: self.def.function.is_async,
            is_function: true,
            expected: expected.clone(),
            scope,
            ..BodyContext::inside(0)
        });
        let value = self.eval_result(body, expected.as_ref());
        let mut value = self.returned(value, self.tail_span(body));
        if !self.state.dead {
            let end = self.span(body);
            let end = Span { lo: end.hi.saturating_sub(1), hi: end.hi };
            self.leave(Open::End, end);
            self.end_params(end);
        }
        if let Some(context) = self.bodies.pop()
            && let Some(result) = context.result
        {
            if value.ty == Ty::Never {
                value = result;
            } else {
                value.join(&result);
            }
        }
        self.finish(&value)
    }

    fn end_params(&mut self, end: Span) {
        let owned: Vec<Var> = self.variables.names.iter().map(|(_, var)| *var).collect();
        for var in owned {
            if let Some(value) = self.state.values.remove(var)
                && value.alias.is_none()
            {
                self.drop_value(var, &value, end);
            }
        }
    }

    /// Reads `#[frame_system]` and `#[alloc_tag]`; the scope that the body runs in comes out.
    fn attributes(&mut self, allocators: &[(&'l str, Var, u16)]) -> Option<u16> {
        let mut scope = None;
        let owner_attrs = match self.def.owner {
            Some(Owner::Impl(item)) => Some(&self.facts.item(item).attrs),
            _ => None,
        };
        let attrs = owner_attrs.into_iter().chain([&self.def.item.attrs]).flat_map(|attrs| &attrs.custom);
        let (program, file) = (self.around.program, self.file);
        for attr in attrs.filter(|attr| program.has_attribute(file, attr)) {
            match our_attribute(self.around.program, self.def.module, self.file, attr) {
                Some("frame_system") => {
                    let args = FrameSystemArgs::parse(tokens(attr)).value;
                    self.recorder.out.system = true;
                    self.recorder.out.denied = args.denied;
                    self.frames.in_flight = args.in_flight.is_some();
                    self.recorder.out.ambient = args.ambient;
                    self.recorder.out.budget = args.budget.as_ref().and_then(|budget| budget.value.bytes());
                    if let Some(tag) = &args.tag {
                        self.enter_tag(&tag.value, attr, None);
                    }
                    if self.def.function.is_async {
                        let span = self.def.item.span;
                        self.record(EventKind::AsyncSystem, span, Confidence::High);
                    }
                    let named = args.alloc.as_ref().map(|alloc| alloc.binding.to_string());
                    let out = args.out.as_ref().map(ToString::to_string);
                    scope = Some(self.system_scope(allocators, named.as_deref(), out.as_deref()));
                }
                Some("alloc_tag") => {
                    let args = AllocTagArgs::parse(tokens(attr)).value;
                    if let Some(tag) = &args.tag {
                        let arena = allocators.iter().find(|(name, ..)| *name == "alloc").or(allocators.first());
                        self.enter_tag(&tag.value, attr, arena.map(|(_, arena, _)| *arena));
                    }
                }
                _ => {}
            }
        }
        scope
    }

    /// The body of a system runs in a scope of its own, or brackets the whole frame.
    fn system_scope(&mut self, allocators: &[(&'l str, Var, u16)], named: Option<&str>, out: Option<&str>) -> u16 {
        self.loops.frame_from = Some(0);
        let chosen = match named {
            Some(named) => allocators.iter().find(|(name, ..)| *name == named),
            None => allocators.iter().find(|(name, ..)| *name == "alloc").or_else(|| allocators.first()),
        };
        let whole = match chosen {
            Some((_, _, param)) => vec![Self::flow_of(Region::Param(*param), Span::default())],
            // `alloc = self.alloc`
            None => vec![Self::flow_of(Region::Param(0), Span::default())],
        };
        let exclusive = chosen
            .and_then(|(_, var, _)| self.state.values.get(*var))
            .is_some_and(|value| matches!(value.ty, Ty::Ref { mutable: true, .. }) && value.is(Known::SmartAlloc));
        if let Some(out) = out {
            let name: &'l str = self.facts.names().find(|name| *name == out).unwrap_or("frame");
            let mut view = Value::of(Ty::reference(Ty::known(Known::Frame, []))).with_flows(whole.clone());
            view.alias = chosen.map(|(_, _, param)| Root::Param(*param));
            self.declare(name, Var(u32::MAX - 2), view);
        }
        let id = self.open_scope(whole, ScopeKind::Own);
        self.scopes.of_closures.push(id);
        let flow = Flow { frame: !exclusive, ..Self::flow_of(Region::Scope(id), Span::default()) };
        let head = if exclusive { Known::SmartAlloc } else { Known::Frame };
        let mut view = Value::of(Ty::reference(Ty::known(head, []))).with_flows(vec![flow]);
        let own = self.recorder.out.tag.clone().map(OpenTag::Named);
        view.tag = own.or_else(|| self.state.values.get(chosen?.1)?.tag.clone());
        match chosen {
            Some((_, var, _)) => {
                self.state.values.insert(*var, view);
            }
            None => self.declare("alloc", Var(u32::MAX - 1), view),
        }
        id
    }

    // ---- balance ----

    pub(super) fn balance(&mut self) {
        let exits = std::mem::take(&mut self.exits);
        let mut keys: Vec<_> = exits.iter().flat_map(|(_, _, state)| state.frames.keys().cloned()).collect();
        keys.sort();
        keys.dedup();
        for key in keys {
            let states: Vec<(Open, Span, FrameState)> = exits
                .iter()
                .map(|(why, span, state)| (*why, *span, state.frames.get(&key).copied().unwrap_or(FrameState::Entry)))
                .collect();
            if states.iter().any(|(_, _, state)| *state == FrameState::Unknown) {
                continue;
            }
            let open = |state: FrameState| matches!(state, FrameState::Open(..) | FrameState::Maybe(..));
            let all_open = states.iter().all(|(_, _, state)| matches!(state, FrameState::Open(..)));
            let any_open = states.iter().any(|(_, _, state)| open(*state));
            let all_released = states.iter().all(|(_, _, state)| *state == FrameState::Released);
            match key.0 {
                Root::Param(param) if all_open => {
                    self.recorder.out.summary.frame_changes.push((param, key.1.clone(), 1));
                }
                Root::Param(param) if all_released => {
                    self.recorder.out.summary.frame_changes.push((param, key.1.clone(), -1));
                }
                Root::Static(_) if all_open || all_released => {}
                _ if any_open => {
                    for (why, span, state) in &states {
                        if let FrameState::Open(begun, _) | FrameState::Maybe(begun, _) = state {
                            let sure = matches!(state, FrameState::Open(..));
                            let confidence = if sure { Confidence::High } else { Confidence::Medium };
                            // The end of the function says less than the place where the frame was begun.
                            let at = if *why == Open::End { *begun } else { *span };
                            self.state.dead = false;
                            self.record(EventKind::LeftOpen { begun: *begun, why: *why }, at, confidence);
                        }
                    }
                    if let Root::Param(param) = key.0 {
                        self.recorder.out.summary.frame_changes.push((param, key.1.clone(), 0));
                    }
                }
                Root::Param(param) => self.recorder.out.summary.frame_changes.push((param, key.1.clone(), 0)),
                _ => {}
            }
        }
        for (key, endless, allocated) in std::mem::take(&mut self.loops.allocations) {
            if !self.frames.delimited.contains(&key) {
                self.state.dead = false;
                self.record(EventKind::FrameNeverEnds { allocated }, endless, Confidence::High);
            }
        }
    }

    // ---- threads ----

    /// A thread's closure starts without a budget.
    pub(super) fn thread_budget(&mut self, closure: &Closure) {
        let facts = self.facts;
        self.barriers.budget_set = false;
        walk::visit(facts, closure.body, &mut |expr| {
            if let ExprKind::Method(call) = &facts.expr(expr).kind
                && facts.name(call.name) == "set_thread_frame_budget"
            {
                self.barriers.budget_set = true;
            }
        });
    }
}
