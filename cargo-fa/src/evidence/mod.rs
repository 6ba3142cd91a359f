//! What was predicted beside what happened: recordings and snapshots of runs, joined with the findings of the analyser.
//!
//! - [`Runs`]: what the runs say of systems and tags.
//! - [`join`]: figures for findings, their order by cost, and findings about what nobody predicted.
//! - [`Grade`]: how right the analyser was.

mod grade;
mod join;
mod runs;

pub use grade::Grade;
pub use join::{join, unpredicted};
pub use runs::Runs;
