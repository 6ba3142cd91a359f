//! Who calls whom in any case, as far as names tell: what is only called under a condition runs where something happens.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::{FxHashMap, FxHashSet};

use super::graph::{Callers, Graph};
use crate::engine::flow::changes::{CallsByName, Change, last_of, note_changes, note_changes_through, note_variables};
use crate::engine::flow::walk;
use crate::engine::hir::file::FileFacts;
use crate::engine::hir::ir::{ExprId, ExprKind, ItemKind, Literal};
use crate::engine::resolve::paths::Space;
use crate::engine::resolve::{FnId, Program, Res};

/// A function that has more than these above it may run at any time.
const MOST_ABOVE: usize = 256;

/// A function, those that call it in any case, those that call these, and so on, the nearest first: no more than
/// [`MOST_ABOVE`].
type Above = Arc<FxHashSet<FnId>>;

pub(crate) struct ByName<'p, 'l> {
    program: &'p Program<'l>,
    graph: &'p Graph,
    callers: Callers<'l>,
    /// The functions that deal with frames by themselves.
    seeds: FxHashSet<FnId>,
    above: Mutex<FxHashMap<FnId, Above>>,
}

impl<'p, 'l> ByName<'p, 'l> {
    pub(crate) fn new(program: &'p Program<'l>, graph: &'p Graph, seeds: &[FnId]) -> Self {
        let (callers, seeds) = (graph.callers(program), seeds.iter().copied().collect());
        Self { program, graph, callers, seeds, above: Mutex::default() }
    }

    pub(super) fn callers(&self) -> &Callers<'l> {
        &self.callers
    }

    fn above(&self, function: FnId) -> Above {
        let known = self.above.lock().unwrap_or_else(PoisonError::into_inner).get(&function).cloned();
        if let Some(known) = known {
            return known;
        }
        let mut above = FxHashSet::default();
        let mut queue = VecDeque::from([function]);
        while let Some(id) = queue.pop_front().filter(|_| above.len() < MOST_ABOVE) {
            if above.insert(id) {
                let callers = self.callers.of(self.program, id);
                queue.extend(callers.filter(|caller| self.calls_in_any_case(*caller, self.program.fn_name(id))));
            }
        }
        let above = Arc::new(above);
        self.above.lock().unwrap_or_else(PoisonError::into_inner).insert(function, Arc::clone(&above));
        above
    }

    fn calls_in_any_case(&self, caller: FnId, name: &str) -> bool {
        let def = self.program.fn_def(caller);
        let facts = self.program.facts(def.file);
        !def.in_test && def.function.body.is_some_and(|body| calls_in_any_case(facts, body, name))
    }

    /// Whether it deals with frames, or calls what does: a main loop.
    fn is_of_frames(&self, function: FnId) -> bool {
        let is_seed = |id: &FnId| self.seeds.contains(id);
        let (functions, mut methods) = self.graph.called(self.program, function);
        is_seed(&function)
            || functions.iter().any(is_seed)
            || methods.any(|name| {
                let of_name = self.program.methods_named(name);
                !of_name.is_empty() && of_name.iter().all(is_seed)
            })
    }
}

impl CallsByName for ByName<'_, '_> {
    fn runs_beside(&self, function: FnId, other: FnId) -> bool {
        if self.program.fn_def(function).in_test {
            return false;
        }
        let above = self.above(function);
        above.len() >= MOST_ABOVE
            || above.iter().any(|id| self.is_of_frames(*id))
            || !above.is_disjoint(&self.above(other))
    }

    fn does_in_any_case(&self, function: FnId, name: &str, change: Change) -> bool {
        let def = self.program.fn_def(function);
        let facts = self.program.facts(def.file);
        let Some(body) = def.function.body else { return false };
        let (mut changes, mut variables) = (Vec::new(), FxHashMap::default());
        visit_in_any_case(facts, body, &mut |expr| {
            note_changes(facts, expr, &mut changes);
            note_variables(facts, expr, &mut variables);
        });
        note_changes_through(facts, &variables, &mut changes);
        changes.iter().any(|(_, noted, what)| *what == change && facts.name(*noted) == name)
    }

    fn sees_fields_of(&self, function: FnId, method: FnId) -> bool {
        let (def, by) = (self.program.fn_def(method), self.program.fn_def(function));
        let owner = self.program.owner_of(def);
        let Some(Res::Type(user)) = owner.and_then(|name| self.program.resolve_name(def.module, name, Space::Types))
        else {
            return true;
        };
        let of = self.program.type_def(user);
        let is_hidden = matches!(of.item.kind, ItemKind::Struct { hidden: true, .. });
        let mut modules = std::iter::successors(Some(by.module), |module| self.program.module(*module).parent);
        !is_hidden || modules.any(|module| module == of.module)
    }
}

/// Whether something of this name is called outside of branches.
fn calls_in_any_case(facts: &FileFacts, body: ExprId, name: &str) -> bool {
    let mut called = false;
    visit_in_any_case(facts, body, &mut |expr| {
        called |= match &facts.expr(expr).kind {
            ExprKind::Method(call) => facts.name(call.name) == name,
            _ => last_of(facts, expr) == Some(name),
        };
    });
    called
}

/// What is outside of branches. Loops and closures count as running.
fn visit_in_any_case(facts: &FileFacts, body: ExprId, visit: &mut dyn FnMut(ExprId)) {
    let mut stack = vec![body];
    while let Some(expr) = stack.pop() {
        visit(expr);
        match &facts.expr(expr).kind {
            ExprKind::If { cond, then, .. } => {
                stack.push(*cond);
                if matches!(facts.expr(*cond).kind, ExprKind::Literal(Literal::Bool(true))) {
                    stack.push(*then);
                }
            }
            ExprKind::Match { value, arms } if arms.len() > 1 => stack.push(*value),
            _ => walk::children(facts, expr, &mut |child| stack.push(child)),
        }
    }
}
