//! Heap containers that grow in the frame: those whose memory is used again in the next frame grow only until they have
//! seen the largest one.

use super::Interpreter;
use super::event::{Container, EventKind, Fate, Lent};
use super::stores::Target;
use super::types::Ty;
use super::value::{AllocatorKey, Root, Value, Var};
use crate::engine::hir::ir::Span;
use crate::engine::resolve::FnId;
use crate::model::finding::Confidence;

/// Methods that take elements out of a container and leave its memory, or make it as large as they are told, however
/// often they are called.
const STEADY: &[&str] = &[
    "clear",
    "drain",
    "truncate",
    "retain",
    "retain_mut",
    "pop",
    "pop_front",
    "pop_back",
    "pop_first",
    "pop_last",
    "pop_if",
    "remove",
    "remove_entry",
    "swap_remove",
    "extract_if",
    "reserve",
    "reserve_exact",
    "try_reserve",
    "resize",
    "resize_with",
];

/// Whether a container that is kept, and of which this method is called in each frame, uses its memory again.
pub(crate) fn keeps_steady(name: &str) -> bool {
    STEADY.contains(&name)
}

impl Interpreter<'_, '_> {
    /// The container may have to get more memory.
    pub(super) fn growth(&mut self, container: &Value, what: &str, span: Span) {
        if container.reserved && matches!(container.alias, Some(Root::Local(_)) | None) {
            return;
        }
        let container = lent_container(container);
        // Capacity that is kept from frame to frame grows only now and then.
        let confidence = if container.kept { Confidence::Medium } else { Confidence::High };
        self.record(EventKind::HeapGrowth { what: what.to_owned(), container, fate: Fate::Here }, span, confidence);
    }

    /// A method of a container is called that says that its memory is used again.
    pub(super) fn note_steady(&mut self, receiver: &Value, name: &str) {
        if keeps_steady(name) && receiver.ty.collection().is_some() {
            self.frames.steady.insert(key(receiver.alias, receiver.field.as_ref()));
        }
    }

    /// Containers among the arguments are the callee's to fill.
    pub(super) fn lend(&mut self, callee: FnId, args: &[Value], span: Span) {
        for (param, arg) in (0..).zip(args) {
            let fills = matches!(arg.ty, Ty::Ref { mutable: true, .. }) || arg.kept;
            if !fills || arg.ty.collection().is_none() {
                continue;
            }
            let lent = Lent { callee, span, param, container: lent_container(arg) };
            if !self.recorder.out.lent.contains(&lent) {
                self.recorder.out.lent.push(lent);
            }
        }
    }

    /// Something becomes of a value, and of all that it owns.
    pub(super) fn becomes(&mut self, value: &Value, fate: Fate) {
        if !matches!(value.ty, Ty::Ref { .. } | Ty::Ptr(_)) {
            for made in &value.made {
                let known = self.recorder.fates.entry(*made).or_default();
                *known = fate.max(*known);
            }
        }
    }

    /// What a value owns goes where it goes.
    pub(super) fn made_is_stored(&mut self, target: &Value, value: &Value, how: &Target<'_>) {
        match target.alias {
            Some(Root::Local(var)) => {
                if let Some(known) = self.state.values.get_mut(var).filter(|known| !known.kept) {
                    known.own_made(&value.made);
                } else {
                    self.becomes(value, Fate::Kept);
                }
            }
            Some(_) => self.becomes(value, if matches!(how, Target::Channel) { Fate::Sent } else { Fate::Kept }),
            None => {}
        }
    }

    /// What was made on the heap while an expression was run through is its value's, where that can own anything.
    pub(super) fn own_what_was_made(&mut self, since: usize, value: &mut Value) {
        match value.ty {
            Ty::Scalar(_) | Ty::Unit | Ty::Never | Ty::Ref { .. } | Ty::Ptr(_) => value.made.clear(),
            _ => value.own_made(&self.recorder.made[since..]),
        }
        self.recorder.made.truncate(since);
    }

    /// What the function as a whole does with the containers that it fills.
    pub(super) fn settle_containers(&mut self) {
        let steady = std::mem::take(&mut self.frames.steady);
        let settle = |container: &mut Container| {
            container.steady |= container.kept && steady.contains(&key(container.root, container.field.as_ref()));
        };
        for event in &mut self.recorder.out.events {
            let fate_of = |made: Span| self.recorder.fates.get(&made).copied().unwrap_or_default();
            match &mut event.kind {
                EventKind::HeapGrowth { container, fate, .. } => {
                    settle(container);
                    *fate = container.made.map(fate_of).unwrap_or_default();
                }
                EventKind::FlightKept { container } => settle(container),
                EventKind::HeapAlloc { fate, .. } => *fate = fate_of(event.span),
                _ => {}
            }
        }
        self.recorder.out.lent.iter_mut().for_each(|lent| settle(&mut lent.container));
    }
}

/// What is part of nothing is no other container either.
fn key(root: Option<Root>, field: Option<&std::sync::Arc<str>>) -> AllocatorKey {
    (root.unwrap_or(Root::Local(Var(u32::MAX - 3))), field.cloned())
}

pub(super) fn lent_container(container: &Value) -> Container {
    let outlives = matches!(container.alias, Some(Root::Param(_) | Root::Static(_)));
    Container {
        root: container.alias,
        field: container.field.clone(),
        owner: container.owner,
        kept: container.kept || outlives,
        steady: container.reserved,
        made: container.made.first().copied(),
    }
}
