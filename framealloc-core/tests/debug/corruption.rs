//! The feature `debug` without a sanitizer: freed memory is overwritten, and writes to what is nobody's are found, with the site
//! of the allocation that they are closest to.

use std::sync::{Mutex, MutexGuard, PoisonError};

use framealloc_core::debug::{self, Corruption, CorruptionKind, Reaction};
use framealloc_core::pool::{self, PoolBox};
use framealloc_core::{AllocConfig, FrameBox, SmartAlloc, kilobytes};

use crate::again::again;

const FREED: u8 = 0xCD;

/// What is found is the process's: one test at a time.
fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    let guard = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    debug::set_reaction(Reaction::Collect);
    drop(debug::corruptions());
    guard
}

#[track_caller]
fn line() -> u32 {
    std::panic::Location::caller().line()
}

/// Writes one byte at `offset` from a value, as C would.
fn write_at<T: ?Sized>(value: *const T, offset: isize) {
    // SAFETY: not safe at all: this is what is to be found. The byte is inside the chunk or slab.
    unsafe { value.cast::<u8>().cast_mut().wrapping_offset(offset).write_volatile(7) };
}

fn read_at(address: *const u8, count: usize) -> Vec<u8> {
    // SAFETY: the memory of the arena or slab, which is still there.
    unsafe { (0..count).map(|index| address.wrapping_add(index).read_volatile()).collect() }
}

#[track_caller]
fn only(found: &[Corruption]) -> (CorruptionKind, usize, usize, u32) {
    assert_eq!(found.len(), 1, "{found:?}");
    let site = found[0].site.as_ref().expect("the site is known");
    assert!(site.location.file().ends_with("corruption.rs"), "{site}");
    (found[0].kind, found[0].distance, found[0].bytes, site.location.line())
}

#[test]
fn freed_frame_memory_is_overwritten_at_the_end_of_a_frame_and_of_a_scope() {
    let _alone = alone();
    let mut alloc = SmartAlloc::default();
    let in_scope = alloc.scoped(|frame| {
        let value = frame.frame_box([1_u8; 64]);
        assert_eq!(read_at(value.as_ptr(), 64), [1; 64]);
        value.as_ptr()
    });
    assert_eq!(read_at(in_scope, 64), [FREED; 64], "at the end of the scope");
    let in_frame = FrameBox::leak(alloc.frame_box([2_u8; 64])).as_ptr();
    let in_vec = {
        let mut vec = alloc.frame_vec_with_capacity::<u8>(64);
        vec.extend([3; 64]);
        vec.leak().as_ptr()
    };
    assert_eq!(read_at(in_frame, 64), [2; 64]);
    alloc.end_frame();
    assert_eq!(read_at(in_frame, 64), [FREED; 64], "at the end of the frame");
    assert_eq!(read_at(in_vec, 64), [FREED; 64], "at the end of the frame, of a growable");
    assert!(debug::corruptions().is_empty());
}

#[test]
fn a_freed_pool_object_is_overwritten() {
    let _alone = alone();
    let value = pool::boxed([5_u8; 48]);
    let address = value.as_ptr();
    drop(value);
    assert_eq!(read_at(address, 48), [FREED; 48]);
}

#[test]
fn an_overrun_of_a_frame_value_is_found_at_the_end_of_the_frame() {
    let _alone = alone();
    for overrun in [0, 1, 7] {
        let mut alloc = SmartAlloc::default();
        let _before = FrameBox::leak(alloc.frame_box([0_u8; 24])); // above, as objects go down
        let place = line() + 1;
        let value = FrameBox::leak(alloc.frame_box([0_u8; 24]));
        let _after = FrameBox::leak(alloc.frame_box([0_u8; 24]));
        write_at(value, 24 + overrun);
        assert!(debug::corruptions().is_empty(), "nothing was looked at yet");
        alloc.end_frame();
        let (kind, distance, bytes, found) = only(&debug::corruptions());
        // Between two blocks the closer one is named.
        if overrun < 4 {
            assert_eq!((kind, distance, bytes, found), (CorruptionKind::Overrun, overrun.unsigned_abs(), 24, place));
        } else {
            assert_eq!((kind, distance, found), (CorruptionKind::Underrun, 1, place - 2));
        }
        alloc.end_frame();
        assert!(debug::corruptions().is_empty(), "told once");
    }
}

#[test]
fn the_padding_of_a_value_belongs_to_nobody() {
    let _alone = alone();
    let mut alloc = SmartAlloc::default();
    let place = line() + 1;
    let value = FrameBox::leak(alloc.frame_box([0_u8; 13]));
    write_at(value, 13);
    alloc.end_frame();
    assert_eq!(only(&debug::corruptions()), (CorruptionKind::Overrun, 0, 13, place));
}

#[test]
fn an_underrun_of_the_newest_value_is_found() {
    let _alone = alone();
    let mut alloc = SmartAlloc::default();
    let place = line() + 1;
    let value = FrameBox::leak(alloc.frame_box(1_u64));
    write_at(value, -3);
    alloc.end_frame();
    assert_eq!(only(&debug::corruptions()), (CorruptionKind::Underrun, 3, 8, place));
    let _same_place = FrameBox::leak(alloc.frame_box(1_u64));
    alloc.end_frame();
    assert!(debug::corruptions().is_empty(), "told once: the bytes were put right");
}

