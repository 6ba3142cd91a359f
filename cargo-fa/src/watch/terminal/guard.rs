//! The terminal as it was is there again when a screen ends, however it does.

use std::io::{self, Write as _};

use crossterm::{cursor, execute, terminal};

/// A terminal that is drawn on; it is as it was when this is dropped, by a panic as well.
#[derive(Debug)]
pub struct Guard(());

impl Guard {
    /// Takes the terminal: no line editing, a screen of its own, no cursor.
    ///
    /// # Errors
    /// If standard output is no terminal.
    pub fn enter() -> io::Result<Self> {
        terminal::enable_raw_mode()?;
        // From here on it is given back, whatever fails.
        let guard = Self(());
        execute!(io::stdout(), terminal::EnterAlternateScreen, cursor::Hide, terminal::DisableLineWrap)?;
        Ok(guard)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        // Where the terminal is gone, nothing is to be given back.
        let mut out = io::stdout();
        let _ = execute!(out, terminal::EnableLineWrap, cursor::Show, terminal::LeaveAlternateScreen);
        let _ = out.flush();
        let _ = terminal::disable_raw_mode();
    }
}

/// Signals that end a program, noted instead, so that the terminal is given back first.
#[derive(Debug)]
pub(super) struct Signals {
    #[cfg(unix)]
    received: std::sync::Arc<std::sync::atomic::AtomicUsize>,
    #[cfg(unix)]
    taken: Vec<signal_hook::SigId>,
}

#[cfg(unix)]
impl Signals {
    pub(super) fn take() -> io::Result<Self> {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

        let mut signals = Self { received: std::sync::Arc::default(), taken: Vec::new() };
        for (signal, number) in [(SIGHUP, SIGHUP as usize), (SIGINT, SIGINT as usize), (SIGTERM, SIGTERM as usize)] {
            let received = std::sync::Arc::clone(&signals.received);
            signals.taken.push(signal_hook::flag::register_usize(signal, received, number)?);
        }
        Ok(signals)
    }

    /// The one that was received, if any was.
    pub(super) fn received(&self) -> Option<i32> {
        let received = self.received.load(std::sync::atomic::Ordering::Relaxed);
        i32::try_from(received).ok().filter(|signal| *signal > 0)
    }
}

#[cfg(unix)]
impl Drop for Signals {
    fn drop(&mut self) {
        self.taken.drain(..).for_each(|id| {
            signal_hook::low_level::unregister(id);
        });
    }
}

/// Where there are no signals, Ctrl-C is a key while the terminal is ours.
#[cfg(not(unix))]
impl Signals {
    #[expect(clippy::unnecessary_wraps, reason = "it is as elsewhere")]
    pub(super) fn take() -> io::Result<Self> {
        Ok(Self {})
    }

    #[expect(clippy::unused_self, reason = "it is as elsewhere")]
    pub(super) fn received(&self) -> Option<i32> {
        None
    }
}
