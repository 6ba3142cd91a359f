//! A line that says that something is happening, where that takes long enough to wonder.

use std::io::Write;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Shorter runs show nothing: a line that flashes up and vanishes is noise.
const PATIENCE: Duration = Duration::from_millis(300);
const PERIOD: Duration = Duration::from_millis(100);

/// Shows progress until it is dropped, and takes its line away then.
#[derive(Debug)]
pub struct Progress {
    ticker: Option<(Sender<()>, JoinHandle<()>)>,
}

/// Starts to wait, on a terminal.
#[must_use]
pub fn start() -> Progress {
    let (sender, receiver) = channel();
    let started = Instant::now();
    let thread = std::thread::Builder::new().name("progress".to_owned()).spawn(move || {
        let mut wait = PATIENCE;
        let mut shown = false;
        while receiver.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
            let _ = write!(std::io::stderr(), "\r    Analysing … {:.1}s", started.elapsed().as_secs_f64());
            let _ = std::io::stderr().flush();
            (wait, shown) = (PERIOD, true);
        }
        if shown {
            // Back to the start of the line, and clear it.
            let _ = write!(std::io::stderr(), "\r\u{1b}[K");
            let _ = std::io::stderr().flush();
        }
    });
    // Without a thread to spare there is no progress to see, and nothing else is lost.
    Progress { ticker: thread.ok().map(|thread| (sender, thread)) }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((sender, thread)) = self.ticker.take() {
            drop(sender);
            let _ = thread.join();
        }
    }
}
