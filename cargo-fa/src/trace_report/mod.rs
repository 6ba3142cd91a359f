//! `cargo fa report`: what a recording of frames says, as a page, a picture, text, or a comparison.
//!
//! A [`Recording`] is read once into columns; the text, the page and the picture print the same tables and facts of it. What
//! they print depends on nothing but the recording: no clock, no order of a hash map.

mod columns;
mod diff;
mod escape;
mod figures;
mod html;
mod lives;
mod recording;
mod sites;
mod svg;
mod tables;
mod text;
mod timeline;
mod totals;
mod units;

pub use diff::{Diff, Threshold};
pub use html::page;
pub use lives::{LifeEnd, Lifetimes};
pub use recording::Recording;
pub use svg::picture;
pub use text::{lifetimes, lifetimes_markdown, markdown, summary};
pub use totals::{HeapTotals, SystemTotals};
pub use units::{bytes, count, number, percent, time};
