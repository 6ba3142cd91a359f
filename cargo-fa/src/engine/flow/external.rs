//! Calls into other crates: framealloc, std, the executors.

use std::sync::Arc;

use super::Interpreter;
use super::event::How;
use super::place::Target;
use super::spawn::Runs;
use super::types::Ty;
use super::value::Value;
use crate::engine::hir::ir::{ExprId, Span};
use crate::engine::resolve::External;
use crate::engine::resolve::model::{self, Known};
use crate::model::finding::Confidence;

impl<'l> Interpreter<'_, 'l> {
    #[expect(clippy::too_many_lines, reason = "a table of what std and others do")]
    pub(super) fn external(
        &mut self,
        of: External<'l>,
        args: &'l [ExprId],
        generics: &[Ty],
        span: Span,
        expected: Option<&Ty>,
    ) -> Value {
        if of.is_ours() {
            return self.our_function(of, args, generics, span);
        }
        let known_owner = model::known_type(of.krate, of.before);
        if let Some(owner) = known_owner {
            return self.associated_function(owner, of, args, generics, span, expected);
        }
        match (of.krate, of.before, of.last) {
            ("std", _, "Some") => self.wrapped(Known::Option, args, expected, false),
            ("std", _, "Ok") => self.wrapped(Known::Result, args, expected, false),
            ("std", _, "Err") => {
                self.cold += 1;
                let value = self.wrapped(Known::Result, args, None, true);
                self.cold -= 1;
                value
            }
            ("std", _, "drop") => {
                let value = self.eval_args_first(args, None);
                self.dropped(args, &value, span);
                Value::unit()
            }
            ("std", _, "forget") => {
                let value = self.eval_args_first(args, None);
                self.forgotten(&value, "mem::forget", span);
                Value::unit()
            }
            ("std", "mem" | "intrinsics", "transmute" | "transmute_copy") => {
                let mut value = self.eval_args_first(args, None);
                let to = generics.last().cloned().or_else(|| expected.cloned()).unwrap_or(Ty::Unknown);
                let fixed = matches!(to, Ty::Ref { fixed: true, .. });
                value.flows.iter_mut().for_each(|flow| flow.raw = true);
                if fixed && let Some(flow) = value.flows.iter().find(|flow| flow.frame).cloned() {
                    self.escape(How::Transmuted, &flow, span, Vec::new());
                }
                // Whatever it is now, its lifetime is what somebody claims.
                value.ty = match to {
                    Ty::Ref { inner, mutable, .. } => Ty::Ref { inner, mutable, fixed: false },
                    other => other,
                };
                value
            }
            ("std", "mem", "take") => {
                let value = args.first().map_or_else(Value::unknown, |arg| self.eval_place(*arg));
                let mut taken = value.clone();
                taken.ty = value.ty.deref().unwrap_or(Ty::Unknown);
                taken.alias = None;
                taken
            }
            ("std", "mem", "replace" | "swap") => {
                let target = args.first().map_or_else(Value::unknown, |arg| self.eval_place(*arg));
                let value = args.get(1).map_or_else(Value::unknown, |arg| self.eval(*arg, None));
                let mut into = target.clone();
                into.ty = target.ty.deref().unwrap_or(Ty::Unknown);
                self.store(&into, &value, &Target::Behind, span);
                let mut taken = into;
                taken.alias = None;
                taken
            }
            ("std", "ptr", "from_ref" | "from_mut" | "addr_of" | "addr_of_mut" | "slice_from_raw_parts") => {
                let mut value = args.first().map_or_else(Value::unknown, |arg| self.eval_place(*arg));
                args.iter().skip(1).for_each(|arg| drop(self.eval(*arg, None)));
                value.flows.iter_mut().for_each(|flow| flow.raw = true);
                value.ty = Ty::Ptr(Arc::new(value.ty.deref().unwrap_or(Ty::Unknown)));
                value
            }
            ("std", "ptr", "null" | "null_mut") => Value::of(Ty::Ptr(Arc::new(Ty::Unknown))),
            ("std", "ptr", "read") => {
                let mut value = self.eval_args_first(args, None);
                value.ty = value.ty.deref().unwrap_or(Ty::Unknown);
                self.copied_out(value)
            }
            ("std", "slice" | "str", _) => {
                let mut value = self.eval_args_first(args, None);
                if of.last.starts_with("from_raw_parts") {
                    let inner = value.ty.deref().unwrap_or(Ty::Unknown);
                    value.ty = Ty::reference(Ty::Slice(Arc::new(inner)));
                }
                value
            }
            ("std", "iter", "repeat" | "from_fn" | "successors" | "repeat_with") => {
                let mut value = self.eval_args_first(args, None);
                value.bound = Some(super::value::Bound::Unknown);
                value.ty = Ty::known(Known::Iterator, [value.ty]);
                value
            }
            ("std", "thread", "spawn") => {
                args.first().map_or_else(Value::unknown, |arg| self.spawn(*arg, false, Confidence::High))
            }
            ("std", "thread", "scope") | ("rayon" | "crossbeam" | "crossbeam_utils", _, "scope" | "in_place_scope") => {
                self.thread_scope(args)
            }
            ("rayon", _, "join") => {
                for arg in args {
                    self.inline_closure(*arg, &[], Runs::Joined);
                }
                Value::unknown()
            }
            ("rayon", _, "spawn" | "spawn_fifo") => {
                args.first().map_or_else(Value::unknown, |arg| self.spawn(*arg, false, Confidence::High))
            }
            (krate, _, "spawn" | "spawn_blocking" | "spawn_local" | "spawn_pinned") if krate != "std" => {
                args.first().map_or_else(Value::unknown, |arg| self.spawn(*arg, true, Confidence::High))
            }
            ("std", "mpsc", "channel" | "sync_channel")
            | (_, _, "unbounded" | "bounded" | "channel" | "unbounded_channel") => {
                self.eval_args_first(args, None);
                let item = generics.first().cloned().unwrap_or(Ty::Unknown);
                Value::of(Ty::Tuple(Arc::new([
                    Ty::known(Known::Sender, [item.clone()]),
                    Ty::known(Known::Receiver, [item]),
                ])))
            }
            ("std", "process", "exit" | "abort") | ("std", "panic", "panic_any" | "resume_unwind") => {
                self.eval_args_first(args, None);
                self.state.dead = true;
                Value::of(Ty::Never)
            }
            ("std", "fmt", "format") => {
                self.eval_args_first(args, None);
                self.heap_alloc("format".to_owned(), Ty::known(Known::String, []), span, Confidence::High);
                Value::of(Ty::known(Known::String, []))
            }
            ("std", "hint", "black_box") | ("std", "convert", "identity") => self.eval_args_first(args, expected),
            _ => {
                // Functions that take callbacks may run them at once.
                let mut value = Value::unknown();
                for arg in args {
                    if self.closure_at(*arg).is_some() {
                        self.inline_closure(*arg, &[], Runs::Inline);
                        continue;
                    }
                    let arg = self.eval(*arg, None);
                    self.escapes_knowledge(&arg);
                    value.add_flows(&arg.flows);
                }
                value.flows.iter_mut().for_each(|flow| flow.confidence = Confidence::Low);
                value
            }
        }
    }

    /// `thread::scope(|s| { s.spawn(…); })`: all of it is joined before the call returns.
    pub(super) fn thread_scope(&mut self, args: &'l [ExprId]) -> Value {
        let mut result = Value::unknown();
        for arg in args {
            let scope = Value::of(Ty::reference(Ty::known(Known::ThreadScope, [])));
            if self.closure_at(*arg).is_some() {
                result = self.inline_closure(*arg, &[scope], Runs::Joined);
            } else {
                self.eval(*arg, None);
            }
        }
        result
    }

    /// `map(String::from)`, `for_each(drop)`.
    pub(super) fn named_std_function(&mut self, of: External<'l>, arg: ExprId, params: &[Value]) -> Value {
        let span = self.span(arg);
        let owner = model::known_type("std", of.before);
        if owner == Some(Known::Box) && of.last == "new" {
            let inner = params.first().map_or(Ty::Unknown, |value| value.ty.clone());
            let ty = Ty::known(Known::Box, [inner]);
            self.heap_alloc("Box::new".to_owned(), ty.clone(), span, Confidence::High);
            return Value::of(ty);
        }
        if (owner == Some(Known::String) && of.last == "from") || matches!(of.last, "to_string" | "to_owned") {
            let ty = Ty::known(Known::String, []);
            self.heap_alloc(format!("{}::{}", of.before, of.last), ty.clone(), span, Confidence::High);
            return Value::of(ty);
        }
        Value::unknown()
    }
}
