//! Calls of functions: of the workspace by their summaries, of std by what is known about them.

use super::Interpreter;
use super::Signature;
use super::dispatch::Callee;
use super::event::{EscapeRoute, EventKind, Fate, Freed, Runner, Site};
use super::external::ExternalCall;
use super::spawn::Runs;
use super::summary::{StoreTarget, Summary};
use super::types::Ty;
use super::value::{Callable, Flow, FrameState, Region, Root, Value};
use crate::engine::api::Known;
use crate::engine::hir::ir::{ExprId, ExprKind, Span};
use crate::engine::resolve::paths::Space;
use crate::engine::resolve::{FnId, Res};
use crate::model::finding::Confidence;

/// How many closures in variables may call one another: each call analyses the closure once more.
const CALLED_CLOSURES: u32 = 2;

impl<'p, 'l> Interpreter<'p, 'l> {
    pub(super) fn call(&mut self, callee: ExprId, args: &'l [ExprId], span: Span, expected: Option<&Ty>) -> Value {
        let facts = self.facts;
        let (res, generics) = match &facts.expr(callee).kind {
            ExprKind::Name(name) => {
                let name = facts.name(*name);
                if let Some(var) = self.lookup_var(name) {
                    return self.call_value(var, args, span);
                }
                (self.around.program.resolve_name(self.module, name, Space::Values), Vec::new())
            }
            ExprKind::Path(path) => {
                let path = facts.path(*path);
                let generics: Vec<Ty> = path
                    .segments
                    .iter()
                    .filter_map(|segment| segment.args.as_ref())
                    .flat_map(|args| &args.types)
                    .map(|ty| self.lower_type(*ty))
                    .collect();
                if let Some(callees) = self.associated(path) {
                    let values = self.arguments(args, callees.first().map(|callee| callee.function), 0);
                    return self.call_either(callees, &values, &generics, span);
                }
                if let Some(value) = self.on_named_type(path, args, span, expected) {
                    return value;
                }
                (self.around.program.resolve(self.module, self.file, path, Space::Values), generics)
            }
            // `(|| …)()`
            ExprKind::Closure(closure) => {
                let values: Vec<Value> = args.iter().map(|arg| self.eval(*arg, None)).collect();
                return self.run_closure(closure, &values, Runs::Inline, None);
            }
            _ => return self.call_place(callee, args, span),
        };
        match res {
            Some(Res::Fn(function)) => {
                if self.around.program.fn_def(function).function.is_foreign {
                    self.note_unseen_call(callee, span);
                }
                let values = self.arguments(args, Some(function), 0);
                let callees = match &facts.expr(callee).kind {
                    ExprKind::Path(path) => self.by_path(function, facts.path(*path), &values),
                    _ => vec![Callee::new(function, Confidence::High)],
                };
                self.call_either(callees, &values, &generics, span)
            }
            Some(Res::Type(user)) => self.construct(self.types.user(user, Vec::new(), 0), (user, &[], None), args),
            Some(Res::Variant(user, at)) => {
                self.construct(self.types.user(user, Vec::new(), 0), (user, &[], Some(at as usize)), args)
            }
            Some(Res::External(external)) => {
                self.external(ExternalCall { function: external, args, generics: &generics, span, expected })
            }
            Some(Res::Static(_)) => self.call_place(callee, args, span),
            _ => {
                if let ExprKind::Path(path) = &facts.expr(callee).kind
                    && let Some((user, of, variant)) = self.of_self(facts.path(*path))
                {
                    let of = of.to_vec();
                    return self.construct(Ty::User(user, of.as_slice().into()), (user, &of, variant), args);
                }
                if let Some(value) = self.derived_default(callee) {
                    return value;
                }
                self.note_unseen_call(callee, span);
                self.unknown_call(args)
            }
        }
    }

    /// A closure or function pointer in a variable is called.
    fn call_value(&mut self, var: super::value::Var, args: &'l [ExprId], span: Span) -> Value {
        let value = self.use_var(var, span);
        let closure = value.closure;
        let values: Vec<Value> = args.iter().map(|arg| self.eval(*arg, None)).collect();
        let facts = self.facts;
        if let Some(closure) = closure
            && let ExprKind::Closure(closure) = &facts.expr(closure).kind
        {
            if self.called_closures >= CALLED_CLOSURES {
                return Value::unknown();
            }
            self.called_closures += 1;
            let value = self.run_closure(closure, &values, Runs::Inline, None);
            self.called_closures -= 1;
            return value;
        }
        if value.callables.is_empty() && value.slot.is_none() {
            let name = self.name_of(var);
            self.note_unseen_pointer(&name, span);
        }
        let mut called = value;
        if self.called_closures >= CALLED_CLOSURES {
            called.callables.retain(|callable| !matches!(callable, Callable::Closure(_)));
        }
        self.called_closures += 1;
        let result = self.call_callables(&called, &values, span);
        self.called_closures -= 1;
        result
    }

