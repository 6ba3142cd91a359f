//! What can be seen of memory: figures are derived from arena positions at the turn, never counted per allocation.

pub(crate) mod record;
pub(crate) mod stats;
