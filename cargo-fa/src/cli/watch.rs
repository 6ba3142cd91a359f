//! `cargo fa watch`.

use std::io::{self, IsTerminal as _, Write as _};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};

use super::exit::UsageError;
use crate::report::Style;
use crate::watch::page::{self, Board, Page};
use crate::watch::terminal::{self, Ended, ScreenOptions};
use crate::watch::{Address, Lines, Sort, Wanted, WatchError, Watched, tables};

const EXIT_CODES: &str = "Exit codes:
  0    it was watched until somebody ended it, standard output was closed, or what --once or --until-closed waits for came
  2    the command line is wrong, what is there is no recording, is damaged or of another version, or --wait is over
  101  cargo-fa itself failed

Keys on a terminal: q ends, s sorts, p pauses, / filters, 1 to 5 and Tab show one table alone, ? helps.";

/// What to watch, and how to show it.
#[derive(Clone, Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub struct Arguments {
    /// The recording that a game is writing or will write, or the address of a game that serves one: tcp://HOST:PORT
    #[arg(value_name = "FILE|tcp://HOST:PORT", value_parser = Address::parse, required_unless_present = "listen")]
    pub source: Option<Address>,
    /// Wait for games that connect, at a port of this machine or at an address and a port
    #[arg(long, value_name = "[ADDRESS:]PORT", value_parser = Address::listen, conflicts_with = "source")]
    pub listen: Option<Address>,
    /// Print what is known once there is a frame, and end
    #[arg(long)]
    pub once: bool,
    /// Print lines instead of a screen: `text`, or `json`, an object a line
    #[arg(short, long, value_name = "FORMAT")]
    pub format: Option<LineFormat>,
    /// Serve a page instead, at a port of this machine or at an address and a port [default: 7980]
    #[arg(long, value_name = "[ADDRESS:]PORT", num_args = 0..=1, require_equals = true, default_missing_value = "7980", value_parser = page::address, conflicts_with_all = ["once", "format"])]
    pub page: Option<SocketAddr>,
    /// Seconds between two updates [default: 0.1 on a screen or a page, 1 for lines]
    #[arg(short = 'n', long, value_name = "SECONDS", value_parser = seconds)]
    pub interval: Option<Duration>,
    /// Give up where there is no frame within so many seconds
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub wait: Option<Duration>,
    /// End when the game closes its connection, instead of waiting for the next one
    #[arg(long)]
    pub until_closed: bool,
    /// Sort tables by this
    #[arg(long, value_name = "BY", default_value = "bytes")]
    pub sort: Sort,
    /// Show rows only that have this in their name
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub filter: String,
}

/// Formats of lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LineFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// Reads a time in seconds, up to a day.
fn seconds(words: &str) -> Result<Duration, String> {
    let seconds = words.parse::<f64>().ok().filter(|seconds| (0.0..=86_400.0).contains(seconds));
    seconds.map(Duration::from_secs_f64).ok_or_else(|| format!("`{words}` is no number of seconds from 0 to 86400"))
}

/// Watches until something ends it.
///
/// # Errors
/// The command line is wrong, or nothing can be read.
pub fn run(arguments: &Arguments, style: Style) -> Result<(), UsageError> {
    let address = arguments.source.as_ref().or(arguments.listen.as_ref());
    let address = address.ok_or_else(|| UsageError("nothing to watch was named".to_owned()))?;
    if arguments.until_closed && matches!(address, Address::File(_)) {
        let message = "`--until-closed` is about connections: nobody knows whether a file will still grow";
        return Err(UsageError(message.to_owned()));
    }
    let watched = Watched::start(address).map_err(|error| UsageError(error.to_string()))?;
    if let Some(address) = arguments.page {
        return serve(arguments, watched, address);
    }
    if is_interactive(arguments) { draw(arguments, watched, style) } else { print_lines(arguments, watched) }
}

