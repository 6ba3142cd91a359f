//! `cargo fa watch`: what a game uses is shown as it happens, whatever the game, the file or the peer do.

mod follow;
mod hostile;
mod lines;
mod page;
mod recorded;
mod socket;
#[cfg(target_os = "linux")]
mod terminal;
