//! Values that may outlive their frame, as a policy says.

use super::Interpreter;
use super::event::{Count, EventKind};
use super::types::Ty;
use super::value::{AtEnd, Value};
use crate::engine::api::Known;
use crate::engine::hir::ir::{ExprId, ExprKind, MethodCall, Span};
use crate::model::finding::Confidence;

impl<'l> Interpreter<'_, 'l> {
    /// `frame_retained::<T>(policy)`, `frame_with_importance::<T>(importance)`.
    pub(super) fn retained_slot(&mut self, allocator: &Value, what: &'static str, call: &'l MethodCall) -> Value {
        let at = call.name_span;
        let policy = self.eval_args_first(&call.args, None);
        let ty = call.turbofish.first().map_or(Ty::Unknown, |ty| self.lower_type(*ty));
        let result = Ty::known(Known::RetainedSlot, [ty.clone()]);
        let slot = self.frame_alloc(allocator, what, ty, Some(Count::Exactly(1)), result, at);
        self.retain(slot, policy.at_end, call.args.first(), at)
    }

    /// `frame_retain(value, policy)`.
    pub(super) fn retained(&mut self, allocator: &Value, call: &'l MethodCall) -> Value {
        let (args, at) = (&*call.args, call.name_span);
        let value = self.eval_args_first(args.get(..1).unwrap_or_default(), None);
        let policy = args.get(1).map_or_else(Value::unknown, |policy| self.eval(*policy, None));
        self.outlives_frame("frame_retain", &value, at);
        let result = Ty::known(Known::FrameRetained, [value.ty.clone()]);
        let kept = self.frame_alloc(allocator, "frame_retain", value.ty, Some(Count::Exactly(1)), result, at);
        self.retain(kept, policy.at_end, args.get(1), at)
    }

    /// Notes that the value is promoted when the frame ends, unless the policy discards it.
    fn retain(&mut self, mut value: Value, at_end: Option<AtEnd>, policy: Option<&ExprId>, at: Span) -> Value {
        value.at_end = at_end;
        let begun_here = Self::key(&value).is_none();
        let known = self.frames.promoted.iter().any(|(made, _)| *made == at);
        if at_end == Some(AtEnd::Promoted) && begun_here && self.frame_start().is_some() && !known {
            let policy = policy.and_then(|policy| self.policy_word(*policy));
            self.frames.promoted.push((at, policy));
        }
        value
    }

    /// `PromoteToPool` in `RetentionPolicy::PromoteToPool`, and what stands there for a value that nobody takes.
    fn policy_word(&self, expr: ExprId) -> Option<(Span, &'static str)> {
        let ExprKind::Path(path) = &self.facts.expr(expr).kind else { return None };
        let path = self.facts.path(*path);
        let discards = match &*path.segments {
            [.., parent, _] if self.facts.name(parent.name) == "RetentionPolicy" => "Discard",
            [.., parent, _] if self.facts.name(parent.name) == "Importance" => "Ephemeral",
            _ => return None,
        };
        let last = self.facts.name(path.segments.last()?.name);
        let lo = path.span.hi.checked_sub(u32::try_from(last.len()).ok()?)?;
        Some((Span { lo, hi: path.span.hi }, discards))
    }

    /// The frame ends, and what was retained in it since is not given out: only the other form of the call does that.
    pub(super) fn nobody_takes(&mut self, since: usize) {
        for (made, policy) in self.frames.promoted.split_off(since) {
            self.record(EventKind::Retention { discards: false, policy }, made, Confidence::High);
        }
    }
}
