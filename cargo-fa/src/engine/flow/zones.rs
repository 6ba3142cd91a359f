//! What is made in a zone of `ambient`, and gets out of it.

use super::Interpreter;
use super::event::{EventKind, Fate};
use super::spawn::Runs;
use super::types::Ty;
use super::value::{Root, Value, Var};
use crate::engine::hir::ir::{ExprId, Span};
use crate::engine::resolve::FnId;
use crate::model::finding::Confidence;

/// Of what a function makes, this much is followed into its parameters.
const MOST_KEPT: usize = 64;

impl<'l> Interpreter<'_, 'l> {
    /// `alloc.ambient(|| …)`: what the closure, which is given these, returns leaves the zone.
    pub(super) fn in_zone(&mut self, body: ExprId, given: &[Value]) -> Value {
        let zone = self.span(body);
        self.recorder.out.ambient_in.push(zone);
        self.context.zones.push((self.variables.names.len(), zone));
        let value = self.inline_closure(body, given, Runs::Inline);
        self.context.zones.pop();
        self.leaves_zone(&value, zone);
        value
    }

    /// `alloc.ambient_for_each(query.par_iter_mut(), |item| …)`: a zone for items that are one like the other.
    pub(super) fn each_in_zone(&mut self, args: &'l [ExprId], at: Span) -> Value {
        let [items, body] = args else { return Value::unknown() };
        let items = self.eval(*items, None);
        let item = self.item_of(&items);
        self.through_loop(&items, at, &mut |flow| {
            flow.in_zone(*body, std::slice::from_ref(&item));
        });
        Value::unit()
    }

    /// A value is put into a variable, which may be one that was declared before the zone.
    pub(super) fn leaves_zone_in(&mut self, var: Var, value: &Value) {
        let Some(&(outside, zone)) = self.context.zones.last() else { return };
        if self.variables.names.iter().take(outside).any(|(_, known)| *known == var) {
            self.leaves_zone(value, zone);
        }
    }

    fn leaves_zone(&mut self, value: &Value, zone: Span) {
        if matches!(value.ty, Ty::Ref { .. } | Ty::Ptr(_)) {
            return;
        }
        let inside = |made: &&Span| zone.lo <= made.lo && made.hi <= zone.hi;
        let made: Vec<Span> = value.made.iter().filter(inside).copied().collect();
        let known = &mut self.recorder.out.leaves_zone;
        for made in made {
            if !known.contains(&made) {
                known.push(made);
            }
        }
    }

    /// What a value owns is put into a parameter of the function.
    pub(super) fn kept_in(&mut self, root: Root, value: &Value) {
        let Root::Param(param) = root else { return };
        if matches!(value.ty, Ty::Ref { .. } | Ty::Ptr(_)) {
            return;
        }
        let known = &mut self.recorder.out.kept_in;
        for made in value.made.iter().map(|made| (*made, param)) {
            if known.len() < MOST_KEPT && !known.contains(&made) {
                known.push(made);
            }
        }
    }

    /// What a function of the workspace gives back in a zone may have been made there.
    pub(super) fn made_by_call(&mut self, callee: FnId, value: &mut Value, span: Span) {
        let in_zone = self.recorder.out.ambient || !self.context.zones.is_empty();
        if in_zone && self.types.clones_to_heap(&value.ty) == Some(true) {
            value.made.push(span);
            let kind = EventKind::MadeInZone { callee, ty: value.ty.clone(), fate: Fate::Here };
            self.record(kind, span, Confidence::Medium);
        }
    }
}
