//! Systems that Bevy runs every frame: what is added to a schedule, in all the shapes in which games write it.

mod labels;
mod param;

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::engine::flow::walk;
use crate::engine::hir::file::FileFacts;
use crate::engine::hir::ir::{Closure, ExprId, ExprKind, MethodCall, Pat, Span, Statement, Type};
use crate::engine::resolve::paths::Space;
use crate::engine::resolve::{FnDef, FnId, Owner, Program, Res, TypeKey};
use crate::model::config::Config;
use crate::model::finding::Confidence;
use labels::Labels;

/// What Bevy runs in a frame, as far as it takes the allocator.
#[derive(Debug, Default)]
pub(crate) struct Systems {
    /// Functions, and how sure it is that they run every frame.
    pub(crate) functions: BTreeMap<FnId, Confidence>,
    /// Closures, by file and body.
    pub(crate) closures: FxHashMap<(usize, ExprId), Confidence>,
    /// Functions that such closures are written in.
    pub(crate) around: Vec<FnId>,
}

/// A name in a file says that systems may be added in it.
const ADDS: &[&str] = &[
    "add_systems",
    "configure_sets",
    "add_observer",
    "observe",
    "Observer",
    "register_system",
    "register_system_cached",
    "register_component_hooks",
    "component",
];

/// Methods of configurations whose arguments are systems as well: conditions, and systems that take what one gives.
const TAKES_SYSTEM: &[&str] = &[
    "run_if",
    "distributive_run_if",
    "pipe",
    "map",
    "and",
    "or",
    "xor",
    "nand",
    "nor",
    "xnor",
    "and_then",
    "or_else",
    "and_eager",
    "or_eager",
];

/// How far helpers that return systems, or hand them on, are followed.
const DEEPEST: u32 = 6;

/// Finds the systems of packages that can name the allocator, which are `users`.
///
/// Systems of the schedules of `[analysis] bevy_schedules`, and of those that are put into the main order beside them, run
/// every frame. Observers, hooks and registered systems run when something happens, which is less sure.
pub(crate) fn systems(program: &Program<'_>, config: &Config, users: &[bool]) -> Systems {
    let adds = |name: &str| ADDS.contains(&name) || labels::orders(name);
    let files = program.loaded.files.iter().map(|file| users[file.member] && file.facts.names().any(adds));
    let files: Vec<bool> = files.collect();
    if !files.contains(&true) {
        return Systems::default();
    }
    let labels = Labels::find(program, config, users);
    let mut finder = Finder { program, labels, users, found: Systems::default(), forwards: FxHashSet::default() };
    for id in program.all_fns() {
        let def = program.fn_def(id);
        if files[def.file] && !def.in_test {
            finder.function(id);
        }
    }
    finder.hand_on();
    finder.attributes();
    finder.called_by_systems();
    finder.found.around.sort_unstable();
    finder.found.around.dedup();
    finder.found
}

struct Finder<'p, 'l> {
    program: &'p Program<'l>,
    labels: Labels,
    users: &'p [bool],
    found: Systems,
    /// Parameters that a function adds as systems: the function and the position, without the receiver.
    forwards: FxHashSet<(FnId, usize, Confidence)>,
}

