//! What the systems work on.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt;
use std::rc::Rc;
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, Mutex, RwLock};

/// Something that thinks.
pub trait Think {
    /// Returns what it thought of.
    fn think(&self, seed: u32) -> u32;
}

pub struct Calm(pub u32);
pub struct Wordy;

impl Think for Calm {
    fn think(&self, seed: u32) -> u32 {
        self.0 ^ seed
    }
}

impl Think for Wordy {
    fn think(&self, seed: u32) -> u32 {
        seed.to_string().bytes().map(u32::from).sum()
    }
}

/// A body with a name of its own.
#[derive(Clone)]
pub struct Body {
    pub name: String,
    pub position: [f32; 3],
    pub velocity: [f32; 3],
}

/// Gives back to the heap and takes from it when it goes.
pub struct Farewell(pub u32);

impl Drop for Farewell {
    fn drop(&mut self) {
        let words = vec![self.0; 3];
        std::hint::black_box(&words);
    }
}

pub struct Hooks {
    pub calm: fn(u32) -> u32,
    pub wordy: fn(u32) -> u32,
}

pub fn calm(seed: u32) -> u32 {
    seed.rotate_left(3)
}

pub fn wordy(seed: u32) -> u32 {
    format!("{seed:x}").bytes().map(u32::from).sum()
}

/// Writes without the heap.
pub struct Quiet(pub u32);

impl fmt::Display for Quiet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<")?;
        write!(f, "{:03}", self.0)?;
        f.pad(">")
    }
}

/// Writes with a string of its own.
pub struct Loud(pub u32);

impl fmt::Display for Loud {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_string())
    }
}

#[derive(Debug)]
#[expect(dead_code, reason = "they are read by `Debug`")]
pub struct Stamp {
    pub id: u32,
    pub at: Option<usize>,
}

pub struct World {
    pub bodies: Vec<Body>,
    pub points: Vec<[f32; 3]>,
    pub ids: Vec<u32>,
    pub text: String,
    pub map: HashMap<u32, u32>,
    pub tree: BTreeMap<u32, u32>,
    pub queue: VecDeque<u32>,
    pub lock: Mutex<u32>,
    pub many: RwLock<u32>,
    pub shared: Arc<u32>,
    pub counted: Rc<RefCell<u32>>,
    pub counter: AtomicU32,
    pub thinkers: Vec<Box<dyn Think>>,
    pub hooks: Hooks,
    pub sum: u64,
}

impl World {
    pub fn new() -> Self {
        let body = |index: u32| Body { name: format!("body {index}"), position: [index as f32; 3], velocity: [0.5; 3] };
        Self {
            bodies: (0..40).map(body).collect(),
            points: vec![[1.0, 2.0, 3.0]; 64],
            ids: (0..200).rev().collect(),
            text: "north,south,east,west".to_owned(),
            map: (0..32).map(|key| (key, key * 2)).collect(),
            tree: (0..32).map(|key| (key, key * 3)).collect(),
            queue: VecDeque::with_capacity(256),
            lock: Mutex::new(1),
            many: RwLock::new(2),
            shared: Arc::new(3),
            counted: Rc::new(RefCell::new(4)),
            counter: AtomicU32::new(0),
            thinkers: vec![Box::new(Calm(7)), Box::new(Wordy)],
            hooks: Hooks { calm, wordy },
            sum: 1,
        }
    }
}
