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
    pub(super) kind: ScopeKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScopeKind {
    /// The frame of an allocator.
    Frame,
    /// A region of its own in the frame of an allocator.
    Own,
}

#[derive(Default)]
pub(super) struct Scopes {
    pub(super) all: Vec<Scope>,
    /// Those that are the bodies of closures we are in.
    pub(super) of_closures: Vec<u16>,
    /// The frames of allocators, by where these are kept.
    pub(super) of_allocators: FxHashMap<AllocatorKey, u16>,
}

impl Scopes {
    /// The scope that a region is, if it is one of its own and not the frame of an allocator.
    pub(super) fn own(&self, region: Region) -> Option<&Scope> {
        match region {
            Region::Scope(id) => self.all.get(usize::from(id)).filter(|scope| scope.kind == ScopeKind::Own),
            Region::Param(_) => None,
        }
    }
}

impl Interpreter<'_, '_> {
    pub(super) fn open_scope(&mut self, whole: Vec<Flow>, kind: ScopeKind) -> u16 {
        let id = u16::try_from(self.scopes.all.len()).unwrap_or(u16::MAX);
        self.scopes.all.push(Scope { whole, loops: self.loops.stack.len(), kind });
        id
    }

    /// What is known of everything in a region: it need not be frame memory.
    pub(super) fn flow_of(region: Region, site: Span) -> Flow {
        Flow {
            region,
            frame: false,
            raw: false,
            captured: false,
            confidence: Confidence::High,
            site,
            content: None,
            stale: None,
            crossed: None,
        }
    }

    /// Frame memory of a region.
    pub(super) fn frame_flow_of(region: Region, site: Span) -> Flow {
        Flow { frame: true, ..Self::flow_of(region, site) }
    }

    /// What is allocated from this allocator belongs to these regions.
    pub(super) fn arena(&mut self, allocator: &Value) -> Vec<Flow> {
        if !allocator.flows.is_empty() && !matches!(allocator.alias, Some(Root::Static(_))) {
            return allocator.flows.clone();
        }
        let Some(key) = Self::key(allocator) else { return Vec::new() };
        if let Root::Param(param) = key.0 {
            return vec![Self::flow_of(Region::Param(param), Span::default())];
        }
        let id = if let Some(id) = self.scopes.of_allocators.get(&key) {
            *id
        } else {
            let id = self.open_scope(Vec::new(), ScopeKind::Frame);
            self.scopes.of_allocators.insert(key, id);
            id
        };
        vec![Self::flow_of(Region::Scope(id), Span::default())]
    }

    /// Which allocator it is, by where it is kept.
    pub(super) fn key(allocator: &Value) -> Option<AllocatorKey> {
        allocator.alias.map(|root| (root, allocator.field.clone()))
    }

    /// The scopes that a value leads to end here; the frames of allocators around them do not.
    pub(super) fn close_own(&mut self, value: &Value, at: Span) {
        let regions = value.flows.iter().map(|flow| flow.region);
        let own: Vec<Region> = regions.filter(|region| self.scopes.own(*region).is_some()).collect();
        self.close(|flow| own.contains(&flow.region), at);
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
