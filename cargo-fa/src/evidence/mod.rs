//! What was predicted beside what happened: recordings and snapshots of runs, joined with the findings of the analyser.
//!
//! - [`Runs`]: what the runs say of systems and tags.
//! - [`join`]: figures for findings, their order by cost, and findings about what nobody predicted.
//! - [`Grade`]: how right the analyser was.

mod grade;
mod join;
mod measure;
mod runs;
mod systems;

pub use grade::Grade;
pub use join::{join, unpredicted};
pub use measure::{describe, measure, times};
pub use runs::Runs;
