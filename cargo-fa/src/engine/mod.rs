//! The engine: from the manifests of a workspace to findings.
//!
//! Rooms; each uses only those before it:
//!
//! - `api`: what is known of framealloc, std, Bevy and other crates, as a table.
//! - `hir`: syntax, lowered to owned data.
//! - `project`: manifests, targets, the tree of modules.
//! - `resolve`: names.
//! - `flow`: where memory comes from and goes, in one function.
//! - `schedule`: the order of functions, and which of them run inside frames.
//! - `rules`: findings.
//!
//! `pipeline` runs them, from `project`, which has its files read by `hir`, to `rules`.

mod api;
mod flow;
mod hir;
mod pipeline;
mod project;
mod resolve;
mod rules;
mod schedule;

pub use api::wait_rows::wait_rows;
pub use api::{About, Row, rows};
pub use pipeline::open;
pub use project::Project;
