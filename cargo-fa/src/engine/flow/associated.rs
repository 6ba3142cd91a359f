//! `Vec::new`, `Box::new`, `String::from` and other functions of std's types.

use std::sync::Arc;

use super::Interpreter;
use super::external::ExternalCall;
use super::types::Ty;
use super::value::Value;
use super::walk;
use crate::engine::api::effect::Builds;
use crate::engine::api::{self, Known};
use crate::engine::hir::ir::{ExprId, ExprKind, Path, Span};
use crate::engine::resolve::{External, Res};
use crate::model::finding::Confidence;

impl<'l> Interpreter<'_, 'l> {
    /// `Counter::default()`, where nobody wrote that function.
    pub(super) fn derived_default(&self, callee: ExprId) -> Option<Value> {
        let ExprKind::Path(path) = &self.facts.expr(callee).kind else { return None };
        let path = self.facts.path(*path);
        path.segments.last().filter(|last| self.facts.name(last.name) == "default")?;
        match self.around.program.resolve_owner(self.module, self.file, path)? {
            Res::Type(user) => Some(Value::of(self.types.user(user, Vec::new(), 0))),
            _ => None,
        }
    }

    /// `<Vec<u32>>::new()`, `<HashMap<_, _> as Default>::default()`.
    pub(super) fn on_named_type(
        &mut self,
        path: &'l Path,
        args: &'l [ExprId],
        span: Span,
        expected: Option<&Ty>,
    ) -> Option<Value> {
        let Ty::Known(known, generics) = self.lower_type(path.qself?) else { return None };
        let krate = if known.is_heap_container() || known == Known::Box { "std" } else { return None };
        let last = self.facts.name(path.segments.last()?.name);
        let function = External { krate, before: known.name(), last };
        Some(self.external(ExternalCall { function, args, generics: &generics, span, expected }))
    }

    /// `Vec::new`, `Box::new`, `String::from`, `NonNull::new`, `Arc::clone`, …
    pub(super) fn associated_function(&mut self, owner: Known, call: ExternalCall<'_, 'l>) -> Value {
        let ExternalCall { function, args, generics, span, expected } = call;
        let declared = || match expected {
            Some(ty @ Ty::Known(known, args)) if *known == owner && !args.is_empty() => ty.clone(),
            _ => Ty::known(owner, generics.to_vec()),
        };
        match api::associated_function(owner, function.last) {
            Builds::Boxed => self.boxed(owner, call),
            Builds::SharesOwner => {
                let mut value = args.first().map_or_else(Value::unknown, |arg| self.eval_place(*arg));
                value.ty = value.ty.peeled().clone();
                value
            }
            Builds::Leaks => {
                let mut value = self.eval_args_first(args, None);
                value.ty = Ty::Ptr(Arc::new(value.ty.argument(0)));
                value
            }
            Builds::Empty => {
                self.read_all(args);
                let mut value = Value::of(declared());
                value.fresh = true;
                value.made.push(span);
                value
            }
            Builds::Reserved => {
                self.read_all(args);
                let ty = declared();
                self.heap_alloc(format!("{}::with_capacity", function.before), ty.clone(), span, Confidence::High);
                let mut value = Value::of(ty);
                value.reserved = true;
                value
            }
            Builds::FromElements => self.made_of_elements(owner, declared(), call),
            Builds::CopiesIfShared => self.copied_if_shared(call),
            Builds::TakesOrCopies => self.taken_or_copied(call),
            Builds::CText => {
                self.read_all(args);
                let ty = Ty::known(owner, []);
                self.heap_alloc(format!("{}::{}", function.before, function.last), ty.clone(), span, Confidence::High);
                Value::of(Ty::known(Known::Result, [ty]))
            }
            Builds::Seen => {
                let mut value = self.eval_args_first(args, None);
                value.ty = Ty::reference(Ty::known(owner, []));
                value
            }
            Builds::FromBytes => self.wrapped(Known::Result, args, None),
            Builds::SharedText => {
                let mut value = self.eval_args_first(args, None);
                value.ty = Ty::known(Known::Cow, [Ty::Str]);
                value
            }
            Builds::Pointer => self.non_null(function, args),
            Builds::WithoutDrop => {
                let mut value = self.eval_args_first(args, None);
                self.forgotten(&value, "ManuallyDrop::new", span);
                value.ty = Ty::known(Known::ManuallyDrop, [value.ty]);
                value
            }
            Builds::Wrapped => self.wrapped_in(owner, declared(), call),
            Builds::Other => {
                let mut value = self.eval_args_first(args, None);
                value.ty = if matches!(function.last, "new" | "default") { declared() } else { Ty::Unknown };
                value.alias = None;
                value.flows.iter_mut().for_each(|flow| flow.confidence = flow.confidence.min(Confidence::Medium));
                value
            }
        }
    }

    /// `Arc::make_mut`, `Rc::make_mut`.
    fn copied_if_shared(&mut self, call: ExternalCall<'_, 'l>) -> Value {
        let ExternalCall { function, args, span, .. } = call;
        let mut value = args.first().map_or_else(Value::unknown, |arg| self.eval_place(*arg));
        let inner = value.ty.argument(0);
        self.heap_alloc(
            format!("{}::{}", function.before, function.last),
            value.ty.peeled().clone(),
            span,
            Confidence::Medium,
        );
        value.ty = Ty::exclusive(inner);
        value
    }

    /// `Arc::unwrap_or_clone`, `Cow::into_owned`.
    fn taken_or_copied(&mut self, call: ExternalCall<'_, 'l>) -> Value {
        let ExternalCall { function, args, span, .. } = call;
        let mut value = self.eval_args_first(args, None);
        value.ty = value.ty.argument(0);
        if self.types.clones_to_heap(&value.ty) == Some(true) {
            self.heap_alloc(
                format!("{}::{}", function.before, function.last),
                value.ty.clone(),
                span,
                Confidence::Medium,
            );
        }
        value.alias = None;
        self.refine(value)
    }

    /// `Some`, `Cell::new`, `Cow::Borrowed`: the first argument in something that takes no memory.
    fn wrapped_in(&mut self, owner: Known, declared: Ty, call: ExternalCall<'_, 'l>) -> Value {
        let ExternalCall { function, args, .. } = call;
        let mut value = self.eval_args_first(args, None);
        value.ty = match owner {
            Known::Cow if function.last == "Borrowed" => Ty::known(owner, [value.ty.deref().unwrap_or(Ty::Unknown)]),
            Known::Option => Ty::known(owner, [value.ty]),
            _ if function.last == "new" && !args.is_empty() => Ty::known(owner, [value.ty]),
            _ => declared,
        };
        value.alias = None;
        value
    }

    /// `Box::new`, `Arc::from`: the first argument, on the heap.
    fn boxed(&mut self, owner: Known, call: ExternalCall<'_, 'l>) -> Value {
        let ExternalCall { function, args, span, expected, .. } = call;
        let inner = expected.map(|ty| ty.argument(0)).filter(|ty| matches!(ty, Ty::User(..)));
        let mut value = self.eval_args_first(args, inner.as_ref());
        let what = format!("{}::{}", function.before, function.last);
        let ty = Ty::known(owner, [value.ty.clone()]);
        // A box of nothing has no memory.
        let nothing = owner == Known::Box && args.first().is_some_and(|arg| self.is_empty(*arg, &value.ty));
        if !nothing {
            self.heap_alloc(what, ty.clone(), span, Confidence::High);
        }
        if owner == Known::Box && function.last == "new" {
            let inner = value.ty.clone();
            self.pooled_in_box("Box::new", &inner, span);
        }
        value.ty = ty;
        value.alias = None;
        value.fresh = owner == Known::Box;
        value
    }

    /// A closure that captures nothing, a function by its name, or a struct without fields.
    fn is_empty(&self, expr: ExprId, ty: &Ty) -> bool {
        let facts = self.facts;
        match &facts.expr(expr).kind {
            ExprKind::Closure(closure) => {
                let mut given = Vec::new();
                closure.params.iter().for_each(|(pat, _)| walk::bound_names(facts, *pat, &mut |name| given.push(name)));
                let mut captures = false;
                walk::visit(facts, closure.body, &mut |expr| {
                    let ExprKind::Name(name) = &facts.expr(expr).kind else { return };
                    let name = facts.name(*name);
                    captures |= !given.contains(&name) && self.lookup_var(name).is_some();
                });
                !captures
            }
            ExprKind::Name(_) | ExprKind::Path(_) if *ty == Ty::Function => true,
            _ => matches!(ty, Ty::User(..)) && self.types.layout(ty).is_some_and(|(bytes, _)| bytes == 0),
        }
    }

    /// `NonNull::new`, `NonNull::from`.
    fn non_null(&mut self, function: External<'l>, args: &'l [ExprId]) -> Value {
        let mut value = self.eval_args_first(args, None);
        value.flows.iter_mut().for_each(|flow| flow.raw = true);
        let inner = value.ty.deref().unwrap_or(Ty::Unknown);
        let pointer = Ty::known(Known::NonNull, [inner]);
        value.ty = if function.last == "new" { Ty::known(Known::Option, [pointer]) } else { pointer };
        value.alias = None;
        value
    }

    /// `Vec::from`, `String::from`: the elements of the argument, unless it is one of these already.
    fn made_of_elements(&mut self, owner: Known, declared: Ty, call: ExternalCall<'_, 'l>) -> Value {
        let ExternalCall { function, args, generics, span, .. } = call;
        let value = self.eval_args_first(args, None);
        let is_move = value.ty == Ty::known(owner, []) || value.is(owner) && matches!(value.ty, Ty::Known(..));
        let ty = if generics.is_empty() && owner != Known::String {
            Ty::known(owner, [super::layout::element_of(&value.ty)])
        } else {
            declared
        };
        if !is_move {
            self.heap_alloc(format!("{}::{}", function.before, function.last), ty.clone(), span, Confidence::High);
        }
        let made = Value::of(ty).with_flows(value.flows);
        self.refine(made)
    }
}
