//! Kept containers that somebody else empties: by another name, through a getter, from outside of the type.
use std::collections::HashMap;

use framealloc::{SmartAlloc, frame_system};

pub struct Entities {
    free_list: Vec<u32>,
    next: u32,
}

impl Entities {
    #[frame_system]
    pub fn despawn(&mut self, alloc: &SmartAlloc, dead: &[u32]) {
        let free_list = &mut self.free_list;
        let first = *alloc.frame_box(0_u32);
        for entity in dead {
            free_list.push(*entity + first);
        }
    }

    pub fn spawn(&mut self) -> u32 {
        let free_list = &mut self.free_list;
        free_list.pop().unwrap_or_else(|| {
            self.next += 1;
            self.next
        })
    }
}

pub struct Pool {
    free: Vec<u32>,
    used: Vec<u32>,
}

impl Pool {
    #[frame_system]
    pub fn give_back(&mut self, alloc: &SmartAlloc, slot: u32) {
        self.free.push(slot + *alloc.frame_box(0_u32));
        self.used.push(slot);
    }

    pub fn take(&mut self) -> Option<u32> {
        let Self { free, used } = self;
        used.clear();
        free.pop()
    }
}

#[derive(Default)]
pub struct Encoder {
    bytes: Vec<u8>,
    words: Vec<u32>,
}

impl Encoder {
    pub fn put(&mut self, value: u32) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
        self.words.push(value);
    }

    pub fn words_mut(&mut self) -> &mut Vec<u32> {
        &mut self.words
    }
}

pub struct Renderer {
    encoder: Encoder,
    by_layer: HashMap<u32, Vec<u32>>,
    rows: Vec<Vec<u32>>,
}

impl Renderer {
    pub fn begin(&mut self) {
        self.encoder.bytes.clear();
        self.encoder.words_mut().clear();
        for (_, layer) in &mut self.by_layer {
            layer.clear();
        }
        self.rows.iter_mut().for_each(|row| row.clear());
    }

    #[frame_system]
    pub fn encode(&mut self, alloc: &SmartAlloc, draws: &[u32]) {
        let first = *alloc.frame_box(0_u32);
        for draw in draws {
            self.encoder.put(*draw + first);
            if let Some(layer) = self.by_layer.get_mut(draw) {
                layer.push(*draw);
            }
            self.rows[0].push(*draw);
        }
    }
}

pub struct Lists {
    open: Option<Vec<u32>>,
    last: Vec<Vec<u32>>,
}

impl Lists {
    pub fn end(&mut self) {
        if let Some(open) = self.open.as_mut() {
            open.clear();
        }
        if let Some(last) = self.last.last_mut() {
            last.clear();
        }
    }

    #[frame_system]
    pub fn add(&mut self, alloc: &SmartAlloc) {
        let value = *alloc.frame_box(0_u32);
        if let Some(open) = self.open.as_mut() {
            open.push(value);
        }
        if let Some(last) = self.last.last_mut() {
            last.push(value);
        }
    }
}
