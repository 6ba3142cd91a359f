//! Options and results: what is inside of them, and what closures make of it.

use super::Interpreter;
use super::spawn::Runs;
use super::types::Ty;
use super::value::Value;
use crate::engine::api::Known;
use crate::engine::hir::ir::{ExprId, Span};
use crate::model::finding::Confidence;

impl<'l> Interpreter<'_, 'l> {
    /// Closures run with the value inside; the result is theirs.
    pub(super) fn mapped_option(&mut self, receiver: &Value, name: &str, args: &'l [ExprId]) -> Value {
        let inner = self.unwrapped(receiver.clone());
        let mut result = Value::unknown();
        for arg in args {
            let value = self.inline_closure(*arg, std::slice::from_ref(&inner), Runs::Inline);
            if result.ty.is_unknown() {
                result.ty = value.ty.clone();
            }
            result.add_flows(&value.flows);
        }
        match name {
            "map" => result.ty = Ty::known(receiver.ty.head().unwrap_or(Known::Option), [result.ty]),
            "filter" => result = receiver.clone(),
            _ => {}
        }
        result
    }

    /// `unwrap_or`, `ok_or`, `as_ref` and their kin.
    pub(super) fn option_method(&mut self, receiver: &Value, name: &str, args: &'l [ExprId], at: Span) -> Value {
        // A result that is none is an error, and a list of what can be used again is seldom empty.
        let taken_out = receiver.kept && receiver.alias.is_none();
        let fails = taken_out || receiver.ty.head() != Some(Known::Option);
        let cold = runs_seldom(name) || fails && matches!(name, "unwrap_or_else" | "or_else");
        let mut other = Value::unknown();
        for arg in args {
            if self.closure_at(*arg).is_some() {
                let runs = if cold { Runs::Cold } else { Runs::Inline };
                other = self.inline_closure(*arg, &[], runs);
            } else {
                // Computed whether it is wanted or not.
                other = self.eval(*arg, None);
            }
        }
        match name {
            "unwrap" | "expect" | "unwrap_unchecked" | "unwrap_or_default" => self.unwrapped(receiver.clone()),
            "unwrap_or" | "unwrap_or_else" => {
                let mut value = self.unwrapped(receiver.clone());
                if other.ty != Ty::Never {
                    value.join(&other);
                }
                value
            }
            "copied" | "cloned" => {
                let inner = self.unwrapped(receiver.clone());
                let element = inner.ty.peeled().clone();
                if name == "cloned" && self.types.clones_to_heap(&element) == Some(true) {
                    self.heap_alloc(name.to_owned(), element, at, Confidence::High);
                }
                let mut value = inner;
                value.ty = Ty::known(Known::Option, [value.ty.peeled().clone()]);
                self.refine(value)
            }
            "as_ref" | "as_mut" | "as_deref" | "as_deref_mut" => {
                let mut value = receiver.clone();
                let inner = self.unwrapped(receiver.clone()).ty;
                value.ty = Ty::known(Known::Option, [Ty::reference(inner)]);
                value
            }
            "ok" | "ok_or" | "ok_or_else" | "map_err" | "or_else" | "or" => {
                let mut value = receiver.clone();
                let inner = self.unwrapped(receiver.clone()).ty;
                value.ty = Ty::known(if name == "ok" { Known::Option } else { Known::Result }, [inner]);
                value
            }
            _ => receiver.clone(),
        }
    }
}

/// Whether a closure that a method of this name takes runs when something went wrong, or once for all frames.
pub(super) fn runs_seldom(name: &str) -> bool {
    matches!(
        name,
        "ok_or_else"
            | "map_err"
            | "with_context"
            | "wrap_err_with"
            | "inspect_err"
            | "get_or_init"
            | "get_or_try_init"
            | "get_or_insert_with"
            | "call_once"
            | "call_once_force"
    )
}
