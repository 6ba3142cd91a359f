//! What names were found to be before, so that steady frames take no lock and make no string to look them up again.

use crate::tag::TagId;

/// Number of remembered names; a power of two.
const NAMES: usize = 32;

/// Names below parents, with what was found for them. They are known by their addresses: a static string's is never reused.
pub(super) struct NameCache<V>([Option<Known<V>>; NAMES]);

#[derive(Clone, Copy)]
struct Known<V> {
    parent: usize,
    name: &'static str,
    found: V,
}

impl<V: Copy> NameCache<V> {
    pub(super) const NONE: Self = Self([const { None }; NAMES]);

    fn slot(parent: usize, name: &str) -> usize {
        let start = name.as_ptr().addr();
        (start ^ (start >> 7) ^ parent) % NAMES
    }

    /// What was found for `name` below the parent with this index, if it is remembered.
    #[inline]
    pub(super) fn known(&self, parent: usize, name: &'static str) -> Option<V> {
        self.0[Self::slot(parent, name)]
            .filter(|known| known.parent == parent && core::ptr::eq(known.name, name))
            .map(|known| known.found)
    }

    /// Remembers it, in the place of another name.
    pub(super) fn remember(&mut self, parent: usize, name: &'static str, found: V) {
        self.0[Self::slot(parent, name)] = Some(Known { parent, name, found });
    }
}

/// How often names were opened in a frame that have no tag of their own, by the tag that they count for.
#[derive(Default)]
pub(super) struct Merged(Vec<(TagId, usize)>);

impl Merged {
    pub(super) fn count(&mut self, tag: TagId, times: usize) {
        match self.0.iter_mut().find(|(known, _)| *known == tag) {
            Some((_, count)) => *count += times,
            None => self.0.push((tag, times)),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Takes over what `other` has.
    pub(super) fn take(&mut self, other: &mut Self) {
        other.0.drain(..).for_each(|(tag, times)| self.count(tag, times));
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (TagId, usize)> {
        self.0.iter().copied()
    }
}
