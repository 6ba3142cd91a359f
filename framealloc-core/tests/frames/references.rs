//! What needs no drop is a plain reference: a loop of `begin_frame` and `end_frame` needs no block and no drop, and slices are slices.

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering};

use framealloc_core::{AllocConfig, AllocError, Frame, SmartAlloc, kilobytes};

struct HasDrop(#[expect(dead_code, reason = "only its drop glue matters")] String);

#[test]
fn values_of_a_frame_need_no_block_before_its_end() {
    let mut alloc = SmartAlloc::new(AllocConfig::default());
    for frame in 0..3_u32 {
        alloc.begin_frame();
        let _unwritten = alloc.frame_alloc::<[f32; 1024]>();
        let _of_a_type_with_a_drop = alloc.frame_alloc::<HasDrop>();
        let zeroes = alloc.frame_alloc::<[u32; 1000]>().zeroed();
        let written = alloc.frame_alloc::<[u32; 2]>().write_ref([frame, 1]);
        let made = alloc.frame_alloc::<u32>().write_ref_with(|| frame + 1);
        let value = alloc.frame_ref(frame);
        let copy = alloc.frame_slice_copy(&[frame, 2, 3]);
        let many = alloc.frame_slice_zeroed::<u64>(5);
        let text = alloc.frame_str("wave");
        let tried = (alloc.try_frame_slice_copy(&[1]), alloc.try_frame_slice_zeroed::<u8>(1), alloc.try_frame_str("x"));

        assert_eq!((zeroes[999], *written, *made, *value), (0, [frame, 1], frame + 1, frame));
        assert_eq!(copy, [frame, 2, 3]);
        assert_eq!(many, [0; 5]);
        assert_eq!(text, "wave");
        assert!(matches!(copy, [first, .., 3] if *first == frame));
        let (Ok(copy), Ok(zero), Ok(text)) = tried else { panic!("nothing is limited") };
        assert_eq!((&*copy, &*zero, &*text), (&[1][..], &[0][..], "x"));
        alloc.end_frame();
    }
}

#[test]
fn a_part_of_what_a_helper_allocates_may_be_returned() {
    fn words<'f>(frame: &'f Frame, text: &str) -> (&'f str, &'f mut [u32]) {
        let text = frame.frame_str(text);
        let (_, ends) = frame.frame_slice_copy(&[0, 4, 6]).split_at_mut(1);
        (text.trim(), ends)
    }
    let alloc = SmartAlloc::default();
    let (text, ends) = words(alloc.frame(), " wave 3 ");
    ends[0] = 5;
    assert_eq!((text, &*ends), ("wave 3", &[5, 6][..]));
}

#[test]
fn zeroes_may_be_cells_and_atomics() {
    let alloc = SmartAlloc::default();
    let counts = alloc.frame_slice_zeroed::<AtomicU32>(4);
    let shared = &*counts;
    std::thread::scope(|scope| {
        for (thread, count) in (0..).zip(shared) {
            scope.spawn(move || count.fetch_add(thread, Ordering::Relaxed));
        }
    });
    assert_eq!(counts.iter_mut().map(|count| *count.get_mut()).sum::<u32>(), 6);
    assert_eq!(alloc.frame_alloc::<[Cell<u8>; 3]>().zeroed().each_ref().map(Cell::get), [0; 3]);
}

#[test]
fn what_is_refused_is_an_error() {
    let alloc = SmartAlloc::new(AllocConfig::default().with_thread_frame_budget(kilobytes(1)));
    let refused = |error: AllocError| matches!(error, AllocError::BudgetExceeded { .. });
    assert!(alloc.try_frame_slice_copy(&[0_u8; 2000]).is_err_and(refused));
    assert!(alloc.try_frame_slice_zeroed::<u8>(2000).is_err_and(refused));
    assert!(alloc.try_frame_str(&"x".repeat(2000)).is_err_and(refused));
    let too_many = alloc.try_frame_slice_zeroed::<u64>(usize::MAX).map(|zeroes| zeroes.len());
    assert_eq!(too_many, Err(AllocError::CapacityOverflow));
}
