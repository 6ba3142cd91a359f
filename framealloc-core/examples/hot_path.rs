//! What `ci/hot-path.sh` disassembles: the hot paths, each in a function of its own.
#![forbid(unsafe_code)]

use std::hint::black_box;

use framealloc_core::__private::{Site, with_frame};
use framealloc_core::{Cursor, Frame, HeapGuard, Pool, PoolBox, PoolSpec, SmartAlloc, Tag};

/// Every call of the global allocator reads one flag.
#[global_allocator]
static GUARD: HeapGuard = HeapGuard::system();

/// Through a frame that was looked up before.
#[inline(never)]
fn alloc_u64_shared(frame: &Frame, value: u64) -> &u64 {
    frame.frame_ref(value)
}

/// Through the allocator: finds the arena of the thread first.
#[inline(never)]
fn alloc_u64_any_thread(alloc: &SmartAlloc, value: u64) -> &u64 {
    alloc.frame_ref(value)
}

/// Through a cursor that the caller holds.
#[inline(never)]
fn alloc_u64_cursor<'f>(cursor: &mut Cursor<'f>, value: u64) -> &'f u64 {
    cursor.alloc(value)
}

/// Through a cursor of its own, in a loop: the ends of the window must stay in registers.
#[inline(never)]
fn loop_u64_cursor(frame: &Frame, count: u64) {
    let mut cursor = frame.cursor();
    for value in 0..count {
        cursor.alloc(value);
    }
}

/// Through a frame, in a loop: the end of the objects must stay in a register, from one value to the next.
#[inline(never)]
fn loop_u64_shared(frame: &Frame, count: u64) {
    for value in 0..count {
        frame.frame_ref(value);
    }
}

static TAG: Tag = Tag::new("hot path");

/// Through the frame of a tag, in a loop: as through any other.
#[inline(never)]
fn loop_u64_tagged(alloc: &SmartAlloc, count: u64) {
    let frame = alloc.tagged(&TAG);
    for value in 0..count {
        frame.frame_ref(value);
    }
}

/// Arrays of 4 KiB in a frame: filled where they lie, not built on the stack and copied.
#[inline(never)]
fn arrays_shared(frame: &Frame, count: u64) {
    for _ in 0..count {
        frame.frame_box([0_f32; 1024]);
    }
}

/// The same in the frame of a tag, of an allocator that the compiler knows nothing about.
#[inline(never)]
fn arrays_tagged(alloc: &SmartAlloc, count: u64) {
    let frame = black_box(alloc).tagged(&TAG);
    for _ in 0..count {
        frame.frame_box([0_f32; 1024]);
    }
}

static OWN: Pool<u64> = Pool::new(PoolSpec::new("hot path"));

/// From the pool of the size.
#[inline(never)]
fn pool_u64(alloc: &SmartAlloc, value: u64) -> PoolBox<u64> {
    alloc.pool_box(value)
}

/// From the pool of the type.
#[inline(never)]
fn pool_u64_own(_: &SmartAlloc, value: u64) -> PoolBox<u64> {
    OWN.boxed(value)
}

/// Back to whichever pool it came from.
#[inline(never)]
fn pool_u64_drop(value: PoolBox<u64>) {
    drop(value);
}

/// A call of an annotated system that does nothing.
#[inline(never)]
fn system(alloc: &SmartAlloc) {
    static SITE: Site = Site::new("hot_path::system", file!(), line!());
    with_frame(alloc, &SITE, |frame| _ = black_box(frame));
}

fn main() {
    let alloc = black_box(SmartAlloc::default());
    // What a call takes is the difference between two numbers of them.
    if let Some(calls) = std::env::args().nth(1).and_then(|calls| calls.parse().ok()) {
        return (0..calls).for_each(|_: u32| system(&alloc));
    }
    system(&alloc);
    black_box(alloc_u64_shared(alloc.frame(), black_box(1)));
    black_box(alloc_u64_any_thread(&alloc, black_box(2)));
    black_box(alloc_u64_cursor(&mut alloc.cursor(), black_box(3)));
    loop_u64_cursor(alloc.frame(), black_box(4));
    loop_u64_shared(alloc.frame(), black_box(4));
    loop_u64_tagged(&alloc, black_box(4));
    arrays_shared(alloc.frame(), black_box(4));
    arrays_tagged(&alloc, black_box(4));
    pool_u64_drop(black_box(pool_u64(&alloc, black_box(5))));
    pool_u64_drop(black_box(pool_u64_own(&alloc, black_box(6))));
}
