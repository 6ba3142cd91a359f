//! Scopes of memory: regions that end, and what refers to them then.

use rustc_hash::FxHashMap;

use super::Interpreter;
use super::value::{Age, AllocatorKey, Flow, Region, Root, Value};
use crate::engine::hir::ir::Span;
use crate::model::finding::Confidence;

/// A frame or scope that the function opens.
#[derive(Debug)]
pub(super) struct Scope {
    /// Frame memory of the allocator around it.
    pub(super) whole: Vec<Flow>,
    /// How many loops are around its opening.
    pub(super) loops: usize,
    /// It is a region of its own, not the frame of an allocator.
    pub(super) own: bool,
}

#[derive(Default)]
pub(super) struct Scopes {
    pub(super) all: Vec<Scope>,
    /// Those that are the bodies of closures we are in.
    pub(super) of_closures: Vec<u16>,
    /// The frames of allocators, by where these are kept.
    pub(super) of_allocators: FxHashMap<AllocatorKey, u16>,
}

impl Interpreter<'_, '_> {
    pub(super) fn open_scope(&mut self, whole: Vec<Flow>, own: bool) -> u16 {
        let id = u16::try_from(self.scopes.all.len()).unwrap_or(u16::MAX);
        self.scopes.all.push(Scope { whole, loops: self.loops.stack.len(), own });
        id
    }

    pub(super) fn flow_of(region: Region, frame: bool, site: Span) -> Flow {
        Flow {
            region,
            frame,
            raw: false,
            captured: false,
            confidence: Confidence::High,
            site,
            content: None,
            stale: None,
            crossed: None,
        }
    }

    /// What is allocated from this allocator belongs to these regions.
    pub(super) fn arena(&mut self, allocator: &Value) -> Vec<Flow> {
        if !allocator.flows.is_empty() && !matches!(allocator.alias, Some(Root::Static(_))) {
            return allocator.flows.clone();
        }
        let Some(key) = Self::key(allocator) else { return Vec::new() };
        if let Root::Param(param) = key.0 {
            return vec![Self::flow_of(Region::Param(param), false, Span::default())];
        }
        let id = if let Some(id) = self.scopes.of_allocators.get(&key) {
            *id
        } else {
            let id = self.open_scope(Vec::new(), false);
            self.scopes.of_allocators.insert(key, id);
            id
        };
        vec![Self::flow_of(Region::Scope(id), false, Span::default())]
    }

    /// Which allocator it is, by where it is kept.
    pub(super) fn key(allocator: &Value) -> Option<AllocatorKey> {
        allocator.alias.map(|root| (root, allocator.field.clone()))
    }

    /// The memory of these regions ends here.
    pub(super) fn close(&mut self, closes: impl Fn(&Flow) -> bool, at: Span) {
        self.state.values.change_referring(|value| {
            for flow in &mut value.flows {
                if flow.stale.is_none() && closes(flow) {
                    flow.stale = Some(at);
                }
            }
            if let Some(handle) = &mut value.handle
                && handle.age == Age::Fresh
            {
                handle.age = Age::Stale;
                handle.since = at;
            }
        });
    }
}
