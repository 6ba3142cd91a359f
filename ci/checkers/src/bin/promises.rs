//! For RealtimeSanitizer, with the feature `rtsan`: everything that declares an effect is watched, from the first frame on.
//!
//! Without an argument all keep their word. With the name of one that does not, the sanitizer must end the program.
#![feature(sanitize)]
#![forbid(unsafe_code)]

use std::hint::black_box;
use std::sync::{Barrier, Mutex, mpsc};
use std::time::Duration;

use framealloc::{SmartAlloc, frame_system, no_block, no_heap, pool};

#[frame_system(no_block, tag = "audio")]
fn mix(alloc: &SmartAlloc, orders: &mpsc::Receiver<f32>, level: &Mutex<f32>, out: &mut [f32]) {
    let level = level.try_lock().map_or(1.0, |level| *level);
    let added: f32 = orders.try_iter().sum();
    // Frame memory grows in the first frames: that is no word broken.
    let mut scratch = alloc.frame_vec();
    scratch.extend(out.iter().map(|sample| halved(*sample) * level + added));
    out.copy_from_slice(&scratch);
    black_box(pool::boxed([level; 8]));
}

#[frame_system(no_heap)]
fn tick(alloc: &mut SmartAlloc, out: &mut [f32]) -> usize {
    let copies = alloc.frame_slice_copy(out);
    copies.len() + first_above(copies, 0.5)
}

#[no_heap]
fn halved(sample: f32) -> f32 {
    sample * 0.5
}

#[no_block]
fn first_above(samples: &[f32], least: f32) -> usize {
    samples.iter().position(|sample| *sample > least).unwrap_or(samples.len())
}

#[frame_system(no_heap)]
fn system_heap(alloc: &SmartAlloc) -> usize {
    black_box(vec![1_u8; *alloc.frame_box(100)]).len()
}

#[frame_system(no_block)]
fn system_lock(alloc: &SmartAlloc, held: &Mutex<u32>) -> u32 {
    *held.lock().unwrap() + *alloc.frame_box(1)
}

#[frame_system(no_block)]
fn system_print(alloc: &SmartAlloc) -> u32 {
    println!("in a frame");
    *alloc.frame_box(1)
}

#[frame_system(no_block)]
fn system_file(alloc: &SmartAlloc) -> bool {
    *alloc.frame_box(std::fs::File::open("Cargo.toml").is_ok())
}

#[no_heap]
fn function_heap(count: usize) -> usize {
    black_box(vec![1_u8; count]).len()
}

#[no_block]
fn function_lock(held: &Mutex<u32>) -> u32 {
    *held.lock().unwrap()
}

/// Calls with a lock that another thread holds.
fn while_held(work: impl FnOnce(&Mutex<u32>)) {
    let (held, taken) = (Mutex::new(1), Barrier::new(2));
    std::thread::scope(|threads| {
        threads.spawn(|| {
            let guard = held.lock().unwrap();
            taken.wait();
            std::thread::sleep(Duration::from_millis(200));
            drop(guard);
        });
        taken.wait();
        work(&held);
    });
}

fn main() {
    let mut alloc = SmartAlloc::default();
    match std::env::args().nth(1).as_deref() {
        None => {
            // Of a channel without a limit, the reader frees memory: the sanitizer objects to that.
            let (send, orders) = mpsc::sync_channel(8);
            let (level, mut out) = (Mutex::new(0.5), [1.0_f32; 512]);
            for frame in 0..50_u8 {
                send.send(f32::from(frame)).unwrap();
                alloc.whole_frame(|alloc| mix(alloc, &orders, &level, &mut out));
                assert!(tick(&mut alloc, &mut out) >= out.len());
            }
            println!("50 frames, the first among them");
        }
        Some("system_heap") => {
            black_box(system_heap(&alloc));
        }
        Some("system_lock") => while_held(|held| _ = black_box(system_lock(&alloc, held))),
        Some("system_print") => {
            black_box(system_print(&alloc));
        }
        Some("system_file") => {
            black_box(system_file(&alloc));
        }
        Some("function_heap") => {
            black_box(function_heap(100));
        }
        Some("function_lock") => while_held(|held| _ = black_box(function_lock(held))),
        Some(other) => panic!("what is {other}?"),
    }
}
