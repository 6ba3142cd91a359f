//! Steady frames of our own, as users test theirs: after the warm-up none asks the heap for memory.

use framealloc::{Frames, HeapGuard, Pooled, SmartAlloc, frame_system, frame_test};

#[global_allocator]
static GLOBAL: HeapGuard = HeapGuard::system();

#[derive(Clone, Pooled)]
#[pooled(capacity = 64)]
struct Bullet {
    at: [f32; 4],
}

#[frame_system(tag = "physics", budget = "64KiB")]
fn collide(alloc: &SmartAlloc, bodies: &[f32]) -> usize {
    let mut pairs = alloc.frame_vec();
    for (index, body) in bodies.iter().enumerate() {
        pairs.extend(bodies[index + 1..].iter().filter(|other| (**other - body).abs() < 0.5).copied());
    }
    pairs.len()
}

#[frame_test(heap = 0, tag("physics") <= "64KiB", system("collide") <= "64KiB")]
fn a_system_with_a_vector_that_grows() -> impl Frames {
    let bodies: Vec<f32> = (0_u8..100).map(|at| f32::from(at) / 10.0).collect();
    move |alloc: &mut SmartAlloc| {
        assert!(alloc.whole_frame(|alloc| collide(alloc, &bodies)) > 100);
    }
}

#[frame_test(frames = 200, heap = 0)]
fn strings_maps_and_boxes_of_a_frame(alloc: &mut SmartAlloc) {
    let mut names = alloc.frame_string();
    let mut ids = alloc.frame_map();
    for id in 0_u32..50 {
        names.push_str("entity ");
        ids.insert(id, names.len());
    }
    assert_eq!(ids.len(), alloc.frame_box([0_u8; 50]).len());
}

#[frame_test(heap = 0)]
fn objects_of_a_pool_that_come_and_go() -> impl Frames {
    let mut bullets = Vec::with_capacity(32);
    move |_: &mut SmartAlloc| {
        for at in 0_u8..32 {
            bullets.push(Bullet { at: [f32::from(at); 4] }.pooled());
        }
        bullets.retain(|bullet| bullet.at[0] > 40.0);
    }
}

#[frame_test(warmup = 4, frames = 4, heap = 0)]
#[should_panic(expected = "frame_tests::what_asks_the_heap_fails")]
fn what_asks_the_heap_fails(_alloc: &mut SmartAlloc) {
    drop(std::hint::black_box(vec![1_u8; 100]));
}
