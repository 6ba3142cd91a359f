//! Counts that are wrong, however the barrier is made, named and handed out.
use std::sync::Arc;
use std::thread;

use framealloc::FrameBarrier;

const WORKERS: usize = 3;

pub struct Done;

fn work(barrier: &FrameBarrier) {
    barrier.signal_frame_complete();
}

fn start(barrier: &Arc<FrameBarrier>) {
    let worker = Arc::clone(barrier);
    thread::spawn(move || worker.signal_frame_complete());
}

pub fn only_the_maker() {
    let barrier = FrameBarrier::new(2); //~ FA202
    barrier.signal_frame_complete();
    barrier.wait_all();
}

pub fn nobody() {
    let barrier = FrameBarrier::new(1); //~ FA202
    barrier.wait_all();
}

pub fn a_helper_signals() {
    let barrier = Arc::new(FrameBarrier::new(3)); //~ FA202
    let worker = Arc::clone(&barrier);
    thread::spawn(move || work(&worker));
    work(&barrier);
    barrier.wait_all();
}

pub fn a_helper_spawns() {
    let barrier = Arc::new(FrameBarrier::new(2)); //~ FA202
    start(&barrier);
    start(&barrier);
    barrier.signal_frame_complete();
    barrier.wait_all();
}

pub fn scoped_loop() {
    let barrier = FrameBarrier::new(4); //~ FA202
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| barrier.signal_frame_complete());
        }
    });
    barrier.wait_all();
}

pub fn by_constant() {
    let barrier = Arc::new(FrameBarrier::new(WORKERS)); //~ FA202
    let worker = barrier.clone();
    thread::spawn(move || worker.signal_frame_complete());
    barrier.signal_frame_complete();
    barrier.wait_all();
}

pub fn tried() -> Result<(), framealloc::BarrierError> {
    let barrier = FrameBarrier::try_new(2)?; //~ FA202
    thread::scope(|scope| {
        scope.spawn(|| barrier.signal_frame_complete());
    });
    barrier.wait_all();
    Ok(())
}

pub fn built() {
    let barrier = FrameBarrier::builder().name("frame").with_count(2).build(); //~ FA202
    thread::scope(|scope| {
        scope.spawn(|| barrier.signal_frame_complete());
    });
    println!("{barrier:?}");
    barrier.wait_all();
}

pub fn a_named_closure() {
    let barrier = Arc::new(FrameBarrier::new(3)); //~ FA202
    let worker = Arc::clone(&barrier);
    let job = move || worker.signal_frame_complete();
    thread::spawn(job);
    barrier.signal_frame_complete();
    barrier.wait_all();
}

pub fn handles_from_a_chain() {
    let barrier = Arc::new(FrameBarrier::new(2)); //~ FA202
    let handles: Vec<thread::JoinHandle<()>> = (0..4)
        .map(|_| {
            let worker = Arc::clone(&barrier);
            thread::spawn(move || worker.signal_frame_complete())
        })
        .collect();
    for handle in handles {
        handle.join().ok();
    }
}

pub fn on_either_path(fast: bool) -> Done {
    let barrier = FrameBarrier::new(3); //~ FA202
    thread::scope(|scope| {
        if fast {
            scope.spawn(|| barrier.signal_frame_complete());
        } else {
            println!("slowly");
            scope.spawn(|| barrier.signal_frame_complete());
        }
    });
    barrier.signal_frame_complete();
    barrier.wait_all();
    Done
}

fn advance(barrier: &FrameBarrier) {
    thread::scope(|scope| {
        scope.spawn(|| barrier.signal_frame_complete());
        barrier.signal_frame_complete();
        barrier.wait_all();
    });
}

pub fn once_a_frame() {
    let barrier = FrameBarrier::new(3); //~ FA202
    for _ in 0..720 {
        advance(&barrier);
    }
}
