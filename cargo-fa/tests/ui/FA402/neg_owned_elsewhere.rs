//! Containers whose memory is somebody else's, and buffers that are taken, used and put back.
use std::collections::HashMap;
use std::sync::Mutex;

use framealloc::{SmartAlloc, frame_system};

#[derive(Default)]
pub struct Quarantine {
    waiting: Vec<u32>,
    scratch: Vec<u32>,
}

impl Quarantine {
    #[frame_system]
    pub fn detect(&mut self, alloc: &SmartAlloc, bodies: &[u32]) {
        let first = *alloc.frame_box(1);
        for body in bodies {
            self.waiting.push(*body + first);
        }
    }

    pub fn apply(&mut self) -> u32 {
        let mut waiting = std::mem::take(&mut self.waiting);
        let sum = waiting.drain(..).sum();
        self.waiting = waiting;
        sum
    }

    #[frame_system]
    pub fn with_another_lifetime(&mut self, alloc: &SmartAlloc, bodies: &[u32]) -> usize {
        let mut scratch = emptied(std::mem::take(&mut self.scratch));
        scratch.extend(bodies.iter().copied());
        scratch.push(*alloc.frame_box(1));
        let count = scratch.len();
        self.scratch = emptied(scratch);
        count
    }
}

fn emptied(mut list: Vec<u32>) -> Vec<u32> {
    list.clear();
    list
}

pub struct Mixer {
    pending: Mutex<Vec<u32>>,
    still: Vec<u32>,
}

impl Mixer {
    #[frame_system]
    pub fn add(&self, alloc: &SmartAlloc, source: u32) {
        self.pending.lock().unwrap().push(source + *alloc.frame_box(1));
    }

    #[frame_system]
    pub fn mix(&mut self, alloc: &SmartAlloc) -> u32 {
        let mut pending = self.pending.lock().unwrap();
        let other = *alloc.frame_box(1);
        for source in pending.drain(..) {
            if source > other {
                self.still.push(source);
            }
        }
        std::mem::swap(&mut self.still, &mut *pending);
        other
    }
}

pub struct Encoder<'a> {
    tags: &'a mut Vec<u8>,
    words: &'a mut HashMap<u32, u32>,
}

impl<'a> Encoder<'a> {
    pub fn new(tags: &'a mut Vec<u8>, words: &'a mut HashMap<u32, u32>) -> Self {
        Self { tags, words }
    }

    pub fn line(&mut self, value: u32) {
        self.tags.push(1);
        self.tags.extend_from_slice(&value.to_le_bytes());
        self.words.insert(value, value);
    }
}

#[derive(Default)]
pub struct Scene {
    tags: Vec<u8>,
    words: HashMap<u32, u32>,
    paints: Vec<u32>,
    order: Vec<u32>,
}

impl Scene {
    pub fn reset(&mut self) {
        self.paints.clear();
        let Self { order, .. } = self;
        order.retain(|id| *id > 1);
    }

    #[frame_system]
    pub fn draw(&mut self, alloc: &SmartAlloc, value: u32) {
        let value = value + *alloc.frame_box(1);
        Encoder::new(&mut self.tags, &mut self.words).line(value);
        let each: fn(&mut Vec<u32>, u32) = encode;
        each(&mut self.paints, value);
        encode_all(alloc, &mut self.paints, &[value]);
        self.order.push(value);
    }

    pub fn draw_some(&mut self, values: &[u32]) {
        values.iter().for_each(|value| encode(&mut self.paints, *value));
    }
}

#[frame_system]
pub fn encode_all(alloc: &SmartAlloc, paints: &mut Vec<u32>, values: &[u32]) {
    paints.push(*alloc.frame_box(1));
    for value in values {
        paints.push(*value);
    }
}

fn encode(paints: &mut Vec<u32>, value: u32) {
    paints.push(value);
}

#[derive(Default)]
pub struct Buffers {
    entries: Vec<Vec<u32>>,
}

impl Buffers {
    pub fn take(&mut self) -> Vec<u32> {
        self.entries.pop().unwrap_or_default()
    }

    pub fn give_back(&mut self, mut buffer: Vec<u32>) {
        buffer.clear();
        self.entries.push(buffer);
    }
}

#[frame_system]
pub fn from_a_pool(alloc: &SmartAlloc, buffers: &mut Buffers, values: &[u32]) -> u32 {
    let mut buffer = buffers.take();
    buffer.clear();
    buffer.extend_from_slice(values);
    buffer.push(*alloc.frame_box(1));
    let sum = buffer.iter().sum();
    buffers.give_back(buffer);
    sum
}

#[frame_system]
pub fn through_a_closure(alloc: &SmartAlloc, raw: &mut Vec<u32>, keys: &[u32]) {
    raw.retain(|key| *key > 1);
    let push_key = |events: &mut Vec<u32>, key: u32| events.push(key);
    let first = *alloc.frame_box(1);
    for key in keys {
        push_key(raw, *key + first);
    }
}

pub enum Kind {
    Picture { tiles: Vec<u32>, old: Vec<u32> },
    None,
}

pub struct Layer {
    kind: Kind,
}

impl Layer {
    pub fn begin(&mut self) {
        match self.kind {
            Kind::Picture { ref mut tiles, ref mut old } => {
                std::mem::swap(tiles, old);
                tiles.clear();
            }
            Kind::None => {}
        }
    }
}

#[frame_system]
pub fn into_a_variant(alloc: &SmartAlloc, kind: &mut Kind) {
    if let Kind::Picture { tiles, .. } = kind {
        tiles.push(*alloc.frame_box(1));
    }
}

/// Room for a whole run, in each place of an array.
pub struct Times {
    systems: [Vec<u32>; 4],
    frames: [Vec<u32>; 2],
}

impl Times {
    pub fn new(frames: usize) -> Self {
        let room = || Vec::with_capacity(frames);
        Self { systems: std::array::from_fn(|_| room()), frames: std::array::from_fn(|_| Vec::with_capacity(frames)) }
    }

    #[frame_system]
    pub fn note(&mut self, alloc: &SmartAlloc, system: usize) {
        self.systems[system].push(*alloc.frame_box(1));
        self.frames[0].push(2);
    }
}

/// A pass that is described in each frame, in lists with room.
pub mod passes {
    use framealloc::{SmartAlloc, frame_system};

    /// What reads and writes what.
    pub struct Pass<'g> {
        pub graph: &'g mut Graph,
        pub(crate) reads: Vec<u32>,
        pub(crate) writes: Vec<u32>,
    }

    /// All of a frame.
    #[derive(Default)]
    pub struct Graph {
        pub passes: u32,
    }

    mod made {
        use super::{Graph, Pass};

        impl Graph {
            pub fn pass(&mut self) -> Pass<'_> {
                Pass { reads: Vec::with_capacity(16), writes: Vec::with_capacity(16), graph: self } //~ FA401
            }
        }
    }

    impl Pass<'_> {
        fn reads(&mut self, what: u32) {
            self.reads.push(what);
        }

        fn writes(&mut self, what: u32) {
            self.writes.push(what);
            self.graph.passes += 1;
        }
    }

    #[frame_system]
    pub fn describe(alloc: &SmartAlloc, graph: &mut Graph) -> u32 {
        let mut pass = graph.pass();
        pass.reads(1);
        pass.writes(2);
        *alloc.frame_box(pass.graph.passes)
    }
}
