//! Macros whose arguments are known.

use super::Interpreter;
use super::types::Ty;
use super::value::Value;
use crate::engine::api::Known;
use crate::engine::hir::ir::{ExprId, MacroCall, MacroKind, Span};
use crate::model::finding::Confidence;

impl<'l> Interpreter<'_, 'l> {
    pub(super) fn macro_call(&mut self, call: &'l MacroCall, span: Span) -> Value {
        self.note_macro(call, span);
        match call.kind {
            MacroKind::Format => {
                self.formatted(&call.args, span);
                self.heap_alloc("format!".to_owned(), Ty::known(Known::String, []), span, Confidence::High);
                Value::of(Ty::known(Known::String, []))
            }
            MacroKind::Print => {
                self.formatted(&call.args, span);
                Value::unit()
            }
            MacroKind::Log | MacroKind::DebugAssert => {
                self.context.cold += 1;
                self.read_all(&call.args);
                self.context.cold -= 1;
                Value::unit()
            }
            MacroKind::Write => self.written(&call.args, span),
            MacroKind::Panic => {
                self.context.cold += 1;
                self.read_all(&call.args);
                self.context.cold -= 1;
                self.state.dead = true;
                Value::of(Ty::Never)
            }
            MacroKind::Assert => {
                let (first, rest) = call.args.split_at(call.args.len().min(2));
                self.read_all(first);
                self.context.cold += 1;
                self.read_all(rest);
                self.context.cold -= 1;
                Value::unit()
            }
            MacroKind::VecList => self.vec_list(&call.args, span),
            MacroKind::VecRepeat => self.vec_repeat(&call.args, span),
            MacroKind::Matches => {
                self.read_all(&call.args);
                Value::of(Ty::Scalar(1))
            }
            MacroKind::Join => {
                self.joined(&call.args, span);
                Value::unknown()
            }
            MacroKind::FrameFormat => self.frame_format(&call.args, span),
            MacroKind::FrameVec => self.frame_vec_list(&call.args, span),
            MacroKind::Transparent => {
                let mut args = call.args.iter();
                let first = args.next().map_or_else(Value::unknown, |arg| self.eval(*arg, None));
                args.for_each(|arg| drop(self.eval(*arg, None)));
                first
            }
            MacroKind::Unknown => {
                self.note_unseen_macro(call, span);
                self.unknown_macro(&call.args)
            }
        }
    }

    /// `vec![a, b]`.
    fn vec_list(&mut self, args: &'l [ExprId], span: Span) -> Value {
        let mut value = Value::unknown();
        for arg in args {
            let item = self.eval(*arg, None);
            value.add_flows(&item.flows);
            value.add_callables(&item.callables);
            if value.ty.is_unknown() {
                value.ty = item.ty;
            }
        }
        value.ty = Ty::known(Known::Vec, [value.ty]);
        value.fresh = args.is_empty();
        value.made = vec![span];
        if !args.is_empty() {
            self.heap_alloc("vec!".to_owned(), value.ty.clone(), span, Confidence::High);
        }
        value
    }

    /// `vec![item; len]`.
    fn vec_repeat(&mut self, args: &'l [ExprId], span: Span) -> Value {
        let mut value = args.first().map_or_else(Value::unknown, |item| self.eval(*item, None));
        args.iter().skip(1).for_each(|len| drop(self.eval(*len, None)));
        value.ty = Ty::known(Known::Vec, [value.ty]);
        value.alias = None;
        value.number = None;
        self.heap_alloc("vec!".to_owned(), value.ty.clone(), span, Confidence::High);
        value
    }

    /// `frame_format!(alloc, "…")`.
    fn frame_format(&mut self, args: &'l [ExprId], span: Span) -> Value {
        let allocator = args.first().map_or_else(Value::unknown, |alloc| self.eval_place(*alloc));
        self.formatted(args.get(1..).unwrap_or_default(), span);
        if allocator.ty.allocator().is_none() {
            return Value::unknown();
        }
        self.frame_alloc(&allocator, "frame_format!", Ty::Str, None, Ty::known(Known::FrameString, []), span)
    }

    /// What a macro that nobody knows makes of its arguments is a guess.
    fn unknown_macro(&mut self, args: &'l [ExprId]) -> Value {
        self.context.guessing += 1;
        let mut value = Value::unknown();
        for arg in args {
            let arg = self.eval_place(*arg);
            value.add_flows(&arg.flows);
        }
        value.flows.iter_mut().for_each(|flow| flow.confidence = Confidence::Low);
        self.context.guessing -= 1;
        value
    }

    /// `frame_vec![in alloc; …]`: the allocator, then the elements.
    fn frame_vec_list(&mut self, args: &'l [ExprId], span: Span) -> Value {
        let allocator = args.first().map_or_else(Value::unknown, |alloc| self.eval_place(*alloc));
        let mut items = Value::unknown();
        for arg in args.iter().skip(1) {
            let item = self.eval(*arg, None);
            items.add_flows(&item.flows);
            if items.ty.is_unknown() {
                items.ty = item.ty;
            }
        }
        if allocator.ty.allocator().is_none() {
            return Value::unknown();
        }
        let ty = Ty::known(Known::FrameVec, [items.ty.clone()]);
        let mut made = self.frame_alloc(&allocator, "frame_vec!", items.ty, None, ty, span);
        made.add_flows(&items.flows);
        made
    }

    /// `write!(target, …)`: a `String` may grow.
    fn written(&mut self, args: &'l [ExprId], span: Span) -> Value {
        if let Some((target, rest)) = args.split_first() {
            let target = self.eval_place(*target);
            self.formatted(rest, span);
            self.note_written(&target, span);
            if target.ty.head() == Some(Known::String) {
                self.growth(&target, "write! into a String", span);
            }
        }
        Value::of(Ty::known(Known::Result, [Ty::Unit]))
    }
}
