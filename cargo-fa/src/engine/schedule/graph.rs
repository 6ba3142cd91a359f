//! Which functions may deal with frames, as far as names tell; and callees before callers.

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};

use super::results::Results;

use crate::engine::api;
use crate::engine::flow::changes::{Changes, Noted, note_changes, note_changes_through, note_variables};
use crate::engine::flow::declared;
use crate::engine::flow::walk;
use crate::engine::hir::ir::{ExprKind, ItemKind, MacroKind, Name, PathId, Type, TypeId};
use crate::engine::hir::offset;
use crate::engine::resolve::paths::Space;
use crate::engine::resolve::{FnDef, FnId, ModuleId, Program, Res};

/// Calls between functions as far as names tell: more than there are.
pub(crate) struct Graph {
    calls: Vec<Named>,
}

/// What a function calls.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Named {
    functions: Vec<FnId>,
    /// Methods of whatever type, by names of its file.
    methods: Vec<Name>,
    /// It deals with frames.
    seed: bool,
    /// What it does to fields and statics that may say what has been done.
    changes: Vec<Noted>,
}

/// How many functions a thread takes at once: those that are analysed lie close together.
const SHARE: usize = 64;

/// A name that more methods have tells little about who calls whom, and less if they stand in other files.
const CANDIDATES_HERE: usize = 256;
const CANDIDATES_ELSEWHERE: usize = 16;

