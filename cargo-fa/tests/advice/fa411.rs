use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender};
use std::sync::{Mutex, OnceLock};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use framealloc::{SmartAlloc, effects, frame_format, frame_system};

//# use what never waits (`try_lock`, `try_read`, `try_write`), and the last value where somebody else is at it
pub mod before {
    use super::*;

    #[frame_system(no_block)]
    pub fn mix(alloc: &SmartAlloc, volume: &Mutex<f32>) -> f32 {
        let volume = volume.lock().map_or(1.0, |volume| *volume);
        *alloc.frame_box(volume)
    }
}

pub mod after {
    use super::*;

    #[frame_system(no_block)]
    pub fn mix(alloc: &SmartAlloc, volume: &Mutex<f32>, last: &mut f32) -> f32 {
        if let Ok(volume) = volume.try_lock() {
            *last = *volume;
        }
        *alloc.frame_box(*last)
    }
}

//# use `try_recv` or `try_iter`: they give what is there, and nothing otherwise
pub mod before {
    use super::*;

    #[frame_system(no_block)]
    pub fn orders(alloc: &SmartAlloc, orders: &Receiver<u32>) -> u32 {
        let order = orders.recv().unwrap_or(0);
        *alloc.frame_box(order)
    }
}

pub mod after {
    use super::*;

    #[frame_system(no_block)]
    pub fn orders(alloc: &SmartAlloc, orders: &Receiver<u32>) -> u32 {
        let order = orders.try_recv().unwrap_or(0) + orders.try_iter().sum::<u32>();
        *alloc.frame_box(order)
    }
}

//# use `try_send`, and decide what is lost where the channel is full
pub mod before {
    use super::*;

    pub fn limited() -> (SyncSender<u32>, Receiver<u32>) {
        std::sync::mpsc::sync_channel(8)
    }

    #[frame_system(no_block)]
    pub fn report(alloc: &SmartAlloc, results: &SyncSender<u32>) -> bool {
        results.send(*alloc.frame_box(1)).is_ok()
    }
}

pub mod after {
    use super::*;

    #[frame_system(no_block)]
    pub fn report(alloc: &SmartAlloc, results: &SyncSender<u32>) -> bool {
        results.try_send(*alloc.frame_box(1)).is_ok()
    }
}

//# look whether it is done (`is_finished`), and go on without it in this frame
pub mod before {
    use super::*;

    #[frame_system(no_block)]
    pub fn path(alloc: &SmartAlloc, search: JoinHandle<u32>) -> u32 {
        search.join().unwrap_or(0) + *alloc.frame_box(1)
    }
}

pub mod after {
    use super::*;

    #[frame_system(no_block)]
    pub fn path(alloc: &SmartAlloc, search: &JoinHandle<u32>) -> bool {
        *alloc.frame_box(search.is_finished())
    }
}

//# start threads before the first frame, and hand them work (`try_send`)
pub mod before {
    use super::*;

    #[frame_system(no_block)]
    pub fn search(alloc: &SmartAlloc) -> u32 {
        thread::spawn(|| ());
        *alloc.frame_box(1)
    }
}

pub mod after {
    use super::*;

    #[frame_system(no_block)]
    pub fn search(alloc: &SmartAlloc, worker: &SyncSender<u32>) -> bool {
        worker.try_send(*alloc.frame_box(1)).is_ok()
    }
}

//# pace frames where they begin and end, outside of systems; here, compare times (`elapsed`)
pub mod before {
    use super::*;

    #[frame_system(no_block)]
    pub fn blink(alloc: &SmartAlloc) -> u32 {
        thread::sleep(Duration::from_millis(2));
        *alloc.frame_box(1)
    }
}

pub mod after {
    use super::*;

    #[frame_system(no_block)]
    pub fn blink(alloc: &SmartAlloc, begun: Instant) -> bool {
        *alloc.frame_box(begun.elapsed() > Duration::from_millis(2))
    }
}

//# let another thread do it, and take what came of it with `try_recv`
pub mod before {
    use super::*;

    #[frame_system(no_block)]
    pub fn level(alloc: &SmartAlloc, path: &Path) -> u64 {
        let length = fs::metadata(path).map_or(0, |data| data.len());
        *alloc.frame_box(length)
    }
}

pub mod after {
    use super::*;

    #[frame_system(no_block)]
    pub fn level(alloc: &SmartAlloc, lengths: &Receiver<u64>) -> u64 {
        *alloc.frame_box(lengths.try_recv().unwrap_or(0))
    }
}

//# hand the text to a thread that writes it, or keep it in the frame (`frame_format!`) and show it
pub mod before {
    use super::*;

    #[frame_system(no_block)]
    pub fn score(alloc: &SmartAlloc, score: u32) -> u32 {
        println!("score {score}");
        *alloc.frame_box(score)
    }
}

pub mod after {
    use super::*;

    #[frame_system(no_block)]
    pub fn score(alloc: &SmartAlloc, score: u32) -> usize {
        frame_format!(alloc, "score {score}").len()
    }
}

//# make the value before the first frame, and use `get` here: a value that is not there is then seen
pub mod before {
    use super::*;

    static SETTINGS: OnceLock<u32> = OnceLock::new();

    #[frame_system(no_block)]
    pub fn settings(alloc: &SmartAlloc) -> u32 {
        *SETTINGS.get_or_init(|| 4) + *alloc.frame_box(1)
    }
}

pub mod after {
    use super::*;

    static SETTINGS: OnceLock<u32> = OnceLock::new();

    pub fn start() -> bool {
        SETTINGS.set(4).is_ok()
    }

    #[frame_system(no_block)]
    pub fn settings(alloc: &SmartAlloc) -> u32 {
        SETTINGS.get().copied().unwrap_or(0) + *alloc.frame_box(1)
    }
}

//# declare it where the call goes through: `#[no_heap]` or `#[no_block]` on the method of a trait, or on a field of a type with `#[effects]`
pub mod before {
    use super::*;

    pub struct Hooks {
        pub on_hit: fn(u32) -> u32,
    }

    #[frame_system(no_heap)]
    pub fn hit(alloc: &SmartAlloc, hooks: &Hooks) -> u32 {
        (hooks.on_hit)(*alloc.frame_box(1))
    }
}

pub mod after {
    use super::*;

    #[effects]
    pub struct Hooks {
        #[no_heap]
        pub on_hit: fn(u32) -> u32,
    }

    #[frame_system(no_heap)]
    pub fn hit(alloc: &SmartAlloc, hooks: &Hooks) -> u32 {
        (hooks.on_hit)(*alloc.frame_box(1))
    }
}
