//! What is said of a frame test that failed.

use core::fmt;

use super::{FrameTest, Limit, Of};
use crate::raw::global::counting::AllocCalls;
use crate::raw::global::heap_use::HeapSite;
use crate::raw::global::zone::HeapUse;

/// What a frame took at most of something that is limited.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) of: Of,
    limit: u64,
    /// The most, and the number of the frame.
    most: Option<(u64, u32)>,
    /// Of a system: those that are meant by its name.
    names: Vec<&'static str>,
}

impl Row {
    pub(super) fn new(limit: &Limit) -> Self {
        let most = (limit.of == Of::Heap).then_some((0, 0));
        Self { of: limit.of.clone(), limit: limit.most, most, names: Vec::new() }
    }

    /// Takes a figure, and tells whether it is the greatest so far.
    pub(super) fn see(&mut self, frame: u32, figure: u64) -> bool {
        let is_greatest = self.most.is_none_or(|(most, _)| figure > most);
        if is_greatest {
            self.most = Some((figure, frame));
        }
        is_greatest
    }

    pub(super) fn names(&mut self, system: &'static str) {
        if !self.names.contains(&system) {
            self.names.push(system);
        }
    }

    pub(super) fn holds(&self) -> bool {
        self.names.len() < 2 && self.most.is_some_and(|(most, _)| most <= self.limit)
    }

    fn cells(&self) -> [String; 5] {
        let unit = if self.of == Of::Heap { "calls" } else { "bytes" };
        let what = match &self.of {
            Of::Heap => "heap".to_owned(),
            Of::Tag(path) => format!("tag {path}"),
            Of::System(name) => format!("system {name}"),
        };
        let (most, frame, said) = match self.most {
            _ if self.names.len() > 1 => ("-".to_owned(), "-".to_owned(), "means several systems"),
            None if matches!(self.of, Of::Tag(_)) => ("-".to_owned(), "-".to_owned(), "was never used"),
            None => ("-".to_owned(), "-".to_owned(), "never ran"),
            Some((0, _)) => (format!("0 {unit}"), "-".to_owned(), ""),
            Some((most, frame)) => {
                (format!("{most} {unit}"), frame.to_string(), if most > self.limit { "broken" } else { "" })
            }
        };
        [what, format!("{} {unit}", self.limit), most, frame, said.to_owned()]
    }
}

/// Who asked the heap in a frame, and how often.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    by: &'static str,
    pub(super) calls: u64,
    bytes: u64,
}

impl Asked {
    pub(super) fn by_system(name: &'static str, used: HeapUse) -> Self {
        Self { by: name, calls: used.calls as u64, bytes: used.bytes as u64 }
    }

    pub(super) fn around(used: HeapUse) -> Self {
        Self::by_system("(outside of systems)", used)
    }

    pub(super) fn by_all(calls: AllocCalls) -> Self {
        Self { by: "(the thread of the test)", calls: calls.allocations, bytes: calls.bytes }
    }

    pub(super) fn is_by(&self, system: &str) -> bool {
        self.by == system
    }
}

/// Why a [`FrameTest`] failed: its text is a table of the limits and figures, and who asked the heap.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FrameTestFailure {
    test: &'static str,
    warmup: u32,
    frames: u32,
    why: Why,
}

#[derive(Clone, Debug)]
enum Why {
    NotCounted,
    ManyFrames { number: u32, ended: u64 },
    Broken { rows: Vec<Row>, asked: Vec<Asked>, sites: Vec<HeapSite> },
}

impl FrameTestFailure {
    fn new(test: &FrameTest, why: Why) -> Self {
        Self { test: test.name, warmup: test.warmup, frames: test.frames, why }
    }

    pub(super) fn not_counted(test: &FrameTest) -> Self {
        Self::new(test, Why::NotCounted)
    }

    pub(super) fn many_frames(test: &FrameTest, number: u32, ended: u64) -> Self {
        Self::new(test, Why::ManyFrames { number, ended })
    }

    pub(super) fn broken(test: &FrameTest, rows: Vec<Row>, asked: Vec<Asked>, sites: Vec<HeapSite>) -> Self {
        Self::new(test, Why::Broken { rows, asked, sites })
    }
}

impl fmt::Display for FrameTestFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "frame test `{}`: ", self.test)?;
        match &self.why {
            Why::NotCounted => f.write_str(
                "the heap is limited and nobody counts: make `HeapGuard` or `CountingAlloc` the `#[global_allocator]` of the test",
            ),
            Why::ManyFrames { number, ended } => {
                write!(f, "run {number} ended {ended} frames, a test looks at one: run one frame in each")
            }
            Why::Broken { rows, asked, sites } => {
                let broken = rows.iter().filter(|row| !row.holds()).count();
                let (of, frames, warmup) = (rows.len(), self.frames, self.warmup);
                writeln!(f, "{broken} of {of} limits do not hold in {frames} frames after {warmup} of warm-up")?;
                table(f, rows)?;
                if !asked.is_empty() {
                    f.write_str("the heap in that frame:\n")?;
                    for Asked { by, calls, bytes } in asked {
                        writeln!(f, "  {by}: {calls} calls, {bytes} bytes")?;
                    }
                }
                if !sites.is_empty() {
                    f.write_str("first uses of the heap (`HeapGuardMode::Report` shows the stack of each):\n")?;
                    for site in sites.iter().take(SHOWN) {
                        writeln!(f, "  {site}")?;
                    }
                }
                Ok(())
            }
        }
    }
}

/// How many sites are shown.
const SHOWN: usize = 4;

fn table(f: &mut fmt::Formatter<'_>, rows: &[Row]) -> fmt::Result {
    let mut lines = vec![["limited", "limit", "most", "in frame", ""].map(str::to_owned)];
    lines.extend(rows.iter().map(Row::cells));
    let mut widths = [0; 5];
    for line in &lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = (*width).max(cell.chars().count());
        }
    }
    for line in &lines {
        let cells: Vec<String> = line.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        writeln!(f, "  {}", cells.join("  ").trim_end())?;
    }
    Ok(())
}

impl core::error::Error for FrameTestFailure {}