impl Graph {
    /// `users` are the packages that can name frame memory: functions of others deal with frames only where those call them.
    pub(crate) fn build<'l>(
        program: &Program<'l>,
        pooled: &FxHashSet<crate::engine::resolve::UserType>,
        users: &[bool],
        results: &Results,
    ) -> Self {
        let makers = program.methods_of_types(pooled);
        let names_of_makers = makers.iter().map(|id| program.fn_name(*id)).collect();
        let callable = program.callable_names();
        let fields = callable_fields(program, users);
        let look = Look { program, pooled, makers, names_of_makers, callable, fields };
        let is_of_users = |file: &usize| users[program.loaded.files[*file].member];
        let files: Vec<usize> = (0..program.loaded.files.len()).filter(is_of_users).collect();
        let known: FxHashMap<FnId, Named> = files
            .par_iter()
            .flat_map_iter(|file| results.calls_in(program, *file))
            .collect::<Vec<_>>()
            .into_iter()
            .collect();
        let analyse = |(at, def): (usize, &FnDef<'l>)| {
            if !users[program.loaded.files[def.file].member] {
                return Named::default();
            }
            if let Some(known) = known.get(&FnId(offset(at))) {
                return known.clone();
            }
            let mut named = look.at(def);
            // Whether anybody calls it or not, its trait promises something for it.
            named.seed |= declared::of_the_trait(program, FnId(offset(at))).is_any();
            named
        };
        let calls: Vec<Named> = program.fns.par_iter().enumerate().with_max_len(SHARE).map(analyse).collect();
        let all = calls.iter().enumerate().map(|(at, named)| (FnId(offset(at)), named));
        let is_new = |id: &FnId| is_of_users(&program.fn_def(*id).file) && !known.contains_key(id);
        results.keep_calls(program, all.filter(|(id, _)| is_new(id)));
        Self { calls }
    }

    /// What the functions of packages that can name frame memory do to fields and statics.
    pub(crate) fn changes<'l>(&self, program: &Program<'l>) -> Changes<'l> {
        let of_function = |(at, (named, def)): (usize, (&Named, &FnDef<'l>))| {
            let facts = program.facts(def.file);
            let owner = if named.changes.is_empty() { None } else { program.owner_of(def) };
            let id = FnId(offset(at));
            let text = |(own, name, change): &Noted| {
                ((owner.filter(|_| *own), facts.name(*name), *change), id, program.fn_name(id))
            };
            named.changes.iter().map(text).collect::<Vec<_>>()
        };
        Changes::of(self.calls.iter().zip(&program.fns).enumerate().flat_map(of_function))
    }

    /// The functions to start from: those that deal with frames.
    pub(crate) fn seeds<'r>(&self, roots: impl Iterator<Item = &'r FnId>) -> Vec<FnId> {
        let seeds = self.calls.iter().enumerate().filter(|(_, call)| call.seed);
        let mut seeds: Vec<FnId> = seeds.map(|(at, _)| FnId(offset(at))).collect();
        seeds.extend(roots);
        seeds.sort_unstable();
        seeds.dedup();
        seeds
    }

    /// These functions and those that they seem to call, callees before callers as far as names tell: what is analysed in
    /// this order is seldom analysed again.
    pub(crate) fn callees_first(&self, program: &Program<'_>, seeds: &[FnId]) -> Vec<Vec<FnId>> {
        let file = |id: FnId| program.fn_def(id).file;
        // Of the methods of a name, those of the same file are meant before others are.
        let methods = |id: FnId| {
            let names = self.calls[id.0 as usize].methods.iter();
            let facts = program.facts(file(id));
            let meant = names.map(|name| program.methods_named(facts.name(*name)));
            let meant = meant.filter(|all| all.len() <= CANDIDATES_HERE).flatten().copied();
            meant.filter(move |callee| file(*callee) == file(id))
        };
        let mut wanted = vec![false; self.calls.len()];
        let mut stack = seeds.to_vec();
        while let Some(id) = stack.pop() {
            if !std::mem::replace(&mut wanted[id.0 as usize], true) {
                stack.extend(&self.calls[id.0 as usize].functions);
                stack.extend(methods(id));
            }
        }
        let callees_of = |(at, calls): (usize, &Named)| {
            if !wanted[at] {
                return Vec::new();
            }
            let facts = program.facts(program.fns[at].file);
            let elsewhere = calls.methods.iter().map(|name| program.methods_named(facts.name(*name)));
            let elsewhere = elsewhere.filter(|all| all.len() <= CANDIDATES_ELSEWHERE).flatten();
            let callees = calls.functions.iter().chain(elsewhere).copied().chain(methods(FnId(offset(at))));
            callees.filter(|callee| wanted[callee.0 as usize]).collect()
        };
        let calls = Calls { callees: self.calls.iter().enumerate().map(callees_of).collect() };
        calls.levels(&wanted).into_iter().map(|level| level.into_iter().flatten().collect()).collect()
    }

    /// What a function calls by path, and the names of the methods that it calls.
    pub(super) fn called<'g, 'l: 'g>(
        &'g self,
        program: &Program<'l>,
        by: FnId,
    ) -> (&'g [FnId], impl Iterator<Item = &'l str> + 'g) {
        let named = &self.calls[by.0 as usize];
        let facts = program.facts(program.fn_def(by).file);
        (&named.functions, named.methods.iter().map(|name| facts.name(*name)))
    }

    pub(crate) fn callers<'l>(&self, program: &Program<'l>) -> Callers<'l> {
        let mut callers = Callers::default();
        for (at, calls) in self.calls.iter().enumerate() {
            let caller = FnId(offset(at));
            for callee in &calls.functions {
                callers.functions.entry(*callee).or_default().push(caller);
            }
            let facts = program.facts(program.fns[at].file);
            for name in &calls.methods {
                callers.methods.entry(facts.name(*name)).or_default().push(caller);
            }
        }
        callers
    }
}

/// What tells that a function deals with frames, and what may be called.
struct Look<'p, 'l> {
    program: &'p Program<'l>,
    pooled: &'p FxHashSet<crate::engine::resolve::UserType>,
    /// Methods of pooled types.
    makers: FxHashSet<FnId>,
    names_of_makers: FxHashSet<&'l str>,
    callable: FxHashSet<&'l str>,
    /// Fields that keep what can be called, by name.
    fields: FxHashSet<&'l str>,
}

