//! `cargo fa watch`: what a game uses while it runs, from the recording that it is making.
//!
//! - `address`: what is watched, a file or a socket.
//! - `follow`, `socket`: threads that read it, and tell in `updates` what there is.
//! - `live`: what all frames so far say.
//! - `view`: that as rows, which the terminal, the page and scripts show alike.
//! - `tables`, `lines`: rows as text.
//! - [`terminal`]: a screen with keys. [`page`]: a server for browsers.
//! - `watched`: the thread that reads, what is known, and since when.
//!
//! No input makes it panic, or keep more than some thousand names.

mod address;
mod follow;
mod lines;
mod live;
pub mod page;
mod socket;
mod tables;
pub mod terminal;
mod updates;
mod view;
mod watched;

pub use address::{Address, AddressError};
pub use lines::{Lines, tables};
pub use tables::{Section, Sort, Table, Wanted, Weight};
pub use view::{State, View};
pub use watched::{WatchError, Watched};
