//! Containers that outlive the frame: whether their memory is used again in the next one.

use std::rc::Rc;

use rustc_hash::FxHashSet;

use super::{Context, Occurrence};
use crate::engine::flow::event::Container;
use crate::engine::flow::value::Root;
use crate::engine::resolve::{FnId, UserType};
use crate::engine::schedule::reach::Step;

/// What becomes of the memory of a container that grows in the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Memory {
    /// It ends with the function.
    Local,
    /// It is kept, and nothing empties the container or reserves for it.
    Kept,
    /// It is kept, and used again: the container grows until it has seen its largest frame.
    Steady,
}

/// The fields of a type that are containers whose memory is used again.
pub(super) type SteadyFields = Rc<FxHashSet<String>>;

impl Context<'_, '_> {
    /// What becomes of the memory of a container that grows in this function.
    pub(super) fn memory_of(&self, occurrence: &Occurrence<'_>, container: &Container) -> Memory {
        let way = occurrence.reached.map(|reached| (reached.root, &*reached.path));
        let (root, path) = way.unwrap_or((occurrence.id, &[]));
        self.memory_on_way(root, path, container)
    }

    /// The calls that lead to the function say what is lent to it.
    fn memory_on_way(&self, root: FnId, path: &[Step], container: &Container) -> Memory {
        let field = container.owner.zip(container.field.as_deref());
        if container.steady || field.is_some_and(|(owner, field)| self.steady_fields(owner).contains(field)) {
            return Memory::Steady;
        }
        if !container.kept {
            return Memory::Local;
        }
        if let (Some(Root::Param(param)), None, [before @ .., Step { site, callee, .. }]) =
            (container.root, field, path)
        {
            let caller = before.last().map_or(root, |step| step.callee);
            let mut lent = self.analysed.of(caller).lent.iter();
            let lent = lent.find(|lent| lent.callee == *callee && lent.span == site.span && lent.param == param);
            if let Some(lent) = lent {
                return self.memory_on_way(root, before, &lent.container);
            }
        }
        Memory::Kept
    }

    /// The fields of a type whose memory is used again.
    fn steady_fields(&self, owner: UserType) -> SteadyFields {
        if let Some(known) = self.steady.borrow().get(&owner) {
            return Rc::clone(known);
        }
        let found = Rc::new(self.emptied_fields(owner));
        self.steady.borrow_mut().insert(owner, Rc::clone(&found));
        found
    }
}
