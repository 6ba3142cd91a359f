//! Which functions may deal with frames, as far as names tell; and callees before callers.

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::facts::ir::{ExprKind, ItemKind, MacroKind, Type, TypeId};
use crate::facts::offset;
use crate::flow::walk;
use crate::resolve::paths::Space;
use crate::resolve::{FnDef, FnId, Program, Res, model};

/// Calls between functions as far as names tell: more than there are.
pub(crate) struct Graph {
    callees: Vec<Vec<FnId>>,
    seeds: Vec<bool>,
}

/// How many functions, which mostly stand in one file, share what they looked up.
const CHUNK: usize = 256;

/// Names that say that a function has to do with frames.
fn is_telling(name: &str) -> bool {
    name.starts_with("frame_")
        || matches!(
            name,
            "begin_frame"
                | "end_frame"
                | "end_frame_with_promotions"
                | "whole_frame"
                | "scoped"
                | "with_tag"
                | "tagged"
                | "speculative"
                | "cursor"
                | "pool_box"
                | "pool_alloc"
                | "heap_box"
                | "receive"
                | "signal_frame_complete"
                | "set_thread_frame_budget"
        )
}

impl Graph {
    /// `users` are the packages that can name frame memory: functions of others deal with frames only where those call them.
    pub(crate) fn build(program: &Program<'_>, pooled: &FxHashSet<crate::resolve::UserType>, users: &[bool]) -> Self {
        let makers = program.methods_of_types(pooled);
        let look_at = |def: &FnDef<'_>| {
            if !users[program.loaded.files[def.file].member] {
                return (Vec::new(), false);
            }
            let facts = program.facts(def.file);
            let mut called: FxHashSet<FnId> = FxHashSet::default();
            let mut seed = !def.item.attrs.custom.is_empty();
            let mut look_at_type = |ty: TypeId| {
                let mut stack = vec![ty];
                while let Some(ty) = stack.pop() {
                    match facts.ty(ty) {
                        Type::Path(path) => {
                            let path = facts.path(*path);
                            stack.extend(
                                path.segments
                                    .iter()
                                    .filter_map(|segment| segment.args.as_ref())
                                    .flat_map(|args| &args.types),
                            );
                            match program.resolve(def.module, def.file, path, Space::Types) {
                                Some(Res::External(of)) => seed |= model::is_ours(of.krate),
                                Some(Res::Type(of)) => seed |= pooled.contains(&of),
                                _ => {}
                            }
                        }
                        Type::Ref { inner, .. } | Type::Ptr(inner) | Type::Slice(inner) | Type::Array(inner, _) => {
                            stack.push(*inner);
                        }
                        Type::Tuple(parts) => stack.extend(parts),
                        _ => {}
                    }
                }
            };
            def.function.params.iter().map(|(_, ty)| *ty).chain(def.function.output).for_each(&mut look_at_type);
            if let Some(body) = def.function.body {
                walk::visit(facts, body, &mut |expr| match &facts.expr(expr).kind {
                    ExprKind::Method(call) => {
                        let name = facts.name(call.name);
                        seed |= is_telling(name);
                        called.extend(program.methods_named(name).iter().take(64));
                    }
                    ExprKind::Name(name) => {
                        if let Some(Res::Fn(of)) =
                            program.resolve_name(def.body_module, facts.name(*name), Space::Values)
                        {
                            called.insert(of);
                        }
                    }
                    ExprKind::Path(path) => {
                        let path = facts.path(*path);
                        match program.resolve(def.body_module, def.file, path, Space::Values) {
                            Some(Res::Fn(of)) => {
                                called.insert(of);
                            }
                            Some(Res::External(of)) => seed |= model::is_ours(of.krate),
                            _ => {
                                // `Self::f`
                                if let Some(last) = path.segments.last() {
                                    called.extend(program.methods_named(facts.name(last.name)).iter().take(64));
                                }
                            }
                        }
                    }
                    ExprKind::Struct(of) => {
                        if let Some(Res::Type(of)) =
                            program.resolve(def.body_module, def.file, facts.path(of.path), Space::Types)
                        {
                            seed |= pooled.contains(&of);
                        }
                    }
                    ExprKind::Macro(of) if of.kind == MacroKind::FrameFormat => seed = true,
                    _ => {}
                });
            }
            let mut called: Vec<FnId> = called.into_iter().collect();
            called.sort_unstable();
            seed |= called.iter().any(|callee| makers.contains(callee));
            (called, seed)
        };
        let chunks: Vec<Vec<_>> =
            program.fns.par_chunks(CHUNK).map(|defs| program.apart(|| defs.iter().map(look_at).collect())).collect();
        let (callees, seeds) = chunks.into_iter().flatten().unzip();
        Self { callees, seeds }
    }

    /// The functions to start from: those that deal with frames.
    pub(crate) fn seeds(&self, roots: &[FnId]) -> Vec<FnId> {
        let seeds = self.seeds.iter().enumerate().filter(|(_, seed)| **seed);
        let mut seeds: Vec<FnId> = seeds.map(|(at, _)| FnId(offset(at))).collect();
        seeds.extend(roots);
        seeds.sort_unstable();
        seeds.dedup();
        seeds
    }

    pub(crate) fn callers(&self) -> Callers {
        let mut starts = vec![0_usize; self.callees.len() + 1];
        for callee in self.callees.iter().flatten() {
            starts[callee.0 as usize + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let mut callers = vec![FnId(0); starts.last().copied().unwrap_or(0)];
        for (caller, callees) in self.callees.iter().enumerate() {
            for callee in callees {
                let next = &mut next[callee.0 as usize];
                callers[*next] = FnId(offset(caller));
                *next += 1;
            }
        }
        Callers { starts, callers }
    }
}

/// Who calls a function, as far as names tell.
pub(crate) struct Callers {
    /// By function: where its callers start.
    starts: Vec<usize>,
    callers: Vec<FnId>,
}

impl Callers {
    /// Sorted.
    pub(crate) fn of(&self, function: FnId) -> &[FnId] {
        let at = function.0 as usize;
        &self.callers[self.starts[at]..self.starts[at + 1]]
    }
}

/// Calls between functions as the flow found them.
pub(crate) struct Calls {
    /// By function, sorted.
    pub(crate) callees: Vec<Vec<FnId>>,
}

impl Calls {
    /// Strongly connected components, callees first (Tarjan, without recursion).
    pub(crate) fn components(&self, wanted: &[bool]) -> Vec<Vec<FnId>> {
        let count = self.callees.len();
        let mut index: Vec<u32> = vec![u32::MAX; count];
        let mut low: Vec<u32> = vec![0; count];
        let mut on_stack = vec![false; count];
        let mut stack = Vec::new();
        let mut next = 0;
        let mut components = Vec::new();
        for start in 0..count {
            if !wanted[start] || index[start] != u32::MAX {
                continue;
            }
            let mut work: Vec<(usize, usize)> = vec![(start, 0)];
            while let Some((at, child)) = work.pop() {
                if child == 0 {
                    index[at] = next;
                    low[at] = next;
                    next += 1;
                    stack.push(at);
                    on_stack[at] = true;
                }
                if let Some(callee) = self.callees[at].get(child).map(|callee| callee.0 as usize) {
                    work.push((at, child + 1));
                    if !wanted[callee] {
                        continue;
                    }
                    if index[callee] == u32::MAX {
                        work.push((callee, 0));
                    } else if on_stack[callee] {
                        low[at] = low[at].min(index[callee]);
                    }
                    continue;
                }
                if low[at] == index[at] {
                    let mut component = Vec::new();
                    while let Some(member) = stack.pop() {
                        on_stack[member] = false;
                        component.push(FnId(u32::try_from(member).unwrap_or(u32::MAX)));
                        if member == at {
                            break;
                        }
                    }
                    component.sort_unstable();
                    components.push(component);
                }
                if let Some((parent, _)) = work.last() {
                    low[*parent] = low[*parent].min(low[at]);
                }
            }
        }
        components
    }

    /// Whether the component calls itself.
    pub(crate) fn is_recursive(&self, component: &[FnId]) -> bool {
        component.len() > 1 || component.iter().any(|member| self.callees[member.0 as usize].contains(member))
    }
}

/// The types that are `#[pooled]` or derive `Pooled`.
pub(crate) fn pooled_types(program: &Program<'_>) -> FxHashSet<crate::resolve::UserType> {
    let mut pooled = FxHashSet::default();
    let mut known: FxHashMap<(u32, &str), bool> = FxHashMap::default();
    for (at, def) in program.types.iter().enumerate() {
        if !matches!(def.item.kind, ItemKind::Struct { .. } | ItemKind::Enum { .. }) {
            continue;
        }
        let facts = program.facts(def.file);
        let paths = def.item.attrs.derives.iter().chain(def.item.attrs.custom.iter().map(|attr| &attr.path));
        for path in paths {
            let path = facts.path(*path);
            let Some(last) = path.segments.last().map(|last| facts.name(last.name)) else { continue };
            if !matches!(last, "Pooled" | "pooled") {
                continue;
            }
            let ours = *known.entry((def.module.0, last)).or_insert_with(|| {
                matches!(program.resolve(def.module, def.file, path, Space::Types), Some(Res::External(of)) if of.is_ours())
            });
            if ours {
                pooled.insert(crate::resolve::UserType(u32::try_from(at).unwrap_or(u32::MAX)));
            }
        }
    }
    pooled
}
