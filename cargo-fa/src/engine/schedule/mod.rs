//! The order in which functions are analysed, and which of them run inside frames.

pub(crate) mod bevy;
pub(crate) mod by_name;
pub(crate) mod graph;
pub(crate) mod reach;
pub(crate) mod results;
mod stand;
pub(crate) mod waves;
