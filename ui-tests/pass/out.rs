//! `out` names the frame around the system: what goes there is read by the systems after it.

use framealloc::{AllocConfig, FrameHandle, FrameInFlight, SmartAlloc, frame_system};

#[frame_system(out = frame)]
fn squares<'f>(alloc: &'f SmartAlloc, values: &[u32]) -> &'f [u32] {
    let scratch = alloc.frame_slice_fill_with(values.len(), |at| values[at] * values[at]);
    frame.frame_slice_copy(&scratch)
}

#[frame_system]
fn sum(alloc: &SmartAlloc, values: &[u32]) -> u32 {
    *alloc.frame_box(values.iter().sum())
}

struct Scene {
    name: FrameHandle<str>,
    draws: FrameHandle<[u32]>,
}

/// Shared results: by handle, with handles in them, from the frame or from the scope alike.
#[frame_system(out = frame)]
fn collect(alloc: &SmartAlloc, ids: &[u32]) -> FrameHandle<Scene> {
    let mut order = alloc.frame_vec();
    order.extend(ids.iter().rev());
    let draws = frame.frame_share_slice_copy(&order);
    let name = alloc.frame_share_str("harbour");
    frame.frame_share(Scene { name, draws })
}

fn drawn(scene: FrameHandle<Scene>, flight: &FrameInFlight) -> Option<(&str, &[u32])> {
    let scene = flight.get(scene)?;
    Some((flight.get(scene.name)?, flight.get(scene.draws)?))
}

fn main() {
    let mut alloc = SmartAlloc::new(AllocConfig::default().with_frames_in_flight(1));
    alloc.begin_frame();
    let squared = squares(&alloc, &[1, 2, 3]);
    assert_eq!(sum(&alloc, squared), 14);
    let scene = collect(&alloc, &[1, 2, 3]);
    assert_eq!(scene.get(&alloc).and_then(|scene| scene.draws.get(&alloc)), Some(&[3, 2, 1][..]));
    let flight = alloc.end_frame_in_flight();
    assert_eq!(drawn(scene, &flight), Some(("harbour", &[3, 2, 1][..])));
}
