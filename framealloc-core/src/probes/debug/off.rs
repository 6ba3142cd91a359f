//! Without the feature `debug`: nothing is known and nothing is done.

use crate::tag::TagId;

/// Nothing: without bytes.
#[derive(Debug, Default)]
pub(crate) struct Trail {}

#[expect(clippy::unused_self, reason = "nothing is known")]
impl Trail {
    #[inline(always)]
    #[expect(clippy::extra_unused_type_parameters, reason = "there is nothing to tell")]
    pub(crate) fn of<T>(_tag: TagId) -> Self {
        Self {}
    }

    #[inline(always)]
    #[expect(clippy::extra_unused_type_parameters, reason = "there is nothing to tell")]
    pub(crate) fn of_slice<T>(_len: usize, _tag: TagId) -> Self {
        Self {}
    }

    #[inline(always)]
    pub(crate) fn of_scope() -> Self {
        Self {}
    }

    #[inline(always)]
    pub(crate) fn shared_value_ends(&mut self, _allocator: u64) {}

    #[inline(always)]
    pub(crate) fn ends_in_flight(&mut self) {}

    #[inline(always)]
    pub(crate) fn retained_value_ends(&mut self, _allocator: u64) {}

    #[inline(always)]
    pub(crate) fn scope_ends(&mut self, _allocator: u64, _bytes: usize, _tag: TagId) {}
}

#[inline(always)]
pub(crate) fn frame_ended(_allocator: u64) {}

pub(crate) fn first_open_scope(_allocator: u64) -> String {
    String::new()
}

#[inline(always)]
pub(crate) fn allocator_gone(_allocator: u64) {}
