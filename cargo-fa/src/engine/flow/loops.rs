//! Loops, and what leaves them.

use super::event::{EventKind, Open};
use super::types::Ty;
use super::value::{Bound, FrameState, State, Value};
use super::{Interpreter, LoopContext};
use crate::engine::api::Known;
use crate::engine::hir::ir::{ExprId, Name, Span};
use crate::model::finding::Confidence;

/// How many loops in each other are analysed twice.
const DOUBLED: usize = 4;

/// How a loop is left, or its next round begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Jump {
    Break,
    Continue,
}

/// How a loop may end, apart from what returns or panics in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LoopEnd {
    /// `loop`: by `break` alone.
    Break,
    /// Before any round, also before the first.
    Condition,
}

impl Interpreter<'_, '_> {
    pub(super) fn run_loop(
        &mut self,
        label: Option<Name>,
        bound: Bound,
        span: Span,
        end: LoopEnd,
        mut body: impl FnMut(&mut Self),
    ) -> Value {
        let dead = || State { dead: true, ..State::default() };
        let entry = self.state.clone();
        self.loops.stack.push(LoopContext {
            label: label.map(|label| self.facts.name(label)),
            span,
            bound,
            breaks: dead(),
            continues: dead(),
            value: None,
            names: self.variables.names.len(),
            is_block: false,
        });
        // Twice, so that what one round leaves behind meets the next one. In deeper loops the rounds of those around them do
        // that: to double each would take longer than anybody waits.
        let around = self.loops.stack.iter().filter(|around| !around.is_block).count();
        let rounds = if around > DOUBLED { 1 } else { 2 };
        for _ in 0..rounds {
            body(self);
            let continues = self
                .loops
                .stack
                .last_mut()
                .map_or_else(dead, |around| std::mem::replace(&mut around.continues, dead()));
            self.state.join(&continues);
            self.state.join(&entry);
            if self.state == entry {
                break;
            }
        }
        let Some(left) = self.loops.stack.pop() else { return Value::unit() };
        if end == LoopEnd::Break {
            self.state.dead = true;
        }
        self.state.join(&left.breaks);
        left.value.unwrap_or_else(Value::unit)
    }

    pub(super) fn run_labelled(&mut self, label: Name, span: Span, body: impl FnOnce(&mut Self)) -> Value {
        let dead = || State { dead: true, ..State::default() };
        self.loops.stack.push(LoopContext {
            label: Some(self.facts.name(label)),
            span,
            bound: Bound::AtMost(1),
            breaks: dead(),
            continues: dead(),
            value: None,
            names: self.variables.names.len(),
            is_block: true,
        });
        body(self);
        let Some(left) = self.loops.stack.pop() else { return Value::unit() };
        self.state.join(&left.breaks);
        left.value.unwrap_or_else(|| Value::of(Ty::Never))
    }

    pub(super) fn leave_loop(&mut self, label: Option<Name>, value: Option<Value>, jump: Jump, span: Span) {
        let name = label.map(|label| self.facts.name(label));
        let lowest = self.bodies.last().map_or(0, |body| body.loops);
        let target = self.loops.stack.iter().enumerate().skip(lowest).rev().find(|(_, around)| match name {
            Some(name) => around.label == Some(name),
            None => !around.is_block,
        });
        let Some((at, _)) = target else {
            self.state.dead = true;
            return;
        };
        if jump == Jump::Continue && !self.state.dead {
            self.left_open_at_continue(at, span);
        }
        let state = std::mem::replace(&mut self.state, State { dead: true, ..State::default() });
        let names = self.loops.stack[at].names;
        let outer: rustc_hash::FxHashSet<_> =
            self.variables.names[..names.min(self.variables.names.len())].iter().map(|(_, var)| *var).collect();
        let mut state = state;
        state.values.retain(|var| outer.contains(&var));
        let left = &mut self.loops.stack[at];
        if jump == Jump::Break {
            left.breaks.join(&state);
            if let Some(value) = value {
                match &mut left.value {
                    Some(known) => known.join(&value),
                    None => left.value = Some(value),
                }
            }
        } else {
            left.continues.join(&state);
        }
    }

    pub(super) fn left_open_at_continue(&mut self, at: usize, span: Span) {
        let open: Vec<_> = self
            .state
            .frames
            .iter()
            .filter_map(|(key, state)| match state {
                FrameState::Open(begun, loops) if *loops > at => Some((key.clone(), *begun)),
                _ => None,
            })
            .collect();
        for (key, begun) in open {
            self.record(EventKind::LeftOpen { begun, why: Open::Continue }, span, Confidence::High);
            self.state.frames.insert(key, FrameState::Closed);
        }
    }

    /// The function, closure or async block may end here.
    pub(super) fn leave(&mut self, why: Open, span: Span) {
        if self.state.dead {
            return;
        }
        let state = self.state.clone();
        let Some(body) = self.bodies.last_mut() else { return };
        if body.is_function {
            self.exits.push((why, span, State { frames: state.frames, ..State::default() }));
        } else if why != Open::Question {
            body.exits.join(&state);
        }
    }

    /// `start..end` (`more` is 0) or `start..=end` (`more` is 1).
    pub(super) fn range(&mut self, start: Option<ExprId>, end: Option<ExprId>, more: u64) -> Value {
        let start = start.map(|start| self.eval(start, None));
        let Some(end) = end.map(|end| self.eval(end, None)) else {
            let mut value = Value::of(Ty::known(Known::Iterator, [start.map_or(Ty::usize(), |start| start.ty)]));
            value.bound = Some(Bound::Unknown);
            return value;
        };
        let item = if matches!(end.ty, Ty::Scalar(_)) { end.ty.clone() } else { Ty::usize() };
        let mut value = Value::of(Ty::known(Known::Iterator, [item]));
        let first = start.as_ref().and_then(|start| start.number);
        value.bound = Some(match (first, end.number) {
            (Some(first), Some(last)) => Bound::AtMost(last.saturating_sub(first) + more),
            (None, Some(last)) => Bound::AtMost(last.saturating_add(more)),
            (_, None) => Bound::Input(end.symbol.unwrap_or_else(|| "the range".into())),
        });
        value
    }
}
