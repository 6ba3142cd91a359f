//! Frames for RealtimeSanitizer, which ends the program at the first call that may block or take time without bound: of
//! the system's allocator, of the kernel, of a lock that somebody holds.
//!
//! Without an argument: steady frames, which must pass. `cold` is the first frame of a program, `heap` takes memory from
//! the heap, `lock` waits for a lock: each of these must be caught.
#![feature(sanitize)]
#![forbid(unsafe_code)]

use std::hint::black_box;
use std::sync::{Barrier, Mutex, RwLock};

use framealloc::{
    AllocConfig, Budget, Drain, Frame, FrameHandle, FramePublisher, FrameReader, Pool, PoolBox, PoolSpec, Pooled,
    RetentionPolicy, RetireQueue, SmartAlloc, Tag, alloc_tag, frame_system, kilobytes, megabytes, pool,
};

const WARM: usize = 16;
const FRAMES: usize = 200;
/// Objects that one thread makes and the other drops, in every frame, each way.
const PASSED: usize = 100;

static PHYSICS: Tag = Tag::new("physics");
static ENEMIES: Pool<[u64; 5]> = Pool::new(PoolSpec::new("enemies"));

#[derive(Pooled)]
#[pooled(capacity = 256, grow = fixed, tag = "weapons", prewarm)]
struct Bullet {
    at: f32,
}

#[frame_system(tag = "physics", budget = "4MiB")]
fn collide(alloc: &SmartAlloc, bodies: &[f32]) -> usize {
    let mut pairs = alloc.frame_vec();
    for (i, body) in bodies.iter().enumerate() {
        pairs.extend(bodies.iter().enumerate().filter(|(_, other)| (*body - **other).abs() < 1.0).map(|(j, _)| (i, j)));
    }
    pairs.len()
}

#[alloc_tag("ai")]
fn plan(alloc: &SmartAlloc, goal: u32) -> u32 {
    *alloc.frame_box(goal)
}

fn tags_and_scopes(alloc: &SmartAlloc) {
    alloc.with_tag("render", |render| {
        black_box(render.frame_slice_fill_with(300, |i| i));
        render.with_tag("shadows", |shadows| black_box(shadows.frame_box([1_u64; 8])[0]));
    });
    let physics = alloc.tagged(&PHYSICS);
    for i in 0..200_u64 {
        black_box(physics.frame_ref(i));
    }
    for depth in 0..6_usize {
        alloc.scoped(|frame| {
            black_box(frame.frame_slice_fill_with(100 * depth, |i| i));
            frame.scoped(|inner| *inner.tagged("inner").frame_box(depth));
        });
    }
    let refused = alloc.speculative(|frame| {
        black_box(frame.frame_slice_fill_with(1000, |i| i));
        Err::<(), _>("no")
    });
    assert!(refused.is_err());
}

fn collections(frame: &Frame) {
    let mut vector = frame.frame_vec();
    let mut cursor = frame.cursor();
    for i in 0..2000_u32 {
        vector.push(i);
        black_box(cursor.alloc(u64::from(i)));
    }
    let mut map = frame.frame_map();
    let mut set = frame.frame_set();
    for i in 0..300_u32 {
        map.insert(i, i * 2);
        set.insert(i % 7);
    }
    map.remove(&4);
    let mut text = frame.frame_string();
    text.push_str("some text");
    text.push('!');
    assert_eq!((vector.len(), map.len(), set.len(), text.len()), (2000, 299, 7, 10));
    black_box(frame.frame_format(format_args!("{} of {}", map.len(), vector.len())));
}

/// Objects that come and go; some stay for the next frame.
fn pools(alloc: &SmartAlloc, bullets: &mut [Option<PoolBox<Bullet>>], frame: usize) {
    let slot = frame % bullets.len();
    bullets[slot] = Some(Bullet { at: 1.0 }.pooled());
    assert!(bullets.iter().flatten().all(|bullet| bullet.at > 0.0));
    for i in 0..100 {
        let enemy = ENEMIES.boxed([i; 5]);
        let other = alloc.pool_box([i; 3]);
        assert_eq!(enemy[0], other[2]);
    }
    black_box(pool::boxed([0_u8; 200]));
}

/// What one thread does in a frame.
fn part_of_a_frame(alloc: &SmartAlloc, bullets: &mut [Option<PoolBox<Bullet>>], frame: usize) {
    let shared = alloc.frame_share([frame; 4]);
    {
        let _phase = alloc.phase_scope("update");
        tags_and_scopes(alloc);
        assert_eq!(collide(alloc, &[0.0, 0.5, 7.0]), 5);
        assert_eq!(plan(alloc, 9), 9);
    }
    collections(alloc.frame());
    collections(alloc.tagged("tagged"));
    pools(alloc, bullets, frame);
    drop(alloc.frame_retain([frame; 3], RetentionPolicy::Discard));
    assert_eq!(shared.get(alloc), Some(&[frame; 4]));
    black_box(alloc.frame_remaining());
}

