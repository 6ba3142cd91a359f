//! Abstract interpretation of one function: where memory comes from, where it goes, and what is in force around it.

mod allocator;
mod associated;
pub(crate) mod barriers;
mod call;
mod content;
pub(crate) mod event;
mod expr;
mod external;
mod frame_calls;
mod frame_data;
mod framealloc;
mod heap;
mod iterate;
mod layout;
mod loops;
mod macros;
mod method;
mod options;
mod place;
mod pooled;
mod retained;
mod roots;
mod shared;
mod signature;
mod spawn;
pub(crate) mod summary;
pub(crate) mod types;
pub(crate) mod value;
pub(crate) mod walk;

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::engine::api::Known;
use crate::engine::hir::file::FileFacts;
use crate::engine::hir::ir::Span;
use crate::engine::resolve::{FnDef, FnId, ModuleId, Program};
use crate::model::finding::Confidence;
use event::{CallSite, Event, EventKind, How, LoopAround, Open, Site};
pub(crate) use roots::{param_types, type_scope};
pub(crate) use signature::{Signature, Signatures};
use summary::{AllAnalysed, Analysed, ResultFlow, Store, StoreTarget, Summary};
use types::{Ty, TypeScope, Types};
use value::{Age, AllocatorKey, Bound, Flow, FrameState, Region, Root, State, Value, Var};

/// What the flow of a function needs to know about the rest of the program.
#[derive(Clone, Copy)]
pub(crate) struct Surroundings<'p, 'l> {
    pub(crate) program: &'p Program<'l>,
    pub(crate) analysed: &'p AllAnalysed,
    /// Types that are `#[pooled]`.
    pub(crate) pooled: &'p FxHashSet<crate::engine::resolve::UserType>,
    pub(crate) signatures: &'p Signatures<'l>,
    /// Functions that call each other, sorted, with what is known of them at this point.
    pub(crate) circle: &'p [(FnId, Summary)],
}

/// A frame or scope that the function opens.
#[derive(Debug)]
struct Scope {
    /// Frame memory of the allocator around it.
    whole: Vec<Flow>,
    /// How many loops are around its opening.
    loops: usize,
    /// It is a region of its own, not the frame of an allocator.
    own: bool,
}

struct LoopContext<'l> {
    label: Option<&'l str>,
    span: Span,
    bound: Bound,
    breaks: State,
    continues: State,
    value: Option<Value>,
    /// Variables declared when it was entered.
    names: usize,
    is_block: bool,
}

/// The body of a function, closure or async block.
struct BodyContext {
    exits: State,
    result: Option<Value>,
    is_async: bool,
    /// The body of the function itself, not of a closure in it.
    is_function: bool,
    loops: usize,
    expected: Option<Ty>,
    /// The scope that ends with it.
    scope: Option<u16>,
}

#[derive(Debug)]
struct VarInfo<'l> {
    name: &'l str,
    /// Closure bodies with a scope of their own that were open when it was declared.
    closed_scopes: usize,
}

