//! `Vec::new`, `Box::new`, `String::from` and other functions of std's types.

use std::sync::Arc;

use super::Interpreter;
use super::types::Ty;
use super::value::Value;
use crate::engine::hir::ir::{ExprId, Span};
use crate::engine::resolve::External;
use crate::engine::resolve::model::Known;
use crate::model::finding::Confidence;

impl<'l> Interpreter<'_, 'l> {
    /// `Vec::new`, `Box::new`, `String::from`, `NonNull::new`, `Arc::clone`, …
    #[expect(clippy::too_many_lines, reason = "a table of the constructors of std")]
    pub(super) fn associated_function(
        &mut self,
        owner: Known,
        of: External<'l>,
        args: &'l [ExprId],
        generics: &[Ty],
        span: Span,
        expected: Option<&Ty>,
    ) -> Value {
        let declared = || match expected {
            Some(ty @ Ty::Known(known, args)) if *known == owner && !args.is_empty() => ty.clone(),
            _ => Ty::known(owner, generics.to_vec()),
        };
        match (owner, of.last) {
            (Known::Box | Known::Rc | Known::Arc, "new" | "pin" | "from" | "new_cyclic") => {
                let inner = expected.map(|ty| ty.argument(0)).filter(|ty| matches!(ty, Ty::User(..)));
                let mut value = self.eval_args_first(args, inner.as_ref());
                let what = format!("{}::{}", of.before, of.last);
                let ty = Ty::known(owner, [value.ty.clone()]);
                self.heap_alloc(what, ty.clone(), span, Confidence::High);
                if owner == Known::Box && of.last == "new" {
                    let inner = value.ty.clone();
                    self.pooled_in_box("Box::new", &inner, span);
                }
                value.ty = ty;
                value.alias = None;
                value.fresh = owner == Known::Box;
                value
            }
            (Known::Box | Known::Rc | Known::Arc, "clone" | "downgrade" | "as_ref") => {
                let mut value = args.first().map_or_else(Value::unknown, |arg| self.eval_place(*arg));
                value.ty = value.ty.peeled().clone();
                value
            }
            (Known::Box | Known::Rc | Known::Arc, "into_raw" | "leak" | "as_ptr") => {
                let mut value = self.eval_args_first(args, None);
                value.ty = Ty::Ptr(Arc::new(value.ty.argument(0)));
                value
            }
            (known, "new" | "default") if known.is_heap_container() => {
                self.read_all(args);
                let mut value = Value::of(declared());
                value.fresh = true;
                value
            }
            (known, "with_capacity") if known.is_heap_container() => {
                self.read_all(args);
                let ty = declared();
                self.heap_alloc(format!("{}::with_capacity", of.before), ty.clone(), span, Confidence::High);
                let mut value = Value::of(ty);
                value.reserved = true;
                value
            }
            (known, "from" | "from_iter" | "from_utf8_lossy" | "from_utf16") if known.is_heap_container() => {
                let value = self.eval_args_first(args, None);
                let is_move = value.ty == Ty::known(known, []) || value.is(known) && matches!(value.ty, Ty::Known(..));
                let ty = if generics.is_empty() && known != Known::String {
                    Ty::known(known, [super::place::element_of(&value.ty)])
                } else {
                    declared()
                };
                if !is_move {
                    self.heap_alloc(format!("{}::{}", of.before, of.last), ty.clone(), span, Confidence::High);
                }
                let made = Value::of(ty).with_flows(value.flows);
                self.refine(made)
            }
            (Known::String, "from_utf8") => self.wrapped(Known::Result, args, None, false),
            (Known::NonNull, "new" | "new_unchecked" | "from" | "from_ref" | "from_mut" | "dangling") => {
                let mut value = self.eval_args_first(args, None);
                value.flows.iter_mut().for_each(|flow| flow.raw = true);
                let inner = value.ty.deref().unwrap_or(Ty::Unknown);
                let pointer = Ty::known(Known::NonNull, [inner]);
                value.ty = if of.last == "new" { Ty::known(Known::Option, [pointer]) } else { pointer };
                value.alias = None;
                value
            }
            (Known::ManuallyDrop, "new") => {
                let mut value = self.eval_args_first(args, None);
                self.forgotten(&value, "ManuallyDrop::new", span);
                value.ty = Ty::known(Known::ManuallyDrop, [value.ty]);
                value
            }
            (
                Known::Cell
                | Known::RefCell
                | Known::Mutex
                | Known::RwLock
                | Known::OnceCell
                | Known::Pin
                | Known::Cow
                | Known::Option,
                _,
            ) => {
                let mut value = self.eval_args_first(args, None);
                value.ty = match owner {
                    Known::Option => Ty::known(owner, [value.ty]),
                    _ if of.last == "new" && !args.is_empty() => Ty::known(owner, [value.ty]),
                    _ => declared(),
                };
                value.alias = None;
                value
            }
            _ => {
                let mut value = self.eval_args_first(args, None);
                value.ty = if matches!(of.last, "new" | "default") { declared() } else { Ty::Unknown };
                value.alias = None;
                value.flows.iter_mut().for_each(|flow| flow.confidence = flow.confidence.min(Confidence::Medium));
                value
            }
        }
    }
}