impl<'l> Look<'_, 'l> {
    fn at(&self, def: &FnDef<'l>) -> Named {
        let program = self.program;
        let facts = program.facts(def.file);
        let mut named = Named { seed: !def.item.attrs.custom.is_empty(), ..Named::default() };
        let types = def.function.params.iter().map(|(_, ty)| *ty).chain(def.function.output);
        for ty in types {
            named.seed |= self.deals_with_frames(def, ty);
        }
        let Some(body) = def.function.body else { return named };
        let mut variables = FxHashMap::default();
        walk::visit(facts, body, &mut |expr| {
            note_changes(facts, expr, &mut named.changes);
            note_variables(facts, expr, &mut variables);
            match &facts.expr(expr).kind {
                ExprKind::Method(call) => {
                    let name = facts.name(call.name);
                    named.seed |= api::names_framealloc_api(name);
                    named.methods.push(call.name);
                }
                ExprKind::Name(name) => {
                    let name = facts.name(*name);
                    if api::opens_heap_tag(name)
                        && let Some(Res::External(external)) =
                            program.resolve_name(def.body_module, name, Space::Values)
                    {
                        named.seed |= api::is_framealloc(external.krate);
                    }
                    if self.callable.contains(name)
                        && let Some(Res::Fn(function)) = program.resolve_name(def.body_module, name, Space::Values)
                    {
                        named.functions.push(function);
                        named.functions.extend(program.twins(function));
                    }
                }
                ExprKind::Path(path) => {
                    let path = facts.path(*path);
                    match program.resolve(def.body_module, def.file, path, Space::Values) {
                        Some(Res::Fn(function)) => {
                            named.functions.push(function);
                            named.functions.extend(program.twins(function));
                        }
                        Some(Res::External(external)) => named.seed |= api::is_framealloc(external.krate),
                        // `Self::f`
                        _ => named.methods.extend(path.segments.last().map(|last| last.name)),
                    }
                }
                ExprKind::Struct(literal) => {
                    named.seed |= literal.fields.iter().any(|(name, _)| self.fields.contains(facts.name(*name)));
                    if let Some(Res::Type(user)) =
                        program.resolve(def.body_module, def.file, facts.path(literal.path), Space::Types)
                    {
                        named.seed |= self.pooled.contains(&user);
                    }
                }
                ExprKind::Field { name, .. } if !self.fields.is_empty() => {
                    named.seed |= self.fields.contains(facts.name(*name));
                }
                ExprKind::Macro(call) if matches!(call.kind, MacroKind::FrameFormat | MacroKind::FrameVec) => {
                    named.seed = true;
                }
                _ => {}
            }
        });
        note_changes_through(facts, &variables, &mut named.changes);
        named.functions.sort_unstable();
        named.functions.dedup();
        named.methods.sort_unstable();
        named.methods.dedup();
        named.seed |= named.functions.iter().any(|callee| self.makers.contains(callee))
            || named.methods.iter().any(|name| self.names_of_makers.contains(facts.name(*name)));
        named
    }

    /// Whether a type of a signature is of framealloc, or pooled, or has one as an argument.
    fn deals_with_frames(&self, def: &FnDef<'l>, ty: TypeId) -> bool {
        let facts = self.program.facts(def.file);
        let mut stack = vec![ty];
        while let Some(ty) = stack.pop() {
            match facts.ty(ty) {
                Type::Path(path) => {
                    let path = facts.path(*path);
                    let args = path.segments.iter().filter_map(|segment| segment.args.as_ref());
                    stack.extend(args.flat_map(|args| &args.types));
                    let deals = match self.program.resolve(def.module, def.file, path, Space::Types) {
                        Some(Res::External(external)) => api::is_framealloc(external.krate),
                        Some(Res::Type(user)) => self.pooled.contains(&user),
                        _ => false,
                    };
                    if deals {
                        return true;
                    }
                }
                Type::Ref { inner, .. } | Type::Ptr(inner) | Type::Slice(inner) | Type::Array(inner, _) => {
                    stack.push(*inner);
                }
                Type::Tuple(parts) => stack.extend(parts),
                _ => {}
            }
        }
        false
    }
}

/// Who calls a function, as far as names tell.
#[derive(Default)]
pub(crate) struct Callers<'l> {
    functions: FxHashMap<FnId, Vec<FnId>>,
    methods: FxHashMap<&'l str, Vec<FnId>>,
}