/// What a frame publishes.
struct Root {
    number: usize,
    values: FrameHandle<[usize]>,
}

/// Ends the frame and publishes it; one frame in four only ends.
fn publish(alloc: &mut SmartAlloc, publisher: &mut FramePublisher<Root>, frame: usize) {
    if frame % 4 == 3 {
        alloc.end_frame();
        return;
    }
    let values = alloc.frame_share_slice_fill_with(50, |_| frame);
    let root = alloc.frame_share(Root { number: frame, values });
    assert!(publisher.publish(alloc, root).is_ok());
}

/// Reads the newest frame, and lets go of values that somebody else drops.
fn read(reader: &mut FrameReader<Root>, queue: &RetireQueue) {
    if let Some(root) = reader.latest() {
        assert!(root.get(root.values).is_some_and(|values| values.iter().all(|value| *value == root.number)));
    }
    for value in 0..PASSED {
        queue.retire([value; 8]);
    }
}

/// What the sanitizer watches.
#[sanitize(realtime = "nonblocking")]
fn nonblocking<R>(work: impl FnOnce() -> R) -> R {
    work()
}

/// Watched once all is warm.
fn watched<R>(frame: usize, work: impl FnOnce() -> R) -> R {
    if frame < WARM { work() } else { nonblocking(work) }
}

/// Frames of two threads in one allocator, one thread after the other: the two do not wait for each other's locks.
fn frames_of_two_threads(alloc: SmartAlloc) {
    let (alloc, turn) = (RwLock::new(alloc), Barrier::new(2));
    let passed: Mutex<Vec<PoolBox<[u64; 5]>>> = Mutex::new(Vec::with_capacity(PASSED));
    let (mut publisher, queue) = (FramePublisher::<Root>::new(), RetireQueue::new());
    let mut reader = publisher.reader();
    std::thread::scope(|threads| {
        threads.spawn(|| {
            let mut bullets: Vec<_> = (0..20).map(|_| None).collect();
            for frame in 0..WARM + FRAMES {
                turn.wait();
                let (alloc, mut passed) = (alloc.read().unwrap(), passed.lock().unwrap());
                watched(frame, || {
                    part_of_a_frame(&alloc, &mut bullets, frame);
                    // Made on the other thread.
                    passed.clear();
                    read(&mut reader, &queue);
                });
                drop((alloc, passed));
                turn.wait();
            }
        });
        let mut bullets: Vec<_> = (0..20).map(|_| None).collect();
        for frame in 0..WARM + FRAMES {
            let mut alone = alloc.write().unwrap();
            watched(frame, || alone.begin_frame());
            drop(alone);
            let (shared, mut next) = (alloc.read().unwrap(), passed.lock().unwrap());
            watched(frame, || {
                part_of_a_frame(&shared, &mut bullets, frame);
                next.extend((0..PASSED).map(|_| ENEMIES.boxed([1; 5])));
            });
            drop((shared, next));
            turn.wait();
            turn.wait();
            let mut alone = alloc.write().unwrap();
            watched(frame, || {
                publish(&mut alone, &mut publisher, frame);
                queue.drain(Drain::all());
            });
        }
    });
}

/// A lock that another thread holds.
fn waits_for_a_lock() {
    let (held, taken) = (Mutex::new(()), Barrier::new(2));
    std::thread::scope(|threads| {
        threads.spawn(|| {
            let guard = held.lock().unwrap();
            taken.wait();
            std::thread::sleep(std::time::Duration::from_millis(200));
            drop(guard);
        });
        taken.wait();
        nonblocking(|| drop(held.lock().unwrap()));
    });
}

fn main() {
    let config = AllocConfig::default()
        .with_thread_frame_budget(megabytes(64))
        .with_global_frame_budget(megabytes(256))
        .with_tag_budget("render", Budget::new(kilobytes(512)))
        .with_frames_in_flight(2);
    let mut alloc = SmartAlloc::new(config);
    match std::env::args().nth(1).as_deref() {
        None => frames_of_two_threads(alloc),
        Some("cold") => nonblocking(|| {
            alloc.begin_frame();
            alloc.frame_box(1_u32);
            alloc.end_frame();
        }),
        Some("heap") => drop(nonblocking(|| alloc.heap_box([0_u8; 100]))),
        Some("lock") => waits_for_a_lock(),
        Some(other) => panic!("what is {other}?"),
    }
    println!("{FRAMES} frames of two threads");
}