    pub(super) fn unknown_call(&mut self, args: &'l [ExprId]) -> Value {
        let mut value = Value::unknown();
        for arg in args {
            let arg = self.eval(*arg, None);
            self.escapes_knowledge(&arg);
            self.becomes(&arg, Fate::Given);
            value.add_flows(&arg.flows);
        }
        value.flows.iter_mut().for_each(|flow| flow.confidence = Confidence::Low);
        value
    }

    /// Somebody unknown got hold of an allocator: whether its frame is open is no longer known.
    pub(super) fn escapes_knowledge(&mut self, value: &Value) {
        if matches!(value.ty, Ty::Ref { mutable: true, .. })
            && value.ty.head() == Some(Known::SmartAlloc)
            && let Some(key) = Self::key(value)
        {
            self.frames.delimited.insert(key.clone());
            self.state.frames.insert(key, FrameState::Unknown);
        }
    }

    /// The types of all parameters, the receiver first.
    pub(super) fn param_types(&self, function: FnId) -> &'p [Ty] {
        &self.around.signatures.of(self.around.program, function).params
    }

    // ---- functions of the workspace ----

    pub(super) fn call_fn(&mut self, function: FnId, args: &[Value], span: Span, confidence: Confidence) -> Value {
        self.call_as(&Callee::new(function, confidence), args, span, confidence)
    }

    /// A call, of which what comes out is as sure as `confidence` says.
    pub(super) fn call_as(&mut self, target: &Callee, args: &[Value], span: Span, confidence: Confidence) -> Value {
        let callee = target.function;
        self.lend(callee, args, span);
        // `pool.give_back(list)`.
        let is_kept_by = args.first().is_some_and(|receiver| {
            matches!(receiver.ty, Ty::Ref { mutable: true, .. } | Ty::User(..))
                && matches!(receiver.alias, Some(Root::Param(_) | Root::Static(_)))
        });
        for arg in args {
            self.becomes(arg, if arg.kept && is_kept_by { Fate::Kept } else { Fate::Given });
        }
        let def = self.around.program.fn_def(callee);
        if def.function.body.is_none() && def.owner.is_none() {
            self.note_of_another_language(def.item, def.file, span);
        }
        let signature = self.around.signatures.of(self.around.program, callee);
        let mut given = target.given.clone();
        if signature.is_generic {
            signature.params.iter().zip(args).for_each(|(param, arg)| param.match_with(&arg.ty, &mut given));
        }
        self.record_call(target, given.clone(), args, span);
        let params = &*signature.params;
        let summary = self.summary_of(callee);
        let mapped: Vec<Vec<Flow>> = args
            .iter()
            .enumerate()
            .map(|(at, arg)| self.handed_on(arg, params.get(at).unwrap_or(&Ty::Unknown)))
            .collect();
        if def.function.is_foreign {
            self.given_to_foreign(callee, args, span);
        }
        self.hand_on_callables(callee, args, span);
        self.parameters_used(callee, &given, span);
        self.whole_from_scope(callee, summary, args, params, span);
        self.apply_stores(callee, signature, args, &mapped, span);
        if confidence == Confidence::High {
            self.given_for_good(callee, signature, args, span);
        }
        self.apply_frame_changes(summary, args, span);
        if summary.sets_budget {
            self.barriers.budget_set = true;
            self.recorder.out.summary.sets_budget |= self.context.on_thread == 0 && self.context.spawned == 0;
        }
        for (param, _) in &summary.allocates {
            if let Some(arg) = args.get(usize::from(*param)) {
                self.note_allocation(arg, span);
                self.needs_budget(span);
            }
        }
        let output = match &signature.output {
            _ if def.function.is_async => Ty::Unknown,
            output if signature.is_generic => output.with_given(&given),
            output => output.clone(),
        };
        let mut value = Value::of(output);
        if summary.result_kept && value.ty.collection().is_some() {
            value.kept = true;
            value.made = vec![span];
        }
        // What is given away and comes back is the same memory.
        let is_list = |ty: &Ty| !matches!(ty, Ty::Ref { .. }) && ty.collection().is_some();
        if is_list(&value.ty)
            && let Some(given) = args.iter().find(|arg| arg.kept && is_list(&arg.ty))
        {
            value.kept = true;
            value.owner = given.owner;
            value.field.clone_from(&given.field);
        }
        if matches!(value.ty, Ty::Unknown | Ty::Opaque { .. } | Ty::Trait(_))
            && let Some(ty) = &summary.result_type
            && !def.function.is_async
        {
            value.ty = ty.with_given(&given);
        }
        if def.function.is_async {
            value.ty = Ty::opaque(true);
            for flows in &mapped {
                value.add_flows(flows);
            }
            return value;
        }
        add_result(&mut value, summary, signature, &mapped, span, confidence);
        self.made_by_call(callee, &mut value, span);
        // Something of the caller may come back by reference.
        let result_is_reference = matches!(value.ty, Ty::Ref { .. });
        if result_is_reference && let Some(part) = summary.result.first() {
            value.alias = args.get(usize::from(part.param)).and_then(|arg| arg.alias);
        }
        if let Some(led) = &summary.leads_to {
            self.leads_on(&mut value, led, args);
        }
        if value.ty == Ty::Never {
            self.state.dead = true;
        }
        if value.ty.head() == Some(Known::FrameHandle) {
            value.handle = Some(super::value::Handle { resolved: false, age: super::value::Age::Fresh, since: span });
        }
        self.refine(value)
    }

    /// What an argument hands on to a function with this parameter.
    fn handed_on(&self, arg: &Value, param: &Ty) -> Vec<Flow> {
        let mut flows = self.through_param(arg, param);
        // A number is handed on as a number, unless it is an address.
        if matches!(param, Ty::Scalar(_)) {
            flows.retain(|flow| flow.raw);
        }
        // A `&&T` for a `&T`: rustc looks through the outer reference.
        if let (Ty::Ref { .. }, Ty::Ref { inner, .. }) = (param, &arg.ty)
            && matches!(**inner, Ty::Ref { .. })
            && param.is_concrete()
        {
            self.types.keep_held(param, &mut flows);
        }
        flows
    }

    /// What an argument refers to once it is seen with the type of its parameter.
    fn through_param(&self, arg: &Value, param: &Ty) -> Vec<Flow> {
        let takes_whole = param.allocator().is_some_and(Known::is_whole);
        let is_frame = arg.ty.allocator().is_some_and(|known| !known.is_whole());
        if !(takes_whole && is_frame) {
            return arg.flows.clone();
        }
        // `&Frame` becomes `&SmartAlloc`: the memory is that of the whole frame.
        let mut flows = Vec::new();
        for flow in &arg.flows {
            match self.scopes.own(flow.region) {
                Some(scope) => flows.extend(scope.whole.clone()),
                None => flows.push(Flow { frame: false, ..flow.clone() }),
            }
        }
        flows
    }

    fn whole_from_scope(&mut self, function: FnId, summary: &Summary, args: &[Value], params: &[Ty], span: Span) {
        for (param, site) in &summary.allocates {
            let at = usize::from(*param);
            let (Some(arg), Some(ty)) = (args.get(at), params.get(at)) else { continue };
            let takes_whole = ty.head() == Some(Known::SmartAlloc);
            let is_scope = arg.ty.allocator().is_some_and(|known| matches!(known, Known::Frame | Known::FrameScope))
                && arg.flows.iter().any(|flow| self.scopes.own(flow.region).is_some());
            if takes_whole && is_scope {
                self.record(
                    EventKind::WholeFrameFromScope { callee: function, allocates: *site },
                    span,
                    Confidence::High,
                );
            }
        }
    }

    fn apply_stores(
        &mut self,
        function: FnId,
        signature: &Signature<'_>,
        args: &[Value],
        mapped: &[Vec<Flow>],
        span: Span,
    ) {
        let callee = self.around.program.fn_name(function).to_owned();
        for store in &self.summary_of(function).stores {
            let flows = mapped.get(usize::from(store.param)).cloned().unwrap_or_default();
            for mut flow in flows {
                flow.frame |= store.frame;
                flow.raw |= store.raw;
                flow.captured |= store.captured;
                flow.confidence = flow.confidence.min(store.confidence);
                if store.frame {
                    flow.site = span;
                }
                let mut path: Vec<(Site, String)> = store.path.clone();
                match &store.target {
                    StoreTarget::Static(name) if flow.frame => {
                        self.escape(
                            EscapeRoute::Callee(format!("`{callee}` keeps it in the static `{name}`")),
                            &flow,
                            span,
                            path,
                        );
                    }
                    StoreTarget::Thread | StoreTarget::Task if flow.frame => {
                        let kind = EventKind::Spawned {
                            runner: if store.target == StoreTarget::Task { Runner::Task } else { Runner::Thread },
                            name: format!("argument of `{callee}`"),
                            allocated: self.site(flow.site),
                            raw: flow.raw,
                            via: path,
                        };
                        self.record(kind, span, flow.confidence);
                    }
                    StoreTarget::Param(_) if !flow.raw && !signature.lifetimes.may_keep(store.param) => {}
                    StoreTarget::Param(to) => {
                        let Some(target) = args.get(usize::from(*to)) else { continue };
                        self.stored_by_callee(&callee, target, flow, path, span);
                    }
                    target => {
                        if let Region::Param(param) = flow.region
                            && path.len() < 8
                        {
                            path.insert(0, (self.site(span), format!("passed to `{callee}` here")));
                            self.add_store(param, target.clone(), &flow, path);
                        }
                    }
                }
            }
        }
    }

    fn stored_by_callee(
        &mut self,
        callee: &str,
        target: &Value,
        flow: Flow,
        mut path: Vec<(Site, String)>,
        span: Span,
    ) {
        let Some(root) = target.alias else { return };
        if let Some(ty) = target_content(&target.ty)
            && !self.types.can_refer(&ty, flow.link())
        {
            return;
        }
        match (root, flow.region) {
            (Root::Local(var), _) => {
                if let Some(known) = self.state.values.get_mut(var) {
                    known.add_flows(&[flow]);
                }
            }
            (Root::Static(_), _) if flow.frame => {
                self.escape(EscapeRoute::Callee(format!("`{callee}` keeps it in a static")), &flow, span, path);
            }
            (Root::Param(to), Region::Scope(_)) if flow.frame => {
                let name = self.param_name(to);
                self.escape(EscapeRoute::Callee(format!("`{callee}` keeps it in `{name}`")), &flow, span, path);
            }
            (Root::Param(to), Region::Param(from)) if from != to && path.len() < 8 => {
                path.insert(0, (self.site(span), format!("passed to `{callee}` here")));
                self.add_store(from, StoreTarget::Param(to), &flow, path);
            }
            _ => {}
        }
    }

    /// Arguments for which the signature asks for `'static`.
    fn given_for_good(&mut self, callee: FnId, signature: &Signature<'_>, args: &[Value], span: Span) {
        for (param, arg) in (0..).zip(args) {
            let ty = signature.params.get(usize::from(param)).unwrap_or(&Ty::Unknown);
            let fixed = !arg.flows.is_empty() && ty.loosened(&arg.ty) != *ty;
            // What the callee does with it says more.
            let said = self.summary_of(callee).stores.iter().any(|store| store.param == param);
            if !said && (fixed || signature.lifetimes.asks_for_static(param)) {
                let name = self.around.program.fn_name(callee);
                self.outlives_frame(name, arg, span);
            }
        }
    }

    fn apply_frame_changes(&mut self, summary: &Summary, args: &[Value], span: Span) {
        for (param, field, change) in &summary.frame_changes {
            let Some(arg) = args.get(usize::from(*param)) else { continue };
            let Some(root) = arg.alias else { continue };
            let key = (root, field.clone().or_else(|| arg.field.clone()));
            match change {
                1 => self.begin(key, span),
                -1 => self.end(key, span),
                // It began and ended a frame of its own: nothing changes, but the allocator has frames.
                _ => {
                    self.frames.delimited.insert(key);
                }
            }
        }
    }

    pub(super) fn wrapped(&mut self, known: Known, args: &'l [ExprId], expected: Option<&Ty>) -> Value {
        let inner = expected.map(|ty| ty.argument(0)).filter(|ty| !ty.is_unknown());
        let mut value = self.eval_args_first(args, inner.as_ref());
        // `Some(item)` for a `&&T` where a `&T` is asked for: rustc looks through the outer reference.
        if let (Some(inner @ Ty::Ref { .. }), Ty::Ref { .. }) = (inner, &value.ty) {
            self.annotate(&mut value, inner);
        }
        value.ty = Ty::known(known, [value.ty]);
        value.number = None;
        value.fresh = false;
        value
    }

    /// `Err(error)`.
    pub(super) fn wrapped_error(&mut self, args: &'l [ExprId]) -> Value {
        let mut value = self.wrapped(Known::Result, args, None);
        value.ty = Ty::known(Known::Result, [Ty::Unknown, value.ty.argument(0)]);
        value
    }

    pub(super) fn eval_args_first(&mut self, args: &'l [ExprId], expected: Option<&Ty>) -> Value {
        let mut args = args.iter();
        let first = args.next().map_or_else(Value::unknown, |arg| self.eval(*arg, expected));
        args.for_each(|arg| drop(self.eval(*arg, None)));
        first
    }

    /// `drop(x)`: what ends with it ends here.
    pub(super) fn dropped(&mut self, args: &[ExprId], value: &Value, span: Span) {
        if let Ty::Known(Known::FrameScope, _) = &value.ty {
            self.close_own(value, span);
        }
        if let (Ty::Known(Known::FrameGuard, _), Some(key)) = (&value.ty, Self::key(value)) {
            self.end_memory(&key, span);
        }
        if let Ty::Known(Known::TransferHandle, _) = &value.ty {
            self.record(EventKind::TransferLost { how: "dropped" }, span, Confidence::High);
        }
        self.freed_by(&value.ty, Freed::Dropped, span, Confidence::High);
        self.drop_glue(&value.ty, span, Confidence::High);
        if let (true, Ty::Known(known @ (Known::Box | Known::HeapBox), content)) = (value.fresh, &value.ty) {
            let what = if *known == Known::Box { "Box::new" } else { "heap_box" };
            let ty = content.first().cloned().unwrap_or(Ty::Unknown);
            self.record(EventKind::Churn { what, ty }, span, Confidence::High);
        }
        if let Some(var) = args.first().and_then(|arg| match &self.facts.expr(*arg).kind {
            ExprKind::Name(name) => self.lookup_var(self.facts.name(*name)),
            _ => None,
        }) && let Some(known) = self.state.values.get_mut(var)
        {
            known.moved = true;
            known.flows.clear();
        }
    }

    pub(super) fn forgotten(&mut self, value: &Value, what: &'static str, span: Span) {
        match &value.ty {
            Ty::Known(Known::TransferHandle, _) => {
                self.record(EventKind::TransferLost { how: "forgotten" }, span, Confidence::High);
            }
            Ty::Known(known @ (Known::FrameBox | Known::FrameVec | Known::FrameMap), args) => {
                let element = args.first().cloned().unwrap_or(Ty::Unknown);
                if *known == Known::FrameMap || self.types.drops(&element) == Some(true) {
                    self.record(EventKind::DropSkipped { what, ty: element }, span, Confidence::High);
                }
            }
            _ => {}
        }
    }

    /// Runs a closure that is written as an argument, or evaluates what else stands there.
    pub(super) fn inline_closure(&mut self, arg: ExprId, params: &[Value], runs: Runs) -> Value {
        if let Some(closure) = self.closure_at(arg) {
            self.run_closure(closure, params, runs, None)
        } else {
            let facts = self.facts;
            let function = self.named_function(arg);
            if let Some(Res::Fn(callee)) = function {
                let span = self.span(arg);
                return self.call_fn(callee, params, span, Confidence::High);
            }
            if let Some(Res::External(external)) = function
                && external.krate == "std"
            {
                return self.named_std_function(external, arg, params);
            }
            if let (None, ExprKind::Path(path)) = (&function, &facts.expr(arg).kind)
                && let Some(value) = self.named_method_of_plain_type(facts.path(*path), arg, params)
            {
                return value;
            }
            let value = self.eval(arg, None);
            // Whoever takes a closure calls it: `values.iter().map(work)`.
            let given = value.callables.iter().filter_map(|callable| match callable {
                Callable::Param(param) => Some(*param),
                _ => None,
            });
            given.for_each(|param| self.note_parameter_called(param, self.span(arg)));
            value
        }
    }
}

