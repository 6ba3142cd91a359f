//! Containers that outlive the frame: whether their memory is used again in the next one.

use std::rc::Rc;

use rustc_hash::FxHashSet;

use super::{Context, Occurrence};
use crate::engine::flow::containers::keeps_steady;
use crate::engine::flow::event::Container;
use crate::engine::flow::value::Root;
use crate::engine::flow::walk;
use crate::engine::hir::file::FileFacts;
use crate::engine::hir::ir::{ExprId, ExprKind, MacroKind, Pat, Statement};
use crate::engine::resolve::{FnId, UserType};
use crate::engine::schedule::reach::Step;

/// What becomes of the memory of a container that grows in the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Memory {
    /// It ends with the function.
    Local,
    /// It is kept, and nothing empties the container or reserves for it.
    Kept,
    /// It is kept, and used again: the container grows until it has seen its largest frame.
    Steady,
}

/// The fields of a type that are containers whose memory is used again.
pub(super) type SteadyFields = Rc<FxHashSet<String>>;

impl Context<'_, '_> {
    /// What becomes of the memory of a container that grows in this function.
    pub(super) fn memory_of(&self, occurrence: &Occurrence<'_>, container: &Container) -> Memory {
        let way = occurrence.reached.map(|reached| (reached.root, &*reached.path));
        let (root, path) = way.unwrap_or((occurrence.id, &[]));
        self.memory_on_way(root, path, container)
    }

    /// The calls that lead to the function say what is lent to it.
    fn memory_on_way(&self, root: FnId, path: &[Step], container: &Container) -> Memory {
        let field = container.owner.zip(container.field.as_deref());
        if container.steady || field.is_some_and(|(owner, field)| self.steady_fields(owner).contains(field)) {
            return Memory::Steady;
        }
        if !container.kept {
            return Memory::Local;
        }
        if let (Some(Root::Param(param)), None, [before @ .., Step { site, callee, .. }]) =
            (container.root, field, path)
        {
            let caller = before.last().map_or(root, |step| step.callee);
            let mut lent = self.analysed.of(caller).lent.iter();
            let lent = lent.find(|lent| lent.callee == *callee && lent.span == site.span && lent.param == param);
            if let Some(lent) = lent {
                return self.memory_on_way(root, before, &lent.container);
            }
        }
        Memory::Kept
    }

    /// The fields of a type that its methods, or functions beside it, empty, size or make with room.
    fn steady_fields(&self, owner: UserType) -> SteadyFields {
        if let Some(known) = self.steady.borrow().get(&owner) {
            return Rc::clone(known);
        }
        let def = self.program.type_def(owner);
        let mut found = FxHashSet::default();
        let methods = self.program.methods_of_types(&[owner].into_iter().collect());
        let beside = self.program.all_fns().filter(|id| {
            let function = self.program.fn_def(*id);
            function.module == def.module && function.owner.is_none()
        });
        for id in methods.into_iter().chain(beside) {
            self.find_steady(id, &mut found);
        }
        let found = Rc::new(found);
        self.steady.borrow_mut().insert(owner, Rc::clone(&found));
        found
    }

    fn find_steady(&self, id: FnId, found: &mut FxHashSet<String>) {
        let def = self.program.fn_def(id);
        let Some(body) = def.function.body else { return };
        let facts = self.program.facts(def.file);
        let mut reserved: Vec<&str> = Vec::new();
        // Variables that stand for the elements of a field, and fields that change places.
        let mut elements: Vec<(&str, &str)> = Vec::new();
        let mut swapped: Vec<(&str, &str)> = Vec::new();
        walk::visit(facts, body, &mut |expr| match &facts.expr(expr).kind {
            ExprKind::Method(call) => {
                let name = facts.name(call.name);
                let field = match &facts.expr(call.receiver).kind {
                    ExprKind::Name(name) => {
                        elements.iter().find(|(variable, _)| *variable == facts.name(*name)).map(|(_, field)| *field)
                    }
                    _ => field_of(facts, call.receiver),
                };
                let empties = |expr: &ExprId| match &facts.expr(*expr).kind {
                    ExprKind::Path(path) => {
                        facts.path(*path).segments.last().is_some_and(|last| keeps_steady(facts.name(last.name)))
                    }
                    _ => false,
                };
                if keeps_steady(name) || name == "for_each" && call.args.iter().any(empties) {
                    found.extend(field.map(str::to_owned));
                }
                if name == "append" {
                    found.extend(call.args.first().and_then(|arg| field_of(facts, *arg)).map(str::to_owned));
                }
            }
            ExprKind::For(looped) => {
                if let (Pat::Bind { name, .. }, Some(field)) = (facts.pat(looped.pat), field_of(facts, looped.iter)) {
                    elements.push((facts.name(*name), field));
                }
            }
            ExprKind::Call { callee, args } => {
                if let ([left, right], ExprKind::Path(path)) = (&**args, &facts.expr(*callee).kind)
                    && facts.path(*path).segments.last().is_some_and(|last| facts.name(last.name) == "swap")
                {
                    swapped.extend(field_of(facts, *left).zip(field_of(facts, *right)));
                }
            }
            ExprKind::Block(block) => {
                for statement in &block.statements {
                    if let Statement::Let { pat, init: Some(init), .. } = statement
                        && let Pat::Bind { name, .. } = facts.pat(*pat)
                        && self.has_room(def.file, *init)
                    {
                        reserved.push(facts.name(*name));
                    }
                }
            }
            ExprKind::Struct(literal) => {
                for (field, value) in &literal.fields {
                    let named = matches!(&facts.expr(*value).kind, ExprKind::Name(name) if reserved.contains(&facts.name(*name)));
                    if named || self.has_room(def.file, *value) {
                        found.insert(facts.name(*field).to_owned());
                    }
                }
            }
            _ => {}
        });
        for (left, right) in swapped {
            if found.contains(left) || found.contains(right) {
                found.extend([left.to_owned(), right.to_owned()]);
            }
        }
    }

    /// `Vec::with_capacity(n)`, `vec![0; n]`, also in a `Mutex` or the like.
    fn has_room(&self, file: usize, expr: ExprId) -> bool {
        let facts = self.program.facts(file);
        match &facts.expr(expr).kind {
            ExprKind::Call { callee, args } => {
                let last = match &facts.expr(*callee).kind {
                    ExprKind::Path(path) => facts.path(*path).segments.last().map(|last| facts.name(last.name)),
                    _ => None,
                };
                match last {
                    Some(name) if name.starts_with("with_capacity") => true,
                    Some("new" | "Some") => args.first().is_some_and(|inner| self.has_room(file, *inner)),
                    _ => false,
                }
            }
            ExprKind::Macro(call) => call.kind == MacroKind::VecRepeat,
            _ => false,
        }
    }
}

/// The field that an expression leads to, or to an element of: `&mut self.cells[at]`, `self.cells.iter_mut()`.
fn field_of(facts: &FileFacts, expr: ExprId) -> Option<&str> {
    match &facts.expr(expr).kind {
        ExprKind::Field { name, .. } => Some(facts.name(*name)),
        ExprKind::Index { base: inner, .. } | ExprKind::Ref { inner, .. } | ExprKind::Deref(inner) => {
            field_of(facts, *inner)
        }
        ExprKind::Method(call) if matches!(facts.name(call.name), "iter_mut" | "values_mut" | "lock" | "unwrap") => {
            field_of(facts, call.receiver)
        }
        _ => None,
    }
}
