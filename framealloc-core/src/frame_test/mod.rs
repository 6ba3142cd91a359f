//! Tests of steady frames: a frame function is run many times, and what it took is held against limits.

mod figures;
mod report;

pub use report::FrameTestFailure;

use figures::{Taken, Watch};

use crate::alloc::SmartAlloc;

/// What runs one frame: a closure or a function with `&mut SmartAlloc`, or what has an allocator of its own, as a world of a
/// game engine does.
pub trait Frames {
    /// Runs one frame. Where it does not end the frame itself, the test does.
    fn run_frame(&mut self, alloc: &mut SmartAlloc);

    /// The allocator whose figures count: the one that was handed in.
    fn allocator<'a>(&'a self, alloc: &'a SmartAlloc) -> &'a SmartAlloc {
        alloc
    }
}

impl<F: FnMut(&mut SmartAlloc)> Frames for F {
    fn run_frame(&mut self, alloc: &mut SmartAlloc) {
        self(alloc);
    }
}

/// What is limited.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Of {
    /// Calls that ask the heap for memory.
    Heap,
    /// Frame memory of a tag, in bytes.
    Tag(String),
    /// Frame memory of all calls of a system, in bytes.
    System(String),
}

/// The most that a frame may take of something.
#[derive(Clone, Debug)]
struct Limit {
    of: Of,
    most: u64,
}

/// A test that runs a frame many times and holds what each took against limits. `#[frame_test]` makes one.
///
/// ```
/// use framealloc_core::{FrameTest, HeapGuard, SmartAlloc};
///
/// #[global_allocator]
/// static GLOBAL: HeapGuard = HeapGuard::system();
///
/// let mut kept = Vec::new();
/// FrameTest::new("steady").with_frames(60).with_heap(0).with_tag("physics", 4096).run(|alloc: &mut SmartAlloc| {
///     kept.clear();
///     alloc.with_tag("physics", |physics| kept.extend_from_slice(&physics.frame_slice_copy(&[1, 2, 3])));
/// });
/// ```
#[derive(Clone, Debug)]
#[must_use = "a test that is not run shows nothing"]
pub struct FrameTest {
    name: &'static str,
    file: &'static str,
    line: u32,
    warmup: u32,
    frames: u32,
    limits: Vec<Limit>,
}

impl FrameTest {
    /// A test of this name without limits: 100 frames of warm-up, 600 that count.
    #[track_caller]
    pub fn new(name: &'static str) -> Self {
        let caller = core::panic::Location::caller();
        Self { name, file: caller.file(), line: caller.line(), warmup: 100, frames: 600, limits: Vec::new() }
    }

    /// Runs so many frames first, in which memory may grow and nothing is looked at.
    pub fn with_warmup(mut self, frames: u32) -> Self {
        self.warmup = frames;
        self
    }

    /// Looks at so many frames.
    pub fn with_frames(mut self, frames: u32) -> Self {
        self.frames = frames;
        self
    }

    /// Lets a frame ask the heap for memory so often, allocations and reallocations.
    ///
    /// They are counted by a [`HeapGuard`](crate::HeapGuard) that is the program's global allocator: on the thread of the test,
    /// and, on all threads, in systems that run between. The growth of frame memory and of pools does not count there. Without
    /// a guard they are counted by a [`CountingAlloc`](crate::CountingAlloc): on the thread of the test, growth included.
    pub fn with_heap(self, calls: u64) -> Self {
        self.with(Of::Heap, calls)
    }

    /// Lets a frame take so many bytes of frame memory under this tag, on all threads. Those of nested tags are their own.
    pub fn with_tag(self, path: &str, bytes: usize) -> Self {
        self.with(Of::Tag(path.to_owned()), bytes as u64)
    }

    /// Lets all calls of a system in a frame take so many bytes of frame memory together. `name` is its name in reports, or the
    /// end of it from a module on: `collide` is `game::physics::collide`.
    pub fn with_system(self, name: &str, bytes: usize) -> Self {
        self.with(Of::System(name.to_owned()), bytes as u64)
    }

    fn with(mut self, of: Of, most: u64) -> Self {
        self.limits.push(Limit { of, most });
        self
    }

    /// Runs the frames.
    ///
    /// # Panics
    /// If a limit is broken: with a table of the figures, and with who asked the heap.
    #[track_caller]
    pub fn run(&self, frames: impl Frames) {
        if let Err(failure) = self.try_run(frames) {
            panic!("{failure}");
        }
    }

    /// Runs the frames.
    ///
    /// # Errors
    /// If a limit is broken, if a tag or a system that is limited was never seen, or if the heap is limited and nobody counts.
    pub fn try_run(&self, mut frames: impl Frames) -> Result<(), FrameTestFailure> {
        let mut own = SmartAlloc::default();
        let mut watch = Watch::begin(self)?;
        for number in 0..self.warmup.saturating_add(self.frames) {
            let counted = number.checked_sub(self.warmup).map(|number| number + 1);
            if counted == Some(1) {
                watch.warm();
            }
            let before = frames.allocator(&own).frame_number();
            // What the end of a frame takes is not the frame's.
            let taken = match counted {
                None => {
                    frames.run_frame(&mut own);
                    Taken::Nothing
                }
                Some(_) => watch.count(|| frames.run_frame(&mut own)),
            };
            let mut ended = frames.allocator(&own).frame_number() - before;
            if ended == 0 && core::ptr::eq(frames.allocator(&own), &raw const own) {
                // What it did outside of any frame goes with this end, which has no number.
                own.end_frame();
                ended = 1;
            }
            let Some(counted) = counted else { continue };
            if ended != 1 {
                return Err(watch.fail_as_many_frames(counted, ended));
            }
            watch.look(counted, frames.allocator(&own), taken);
        }
        watch.end()
    }
}
