//! Calls into other crates: framealloc, std, the executors.

use std::sync::Arc;

use super::Interpreter;
use super::event::{EscapeRoute, Fate, Runner};
use super::spawn::Runs;
use super::stores::Target;
use super::types::Ty;
use super::value::{Root, Value};
use crate::engine::api::effect::Makes;
use crate::engine::api::{self, Known};
use crate::engine::hir::ir::{ExprId, ExprKind, Path, Span};
use crate::engine::resolve::paths::Space;
use crate::engine::resolve::{External, Res};
use crate::model::finding::Confidence;

/// A call of a function of another crate.
#[derive(Clone, Copy)]
pub(super) struct ExternalCall<'a, 'l> {
    pub(super) function: External<'l>,
    pub(super) args: &'l [ExprId],
    /// The types in the brackets of its path.
    pub(super) generics: &'a [Ty],
    pub(super) span: Span,
    /// The type that is wanted of it.
    pub(super) expected: Option<&'a Ty>,
}

impl<'l> Interpreter<'_, 'l> {
    /// A call into another crate, by what its row says.
    pub(super) fn external(&mut self, call: ExternalCall<'_, 'l>) -> Value {
        let (function, span) = (call.function, call.span);
        self.note_function(function, span);
        let mut value = self.external_by_row(call);
        if matches!(value.ty, Ty::Unknown | Ty::Opaque { .. }) {
            Self::of_another_crate(function, &mut value);
        }
        value
    }

    fn external_by_row(&mut self, call: ExternalCall<'_, 'l>) -> Value {
        let ExternalCall { function, args, generics, span, expected } = call;
        if function.is_framealloc() {
            return self.framealloc_function(call);
        }
        if let Some(owner) = api::known_type(function.krate, function.before) {
            return self.associated_function(owner, call);
        }
        if function.last == "default"
            && function.before == "Default"
            && let Some(value) = self.made_by_default(expected, span)
        {
            return value;
        }
        let Some(makes) = api::function(function.krate, function.before, function.last) else {
            self.note_unseen_function(function, span);
            return self.unknown_function(args);
        };
        match makes {
            Makes::Variant(known) => self.wrapped(known, args, expected),
            Makes::Error => {
                self.context.cold += 1;
                let value = self.wrapped_error(args);
                self.context.cold -= 1;
                value
            }
            Makes::Drops => {
                let value = self.eval_args_first(args, None);
                self.dropped(args, &value, span);
                Value::unit()
            }
            Makes::Forgets => {
                let value = self.eval_args_first(args, None);
                self.forgotten(&value, "mem::forget", span);
                Value::unit()
            }
            Makes::SpawnsThread => {
                args.first().map_or_else(Value::unknown, |arg| self.spawn(*arg, Runner::Thread, Confidence::High))
            }
            Makes::SpawnsTask => {
                args.first().map_or_else(Value::unknown, |arg| self.spawn(*arg, Runner::Task, Confidence::High))
            }
            Makes::ThreadScope => self.thread_scope(args),
            Makes::JoinsClosures => {
                for arg in args {
                    self.inline_closure(*arg, &[], Runs::Joined);
                }
                Value::unknown()
            }
            Makes::OnHeap(gives) => self.on_heap(&named(function), gives, &Ty::Scalar(1), args, span),
            Makes::Parses => self.parsed(&named(function), generics, expected, args, span),
            Makes::Channel => {
                self.eval_args_first(args, None);
                self.heap_alloc(named(function), Ty::Unknown, span, Confidence::High);
                let item = generics.first().cloned().unwrap_or(Ty::Unknown);
                let sender = match (function.krate, function.last) {
                    ("std", "channel") | (_, "unbounded" | "unbounded_channel") => Known::Sender,
                    ("tokio" | "async_channel", _) => Known::AsyncSender,
                    _ => Known::SyncSender,
                };
                let ends = [Ty::known(sender, [item.clone()]), Ty::known(Known::Receiver, [item])];
                Value::of(Ty::Tuple(Arc::new(ends)))
            }
            Makes::NeverReturns => {
                self.eval_args_first(args, None);
                self.state.dead = true;
                Value::of(Ty::Never)
            }
            Makes::FormatsText => {
                self.eval_args_first(args, None);
                self.heap_alloc("format".to_owned(), Ty::known(Known::String, []), span, Confidence::High);
                Value::of(Ty::known(Known::String, []))
            }
            Makes::StaticText => {
                self.eval_args_first(args, None);
                Value::of(Ty::Ref { inner: Arc::new(Ty::Str), mutable: false, fixed: true })
            }
            Makes::PassesOn => self.eval_args_first(args, expected),
            _ => self.moved_memory(makes, call),
        }
    }

    /// Functions of `mem`, `ptr`, `slice` and `iter`: they take something of their arguments and hand it on.
    fn moved_memory(&mut self, makes: Makes, call: ExternalCall<'_, 'l>) -> Value {
        let ExternalCall { function, args, span, .. } = call;
        match makes {
            Makes::Transmutes => self.transmuted(call),
            Makes::TakesOut => {
                let value = args.first().map_or_else(Value::unknown, |arg| self.eval_place(*arg));
                let mut taken = value.clone();
                taken.ty = value.ty.deref().unwrap_or(Ty::Unknown);
                taken.kept = matches!(value.alias, Some(Root::Param(_) | Root::Static(_)));
                taken.alias = None;
                let ty = taken.ty.clone();
                self.implemented(&ty, "Default", "default", &[], span);
                taken
            }
            Makes::Replaces => {
                let target = args.first().map_or_else(Value::unknown, |arg| self.eval_place(*arg));
                let value = args.get(1).map_or_else(Value::unknown, |arg| self.eval(*arg, None));
                let mut into = target.clone();
                into.ty = target.ty.deref().unwrap_or(Ty::Unknown);
                self.store(&into, &value, &Target::Behind, span);
                let mut taken = into;
                taken.alias = None;
                taken
            }
            Makes::PointsTo => {
                let mut value = args.first().map_or_else(Value::unknown, |arg| self.eval_place(*arg));
                args.iter().skip(1).for_each(|arg| drop(self.eval(*arg, None)));
                value.flows.iter_mut().for_each(|flow| flow.raw = true);
                value.ty = Ty::Ptr(Arc::new(value.ty.deref().unwrap_or(Ty::Unknown)));
                value
            }
            Makes::NullPointer => Value::of(Ty::Ptr(Arc::new(Ty::Unknown))),
            Makes::ReadsPointer => {
                let mut value = self.eval_args_first(args, None);
                value.ty = value.ty.deref().unwrap_or(Ty::Unknown);
                self.copied_out(value)
            }
            Makes::Part => {
                let mut value = self.eval_args_first(args, None);
                if function.last.starts_with("from_raw_parts") {
                    let inner = value.ty.deref().unwrap_or(Ty::Unknown);
                    value.ty = Ty::reference(Ty::Slice(Arc::new(inner)));
                }
                value
            }
            Makes::EndlessIterator => {
                let mut value = self.eval_args_first(args, None);
                value.bound = Some(super::value::Bound::Unknown);
                value.ty = Ty::known(Known::Iterator, [value.ty]);
                value
            }
            _ => self.unknown_function(args),
        }
    }

    fn transmuted(&mut self, call: ExternalCall<'_, 'l>) -> Value {
        let ExternalCall { args, generics, span, expected, .. } = call;
        let mut value = self.eval_args_first(args, None);
        let to = generics.last().cloned().or_else(|| expected.cloned()).unwrap_or(Ty::Unknown);
        let fixed = matches!(to, Ty::Ref { fixed: true, .. });
        value.flows.iter_mut().for_each(|flow| flow.raw = true);
        if fixed && let Some(flow) = value.flows.iter().find(|flow| flow.frame).cloned() {
            self.escape(EscapeRoute::Transmuted, &flow, span, Vec::new());
            // Where it goes from here is no second mistake.
            value.flows.retain(|flow| !flow.frame);
        }
        // Whatever it is now, its lifetime is what somebody claims.
        value.ty = match to {
            Ty::Ref { inner, mutable, .. } => Ty::Ref { inner, mutable, fixed: false },
            other => other,
        };
        value
    }

    /// A function that no row is about: it may run callbacks at once, and its result may refer to its arguments.
    fn unknown_function(&mut self, args: &'l [ExprId]) -> Value {
        let mut value = Value::unknown();
        for arg in args {
            if self.closure_at(*arg).is_some() {
                self.inline_closure(*arg, &[], Runs::Inline);
                continue;
            }
            let arg = self.eval(*arg, None);
            self.escapes_knowledge(&arg);
            self.becomes(&arg, Fate::Given);
            value.add_flows(&arg.flows);
        }
        value.flows.iter_mut().for_each(|flow| flow.confidence = Confidence::Low);
        value
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

    /// What a name leads to that stands where a closure might.
    pub(super) fn named_function(&self, arg: ExprId) -> Option<Res<'l>> {
        let program = self.around.program;
        match &self.facts.expr(arg).kind {
            ExprKind::Path(path) => program.resolve(self.module, self.file, self.facts.path(*path), Space::Values),
            ExprKind::Name(name) if self.lookup_var(self.facts.name(*name)).is_none() => {
                program.resolve_name(self.module, self.facts.name(*name), Space::Values)
            }
            _ => None,
        }
    }

    /// `map(String::from)`, `for_each(drop)`.
    pub(super) fn named_std_function(&mut self, function: External<'l>, arg: ExprId, params: &[Value]) -> Value {
        let span = self.span(arg);
        self.note_function(function, span);
        let given = params.first().map_or(Ty::Unknown, |value| value.ty.clone());
        match api::known_type("std", function.before) {
            Some(owner @ (Known::Box | Known::Rc | Known::Arc)) if function.last == "new" => {
                let ty = Ty::known(owner, [given]);
                self.heap_alloc(named(function), ty.clone(), span, Confidence::High);
                Value::of(ty)
            }
            Some(Known::String) if function.last == "from" => {
                let ty = Ty::known(Known::String, []);
                self.heap_alloc(named(function), ty.clone(), span, Confidence::High);
                Value::of(ty)
            }
            owner => self.named_method(function.last, owner, span, params).unwrap_or_else(Value::unknown),
        }
    }

    /// `map(str::to_owned)`, `map(u32::to_string)`, `map(<[u32]>::to_vec)`.
    pub(super) fn named_method_of_plain_type(
        &mut self,
        path: &'l Path,
        arg: ExprId,
        params: &[Value],
    ) -> Option<Value> {
        let first = self.facts.name(path.segments.first()?.name);
        let last = self.facts.name(path.segments.last()?.name);
        // Of what is in a number or a letter nothing else is on the heap: `char::to_uppercase` is not.
        let of_scalar = super::types::scalar(first).is_some() && last == "to_string";
        if path.qself.is_none() && first != "str" && !of_scalar {
            return None;
        }
        self.named_method(last, None, self.span(arg), params)
    }

    /// A method that is named where a function is wanted: `map(str::to_owned)`, `map(Vec::clone)`.
    pub(super) fn named_method(
        &mut self,
        name: &str,
        of: Option<Known>,
        span: Span,
        params: &[Value],
    ) -> Option<Value> {
        let receiver = params.first().cloned().unwrap_or_else(Value::unknown);
        let text = Ty::known(Known::String, []);
        let ty = match name {
            "to_string" | "to_uppercase" | "to_lowercase" | "to_ascii_uppercase" | "to_ascii_lowercase" => text,
            "to_owned" => match super::heap::owned(receiver.ty.peeled()) {
                Ty::Unknown => text,
                ty if self.types.clones_to_heap(&ty) == Some(true) => ty,
                _ => return Some(receiver),
            },
            "to_vec" => Ty::known(Known::Vec, [super::layout::element_of(&receiver.ty)]),
            "clone" => {
                let mut receiver = receiver;
                if let (Ty::Unknown, Some(of)) = (receiver.ty.peeled(), of) {
                    receiver.ty = Ty::known(of, []);
                }
                return Some(self.cloned(&receiver, span));
            }
            _ => return None,
        };
        self.heap_alloc(name.to_owned(), ty.clone(), span, Confidence::High);
        Some(Value::of(ty))
    }
}

/// `fs::read`: a function as a message names it.
fn named(function: External<'_>) -> String {
    format!("{}::{}", function.before, function.last)
}