/// Draws on the terminal until a key ends it.
fn draw(arguments: &Arguments, mut watched: Watched, style: Style) -> Result<(), UsageError> {
    let started = Instant::now();
    let wanted = Wanted { sort: arguments.sort, filter: arguments.filter.clone() };
    let interval = arguments.interval.unwrap_or(STEP);
    let options = ScreenOptions { interval, wanted, colored: style == Style::Colored };
    let mut late = Ok(());
    let goes_on = |watched: &Watched| {
        // What cannot be read stays on the screen, with what was read of it, unless nothing ever was.
        late = if watched.has_frames() { Ok(()) } else { check(watched, arguments, started) };
        late.is_ok() && !(arguments.until_closed && watched.is_gone())
    };
    let ended = terminal::show(&mut watched, &options, goes_on);
    late?;
    match ended.map_err(|error| UsageError(format!("the terminal cannot be used: {error}")))? {
        #[cfg(unix)]
        Ended::BySignal(signal) => {
            // The terminal is as it was; whoever sent the signal learns that it was obeyed.
            let obeyed = signal_hook::low_level::emulate_default_handler(signal);
            obeyed.map_err(|error| UsageError(format!("signal {signal}: {error}")))
        }
        _ => Ok(()),
    }
}

/// Serves a page until the process is ended.
fn serve(arguments: &Arguments, mut watched: Watched, address: SocketAddr) -> Result<(), UsageError> {
    let started = Instant::now();
    let wrong = |error: WatchError| UsageError(error.to_string());
    let page = Page::bind(address).map_err(wrong)?;
    let url = page.url();
    let board = Arc::new(Board::new(json(&watched.view())?.trim_end()));
    page.serve(&board).map_err(wrong)?;
    let _ = writeln!(io::stderr(), "cargo-fa: {} is shown at {url}", watched.source());
    if !address.ip().is_loopback() {
        let _ = writeln!(io::stderr(), "cargo-fa: whoever reaches {} can read it", address.ip());
    }
    let interval = arguments.interval.unwrap_or(STEP).max(Duration::from_millis(10));
    let mut next = started;
    loop {
        watched.take(next.saturating_duration_since(Instant::now()).clamp(Duration::from_millis(1), STEP));
        // As on the screen, what was read stays where there is something.
        if !watched.has_frames() {
            check(&watched, arguments, started)?;
        }
        if Instant::now() >= next {
            next = Instant::now() + interval;
            board.publish(json(&watched.view())?.trim_end());
        }
        if arguments.until_closed && watched.is_gone() {
            return Ok(());
        }
    }
}

/// Fails where what is there cannot be read, or nothing comes in time.
fn check(watched: &Watched, arguments: &Arguments, started: Instant) -> Result<(), UsageError> {
    if let Some(failure) = watched.failure() {
        return Err(UsageError(failure.to_owned()));
    }
    match arguments.wait {
        Some(wait) if !watched.has_frames() && started.elapsed() >= wait => {
            let message = format!("no frame within {} s: {}", wait.as_secs_f64(), watched.reason());
            Err(UsageError(message))
        }
        _ => Ok(()),
    }
}

fn print_lines(arguments: &Arguments, mut watched: Watched) -> Result<(), UsageError> {
    let started = Instant::now();
    let interval = arguments.interval.unwrap_or(Duration::from_secs(1));
    let wanted = Wanted { sort: arguments.sort, filter: arguments.filter.clone() };
    let format = arguments.format.unwrap_or(LineFormat::Text);
    let mut lines = Lines::new(wanted.clone());
    let mut next = started;
    loop {
        watched.take(next.saturating_duration_since(Instant::now()).clamp(Duration::from_millis(1), STEP));
        let result = check(&watched, arguments, started);
        let ended = arguments.until_closed && watched.is_gone();
        let due = if arguments.once { watched.is_current() } else { Instant::now() >= next || ended };
        if due || (result.is_err() && watched.has_frames()) {
            next = Instant::now() + interval;
            let view = watched.view();
            let text = match format {
                LineFormat::Json if view.frame.is_some() || !arguments.once => json(&view)?,
                LineFormat::Json => String::new(),
                LineFormat::Text if arguments.once => tables(&view, &wanted),
                LineFormat::Text => lines.next(&view),
            };
            let mut out = io::stdout().lock();
            // A reader that has gone away has seen enough.
            if out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_err() {
                return Ok(());
            }
        }
        result?;
        if ended || (arguments.once && due) {
            return Ok(());
        }
    }
}

/// How long it takes at most until what went wrong is seen.
const STEP: Duration = Duration::from_millis(100);

fn json(view: &crate::watch::View) -> Result<String, UsageError> {
    serde_json::to_string(view).map(|text| text + "\n").map_err(|error| UsageError(error.to_string()))
}

/// Whether there is a screen to draw on, and a keyboard.
fn is_interactive(arguments: &Arguments) -> bool {
    !arguments.once && arguments.format.is_none() && io::stdout().is_terminal() && io::stdin().is_terminal()
}
