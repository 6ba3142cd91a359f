//! Code that is built under conditions: `#[cfg(…)]` in functions, and `if cfg!(…)`.

use super::Interpreter;
use super::types::Ty;
use super::value::{State, Value};
use crate::engine::hir::ir::{BinaryOp, Cfg, ExprId, ExprKind, ItemKind, Literal};
use crate::engine::resolve::paths::Space;
use crate::engine::resolve::{ModuleId, Res};
use crate::model::finding::Confidence;

/// What is known of a condition before the program runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    Always,
    Never,
    /// It holds where mistakes are looked for; the other side is what players get.
    Debug,
    /// It is decided while the program runs, or by what is not known of the build.
    Open,
}

/// Constants that name constants are followed so far.
const LONGEST_CHAIN: u32 = 8;

impl<'l> Interpreter<'_, 'l> {
    /// Runs through code below `#[cfg(…)]`.
    pub(super) fn under(&mut self, condition: &Cfg, run: impl FnOnce(&mut Self)) {
        match self.decide(self.file, condition) {
            Decision::Never => {}
            Decision::Always => run(self),
            Decision::Debug => {
                self.context.cold += 1;
                run(self);
                self.context.cold -= 1;
            }
            Decision::Open => {
                let sure = self.context.sure;
                self.context.sure = sure.min(Confidence::Medium);
                run(self);
                self.context.sure = sure;
            }
        }
    }

    /// Of the values below `#[cfg(…)]` the first that is built; all that may be, where that is not known.
    pub(super) fn choice(&mut self, options: &'l [(Cfg, ExprId)], expected: Option<&Ty>) -> Value {
        let before = self.state.clone();
        let mut after = State { dead: true, ..State::default() };
        let mut result: Option<Value> = None;
        for (condition, option) in options {
            let decision = self.decide(self.file, condition);
            if decision == Decision::Never {
                continue;
            }
            self.state = before.clone();
            let mut value = Value::unknown();
            self.under(condition, |flow| value = flow.eval(*option, expected));
            if value.ty != Ty::Never {
                match &mut result {
                    Some(known) => known.join(&value),
                    None => result = Some(value),
                }
            }
            after.join(&self.state);
            if decision == Decision::Always {
                self.state = after;
                return result.unwrap_or_else(|| Value::of(Ty::Never));
            }
        }
        after.join(&before);
        self.state = after;
        result.unwrap_or_else(Value::unit)
    }

    /// Whether an arm or field is in this build.
    pub(super) fn is_built(&self, expr: ExprId) -> bool {
        match &self.facts.expr(expr).kind {
            ExprKind::Choice(options) => {
                options.iter().any(|(condition, _)| self.decide(self.file, condition) != Decision::Never)
            }
            _ => true,
        }
    }

    fn decide(&self, file: usize, condition: &Cfg) -> Decision {
        let loaded = self.around.program.loaded;
        let member = loaded.files[file].member;
        if loaded.conditions.is_debug_only(member, condition) {
            return Decision::Debug;
        }
        match loaded.conditions.holds(member, condition) {
            Some(true) => Decision::Always,
            Some(false) => Decision::Never,
            None => Decision::Open,
        }
    }

    /// What is known of the condition of an `if`: `cfg!`, constants made of it, and what is made of these.
    pub(super) fn decided(&self, condition: ExprId) -> Decision {
        self.decided_in(self.file, self.module, condition, 0)
    }

    fn decided_in(&self, file: usize, module: ModuleId, expr: ExprId, depth: u32) -> Decision {
        let facts = self.around.program.facts(file);
        let constant = |res: Option<Res<'l>>| match res {
            Some(Res::Static(id)) if depth < LONGEST_CHAIN => {
                let def = &self.around.program.statics[id.0 as usize];
                match &def.item.kind {
                    ItemKind::Static { init: Some(init), constant: true, .. } => {
                        self.decided_in(def.file, def.module, *init, depth + 1)
                    }
                    _ => Decision::Open,
                }
            }
            _ => Decision::Open,
        };
        let again = |expr: ExprId| self.decided_in(file, module, expr, depth + 1);
        match &facts.expr(expr).kind {
            _ if depth > 2 * LONGEST_CHAIN => Decision::Open,
            ExprKind::Config(cfg) => self.decide(file, cfg),
            // `const DEBUG: bool = false;`
            ExprKind::Literal(Literal::Bool(holds)) if depth > 0 => {
                if *holds {
                    Decision::Always
                } else {
                    Decision::Never
                }
            }
            // `!cfg!(debug_assertions)` is what players get: as good as decided while the program runs.
            ExprKind::Unary { inner, .. } => match again(*inner) {
                Decision::Always => Decision::Never,
                Decision::Never => Decision::Always,
                Decision::Debug | Decision::Open => Decision::Open,
            },
            ExprKind::Binary { op: BinaryOp::AndThen, left, right } => match (again(*left), again(*right)) {
                (Decision::Never, _) | (_, Decision::Never) => Decision::Never,
                (Decision::Always, Decision::Always) => Decision::Always,
                (Decision::Debug, _) | (_, Decision::Debug) => Decision::Debug,
                _ => Decision::Open,
            },
            ExprKind::Binary { op: BinaryOp::OrElse, left, right } => match (again(*left), again(*right)) {
                (Decision::Always, _) | (_, Decision::Always) => Decision::Always,
                (Decision::Never, other) | (other, Decision::Never) => other,
                (Decision::Debug, Decision::Debug) => Decision::Debug,
                _ => Decision::Open,
            },
            ExprKind::Name(name) => {
                let name = facts.name(*name);
                if file == self.file && self.lookup_var(name).is_some() {
                    return Decision::Open;
                }
                constant(self.around.program.resolve_name(module, name, Space::Values))
            }
            ExprKind::Path(path) => {
                constant(self.around.program.resolve(module, file, facts.path(*path), Space::Values))
            }
            _ => Decision::Open,
        }
    }
}