impl<'l> Finder<'_, 'l> {
    fn facts(&self, id: FnId) -> &'l FileFacts {
        self.program.facts(self.program.fn_def(id).file)
    }

    /// Looks for systems that this function adds.
    fn function(&mut self, id: FnId) {
        let facts = self.facts(id);
        let Some(body) = self.program.fn_def(id).function.body else { return };
        let mut calls = Vec::new();
        walk::visit(facts, body, &mut |expr| calls.push(expr));
        for expr in calls {
            match &facts.expr(expr).kind {
                ExprKind::Method(call) => self.added(id, call),
                ExprKind::Call { callee, args } if is_path(facts, *callee, &["Observer", "new"]) => {
                    args.iter().for_each(|arg| self.collect(id, *arg, Confidence::Medium, 0));
                }
                _ => {}
            }
        }
    }

    fn added(&mut self, id: FnId, call: &'l MethodCall) {
        let facts = self.facts(id);
        let every_frame = |finder: &Self, label| finder.labels.is_every_frame(facts, label);
        match (facts.name(call.name), &*call.args) {
            ("add_systems" | "configure_sets", [label, systems]) if every_frame(self, *label) => {
                self.collect(id, *systems, Confidence::High, 0);
            }
            // `app.edit_schedule(Update, |schedule| { schedule.add_systems(system); })`
            ("edit_schedule", [label, edit]) if every_frame(self, *label) => {
                let mut added = Vec::new();
                walk::visit(facts, *edit, &mut |expr| {
                    if let ExprKind::Method(call) = &facts.expr(expr).kind
                        && let ("add_systems" | "configure_sets", [systems]) = (facts.name(call.name), &*call.args)
                    {
                        added.push(*systems);
                    }
                });
                for systems in added {
                    self.collect(id, systems, Confidence::High, 0);
                }
            }
            ("add_observer" | "observe" | "register_system" | "register_system_cached", [system]) => {
                self.collect(id, *system, Confidence::Medium, 0);
            }
            ("on_add" | "on_insert" | "on_replace" | "on_remove" | "on_despawn" | "on_discard", [hook])
                if names_in_chain(facts, call.receiver, &["register_component_hooks", "hooks"]) =>
            {
                self.collect(id, *hook, Confidence::Medium, 0);
            }
            _ => {}
        }
    }

    /// `a`, `(a, b)`, `a.after(b)`, `(a, b).chain()`, `a.run_if(c)`, `a.pipe(b)`, `|alloc: Res<AllocResource>| …`.
    fn collect(&mut self, within: FnId, expr: ExprId, sure: Confidence, depth: u32) {
        if depth > DEEPEST {
            return;
        }
        let facts = self.facts(within);
        match &facts.expr(expr).kind {
            ExprKind::Name(name) => self.named(within, (facts.name(*name), facts.expr(expr).span), sure, depth),
            ExprKind::Path(path) => {
                let path = facts.path(*path);
                if let Some(function) = self.of_self(within, path) {
                    self.system(function, sure);
                    return;
                }
                let def = self.program.fn_def(within);
                if let Some(Res::Fn(function)) = self.program.resolve(def.body_module, def.file, path, Space::Values) {
                    self.system(function, sure);
                }
            }
            ExprKind::Tuple(parts) | ExprKind::Array(parts) => {
                parts.iter().for_each(|part| self.collect(within, *part, sure, depth));
            }
            ExprKind::Method(call) => {
                self.collect(within, call.receiver, sure, depth);
                if TAKES_SYSTEM.contains(&facts.name(call.name)) {
                    call.args.iter().for_each(|arg| self.collect(within, *arg, sure, depth));
                }
            }
            ExprKind::Call { callee, args } => self.called(within, *callee, args, sure, depth),
            ExprKind::Closure(closure) => self.closure(within, closure, sure),
            ExprKind::Block(block) => {
                block.tail.iter().for_each(|tail| self.collect(within, *tail, sure, depth));
            }
            ExprKind::If { then, otherwise, .. } => {
                [Some(*then), *otherwise].into_iter().flatten().for_each(|arm| self.collect(within, arm, sure, depth));
            }
            ExprKind::Match { arms, .. } => {
                arms.iter().for_each(|(_, arm)| self.collect(within, *arm, sure, depth));
            }
            ExprKind::Macro(call) => call.args.iter().for_each(|arg| self.collect(within, *arg, sure, depth)),
            ExprKind::Return(Some(value)) => self.collect(within, *value, sure, depth),
            _ => {}
        }
    }

    /// A system of this name, a variable that holds systems, or a parameter that does.
    fn named(&mut self, within: FnId, (name, span): (&'l str, Span), sure: Confidence, depth: u32) {
        let def = self.program.fn_def(within);
        let facts = self.facts(within);
        let is_name = |pat| matches!(facts.pat(pat), Pat::Bind { name: bound, .. } if facts.name(*bound) == name);
        if let Some(at) = def.function.params.iter().position(|(pat, _)| is_name(*pat)) {
            self.forwards.insert((within, at, sure));
            return;
        }
        // What a variable is made of is not the variable.
        let is_outside = |init: &ExprId| facts.expr(*init).span.lo > span.lo || facts.expr(*init).span.hi <= span.lo;
        if let Some(init) = def.function.body.and_then(|body| variable(facts, body, name)).filter(is_outside) {
            self.collect(within, init, sure, depth + 1);
        } else if let Some(Res::Fn(function)) = self.program.resolve_name(def.body_module, name, Space::Values) {
            self.system(function, sure);
        }
    }

    /// `not(condition)`, or a helper of the workspace that returns systems.
    fn called(&mut self, within: FnId, callee: ExprId, args: &'l [ExprId], sure: Confidence, depth: u32) {
        match self.callee(within, callee) {
            Some(function) => {
                let Some(body) = self.program.fn_def(function).function.body else { return };
                self.collect(function, body, sure, depth + 1);
            }
            None => args.iter().for_each(|arg| self.collect(within, *arg, sure, depth)),
        }
    }

    fn callee(&self, within: FnId, callee: ExprId) -> Option<FnId> {
        let def = self.program.fn_def(within);
        let facts = self.facts(within);
        let res = match &facts.expr(callee).kind {
            ExprKind::Name(name) => self.program.resolve_name(def.body_module, facts.name(*name), Space::Values),
            ExprKind::Path(path) => {
                let path = facts.path(*path);
                if let Some(function) = self.of_self(within, path) {
                    return Some(function);
                }
                self.program.resolve(def.body_module, def.file, path, Space::Values)
            }
            _ => None,
        };
        match res {
            Some(Res::Fn(function)) => Some(function),
            _ => None,
        }
    }

    /// `Self::system`.
    fn of_self(&self, within: FnId, path: &'l crate::engine::hir::ir::Path) -> Option<FnId> {
        let facts = self.facts(within);
        let [first, last] = &*path.segments else { return None };
        let def = self.program.fn_def(within);
        let Some(Owner::Impl(item)) = def.owner.filter(|_| facts.name(first.name) == "Self") else { return None };
        let crate::engine::hir::ir::ItemKind::Impl(block) = &facts.item(item).kind else { return None };
        let Type::Path(own) = facts.ty(block.self_type) else { return None };
        let Res::Type(user) = self.program.resolve(def.module, def.file, facts.path(*own), Space::Types)? else {
            return None;
        };
        self.program.methods_of(TypeKey::User(user), facts.name(last.name)).first().copied()
    }

    fn system(&mut self, function: FnId, sure: Confidence) {
        let def = self.program.fn_def(function);
        if self.users[self.program.loaded.files[def.file].member] && param::takes_allocator(self.program, function) {
            let known = self.found.functions.entry(function).or_insert(sure);
            *known = sure.max(*known);
        }
    }

    fn closure(&mut self, within: FnId, closure: &'l Closure, sure: Confidence) {
        let def = self.program.fn_def(within);
        if param::closure_takes_allocator(self.program, def, closure) {
            let known = self.found.closures.entry((def.file, closure.body)).or_insert(sure);
            *known = sure.max(*known);
            self.found.around.push(within);
        }
    }

    /// Functions that add what they are given: what they are given where they are called.
    fn hand_on(&mut self) {
        let mut done: FxHashSet<(FnId, usize, Confidence)> = FxHashSet::default();
        for _ in 0..DEEPEST {
            let mut fresh: Vec<_> = self.forwards.difference(&done).copied().collect();
            if fresh.is_empty() {
                break;
            }
            fresh.sort_unstable();
            done.extend(&fresh);
            for id in self.program.all_fns() {
                let def = self.program.fn_def(id);
                if !self.users[self.program.loaded.files[def.file].member] || def.in_test {
                    continue;
                }
                for (expr, sure) in self.handed_to(id, &fresh) {
                    self.collect(id, expr, sure, 1);
                }
            }
        }
    }

    /// The arguments of this function's calls that these parameters take.
    fn handed_to(&self, id: FnId, params: &[(FnId, usize, Confidence)]) -> Vec<(ExprId, Confidence)> {
        let def: &FnDef<'l> = self.program.fn_def(id);
        let facts = self.facts(id);
        let mut handed = Vec::new();
        let Some(body) = def.function.body else { return handed };
        walk::visit(facts, body, &mut |expr| match &facts.expr(expr).kind {
            ExprKind::Call { callee, args } => {
                let name = last_name(facts, *callee);
                for (function, at, sure) in
                    params.iter().filter(|(function, ..)| name == Some(self.program.fn_name(*function)))
                {
                    if self.callee(id, *callee) == Some(*function) {
                        handed.extend(args.get(*at).map(|arg| (*arg, *sure)));
                    }
                }
            }
            ExprKind::Method(call) => {
                let name = facts.name(call.name);
                let of_name = params.iter().filter(|(function, ..)| {
                    name == self.program.fn_name(*function)
                        && self.program.fn_def(*function).function.receiver.is_some()
                });
                handed.extend(of_name.filter_map(|(_, at, sure)| Some((*call.args.get(*at)?, *sure))));
            }
            _ => {}
        });
        handed
    }

    /// `#[component(on_add = hook)]`.
    fn attributes(&mut self) {
        for def in &self.program.types {
            let facts = self.program.facts(def.file);
            let users = self.users[self.program.loaded.files[def.file].member];
            for attr in def.item.attrs.custom.iter().filter(|_| users) {
                let is_component = facts.path(attr.path).segments.last();
                if is_component.is_none_or(|last| facts.name(last.name) != "component") {
                    continue;
                }
                for hook in attr.args.iter().flat_map(|(text, _)| param::hooks_in(text)) {
                    let name = facts.names().find(|name| *name == hook);
                    let function = name.and_then(|name| self.program.resolve_name(def.module, name, Space::Values));
                    if let Some(Res::Fn(function)) = function {
                        self.system(function, Confidence::Medium);
                    }
                }
            }
        }
    }

    /// Systems that systems run by hand: `world.run_system_once(system)`.
    fn called_by_systems(&mut self) {
        let mut done: FxHashSet<FnId> = FxHashSet::default();
        for _ in 0..DEEPEST {
            let fresh: Vec<(FnId, Confidence)> =
                self.found.functions.iter().map(|(id, sure)| (*id, *sure)).filter(|(id, _)| done.insert(*id)).collect();
            for (id, sure) in fresh {
                let facts = self.facts(id);
                let Some(body) = self.program.fn_def(id).function.body else { continue };
                let mut run = Vec::new();
                walk::visit(facts, body, &mut |expr| {
                    if let ExprKind::Method(call) = &facts.expr(expr).kind
                        && facts.name(call.name).starts_with("run_system")
                    {
                        run.extend(call.args.first().copied());
                    }
                });
                for system in run {
                    self.collect(id, system, sure, 0);
                }
            }
        }
    }
}