#[test]
fn an_overrun_in_a_scope_is_found_when_it_closes() {
    let _alone = alone();
    let alloc = SmartAlloc::default();
    let place = line() + 2;
    alloc.scoped(|frame| {
        let value = frame.frame_box([0_u8; 16]);
        write_at(value.as_ptr(), 16);
    });
    assert_eq!(only(&debug::corruptions()), (CorruptionKind::Overrun, 0, 16, place));
}

#[test]
fn overruns_of_vectors_cursors_and_blocks_of_their_own_are_found() {
    let _alone = alone();
    let mut alloc = SmartAlloc::new(AllocConfig::default().with_heap_threshold(kilobytes(64)));
    let place = line() + 2;
    let mut vec = alloc.frame_vec();
    (0..20_u8).for_each(|i| vec.push(i));
    let capacity = isize::try_from(vec.capacity()).unwrap();
    write_at(vec.as_ptr(), capacity);
    std::mem::forget(vec);
    alloc.end_frame();
    let (kind, distance, bytes, found) = only(&debug::corruptions());
    assert_eq!((kind, distance, found), (CorruptionKind::Overrun, 0, place));
    assert_eq!(bytes, capacity.unsigned_abs(), "grown in place, and still watched");

    let place = line() + 2;
    let mut cursor = alloc.cursor();
    let value = cursor.alloc([0_u8; 8]);
    write_at(value, 8);
    drop(cursor);
    alloc.end_frame();
    assert_eq!(only(&debug::corruptions()), (CorruptionKind::Overrun, 0, 8, place));

    let place = line() + 1;
    let large = FrameBox::leak(alloc.frame_slice_fill_with(100_000, |_| 0_u8));
    write_at(large.as_ptr(), 100_000);
    alloc.end_frame();
    assert_eq!(only(&debug::corruptions()), (CorruptionKind::Overrun, 0, 100_000, place));
}

#[test]
fn an_overrun_of_a_pool_object_is_found_when_it_is_freed() {
    fn check<const BYTES: usize>() {
        let place = line() + 1;
        let value = pool::boxed([0_u8; BYTES]);
        let raw = PoolBox::into_raw(value);
        write_at(raw, isize::try_from(BYTES).unwrap() + 2);
        // SAFETY: `into_raw` gave it.
        drop(unsafe { PoolBox::from_raw(raw) });
        assert_eq!(only(&debug::corruptions()), (CorruptionKind::Overrun, 2, BYTES, place));
    }
    let _alone = alone();
    // Exactly the bytes of its class, so that only the red zone is behind it; and with padding.
    check::<16>();
    check::<20>();
    check::<64>();
    check::<4096>();
    check::<8192>();
}

#[test]
fn a_write_to_a_freed_pool_object_is_found_when_its_slot_is_used_again() {
    let _alone = alone();
    let place = line() + 1;
    let value = pool::boxed([1_u8; 700]);
    let address = value.as_ptr();
    drop(value);
    write_at(address, 33);
    // The newest free slot of this thread is the first to be used.
    let next = pool::boxed([2_u8; 700]);
    assert_eq!(next.as_ptr(), address);
    assert_eq!(only(&debug::corruptions()), (CorruptionKind::WrittenAfterFree, 33, 700, place));
}

#[test]
fn over_aligned_objects_keep_their_alignment_beside_the_red_zones() {
    #[repr(align(64))]
    struct Line([u8; 64]);
    #[repr(align(4096))]
    struct Page([u8; 4096]);
    let _alone = alone();
    let lines: Vec<_> = (0..200).map(|i| pool::boxed(Line([i; 64]))).collect();
    assert!(lines.iter().all(|line| line.0.as_ptr().addr() % 64 == 0));
    let pages: Vec<_> = (0..40).map(|i| pool::boxed(Page([i; 4096]))).collect();
    assert!(pages.iter().all(|page| page.0.as_ptr().addr() % 4096 == 0));
    drop((lines, pages));
    assert!(debug::corruptions().is_empty());
}

#[test]
fn a_finding_is_printed_or_ends_the_program() {
    const CHILD: &str = "FRAMEALLOC_DEBUG_CHILD";
    let name = "a_finding_is_printed_or_ends_the_program";
    if let Some(reaction) = std::env::var_os(CHILD) {
        debug::set_reaction(if reaction == "abort" { Reaction::Abort } else { Reaction::Report });
        let alloc = SmartAlloc::default();
        alloc.tagged("physics").scoped(|frame| write_at(FrameBox::as_ptr(&frame.frame_box(1_u32)), 4));
        println!("still here");
        return;
    }
    for (reaction, goes_on) in [("report", true), ("abort", false)] {
        let child = again(module_path!(), name).env(CHILD, reaction).env("FRAMEALLOC_BACKTRACE", "1").output().unwrap();
        let told = String::from_utf8_lossy(&child.stderr);
        assert!(
            told.contains("framealloc: a write 0 bytes behind the end of an allocation of 4 bytes in physics"),
            "{told}"
        );
        assert!(told.contains("corruption.rs") && told.contains("a_finding_is_printed"), "with a backtrace: {told}");
        assert_eq!(child.status.success(), goes_on);
        assert_eq!(String::from_utf8_lossy(&child.stdout).contains("still here"), goes_on);
    }
}