impl Callers<'_> {
    pub(crate) fn of(&self, program: &Program<'_>, function: FnId) -> impl Iterator<Item = FnId> {
        let by_path = self.functions.get(&function);
        let is_method = program.fn_def(function).owner.is_some();
        let by_name = self.methods.get::<str>(program.fn_name(function)).filter(|_| is_method);
        by_path.into_iter().chain(by_name).flatten().copied()
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

    /// Circles of calls by how many calls are below them.
    pub(crate) fn levels(&self, wanted: &[bool]) -> Vec<Vec<Vec<FnId>>> {
        const UNSET: usize = usize::MAX;
        let mut level_of = vec![UNSET; self.callees.len()];
        let mut levels: Vec<Vec<Vec<FnId>>> = Vec::new();
        for component in self.components(wanted) {
            let below = component.iter().flat_map(|id| &self.callees[id.0 as usize]);
            let outside = below.map(|callee| level_of[callee.0 as usize]).filter(|level| *level != UNSET);
            let level = outside.max().map_or(0, |below| below + 1);
            for id in &component {
                level_of[id.0 as usize] = level;
            }
            if levels.len() <= level {
                levels.resize_with(level + 1, Vec::new);
            }
            levels[level].push(component);
        }
        levels
    }

    /// Whether the component calls itself.
    pub(crate) fn is_recursive(&self, component: &[FnId]) -> bool {
        component.len() > 1 || component.iter().any(|member| self.callees[member.0 as usize].contains(member))
    }
}

/// The types that are `#[pooled]` or derive `Pooled`.
pub(crate) fn pooled_types(program: &Program<'_>) -> FxHashSet<crate::engine::resolve::UserType> {
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
            let framealloc = *known.entry((def.module.0, last)).or_insert_with(|| {
                matches!(program.resolve(def.module, def.file, path, Space::Types), Some(Res::External(external)) if external.is_framealloc())
            });
            if framealloc {
                pooled.insert(crate::engine::resolve::UserType(u32::try_from(at).unwrap_or(u32::MAX)));
            }
        }
    }
    pooled
}

/// How deep types are looked into for callables.
const DEEPEST: u32 = 6;

/// The names of fields that keep closures or pointers to functions, in packages that can name frame memory.
fn callable_fields<'l>(program: &Program<'l>, users: &[bool]) -> FxHashSet<&'l str> {
    let mut names = FxHashSet::default();
    for def in program.types.iter().filter(|def| users[program.loaded.files[def.file].member]) {
        let facts = program.facts(def.file);
        let ItemKind::Struct { fields, generics, .. } = &def.item.kind else { continue };
        let is_function = |path: &PathId| {
            let last = facts.path(*path).segments.last().map(|last| facts.name(last.name));
            matches!(last, Some("Fn" | "FnMut" | "FnOnce"))
        };
        let functions: Vec<&str> = generics
            .types
            .iter()
            .filter(|(_, bounds)| bounds.iter().any(is_function))
            .map(|(name, _)| facts.name(*name))
            .collect();
        for (name, ty) in fields {
            let parameter = |ty: &Type| match ty {
                Type::Path(path) => {
                    facts.path(*path).segments.last().is_some_and(|last| functions.contains(&facts.name(last.name)))
                }
                _ => false,
            };
            if parameter(facts.ty(*ty)) || holds_callables(program, def.module, def.file, *ty, 0) {
                names.insert(facts.name(*name));
            }
        }
    }
    names
}

fn holds_callables(program: &Program<'_>, module: ModuleId, file: usize, ty: TypeId, depth: u32) -> bool {
    let facts = program.facts(file);
    if depth > DEEPEST {
        return false;
    }
    let inside = |ty: &TypeId| holds_callables(program, module, file, *ty, depth + 1);
    match facts.ty(ty) {
        Type::FnPointer => true,
        Type::Dyn(bounds) => bounds.iter().any(|bound| {
            let last = facts.path(*bound).segments.last().map(|last| facts.name(last.name));
            matches!(last, Some("Fn" | "FnMut" | "FnOnce"))
        }),
        Type::Ref { inner, .. } | Type::Slice(inner) | Type::Array(inner, _) => inside(inner),
        Type::Tuple(parts) => parts.iter().any(inside),
        Type::Path(path) => {
            let path = facts.path(*path);
            let mut args =
                path.segments.iter().filter_map(|segment| segment.args.as_ref()).flat_map(|args| &args.types);
            // `type Handler = Box<dyn Fn()>;`
            args.any(inside)
                || match program.resolve(module, file, path, Space::Types) {
                    Some(Res::Type(user)) => {
                        let def = program.type_def(user);
                        match &def.item.kind {
                            ItemKind::Alias { ty: Some(ty), .. } => {
                                holds_callables(program, def.module, def.file, *ty, depth + 1)
                            }
                            _ => false,
                        }
                    }
                    _ => false,
                }
        }
        _ => false,
    }
}
