//! Heap containers that grow in the frame: those whose memory is used again in the next frame grow only until they have
//! seen the largest one.

use super::Interpreter;
use super::event::{Container, EventKind, Lent};
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
        self.record(EventKind::HeapGrowth { what: what.to_owned(), container }, span, confidence);
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

    /// What the function as a whole does with the containers that it fills.
    pub(super) fn settle_containers(&mut self) {
        let steady = std::mem::take(&mut self.frames.steady);
        if steady.is_empty() {
            return;
        }
        let settle = |container: &mut Container| {
            container.steady |= container.kept && steady.contains(&key(container.root, container.field.as_ref()));
        };
        for event in &mut self.recorder.out.events {
            if let EventKind::HeapGrowth { container, .. } = &mut event.kind {
                settle(container);
            }
        }
        self.recorder.out.lent.iter_mut().for_each(|lent| settle(&mut lent.container));
    }
}

/// What is part of nothing is no other container either.
fn key(root: Option<Root>, field: Option<&std::sync::Arc<str>>) -> AllocatorKey {
    (root.unwrap_or(Root::Local(Var(u32::MAX - 3))), field.cloned())
}

fn lent_container(container: &Value) -> Container {
    let outlives = matches!(container.alias, Some(Root::Param(_) | Root::Static(_)));
    Container {
        root: container.alias,
        field: container.field.clone(),
        owner: container.owner,
        kept: container.kept || outlives,
        steady: container.reserved,
    }
}
