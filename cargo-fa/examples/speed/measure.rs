//! Times and sizes of processes.

use std::ffi::OsStr;
use std::fmt;
use std::process::{Command, Stdio};
use std::time::Instant;

/// What one process took: milliseconds, milliseconds of processors, MiB.
pub(super) struct Took {
    wall: f64,
    own: f64,
    peak: f64,
}

/// Starts this program as something to be measured.
pub(super) fn child(what: &str, arguments: &[&OsStr]) -> Took {
    let program = std::env::current_exe().expect("this program");
    let start = Instant::now();
    let output = Command::new(program)
        .arg(what)
        .args(arguments)
        // Each tree has its target directory, and its cache, to itself.
        .env_remove("CARGO_TARGET_DIR")
        .env_remove("CARGO_BUILD_TARGET_DIR")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .output()
        .expect("this program starts");
    let wall = start.elapsed().as_secs_f64() * 1e3;
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{what} failed: {text}");
    if std::env::var_os("SPEED_TIMINGS").is_some() {
        println!("{text}");
    }
    let last = text.lines().last().unwrap_or_default();
    let mut figures = last.split_whitespace().filter_map(|figure| figure.parse().ok());
    Took { wall, own: figures.next().unwrap_or(f64::NAN), peak: figures.next().unwrap_or(f64::NAN) }
}

/// Processor time of this process and its highest memory, as [`child`] reads them.
pub(super) fn own_figures() -> String {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    let own = std::time::Duration::new(u64::try_from(now.tv_sec).unwrap_or(0), u32::try_from(now.tv_nsec).unwrap_or(0));
    format!("{} {}", own.as_secs_f64() * 1e3, peak_memory().unwrap_or(f64::NAN))
}

/// In MiB, where the system tells.
fn peak_memory() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<f64>().ok()? / 1024.0)
}

/// What else the machine does.
pub(super) fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = text.split_whitespace().next().unwrap_or("?");
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    format!("load average {load} on {processors} processors")
}

/// What several processes of one kind took.
pub(super) struct Figures {
    pub(super) wall: Vec<f64>,
    pub(super) own: Vec<f64>,
    pub(super) peak: f64,
}

impl Figures {
    pub(super) fn of(took: &[Took]) -> Self {
        Self {
            wall: took.iter().map(|took| took.wall).collect(),
            own: took.iter().map(|took| took.own).collect(),
            peak: took.iter().map(|took| took.peak).fold(0.0, f64::max),
        }
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let least = self.wall.iter().copied().fold(f64::INFINITY, f64::min);
        let (wall, own) = (median(&self.wall), median(&self.own));
        write!(f, "{wall:7.1} ms (least {least:7.1}), processor {own:7.1} ms, peak {:5.1} MiB", self.peak)
    }
}

pub(super) fn median(of: &[f64]) -> f64 {
    let mut sorted = of.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// A figure and its bar.
pub(super) struct Row {
    name: &'static str,
    value: f64,
    bar: f64,
    at_most: bool,
}

impl Row {
    pub(super) fn at_most(name: &'static str, value: f64, bar: f64) -> Self {
        Self { name, value, bar, at_most: true }
    }

    pub(super) fn at_least(name: &'static str, value: f64, bar: f64) -> Self {
        Self { name, value, bar, at_most: false }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let met = if self.at_most { self.value <= self.bar } else { self.value >= self.bar };
        let verdict = if met { "pass" } else { "FAIL" };
        let sign = if self.at_most { "<=" } else { ">=" };
        write!(f, "{verdict}  {:34} {:9.2}  ({sign} {})", self.name, self.value, self.bar)
    }
}
