//! Somebody who is not seen may signal, or nobody knows how often somebody does.
use std::sync::Arc;
use std::thread;

use framealloc::FrameBarrier;

pub struct Pool {
    barriers: Vec<Arc<FrameBarrier>>,
    last: Option<Arc<FrameBarrier>>,
}

pub fn returned() -> Arc<FrameBarrier> {
    let barrier = Arc::new(FrameBarrier::new(2));
    let worker = Arc::clone(&barrier);
    thread::spawn(move || worker.signal_frame_complete());
    barrier
}

pub fn stored(pool: &mut Pool) {
    let barrier = Arc::new(FrameBarrier::new(2));
    barrier.signal_frame_complete();
    pool.last = Some(Arc::clone(&barrier));
}

pub fn pushed(pool: &mut Pool) {
    let barrier = Arc::new(FrameBarrier::new(2));
    pool.barriers.push(barrier.clone());
    barrier.signal_frame_complete();
    barrier.wait_all();
}

pub fn sent(out: &std::sync::mpsc::Sender<Arc<FrameBarrier>>) {
    let barrier = Arc::new(FrameBarrier::new(2));
    out.send(Arc::clone(&barrier)).ok();
    barrier.signal_frame_complete();
    barrier.wait_all();
}

pub fn on_one_path(parallel: bool) {
    let barrier = Arc::new(FrameBarrier::new(1));
    if parallel {
        let worker = Arc::clone(&barrier);
        thread::spawn(move || worker.signal_frame_complete());
    } else {
        barrier.signal_frame_complete();
    }
    barrier.wait_all();
}

pub fn for_each_of_a_list(names: &[String]) {
    let barrier = FrameBarrier::new(4);
    thread::scope(|scope| {
        for name in names {
            let barrier = &barrier;
            scope.spawn(move || {
                println!("{name}");
                barrier.signal_frame_complete();
            });
        }
    });
}

pub fn joined() {
    let barrier = FrameBarrier::new(3);
    thread::scope(|scope| {
        scope.spawn(|| {
            let place = barrier.join();
            place.signal_frame_complete();
        });
    });
}

pub fn by_name() {
    let barrier = FrameBarrier::builder().with_thread("physics").with_thread("audio").build();
    thread::scope(|scope| {
        scope.spawn(|| barrier.join_as("physics").signal_frame_complete());
    });
}

fn run(job: impl Fn() + Send + 'static) {
    thread::spawn(move || {
        job();
        job();
    });
}

pub fn an_unseen_number_of_times() {
    let barrier = Arc::new(FrameBarrier::new(2));
    let worker = Arc::clone(&barrier);
    run(move || worker.signal_frame_complete());
    barrier.wait_all();
}

fn finish(barrier: &FrameBarrier) {
    barrier.signal_frame_complete();
}

pub fn through_helpers() {
    let barrier = Arc::new(FrameBarrier::new(2));
    let worker = Arc::clone(&barrier);
    thread::spawn(move || finish(&worker));
    finish(&barrier);
    barrier.wait_all();
}

pub fn only_the_maker() {
    let barrier = FrameBarrier::new(1);
    barrier.signal_frame_complete();
    barrier.wait_all();
}

pub fn two_of_one_name() {
    {
        let barrier = FrameBarrier::new(1);
        barrier.signal_frame_complete();
    }
    let barrier = FrameBarrier::new(2);
    thread::scope(|scope| {
        scope.spawn(|| barrier.signal_frame_complete());
        scope.spawn(|| barrier.signal_frame_complete());
    });
}

pub fn shadowing_constants(workers: usize) {
    let barrier = FrameBarrier::new(workers + 1);
    barrier.signal_frame_complete();
}

const FRAMES: usize = 720;

fn advance(barrier: &FrameBarrier) {
    thread::scope(|scope| {
        scope.spawn(|| barrier.signal_frame_complete());
        barrier.signal_frame_complete();
        barrier.wait_all();
    });
}

pub fn once_a_frame() {
    let barrier = FrameBarrier::new(2);
    for _ in 0..FRAMES {
        advance(&barrier);
    }
}

pub fn joined_once_a_frame() {
    let barrier = FrameBarrier::new(1);
    for _ in 0..4 {
        thread::scope(|scope| {
            scope.spawn(|| barrier.signal_frame_complete());
        });
    }
}

pub fn one_after_the_other() {
    let barrier = Arc::new(FrameBarrier::new(4));
    for _ in 0..4 {
        let worker = Arc::clone(&barrier);
        thread::spawn(move || worker.signal_frame_complete()).join().ok();
    }
    barrier.wait_all();
}
