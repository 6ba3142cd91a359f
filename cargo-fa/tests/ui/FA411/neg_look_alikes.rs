//! What is called as waiting is, and does not wait; and what waits where nobody promised anything.
use std::cell::{Cell, OnceCell, RefCell};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender};
use std::sync::{Arc, Mutex, OnceLock, RwLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use framealloc::{SmartAlloc, effects, frame_system, no_block};

static SETTINGS: OnceLock<u32> = OnceLock::new();

#[frame_system(no_block)]
pub fn tries(alloc: &SmartAlloc, score: &Mutex<u32>, level: &RwLock<f32>) -> f32 {
    let score = score.try_lock().map_or(0, |score| *score);
    let level = match level.try_read() {
        Ok(level) => *level,
        Err(_) => 0.0,
    };
    level + score as f32 + *alloc.frame_box(1.0)
}

#[frame_system(no_block)]
pub fn asks(alloc: &SmartAlloc, orders: &Receiver<u32>, results: &SyncSender<u32>) -> u32 {
    let first = orders.try_recv().unwrap_or(0);
    let rest: u32 = orders.try_iter().sum();
    let _ = results.try_send(first + rest);
    *alloc.frame_box(first)
}

#[frame_system(no_block)]
pub fn looks(alloc: &SmartAlloc, worker: &JoinHandle<u32>) -> bool {
    worker.is_finished() && *alloc.frame_box(true)
}

#[frame_system(no_block)]
pub fn wakes(alloc: &SmartAlloc, worker: &JoinHandle<u32>) -> bool {
    worker.thread().unpark();
    *alloc.frame_box(true)
}

#[frame_system(no_block)]
pub fn counts(alloc: &SmartAlloc, count: &Arc<AtomicU32>) -> u32 {
    let shared = Arc::clone(count);
    while shared.compare_exchange(0, 1, Ordering::Acquire, Ordering::Relaxed).is_err() {
        std::hint::spin_loop();
    }
    shared.fetch_add(1, Ordering::Relaxed) + *alloc.frame_box(1)
}

#[frame_system(no_block)]
pub fn owned(alloc: &SmartAlloc, score: &mut Mutex<u32>, level: &mut RwLock<f32>) -> f32 {
    *score.get_mut().unwrap() += 1;
    *level.get_mut().unwrap() + *alloc.frame_box(1.0)
}

#[frame_system(no_block)]
pub fn made_before(alloc: &SmartAlloc) -> u32 {
    SETTINGS.get().copied().unwrap_or(0) + *alloc.frame_box(1)
}

#[frame_system(no_block)]
pub fn of_one_thread(alloc: &SmartAlloc, once: &OnceCell<u32>, cell: &RefCell<u32>, plain: &Cell<u32>) -> u32 {
    plain.set(plain.get() + 1);
    *cell.borrow_mut() += 1;
    *once.get_or_init(|| 4) + *alloc.frame_box(1)
}

#[frame_system(no_block)]
pub fn times(alloc: &SmartAlloc, begun: Instant) -> f32 {
    begun.elapsed().as_secs_f32() + Duration::from_millis(1).as_secs_f32() + *alloc.frame_box(1.0)
}

/// A door, a bed, a party and a phone line.
pub struct Door {
    locked: bool,
    resting: u32,
    members: [u32; 4],
    heard: Option<u32>,
}

impl Door {
    pub fn lock(&mut self) {
        self.locked = true;
    }
    pub fn sleep(&mut self, time: u32) {
        self.resting += time;
    }
    pub fn join(&mut self, member: u32) {
        self.members[0] = member;
    }
    pub fn recv(&mut self) -> Option<u32> {
        self.heard.take()
    }
    pub fn wait(&self) -> u32 {
        self.resting
    }
    pub fn read(&self) -> u32 {
        self.members[1]
    }
    pub fn write(&mut self, value: u32) {
        self.members[1] = value;
    }
    pub fn send(&mut self, value: u32) {
        self.heard = Some(value);
    }
    pub fn park(&mut self) {}
    pub fn flush(&mut self) {}
    pub fn status(&self) -> u32 {
        self.resting
    }
    pub fn spawn(&mut self) {}
    pub fn exists(&self) -> bool {
        self.locked
    }
    pub fn block_on(&self) -> bool {
        self.locked
    }
    pub fn par_iter(&self) -> u32 {
        self.resting
    }
}

#[frame_system(no_block)]
pub fn doors(alloc: &SmartAlloc, door: &mut Door) -> u32 {
    door.lock();
    door.sleep(3);
    door.join(4);
    door.write(5);
    door.send(6);
    door.park();
    door.flush();
    door.spawn();
    let there = door.exists() && door.block_on();
    let heard = door.recv().unwrap_or(0);
    heard + door.wait() + door.read() + door.status() + door.par_iter() + u32::from(there) + *alloc.frame_box(1)
}

pub mod files {
    pub fn read(index: usize) -> usize {
        index + 1
    }
    pub fn sleep(time: f32) -> f32 {
        time
    }
    pub fn spawn(unit: u32) -> u32 {
        unit
    }
    pub fn join(left: u32, right: u32) -> u32 {
        left + right
    }
}

#[frame_system(no_block)]
pub fn functions_of_the_game(alloc: &SmartAlloc) -> usize {
    let slept = files::sleep(1.0) as usize;
    files::read(3) + slept + (files::spawn(1) + files::join(1, 2)) as usize + *alloc.frame_box(1)
}

/// What makes text and lists is a matter of the heap, and what joins sets is not.
#[frame_system]
pub fn joins(alloc: &SmartAlloc, names: &[&str], folder: &Path) -> usize {
    let all = names.join(", "); //~ FA401
    let file = folder.join("level"); //~ FA401
    let parts = [[1_u32, 2], [3, 4]].concat(); //~ FA401
    let between = [[1_u32, 2], [3, 4]].join(&0); //~ FA401
    all.len() + file.as_os_str().len() + parts.len() + between.len() + *alloc.frame_box(1)
}

/// In memory, whatever the traits are called.
#[frame_system(no_block)]
pub fn bytes(alloc: &SmartAlloc, mut bytes: &[u8], out: &mut [u8]) -> usize {
    use std::io::{Read as _, Write as _};
    let read = bytes.read(out).unwrap_or(0);
    let mut rest: &mut [u8] = &mut out[read..];
    rest.write_all(&[1, 2]).ok();
    rest.flush().ok();
    read + *alloc.frame_box(1)
}

#[effects]
pub struct Hooks {
    #[no_block]
    pub on_hit: fn(u32) -> u32,
}

fn halved(damage: u32) -> u32 {
    damage / 2
}

pub fn hooks() -> Hooks {
    Hooks { on_hit: halved }
}

#[frame_system(no_block)]
pub fn hit(alloc: &SmartAlloc, hooks: &Hooks) -> u32 {
    (hooks.on_hit)(4) + *alloc.frame_box(1)
}

/// What runs when something went wrong is no part of the frame.
#[frame_system(no_block)]
pub fn fails(alloc: &SmartAlloc, value: Result<u32, std::num::ParseIntError>) -> u32 {
    let value = match value {
        Ok(value) => value,
        Err(error) => {
            eprintln!("{error}");
            std::process::exit(1)
        }
    };
    value + *alloc.frame_box(1)
}

#[cold]
fn told(score: &Mutex<u32>) {
    println!("{:?}", score.lock().map(|score| *score).ok());
}

#[frame_system(no_block)]
pub fn told_rarely(alloc: &SmartAlloc, score: &Mutex<u32>, broken: bool) -> u32 {
    if broken {
        told(score);
    }
    *alloc.frame_box(1)
}

/// Nobody calls this in a frame, and it promises nothing.
pub fn load(score: &Mutex<u32>, path: &Path) -> u32 {
    let _ = std::fs::read(path);
    *score.lock().unwrap()
}

/// On another thread waiting is what one does.
pub fn start(orders: Receiver<u32>, results: Sender<u32>) {
    std::thread::spawn(move || {
        while let Ok(order) = orders.recv() {
            let _ = results.send(order * 2);
        }
    });
}

#[no_block]
pub fn spins(flag: &AtomicU32) -> u32 {
    for _ in 0..64 {
        if flag.load(Ordering::Acquire) > 0 {
            break;
        }
        std::hint::spin_loop();
    }
    flag.load(Ordering::Relaxed)
}
