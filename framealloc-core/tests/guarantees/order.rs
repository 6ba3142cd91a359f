//! Order: scopes nest, close in any order, are forgotten or leaked: no two share memory. Random programs of scopes are in `frame_torture`.

use framealloc_core::{FrameScope, SmartAlloc};

#[test]
fn scopes_closed_out_of_order_share_no_memory() {
    let alloc = SmartAlloc::default();
    let first = alloc.frame_scope();
    let second = alloc.frame_scope();
    let third = alloc.frame_scope();
    let value = third.frame_box(3);
    let kept = second.frame_slice_copy(&[2; 100]);
    drop(first);
    let late = alloc.frame_scope();
    let other = late.frame_slice_copy(&[9; 1000]);
    assert_eq!(*value, 3);
    assert!(kept.iter().all(|v| *v == 2));
    assert_eq!(other[999], 9);
}

#[test]
fn a_forgotten_scope_keeps_its_bytes_until_the_end_of_the_frame_and_is_reported() {
    let mut alloc = SmartAlloc::default();
    alloc.begin_frame();
    {
        let scope: &FrameScope<'_> = Box::leak(Box::new(alloc.frame_scope()));
        let value = scope.frame_box([7_u64; 8]);
        let other = alloc.frame_scope();
        let _noise = other.frame_slice_copy(&[1_u64; 64]);
        assert_eq!(*value, [7; 8]);
    }
    assert_eq!(alloc.end_frame().scopes_left_open, 1);
    alloc.begin_frame();
    assert_eq!(alloc.end_frame().scopes_left_open, 0);
}

#[test]
fn a_scope_leaked_to_static_outlives_its_thread() {
    let alloc: &'static SmartAlloc = Box::leak(Box::default());
    let value: &'static [u64; 32] = std::thread::spawn(move || {
        let scope: &'static FrameScope<'static> = Box::leak(Box::new(alloc.frame_scope()));
        &*scope.frame_ref([5; 32])
    })
    .join()
    .expect("the thread does not panic");
    for _ in 0..50 {
        std::thread::spawn(move || {
            let _noise = alloc.frame_slice_copy(&[1_u64; 100]);
        })
        .join()
        .expect("the thread does not panic");
    }
    assert_eq!(*value, [5; 32]);
}

#[test]
fn systems_recurse_ten_thousand_deep() {
    fn descend(alloc: &SmartAlloc, depth: u32) -> u32 {
        alloc.scoped(|frame| {
            let value = frame.frame_box(depth);
            if depth == 0 { 0 } else { descend(frame, depth - 1) + u32::from(*value == depth) }
        })
    }
    let worker = std::thread::Builder::new().stack_size(64 << 20);
    let sum = worker.spawn(|| descend(&SmartAlloc::default(), 10_000)).expect("the thread starts").join();
    assert_eq!(sum.ok(), Some(10_000));
}

#[test]
fn a_cursor_and_its_frame_allocate_side_by_side() {
    let alloc = SmartAlloc::default();
    let mut cursor = alloc.cursor();
    let mut from_cursor: Vec<(&mut [u64; 5], u64)> = Vec::new();
    let mut from_frame = Vec::new();
    for i in 0..5000 {
        from_cursor.push((cursor.alloc([i; 5]), i));
        from_frame.push(alloc.frame_box([!i; 3]));
    }
    let boxed = cursor.boxed(String::from("dropped"));
    drop(cursor);
    let after = alloc.frame_box([1_u64; 4]);
    assert!(from_cursor.iter().all(|(value, i)| **value == [*i; 5]));
    assert!(from_frame.iter().zip(0..).all(|(value, i): (_, u64)| **value == [!i; 3]));
    assert_eq!((boxed.as_str(), after[3]), ("dropped", 1));
}