pub(crate) struct Interpreter<'p, 'l> {
    around: Surroundings<'p, 'l>,
    types: Types<'p, 'l>,
    facts: &'l FileFacts,
    file: usize,
    module: ModuleId,
    def: &'p FnDef<'l>,
    type_scope: TypeScope<'l>,
    signature: &'p Signature<'l>,
    state: State,
    names: Vec<(&'l str, Var)>,
    vars: FxHashMap<Var, VarInfo<'l>>,
    scopes: Vec<Scope>,
    /// Scopes that are the bodies of closures we are in.
    closed_scopes: Vec<u16>,
    loops: Vec<LoopContext<'l>>,
    bodies: Vec<BodyContext>,
    cold: u32,
    /// Blocks around that leave the loop, by how many loops are around them.
    leaves: Vec<usize>,
    /// Inside of arguments of a macro that is not known.
    guessing: u32,
    /// Nothing here is surer than that the function is compiled as it stands.
    sure: Confidence,
    /// How many loops were around when the innermost frame of this function began.
    frame_from: Option<usize>,
    /// Inside of a closure that runs on another thread.
    spawned: u32,
    /// Inside of a closure that runs on another thread, joined within the frame or not.
    on_thread: u32,
    /// The arms of the branches that we are in.
    arms: Vec<event::Arm>,
    tags: Vec<Arc<str>>,
    wholes: FxHashMap<AllocatorKey, u16>,
    local_allocators: FxHashMap<Var, Span>,
    turned: FxHashSet<AllocatorKey>,
    loop_allocations: Vec<(AllocatorKey, Span, Span)>,
    exits: Vec<(Open, Span, State)>,
    barriers: barriers::Barriers,
    seen: FxHashSet<(std::mem::Discriminant<EventKind>, Span, u32)>,
    depth: u32,
    /// Closures in variables that are being called.
    called_closures: u32,
    /// Places that a handle of this frame was put into.
    shared_here: FxHashSet<AllocatorKey>,
    /// Values of the open frame that will be promoted.
    promoted: Vec<(Span, Option<(Span, &'static str)>)>,
    out: Analysed,
}

/// Expressions nested deeper than this are not followed; the parser's own limit lies below what the stack holds.
const DEEPEST: u32 = 1_500;

/// Looks at one function.
pub(crate) fn analyse(around: Surroundings<'_, '_>, id: FnId) -> Analysed {
    let analysed = interpret(around, id);
    if !around.program.fn_def(id).item.attrs.custom.is_empty() {
        // Attributes are read as tokens of their own.
        proc_macro2::extra::invalidate_current_thread_spans();
    }
    analysed
}

fn interpret(around: Surroundings<'_, '_>, id: FnId) -> Analysed {
    let def = around.program.fn_def(id);
    let signature = around.signatures.of(around.program, id);
    let interpreter = Interpreter {
        around,
        types: Types { program: around.program },
        facts: around.program.facts(def.file),
        file: def.file,
        module: def.body_module,
        def,
        type_scope: signature.scope.clone(),
        signature,
        state: State::default(),
        names: Vec::new(),
        vars: FxHashMap::default(),
        scopes: Vec::new(),
        closed_scopes: Vec::new(),
        loops: Vec::new(),
        bodies: Vec::new(),
        cold: 0,
        leaves: Vec::new(),
        guessing: 0,
        sure: def.sure,
        frame_from: None,
        spawned: 0,
        on_thread: 0,
        arms: Vec::new(),
        tags: Vec::new(),
        wholes: FxHashMap::default(),
        local_allocators: FxHashMap::default(),
        turned: FxHashSet::default(),
        loop_allocations: Vec::new(),
        exits: Vec::new(),
        barriers: barriers::Barriers::default(),
        seen: FxHashSet::default(),
        depth: 0,
        called_closures: 0,
        shared_here: FxHashSet::default(),
        promoted: Vec::new(),
        out: Analysed::default(),
    };
    interpreter.run()
}

impl<'p, 'l> Interpreter<'p, 'l> {
    fn site(&self, span: Span) -> Site {
        Site { file: self.file, span }
    }

    fn name_of(&self, var: Var) -> String {
        self.vars.get(&var).map_or_else(|| "value".to_owned(), |info| info.name.to_owned())
    }

    fn lookup_var(&self, name: &str) -> Option<Var> {
        self.names.iter().rev().find(|(known, _)| *known == name).map(|(_, var)| *var)
    }

    // ---- events ----

    fn record(&mut self, kind: EventKind, span: Span, confidence: Confidence) {
        self.record_from(kind, span, confidence, 0);
    }

    /// Records an event whose memory is reset by a scope that `from` loops are around.
    fn record_from(&mut self, kind: EventKind, span: Span, confidence: Confidence, from: usize) {
        if self.state.dead {
            return;
        }
        let detail = match &kind {
            EventKind::Escape { how, .. } => match how {
                How::Returned => 1,
                How::Transmuted => 2,
                _ => 3,
            },
            EventKind::Tag { enters, .. } => u32::from(*enters),
            _ => 0,
        };
        if !self.seen.insert((std::mem::discriminant(&kind), span, detail)) {
            return;
        }
        let confidence = if self.guessing > 0 { Confidence::Low } else { confidence.min(self.sure) };
        let event = Event {
            kind,
            span,
            confidence,
            loops: self.loops_from(from),
            in_frame: self.in_frame(),
            spawned: self.spawned > 0,
            cold: self.cold > 0,
            arms: self.arms.clone(),
        };
        self.out.events.push(event);
    }

    fn record_call(&mut self, callee: FnId, span: Span, confidence: Confidence) {
        if self.state.dead {
            return;
        }
        if self.out.calls.iter().any(|call| call.callee == callee && call.span == span) {
            return;
        }
        let call = CallSite {
            callee,
            span,
            confidence: if self.guessing > 0 { Confidence::Low } else { confidence.min(self.sure) },
            loops: self.loops_from(0),
            in_frame: self.in_frame(),
            cold: self.cold > 0,
            tag: self.tags.last().cloned(),
            spawned: self.spawned > 0,
            arms: self.arms.clone(),
        };
        self.out.calls.push(call);
    }

    fn loops_from(&self, from: usize) -> Vec<LoopAround> {
        let start = self.frame_start().unwrap_or(0).max(from);
        self.loops
            .iter()
            .enumerate()
            .skip(start)
            .filter(|(_, of)| !of.is_block)
            .map(|(_, of)| LoopAround { span: of.span, bound: of.bound.clone() })
            .collect()
    }

    /// How many loops are around the innermost frame, if code here runs inside one.
    fn frame_start(&self) -> Option<usize> {
        let begun = self.state.frames.values().filter_map(|state| match state {
            FrameState::Open(_, loops) => Some(*loops),
            _ => None,
        });
        begun.chain(self.frame_from).max()
    }

    fn in_frame(&self) -> bool {
        self.frame_start().is_some() && self.spawned == 0
    }

    // ---- scopes of memory ----

    fn open_scope(&mut self, whole: Vec<Flow>, own: bool) -> u16 {
        let id = u16::try_from(self.scopes.len()).unwrap_or(u16::MAX);
        self.scopes.push(Scope { whole, loops: self.loops.len(), own });
        id
    }

    fn flow_of(region: Region, frame: bool, site: Span) -> Flow {
        Flow {
            region,
            frame,
            raw: false,
            captured: false,
            confidence: Confidence::High,
            site,
            content: None,
            stale: None,
            crossed: None,
        }
    }

    /// What is allocated from this allocator belongs to these regions.
    fn arena(&mut self, allocator: &Value) -> Vec<Flow> {
        if !allocator.flows.is_empty() && !matches!(allocator.alias, Some(Root::Static(_))) {
            return allocator.flows.clone();
        }
        let Some(key) = Self::key(allocator) else { return Vec::new() };
        if let Root::Param(param) = key.0 {
            return vec![Self::flow_of(Region::Param(param), false, Span::default())];
        }
        let id = if let Some(id) = self.wholes.get(&key) {
            *id
        } else {
            let id = self.open_scope(Vec::new(), false);
            self.wholes.insert(key, id);
            id
        };
        vec![Self::flow_of(Region::Scope(id), false, Span::default())]
    }

    /// Which allocator it is, by where it is kept.
    fn key(allocator: &Value) -> Option<AllocatorKey> {
        allocator.alias.map(|root| (root, allocator.field.clone()))
    }

    /// The memory of these regions ends here.
    fn close(&mut self, closes: impl Fn(&Flow) -> bool, at: Span) {
        self.state.values.change_referring(|value| {
            for flow in &mut value.flows {
                if flow.stale.is_none() && closes(flow) {
                    flow.stale = Some(at);
                }
            }
            if let Some(handle) = &mut value.handle
                && handle.age == Age::Fresh
            {
                handle.age = Age::Stale;
                handle.since = at;
            }
        });
    }

    // ---- variables ----

    fn declare(&mut self, name: &'l str, var: Var, mut value: Value) {
        self.names.push((name, var));
        let info = VarInfo { name, closed_scopes: self.closed_scopes.len() };
        self.vars.insert(var, info);
        value.moved = false;
        self.state.values.insert(var, value);
    }

    /// The variables declared since `names` go out of scope.
    fn end_block(&mut self, names: usize, end: Span) {
        while self.names.len() > names {
            let Some((_, var)) = self.names.pop() else { break };
            let Some(value) = self.state.values.remove(var) else { continue };
            if !self.state.dead {
                self.drop_value(var, &value, end);
            }
        }
    }

    fn drop_value(&mut self, var: Var, value: &Value, end: Span) {
        if value.moved {
            return;
        }
        // An empty container has nothing to give back.
        if !value.fresh || value.reserved || value.is(Known::Box) {
            self.freed(&value.ty, self.binding_span(var), Confidence::Medium);
        }
        let Ty::Known(known, args) = &value.ty else { return };
        match known {
            Known::FrameScope => {
                let regions: Vec<Region> = value.flows.iter().map(|flow| flow.region).collect();
                let scopes = &self.scopes;
                let own = |region: Region| matches!(region, Region::Scope(id) if scopes[id as usize].own);
                let regions: Vec<Region> = regions.into_iter().filter(|region| own(*region)).collect();
                self.close(|flow| regions.contains(&flow.region), end);
            }
            Known::FrameGuard => self.frame_from = None,
            Known::TransferHandle if value.alias.is_none() => {
                let span = self.binding_span(var);
                self.record(EventKind::TransferLost { how: "dropped" }, span, Confidence::High);
            }
            Known::Box | Known::HeapBox if value.fresh => {
                let span = self.binding_span(var);
                let what = if *known == Known::Box { "Box::new" } else { "heap_box" };
                let ty = args.first().cloned().unwrap_or(Ty::Unknown);
                self.record(EventKind::Churn { what, ty }, span, Confidence::High);
            }
            _ => {}
        }
        if known.is_owner()
            && let Some(flow) = value.flows.iter().find(|flow| flow.crossed.is_some() && flow.frame)
            && let Some(awaited) = flow.crossed
        {
            let kind = EventKind::HeldAtAwait { name: self.name_of(var), awaited, allocated: flow.site };
            let span = self.binding_span(var);
            self.record(kind, span, flow.confidence);
        }
    }

    /// A value that owns heap memory gives it back.
    fn freed(&mut self, ty: &Ty, span: Span, confidence: Confidence) {
        if self.types.owns_heap(ty) {
            self.record(EventKind::HeapFree { ty: ty.clone() }, span, confidence);
        }
    }

    fn binding_span(&self, var: Var) -> Span {
        match self.facts.pat(crate::engine::hir::ir::PatId(var.0)) {
            crate::engine::hir::ir::Pat::Bind { span, .. } => *span,
            _ => self.def.item.name_span,
        }
    }

    /// Using a variable shows what happened to it since.
    fn use_var(&mut self, var: Var, span: Span) -> Value {
        let Some(value) = self.state.values.get(var).cloned() else { return Value::unknown() };
        if let Some(flow) = value.flows.iter().find(|flow| flow.stale.is_some() && flow.frame)
            && let Some(ended) = flow.stale
        {
            let kind = EventKind::UseAfterEnd { name: self.name_of(var), ended, raw: flow.raw, allocated: flow.site };
            self.record(kind, span, flow.confidence);
            if let Some(value) = self.state.values.get_mut(var) {
                value.flows.retain(|flow| flow.stale.is_none());
            }
        }
        if let Some(flow) = value.flows.iter().find(|flow| flow.crossed.is_some() && flow.frame)
            && let Some(awaited) = flow.crossed
        {
            let kind = EventKind::AcrossAwait { name: self.name_of(var), awaited, allocated: flow.site };
            let at = self.binding_span(var);
            self.record(kind, at, flow.confidence);
            if let Some(value) = self.state.values.get_mut(var) {
                for flow in &mut value.flows {
                    flow.crossed = None;
                }
            }
        }
        value
    }

    /// Everything that is alive now is held across this suspension.
    fn suspend(&mut self, at: Span) {
        if !self.bodies.last().is_some_and(|body| body.is_async) {
            return;
        }
        self.state.values.change_referring(|value| {
            if value.moved {
                return;
            }
            for flow in &mut value.flows {
                if flow.frame && flow.crossed.is_none() {
                    flow.crossed = Some(at);
                }
            }
        });
    }

    /// What the value can no longer refer to, given its type, is forgotten.
    fn refine(&self, mut value: Value) -> Value {
        if !value.flows.is_empty() {
            self.types.keep_held(&value.ty, &mut value.flows);
        }
        value
    }

    // ---- the end of the function ----

    fn finish(mut self, result: &Value) -> Analysed {
        let summary = &mut self.out.summary;
        for flow in &result.flows {
            if let Region::Param(param) = flow.region {
                let of = ResultFlow {
                    param,
                    frame: flow.frame,
                    raw: flow.raw,
                    captured: flow.captured,
                    confidence: flow.confidence,
                };
                if !summary.result.contains(&of) {
                    summary.result.push(of);
                }
            }
        }
        // Callers ask for it only where the signature leaves it open.
        if matches!(self.signature.output, Ty::Unknown | Ty::Opaque { .. }) && !self.def.function.is_async {
            summary.result_type = Some(result.ty.clone()).filter(|ty| !ty.is_unknown());
        }
        let sure = self.sure;
        summary.result.iter_mut().for_each(|of| of.confidence = of.confidence.min(sure));
        summary.stores.iter_mut().for_each(|of| of.confidence = of.confidence.min(sure));
        self.balance();
        self.barrier_events();
        self.out
    }

    fn add_store(&mut self, param: u16, target: StoreTarget, flow: &Flow, path: Vec<(Site, String)>) {
        let stores = &mut self.out.summary.stores;
        let known = stores.iter().any(|store| store.param == param && store.target == target);
        if !known && stores.len() < 16 {
            stores.push(Store {
                param,
                target,
                frame: flow.frame,
                raw: flow.raw,
                captured: flow.captured,
                confidence: flow.confidence,
                path,
            });
        }
    }

    fn summary_of(&self, callee: FnId) -> &'p Summary {
        match self.around.circle.binary_search_by_key(&callee, |(member, _)| *member) {
            Ok(at) => &self.around.circle[at].1,
            Err(_) => &self.around.analysed.of(callee).summary,
        }
    }
}
