//! Caches: maps that are kept, that nobody takes anything out of, and whose closures make what is under a key.
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, RwLock};

use framealloc::{SmartAlloc, frame_system};

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Font {
    face: u8,
    size: u8,
}

pub struct Layer {
    shade: Option<Vec<u32>>,
}

pub struct Painter {
    widths: HashMap<Font, u32>,
    shared: RwLock<HashMap<Font, u32>>,
    texts: RefCell<HashMap<u8, Arc<str>>>,
    images: Mutex<BTreeMap<u32, Box<[u8]>>>,
    curves: HashMap<(u8, u8), Arc<[u32]>>,
    slots: Vec<u32>,
    unused: Vec<usize>,
    layers: Vec<Layer>,
}

impl Painter {
    pub fn new(layers: u32) -> Self {
        Self {
            widths: HashMap::new(),
            shared: RwLock::default(),
            texts: RefCell::default(),
            images: Mutex::default(),
            curves: HashMap::new(),
            slots: Vec::new(),
            unused: Vec::new(),
            layers: (0..layers).map(|_| Layer { shade: None }).collect(),
        }
    }

    #[frame_system]
    pub fn by_entry(&mut self, alloc: &SmartAlloc, font: Font) -> u32 {
        *self.widths.entry(font).or_insert_with(|| u32::from(font.size)) + *alloc.frame_box(1)
    }

    #[frame_system]
    pub fn behind_a_lock(&self, alloc: &SmartAlloc, font: Font) -> u32 {
        if let Some(width) = self.shared.read().unwrap().get(&font) {
            return *width + *alloc.frame_box(1);
        }
        *self.shared.write().unwrap().entry(font).or_insert_with(|| u32::from(font.face))
    }

    #[frame_system]
    pub fn in_a_cell(&self, alloc: &SmartAlloc, key: u8) -> usize {
        self.texts.borrow_mut().entry(key).or_insert_with(|| Arc::from("text")).len() + *alloc.frame_box(1)
    }

    #[frame_system]
    pub fn by_a_guard(&self, alloc: &SmartAlloc, id: u32) -> usize {
        let mut images = self.images.lock().unwrap();
        if !images.contains_key(&id) {
            images.insert(id, vec![0; 4].into_boxed_slice());
        }
        images[&id].len() + *alloc.frame_box(1)
    }

    #[frame_system]
    pub fn returns_what_is_there(&mut self, alloc: &SmartAlloc, from: u8, to: u8) -> Arc<[u32]> {
        if let Some(curve) = self.curves.get(&(from, to)) {
            return Arc::clone(curve);
        }
        let curve: Arc<[u32]> = (u32::from(from)..u32::from(to) + *alloc.frame_box(1)).collect();
        self.curves.insert((from, to), Arc::clone(&curve));
        curve
    }

    #[frame_system]
    pub fn free_list(&mut self, alloc: &SmartAlloc, value: u32) -> usize {
        let value = value + *alloc.frame_box(1);
        match self.unused.pop() {
            Some(slot) => {
                self.slots[slot] = value;
                slot
            }
            None => {
                self.slots.push(value);
                self.slots.len() - 1
            }
        }
    }

    #[frame_system]
    pub fn elements_that_are_there_from_the_start(&mut self, alloc: &SmartAlloc) {
        let first = *alloc.frame_box(1_u32);
        for layer in &mut self.layers {
            if layer.shade.is_none() {
                layer.shade = Some(vec![first]);
            }
        }
    }
}
