//! What each frame of a test took.

use super::report::{Asked, FrameTestFailure, Row};
use super::{FrameTest, Of};
use crate::alloc::SmartAlloc;
use crate::raw::global::counting::{AllocCalls, CountingAlloc};
use crate::raw::global::heap_guard::HeapGuard;
use crate::raw::global::heap_use::HeapGuardMode;
use crate::raw::global::zone::{HeapUse, HeapZone, UNTAGGED, ZoneOwner};
use crate::site::HeapBySystem;

/// Who counts calls of the heap.
enum Counter {
    /// Nobody is asked.
    Nobody,
    /// A guard, in every system.
    Guard { _systems: HeapBySystem, watches: bool },
    /// An allocator that counts, on this thread.
    Calls,
}

/// What the run of a frame took from the heap.
#[derive(Clone, Copy)]
pub(super) enum Taken {
    Nothing,
    /// Outside of systems.
    Around(HeapUse),
    Calls(AllocCalls),
}

/// The figures so far.
pub(super) struct Watch<'t> {
    test: &'t FrameTest,
    counter: Counter,
    rows: Vec<Row>,
    /// Who asked in the frame in which most calls were made.
    asked: Vec<Asked>,
}

impl<'t> Watch<'t> {
    /// Looks for who counts.
    pub(super) fn begin(test: &'t FrameTest) -> Result<Self, FrameTestFailure> {
        let heap = test.limits.iter().find(|limit| limit.of == Of::Heap);
        let counter = match heap {
            None => Counter::Nobody,
            Some(limit) => match HeapBySystem::begin() {
                Some(systems) => {
                    // Where calls are allowed, the strict mode must not end the program at the first.
                    let watches = limit.most == 0 || HeapGuard::mode() != HeapGuardMode::Abort;
                    Counter::Guard { _systems: systems, watches }
                }
                None if counts() => Counter::Calls,
                None => return Err(FrameTestFailure::not_counted(test)),
            },
        };
        let rows = test.limits.iter().map(Row::new).collect();
        Ok(Self { test, counter, rows, asked: Vec::new() })
    }

    /// The warm-up is over.
    pub(super) fn warm(&mut self) {
        // What this collects has its memory now.
        self.asked.reserve(16);
    }

    /// Runs a frame.
    pub(super) fn count(&self, frame: impl FnOnce()) -> Taken {
        match self.counter {
            Counter::Nobody => {
                frame();
                Taken::Nothing
            }
            Counter::Calls => {
                let before = CountingAlloc::thread_calls();
                frame();
                Taken::Calls(CountingAlloc::thread_calls() - before)
            }
            Counter::Guard { watches, .. } => {
                HeapGuardMode::prepare();
                let mut zone = HeapZone::new();
                if watches {
                    let FrameTest { name, file, line, .. } = *self.test;
                    zone.watch(ZoneOwner { system: name, file, line, tag: UNTAGGED });
                } else {
                    zone.count();
                }
                frame();
                Taken::Around(zone.leave())
            }
        }
    }

    /// Looks at the figures of the frame that ended last.
    pub(super) fn look(&mut self, number: u32, alloc: &SmartAlloc, taken: Taken) {
        let systems = alloc.system_stats();
        for row in &mut self.rows {
            match &row.of {
                Of::Tag(path) => {
                    let mut bytes = None;
                    alloc.for_each_tag(|tag| {
                        if tag.path == path {
                            bytes = Some(tag.bytes as u64);
                        }
                    });
                    if let Some(bytes) = bytes {
                        row.see(number, bytes);
                    }
                }
                Of::System(name) => {
                    let meant: Vec<_> =
                        systems.iter().filter(|system| system.calls > 0 && is_named(system.name, name)).collect();
                    if !meant.is_empty() {
                        row.see(number, meant.iter().map(|system| system.bytes as u64).sum());
                        for system in meant {
                            row.names(system.name);
                        }
                    }
                }
                Of::Heap => {
                    let mut asked = Vec::new();
                    match taken {
                        Taken::Nothing => {}
                        Taken::Calls(calls) => asked.push(Asked::by_all(calls)),
                        Taken::Around(used) => {
                            asked.extend(systems.iter().map(|system| Asked::by_system(system.name, system.heap)));
                            asked.push(Asked::around(used));
                        }
                    }
                    asked.retain(|asked| asked.calls > 0);
                    let calls = asked.iter().map(|asked| asked.calls).sum();
                    if row.see(number, calls) {
                        self.asked = asked;
                    }
                }
            }
        }
    }

    /// A run of the frame ended none, or several, whose figures are lost.
    pub(super) fn fail_as_many_frames(self, number: u32, ended: u64) -> FrameTestFailure {
        FrameTestFailure::many_frames(self.test, number, ended)
    }

    /// Holds the figures against the limits.
    pub(super) fn end(self) -> Result<(), FrameTestFailure> {
        if self.rows.iter().all(Row::holds) {
            return Ok(());
        }
        let sites = match self.counter {
            Counter::Guard { .. } => HeapGuard::sites(),
            _ => Vec::new(),
        };
        let is_of_test = |system: &str| system == self.test.name || self.asked.iter().any(|asked| asked.is_by(system));
        let sites = sites.into_iter().filter(|site| is_of_test(site.system)).collect();
        Err(FrameTestFailure::broken(self.test, self.rows, self.asked, sites))
    }
}

/// Whether the global allocator is one that counts.
fn counts() -> bool {
    let before = CountingAlloc::thread_calls();
    // The optimiser may leave out a block that nobody looks at.
    drop(core::hint::black_box(Box::new(core::hint::black_box(0_u8))));
    (CountingAlloc::thread_calls() - before).allocations != 0
}

/// Whether a system is meant by a name: its own, or the end of it from a module on.
fn is_named(system: &str, name: &str) -> bool {
    system.strip_suffix(name).is_some_and(|module| module.is_empty() || module.ends_with("::"))
}
