//! Containers that outlive the frame: whether their memory is used again in the next one.

use std::rc::Rc;

use super::context::Lenders;
use super::{Context, Occurrence};
use crate::engine::flow::event::{CalledOn, Cold, Container, Lent};
use crate::engine::flow::steady::Reach;
use crate::engine::flow::types::Ty;
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

/// How often a container is lent on.
const LENT_ON: u32 = 4;

impl Context<'_, '_> {
    /// Whether it only happens where something went wrong, or once for all frames. What is done once for each value is done
    /// in each frame that makes one.
    pub(super) fn is_cold(&self, occurrence: &Occurrence<'_>) -> bool {
        match occurrence.event.cold {
            Some(Cold::Seldom) => true,
            Some(Cold::OnceForEach) => !self.ends_with_call(occurrence),
            // Said of what promises to leave the heap alone, in other words.
            None | Some(Cold::OnChange) => false,
        }
    }

    /// Whether the function is a method of a value that its caller has just made, or one that such a method calls on it.
    pub(super) fn ends_with_call(&self, occurrence: &Occurrence<'_>) -> bool {
        occurrence.reached.is_some_and(|reached| self.is_made_on_way(reached.root, &reached.path))
    }

    fn is_made_on_way(&self, root: FnId, path: &[Step]) -> bool {
        let [before @ .., Step { site, callee, .. }] = path else { return false };
        let caller = before.last().map_or(root, |step| step.callee);
        let mut calls = self.analysed.of(caller).calls.iter();
        let called_on = calls.find(|call| call.callee == *callee && call.span == site.span).map(|call| call.called_on);
        match called_on {
            Some(CalledOn::Made) => self.is_inside_of_frames(caller, root),
            Some(CalledOn::Own) => self.is_made_on_way(root, before),
            // A part of a tree is called as the whole was.
            Some(CalledOn::Other) => caller == *callee && self.is_made_on_way(root, before),
            None => false,
        }
    }

    /// What becomes of the memory of a container that grows in this function.
    pub(super) fn memory_of(&self, occurrence: &Occurrence<'_>, container: &Container) -> Memory {
        let way = occurrence.reached.map(|reached| (reached.root, &*reached.path));
        let (root, path) = way.unwrap_or((occurrence.id, &[]));
        if self.is_lent_new(root, path, container) {
            return Memory::Local;
        }
        self.memory_on_way(root, path, container, 0)
    }

    /// The calls that lead to the function say what is lent to it.
    fn memory_on_way(&self, root: FnId, path: &[Step], container: &Container, depth: u32) -> Memory {
        let field = container.owner.zip(container.field.as_deref());
        let ends = container.root == Some(Root::Param(0)) && self.is_made_on_way(root, path);
        let reaches = if ends { &[Reach::Room] } else { Reach::all_of(container.is_element) };
        if container.steady && !ends || field.is_some_and(|(owner, field)| self.is_steady(owner, field, reaches)) {
            return Memory::Steady;
        }
        if field.is_some_and(|(owner, field)| self.is_borrowed(owner, field)) {
            return Memory::Steady;
        }
        if !container.kept || ends && field.is_some() {
            return Memory::Local;
        }
        if let (Some(lent), [before @ .., _]) = (self.lent_on_way(root, path, container), path) {
            return self.memory_on_way(root, before, &lent.container, depth);
        }
        if let (Some(Root::Param(param)), None) = (container.root, field) {
            let function = path.last().map_or(root, |step| step.callee);
            if depth < LENT_ON && self.is_lent_steady(function, param, depth) {
                return Memory::Steady;
            }
        }
        Memory::Kept
    }

    /// Whether a function on the way has just made the container that it lends.
    fn is_lent_new(&self, root: FnId, path: &[Step], container: &Container) -> bool {
        let (Some(lent), [before @ .., _]) = (self.lent_on_way(root, path, container), path) else { return false };
        let lender = before.last().map_or(root, |step| step.callee);
        match lent.container.root {
            Some(Root::Local(_)) => {
                !(lent.container.kept || lent.container.steady) && self.is_inside_of_frames(lender, root)
            }
            _ => self.is_lent_new(root, before, &lent.container),
        }
    }

    /// Whether a function on the way begins in a frame and ends in it, with its variables: what opens frames itself, as a
    /// main loop does, has some that outlive them.
    fn is_inside_of_frames(&self, function: FnId, root: FnId) -> bool {
        function != root || self.analysed.of(root).system
    }

    /// What the caller has lent for the parameter that the container is.
    fn lent_on_way(&self, root: FnId, path: &[Step], container: &Container) -> Option<&Lent> {
        let (Some(Root::Param(param)), None, [before @ .., Step { site, callee, .. }]) =
            (container.root, &container.field, path)
        else {
            return None;
        };
        let caller = before.last().map_or(root, |step| step.callee);
        let mut lent = self.analysed.of(caller).lent.iter();
        lent.find(|lent| lent.callee == *callee && lent.span == site.span && lent.param == param)
    }

    /// Whether everybody who runs in frames and lends a container for this parameter uses its memory again. A method that
    /// is only called by its name must be lent such a one by somebody.
    fn is_lent_steady(&self, function: FnId, param: u16, depth: u32) -> bool {
        let lenders = self.lenders(function, param);
        let is_steady =
            |lender: FnId, lent: &Lent| self.memory_on_way(lender, &[], &lent.container, depth + 1) == Memory::Steady;
        let runs = |lender: FnId| self.reached.get(lender).is_some() || self.analysed.of(lender).system;
        let mut of_frames = lenders.iter().filter(|(lender, _)| runs(*lender)).peekable();
        let known: Vec<_> = if of_frames.peek().is_some() { of_frames.collect() } else { lenders.iter().collect() };
        let (guessed, sure): (Vec<_>, Vec<_>) = known.into_iter().partition(|(_, lent)| lent.guessed);
        let asked = if sure.is_empty() { guessed } else { sure };
        !asked.is_empty() && asked.iter().all(|(lender, lent)| is_steady(*lender, lent))
    }

    /// Who calls a function with a container for this parameter.
    fn lenders(&self, function: FnId, param: u16) -> Vec<(FnId, &Lent)> {
        let lenders = self.lenders.get_or_init(|| {
            let mut lenders = Lenders::default();
            for (id, analysed) in self.analysed.iter() {
                for (at, lent) in analysed.lent.iter().enumerate() {
                    lenders.entry((lent.callee, lent.param)).or_default().push((id, at));
                }
            }
            lenders
        });
        let of = lenders.get(&(function, param)).into_iter().flatten();
        of.map(|(lender, at)| (*lender, &self.analysed.of(*lender).lent[*at])).collect()
    }

    /// `struct Encoder<'a> { bytes: &'a mut Vec<u8> }`: the memory is that of whoever made it.
    fn is_borrowed(&self, owner: UserType, field: &str) -> bool {
        matches!(self.types.field(&Ty::User(owner, [].into()), field), Ty::Ref { mutable: true, .. })
    }

    /// Whether the memory of a field is used again, as far as one of these.
    fn is_steady(&self, owner: UserType, field: &str, reaches: &[Reach]) -> bool {
        let known = self.steady.borrow().get(&owner).cloned();
        let fields = known.unwrap_or_else(|| {
            let found = Rc::new(self.emptied_fields(owner));
            self.steady.borrow_mut().insert(owner, Rc::clone(&found));
            found
        });
        fields.iter().any(|(known, reach)| known == field && reaches.contains(reach))
    }
}
