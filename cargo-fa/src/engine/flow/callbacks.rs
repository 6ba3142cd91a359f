//! Closures and functions that are kept and called later: by variables, parameters, fields and tables.

use super::Interpreter;
use super::dispatch::Callee;
use super::event::CallSite;
use super::spawn::Runs;
use super::types::Ty;
use super::value::{Callable, Slot, Value};
use super::walk;
use crate::engine::hir::ir::{ExprId, ExprKind, ItemKind, Span};
use crate::engine::resolve::paths::Space;
use crate::engine::resolve::{Res, StaticId};
use crate::model::finding::Confidence;

impl Ty {
    /// Whether it can be called, or what is in it.
    pub(crate) fn holds_callables(&self) -> bool {
        match self {
            Self::Closure | Self::Function => true,
            Self::Ref { inner, .. } | Self::Slice(inner) | Self::Array(inner, _) => inner.holds_callables(),
            Self::Tuple(parts) | Self::Known(_, parts) => parts.iter().any(Self::holds_callables),
            _ => false,
        }
    }
}

/// How many kept closures are run where they are called.
const MOST_RUN: usize = 4;

impl<'l> Interpreter<'_, 'l> {
    /// The field that a value is read from, if callables are kept there.
    pub(super) fn slot_of(&self, base: &Ty, name: &str, field: &Ty) -> Option<Slot> {
        if !field.holds_callables() {
            return None;
        }
        self.receivers(base).into_iter().find_map(|ty| match ty {
            Ty::User(user, _) => Some((user, name.into())),
            _ => None,
        })
    }

    /// What a parameter is that the caller may pass a callable for.
    pub(super) fn passed_callables(param: u16, ty: &Ty) -> Vec<Callable> {
        if ty.holds_callables() { vec![Callable::Param(param)] } else { Vec::new() }
    }

    /// Callables come into a field.
    pub(super) fn keep_callables(&mut self, target: &Value, value: &Value) {
        let Some(slot) = &target.slot else { return };
        self.keep_in_slot(slot, &value.callables);
        if let Some(from) = value.slot.as_ref().filter(|from| *from != slot) {
            let from = from.clone();
            self.recorder.out.moved.push((from, slot.clone()));
        }
    }

    pub(super) fn keep_in_slot(&mut self, slot: &Slot, callables: &[Callable]) {
        for callable in callables {
            if let Callable::Param(param) = callable {
                let kept = (*param, slot.clone());
                if !self.recorder.out.summary.keeps.contains(&kept) {
                    self.recorder.out.summary.keeps.push(kept);
                }
            }
            let stored = (slot.clone(), *callable);
            if !self.recorder.out.stored.contains(&stored) {
                self.recorder.out.stored.push(stored);
            }
        }
    }

    /// A struct is made with this in a field.
    pub(super) fn made_with(&mut self, whole: &Ty, name: &str, value: &Value) {
        if value.callables.is_empty() && value.slot.is_none() {
            return;
        }
        if let Ty::User(user, _) = whole {
            let mut field = Value::unknown();
            field.slot = Some((*user, name.into()));
            self.keep_callables(&field, value);
        }
    }

    /// Calls whatever a value is known to be.
    pub(super) fn call_callables(&mut self, called: &Value, args: &[Value], span: Span) -> Value {
        let mut result = Value::unknown();
        let sure = if called.callables.len() == 1 { Confidence::High } else { Confidence::Medium };
        let mut run = 0;
        for callable in &called.callables {
            match *callable {
                Callable::Function(function) => {
                    let value = self.call_as(&Callee::new(function, sure), args, span, sure);
                    result.join(&value);
                }
                Callable::Param(param) => {
                    self.note_parameter_called(param, span);
                    if !self.recorder.out.summary.calls.contains(&param) {
                        self.recorder.out.summary.calls.push(param);
                    }
                }
                Callable::Closure(expr) if run < MOST_RUN => {
                    run += 1;
                    if let ExprKind::Closure(closure) = &self.facts.expr(expr).kind {
                        let value = self.run_closure(closure, args, Runs::Inline, None);
                        result.join(&value);
                    }
                }
                Callable::Closure(_) => {}
            }
        }
        if let Some(slot) = &called.slot {
            self.call_slot(slot.clone(), span);
        }
        result
    }

    fn call_slot(&mut self, slot: Slot, span: Span) {
        if self.state.dead {
            return;
        }
        // Who is called is known once all that is kept there is.
        let call =
            self.call_site(&Callee::new(crate::engine::resolve::FnId(0), Confidence::Medium), Vec::new(), &[], span);
        let same = |(known, site): &(Slot, CallSite)| *known == slot && site.span == span;
        if !self.recorder.out.slot_calls.iter().any(same) {
            self.recorder.out.slot_calls.push((slot, call));
        }
    }

    /// What a function of the workspace does with the callables that it is given.
    pub(super) fn hand_on_callables(&mut self, callee: crate::engine::resolve::FnId, args: &[Value], span: Span) {
        let summary = self.summary_of(callee);
        for param in &summary.calls {
            let Some(arg) = args.get(usize::from(*param)) else { continue };
            let mut passed = arg.clone();
            // Closures ran where they were made.
            passed.callables.retain(|callable| !matches!(callable, Callable::Closure(_)));
            self.call_callables(&passed, &[], span);
        }
        for (param, slot) in &summary.keeps {
            if let Some(arg) = args.get(usize::from(*param)) {
                self.keep_in_slot(slot, &arg.callables);
            }
        }
    }

    /// The functions in a table: `const HANDLERS: [fn(u32); 2] = [open, close];`.
    pub(super) fn in_table(&self, item: StaticId, ty: &Ty) -> Vec<Callable> {
        if !ty.holds_callables() {
            return Vec::new();
        }
        let program = self.around.program;
        let def = &program.statics[item.0 as usize];
        let ItemKind::Static { init: Some(init), .. } = &def.item.kind else { return Vec::new() };
        let facts = program.facts(def.file);
        let mut found = Vec::new();
        walk::visit(facts, *init, &mut |expr: ExprId| {
            let res = match &facts.expr(expr).kind {
                ExprKind::Name(name) => program.resolve_name(def.module, facts.name(*name), Space::Values),
                ExprKind::Path(path) => program.resolve(def.module, def.file, facts.path(*path), Space::Values),
                _ => None,
            };
            if let Some(Res::Fn(function)) = res
                && !found.contains(&Callable::Function(function))
            {
                found.push(Callable::Function(function));
            }
        });
        found
    }

    /// `(self.on)(x)`, `(HANDLERS[i])(x)`, `pick()(x)`.
    pub(super) fn call_place(&mut self, callee: ExprId, args: &'l [ExprId], span: Span) -> Value {
        let value = self.eval_place(callee);
        if value.callables.is_empty() && value.slot.is_none() {
            self.note_unseen_call(callee, span);
            return self.unknown_call(args);
        }
        let values: Vec<Value> = args.iter().map(|arg| self.eval(*arg, None)).collect();
        self.call_callables(&value, &values, span)
    }
}