/// What a container behind a reference holds, where that is known.
fn target_content(ty: &Ty) -> Option<Ty> {
    match ty.peeled() {
        Ty::Known(_, args) => args.first().cloned().filter(|ty| !ty.is_unknown()),
        ty @ (Ty::User(..) | Ty::Scalar(_)) => Some(ty.clone()),
        _ => None,
    }
}

/// What comes out of a call refers to.
fn add_result(
    value: &mut Value,
    summary: &Summary,
    signature: &Signature<'_>,
    mapped: &[Vec<Flow>],
    span: Span,
    confidence: Confidence,
) {
    // What the function has allocated holds what the type of its result says.
    let held = value.ty.held_directly().filter(|_| signature.lifetimes.own_memory());
    for part in &summary.result {
        for flow in mapped.get(usize::from(part.param)).into_iter().flatten() {
            let mut flow = flow.clone();
            if part.frame {
                flow.frame = true;
                flow.site = span;
            }
            flow.raw |= part.raw;
            if !flow.raw && !signature.lifetimes.may_return(part.param) {
                continue;
            }
            if part.frame {
                flow.content.clone_from(&held);
            }
            flow.captured |= part.captured;
            flow.confidence = flow.confidence.min(part.confidence).min(confidence);
            value.add_flows(&[flow]);
        }
    }
}
