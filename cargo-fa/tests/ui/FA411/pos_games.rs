//! Mixers, asset servers, job systems and loading screens that wait.
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, RwLock};
use std::thread::JoinHandle;

use framealloc::{Frame, SmartAlloc, effects, frame_system, no_block, no_heap};

/// The samples of one voice.
pub trait Source {
    #[no_block]
    fn fill(&mut self, samples: &mut [f32]);
}

pub struct Stream {
    decoded: Arc<Mutex<[f32; 64]>>,
    refill: Sender<()>,
}

impl Source for Stream {
    fn fill(&mut self, samples: &mut [f32]) {
        let decoded = self.decoded.lock().unwrap(); //~ FA411
        samples.copy_from_slice(&decoded[..samples.len()]);
    }
}

pub struct Mixer {
    voices: Vec<Box<dyn Source>>,
    volume: Arc<RwLock<f32>>,
    commands: Receiver<f32>,
}

impl Mixer {
    fn volume(&self) -> f32 {
        *self.volume.read().unwrap() //~ FA411
    }

    #[frame_system(no_block)]
    pub fn mix(&mut self, alloc: &SmartAlloc, out: &mut [f32]) {
        let scratch = alloc.frame_slice_fill_copy(out.len(), 0.0_f32);
        let mut scratch = scratch;
        let volume = self.volume();
        for voice in &mut self.voices {
            voice.fill(&mut scratch);
            out.iter_mut().zip(scratch.iter()).for_each(|(out, sample)| *out += sample * volume);
        }
        while let Ok(volume) = self.commands.recv() { //~ FA411
            *self.volume.write().unwrap() = volume; //~ FA411
        }
    }
}

pub struct Assets {
    loaded: Mutex<HashMap<u32, Arc<[u8]>>>,
    root: PathBuf,
}

impl Assets {
    fn table(&self) -> MutexGuard<'_, HashMap<u32, Arc<[u8]>>> {
        self.loaded.lock().unwrap() //~ FA411
    }

    #[no_block]
    pub fn get(&self, id: u32) -> Option<Arc<[u8]>> {
        self.table().get(&id).cloned()
    }

    #[no_block]
    pub fn is_there(&self) -> bool {
        self.root.is_dir() //~ FA411
    }
}

pub struct Jobs {
    pending: Mutex<u32>,
    done: Condvar,
    workers: Vec<JoinHandle<()>>,
}

impl Jobs {
    /// Only `no_heap` is declared: waiting is its own affair.
    #[no_heap]
    fn finish(&self) {
        let mut pending = self.pending.lock().unwrap(); //~ FA411
        while *pending > 0 {
            pending = self.done.wait(pending).unwrap(); //~ FA411
        }
    }

    #[frame_system(no_block)]
    pub fn barrier(&self, alloc: &SmartAlloc) -> u32 {
        self.finish();
        *alloc.frame_box(1)
    }

    #[frame_system(no_block)]
    pub fn stop(&mut self, alloc: &SmartAlloc) -> u32 {
        while let Some(worker) = self.workers.pop() {
            worker.join().unwrap(); //~ FA411
        }
        *alloc.frame_box(1)
    }
}

#[effects]
pub struct Hooks {
    #[no_block]
    pub on_hit: fn(u32) -> u32,
    #[no_block]
    pub on_heal: Box<dyn Fn(u32) -> u32>,
}

static LOG: Mutex<[u32; 4]> = Mutex::new([0; 4]);

fn logged(damage: u32) -> u32 {
    LOG.lock().unwrap()[0] += damage; //~ FA411
    damage
}

pub fn hooks(counter: Arc<Mutex<u32>>) -> Hooks {
    Hooks {
        on_hit: logged,
        on_heal: Box::new(move |healed| {
            *counter.lock().unwrap() += healed; //~ FA411
            healed
        }),
    }
}

#[frame_system(no_block)]
pub fn hit(alloc: &SmartAlloc, hooks: &Hooks, damage: u32) -> u32 {
    (hooks.on_hit)(damage) + (hooks.on_heal)(damage) + *alloc.frame_box(1)
}

/// A system that is called by one that must not wait runs in its time.
#[frame_system]
fn nested(alloc: &SmartAlloc, score: &Mutex<u32>) -> u32 {
    *score.lock().unwrap() + *alloc.frame_box(1) //~ FA411
}

#[frame_system(no_block)]
pub fn outer(alloc: &SmartAlloc, score: &Mutex<u32>) -> u32 {
    nested(alloc, score)
}

fn twice<T>(work: impl Fn() -> T) -> (T, T) {
    (work(), work())
}

#[frame_system(no_block)]
pub fn through_a_closure(alloc: &SmartAlloc, score: &Mutex<u32>) -> u32 {
    let (left, right) = twice(|| *score.lock().unwrap()); //~ FA411
    left + right + *alloc.frame_box(1)
}

macro_rules! locked {
    ($lock:expr) => {
        $lock.lock().unwrap()
    };
}

#[frame_system(no_block)]
pub fn through_a_macro(alloc: &SmartAlloc, score: &Mutex<u32>) -> u32 {
    *locked!(score) + *alloc.frame_box(1) //~ FA411
}

#[frame_system(no_block)]
pub fn until_loaded(alloc: &SmartAlloc, loading: &AtomicBool, progress: &mpsc::Receiver<f32>) -> f32 {
    let mut seen = 0.0;
    while loading.load(Ordering::Acquire) {
        seen = progress.recv().unwrap_or(seen); //~ FA411
    }
    seen + *alloc.frame_box(0.0)
}

fn helper(frame: &Frame, shared: &RwLock<Vec<u32>>) -> usize {
    let shared = shared.read().unwrap(); //~ FA411
    frame.frame_slice_copy(&shared).len()
}

#[frame_system(no_block)]
pub fn copied_out(alloc: &SmartAlloc, shared: &RwLock<Vec<u32>>) -> usize {
    helper(alloc, shared)
}

/// Without a system: what declares it is judged wherever it is called.
#[no_block]
pub fn callback(state: &Mutex<[f32; 2]>, out: &mut [f32]) {
    let state = state.lock().unwrap(); //~ FA411
    out.fill(state[0]);
}

pub fn refill(stream: &Stream) {
    let _ = stream.refill.send(());
}
