//! The screen of `cargo fa watch`.
//!
//! - `guard`: the terminal as it was is there again when this ends, however it does.
//! - `layout`: what is known, as the lines of a screen; it knows no terminal.
//! - `keys`: what keys change.
//! - `painter`: lines to the terminal, those only that are new.

mod guard;
mod keys;
mod layout;
mod painter;

use std::io::{self, Write};
use std::time::{Duration, Instant};

use crossterm::event::{self, Event, KeyEventKind};

pub use guard::Guard;
pub use keys::{Choice, Shown};
pub use layout::{Ink, Line, screen};

use super::tables::Wanted;
use super::watched::Watched;
use guard::Signals;
use painter::Painter;

/// How a screen ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// By a key.
    ByKey,
    /// Because the caller no longer wanted it.
    ByCaller,
    /// By a signal, for which the process should end.
    BySignal(i32),
}

/// How a screen is drawn.
#[derive(Clone, Debug)]
pub struct ScreenOptions {
    /// Time between two updates.
    pub interval: Duration,
    /// What is shown at first.
    pub wanted: Wanted,
    /// Whether colours are used.
    pub colored: bool,
}

/// Shows what is watched until a key ends it, or `goes_on` says that it should end.
///
/// # Errors
/// If the terminal cannot be used, or is gone.
pub fn show(
    watched: &mut Watched,
    options: &ScreenOptions,
    mut goes_on: impl FnMut(&Watched) -> bool,
) -> io::Result<Ended> {
    let signals = Signals::take()?;
    let _guard = Guard::enter()?;
    let mut painter = Painter::new(io::stdout().lock(), options.colored);
    let mut shown = Shown::new(options.wanted.clone());
    let mut view = watched.view();
    let mut next = Instant::now();
    loop {
        // A long recording is read between keys, not after them.
        let more = watched.take(Duration::from_millis(10));
        if !goes_on(watched) {
            return Ok(Ended::ByCaller);
        }
        if let Some(signal) = signals.received() {
            return Ok(Ended::BySignal(signal));
        }
        if Instant::now() >= next {
            next = Instant::now() + options.interval;
            if !shown.paused {
                view = watched.view();
            }
            paint(&mut painter, &view, &shown)?;
        }
        let patience = next.saturating_duration_since(Instant::now()).min(LOOK_EVERY);
        let patience = if more { Duration::ZERO } else { patience };
        if !event::poll(patience)? {
            continue;
        }
        match event::read()? {
            Event::Key(key) if key.kind != KeyEventKind::Release => {
                if shown.press(key) == Choice::Quit {
                    return Ok(Ended::ByKey);
                }
            }
            Event::Resize(..) => painter.forget(),
            _ => continue,
        }
        paint(&mut painter, &view, &shown)?;
    }
}

/// How long it takes at most until signals and new frames are seen.
const LOOK_EVERY: Duration = Duration::from_millis(50);

fn paint(painter: &mut Painter<impl Write>, view: &super::View, shown: &Shown) -> io::Result<()> {
    let (width, height) = crossterm::terminal::size()?;
    painter.paint(&screen(view, shown, width.into(), height.into()), width.into(), height.into())
}
