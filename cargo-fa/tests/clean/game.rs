//! A program with no finding, into which `mutation.rs` puts one defect at a time.
use framealloc::{AllocConfig, FrameBarrier, FrameHandle, SmartAlloc};
use std::sync::Arc;

pub mod physics {
    use framealloc::{Frame, FrameBox, SmartAlloc, frame_system};

    pub struct World {
        pub deepest: f32,
        pub best: *const f32,
        pub names: Vec<String>,
    }

    fn depths<'f>(frame: &'f Frame, bodies: &[f32]) -> FrameBox<'f, [f32]> {
        frame.frame_slice_fill_with(bodies.len(), |index| bodies[index] * 0.5)
    }

    #[frame_system(tag = "physics")]
    pub fn step(alloc: &SmartAlloc, world: &mut World, bodies: &[f32]) {
        let depths = depths(alloc, bodies);
        let mut buffer = alloc.frame_vec_with_capacity::<f32>(bodies.len());
        for depth in depths.iter() {
            buffer.clear();
            buffer.push(*depth);
        }
        let deepest = alloc.frame_box(buffer.iter().copied().fold(0.0, f32::max));
        world.deepest = *deepest;
        std::thread::scope(|scope| {
            scope.spawn(|| println!("{}", depths.len()));
        });
    }
}

pub mod audio {
    use framealloc::{SmartAlloc, frame_system};

    #[frame_system(tag = "audio", budget = "8KiB")]
    pub fn mix(alloc: &SmartAlloc, events: &[u32; 8]) {
        let samples = alloc.frame_box([0_u8; 4096]);
        for event in events {
            println!("{} {event}", samples.len());
        }
    }
}

pub async fn load(alloc: &SmartAlloc, tile: impl Future<Output = u32>) -> u32 {
    let first = alloc.scoped(|frame| *frame.frame_box(1_u32));
    tile.await + first
}

pub fn hand_over(alloc: &SmartAlloc, results: [f32; 4]) {
    let handle = alloc.frame_box_for_transfer(results);
    std::thread::spawn(move || println!("{}", handle.receive().len()));
}

pub fn tick(alloc: &mut SmartAlloc, world: &mut physics::World, bodies: &[f32], paused: bool) {
    alloc.begin_frame();
    if !paused {
        physics::step(alloc, world, bodies);
    }
    let handle: FrameHandle<u32> = alloc.frame_share(7_u32);
    println!("{:?}", handle.get(alloc));
    audio::mix(alloc, &[0; 8]);
    alloc.end_frame();
}

pub fn run() {
    let mut alloc = SmartAlloc::new(AllocConfig::default());
    let mut world = physics::World { deepest: 0.0, best: std::ptr::null(), names: Vec::new() };
    let barrier = Arc::new(FrameBarrier::new(1));
    let worker = Arc::clone(&barrier);
    std::thread::spawn(move || worker.signal_frame_complete());
    barrier.wait_all();
    for _ in 0..3 {
        tick(&mut alloc, &mut world, &[1.0; 64], false);
    }
}