/// What a variable of this name is declared as.
fn variable(facts: &FileFacts, body: ExprId, name: &str) -> Option<ExprId> {
    let mut found = None;
    walk::visit(facts, body, &mut |expr| {
        let ExprKind::Block(block) = &facts.expr(expr).kind else { return };
        for statement in &block.statements {
            if let Statement::Let { pat, init, .. } = statement.bare()
                && matches!(facts.pat(*pat), Pat::Bind { name: bound, .. } if facts.name(*bound) == name)
            {
                found = found.or(*init);
            }
        }
    });
    found
}

fn last_name(facts: &FileFacts, expr: ExprId) -> Option<&str> {
    match &facts.expr(expr).kind {
        ExprKind::Name(name) => Some(facts.name(*name)),
        ExprKind::Path(path) => facts.path(*path).segments.last().map(|last| facts.name(last.name)),
        _ => None,
    }
}

/// Whether a path ends with these names.
fn is_path(facts: &FileFacts, expr: ExprId, names: &[&str]) -> bool {
    let ExprKind::Path(path) = &facts.expr(expr).kind else { return false };
    let segments = facts.path(*path).segments.iter().rev().map(|segment| facts.name(segment.name));
    segments.zip(names.iter().rev()).filter(|(is, wanted)| is == *wanted).count() == names.len()
}

/// Whether one of these names stands in the chain of calls that leads here.
fn names_in_chain(facts: &FileFacts, mut expr: ExprId, names: &[&str]) -> bool {
    loop {
        match &facts.expr(expr).kind {
            ExprKind::Method(call) if names.contains(&facts.name(call.name)) => return true,
            ExprKind::Method(call) => expr = call.receiver,
            ExprKind::Name(name) => return names.contains(&facts.name(*name)),
            _ => return false,
        }
    }
}
