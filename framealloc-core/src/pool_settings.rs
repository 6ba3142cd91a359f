//! What a pool is made with.

/// How a pool grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PoolGrowth {
    /// One slab at a time.
    Single,
    /// As many slabs as there are.
    Double,
    /// Not beyond its capacity.
    Fixed,
}

/// What a pool is made with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PoolSettings {
    pub(crate) name: &'static str,
    pub(crate) tag: Option<&'static str>,
    pub(crate) capacity: usize,
    pub(crate) growth: PoolGrowth,
    pub(crate) prewarm: bool,
}
