//! What is done where nothing is there yet, or once for all frames.
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{OnceLock, RwLock};

use framealloc::{SmartAlloc, frame_system};

pub struct Renderer {
    pipeline: Option<Vec<u32>>,
    atlas: Option<String>,
    layout: Option<Box<u32>>,
    first_frame: bool,
    initialized: bool,
    ready: bool,
    names: Vec<String>,
}

impl Renderer {
    pub fn new() -> Self {
        Self {
            pipeline: None,
            atlas: None,
            layout: None,
            first_frame: true,
            initialized: false,
            ready: false,
            names: Vec::new(),
        }
    }

    #[frame_system]
    pub fn where_nothing_is(&mut self, alloc: &SmartAlloc) -> u32 {
        if self.pipeline.is_none() {
            self.pipeline = Some(vec![1, 2, 3]);
        }
        if self.atlas.is_none() && *alloc.frame_box(true) {
            let name = format!("atlas {}", 1);
            self.atlas = Some(name);
        }
        self.pipeline.as_ref().map_or(0, |pipeline| pipeline[0])
    }

    #[frame_system]
    pub fn in_the_other_branch(&mut self, alloc: &SmartAlloc) -> u32 {
        let value = *alloc.frame_box(1_u32);
        if let Some(layout) = &mut self.layout {
            **layout += value;
        } else {
            self.layout = Some(Box::new(value));
        }
        match &self.atlas {
            Some(atlas) => atlas.len() as u32,
            None => {
                self.atlas = Some("atlas".to_string());
                0
            }
        }
    }

    #[frame_system]
    pub fn first(&mut self, alloc: &SmartAlloc) -> usize {
        if self.first_frame {
            self.first_frame = false;
            self.names = vec!["a".to_string(), format!("{}", 2)];
        }
        if !self.initialized {
            self.names.push("b".to_owned());
            self.initialized = true;
        }
        self.names.len() + usize::from(*alloc.frame_box(1_u8))
    }

    #[frame_system]
    pub fn early_return(&mut self, alloc: &SmartAlloc) {
        let value = *alloc.frame_box(1_u32);
        if self.ready {
            return;
        }
        self.names = vec![format!("{value}")];
        self.ready = true;
    }
}

static TABLE: OnceLock<Vec<u32>> = OnceLock::new();
static STARTED: AtomicBool = AtomicBool::new(false);
static NAMES: RwLock<Vec<String>> = RwLock::new(Vec::new());

#[frame_system]
pub fn in_statics(alloc: &SmartAlloc) -> usize {
    let table = TABLE.get_or_init(|| vec![1, 2, 3]);
    if !STARTED.swap(true, Ordering::Relaxed) {
        NAMES.write().unwrap().push("started".to_string());
    }
    table.len() + usize::from(*alloc.frame_box(1_u8))
}

/// What is made once for each key, or before the first frame of a stage.
pub struct Atlas {
    glyphs: std::collections::HashMap<char, Vec<u8>>,
    sizes: std::collections::HashMap<u32, Vec<u8>>,
    mesh: Option<Vec<u32>>,
    stage: Stage,
    free: Vec<usize>,
    slots: Vec<Vec<u32>>,
}

pub enum Stage {
    Loading(u8),
    Playing,
}

fn draw(glyph: char) -> Vec<u8> {
    vec![glyph as u8; 64]
}

fn build() -> Vec<u32> {
    vec![1, 2, 3]
}

fn slot(slots: &mut Vec<Vec<u32>>, free: &mut Vec<usize>) -> usize {
    match free.pop() {
        Some(slot) => slot,
        None => {
            slots.push(vec![1, 2, 3]);
            slots.len() - 1
        }
    }
}

fn with<R>(atlas: &mut Atlas, work: impl FnOnce(&mut Atlas) -> R) -> R {
    work(atlas)
}

impl Atlas {
    pub fn new() -> Self {
        Self {
            glyphs: Default::default(),
            sizes: Default::default(),
            mesh: None,
            stage: Stage::Loading(3),
            free: Vec::new(),
            slots: Vec::new(),
        }
    }

    #[frame_system]
    pub fn glyph(&mut self, alloc: &SmartAlloc, glyph: char) -> usize {
        let first = self.glyphs.entry(glyph).or_insert_with(|| draw(glyph)).len();
        if !self.sizes.contains_key(&first.try_into().unwrap()) {
            self.sizes.insert(3, draw(glyph));
        }
        let second = match self.glyphs.get(&glyph) {
            Some(found) => found.len(),
            None => {
                self.glyphs.insert(glyph, draw(glyph));
                1
            }
        };
        let third = if let Some(found) = self.sizes.get(&7) {
            found.len()
        } else {
            self.sizes.insert(7, draw(glyph));
            1
        };
        first + second + third + *alloc.frame_box(1)
    }

    #[frame_system]
    pub fn mesh(&mut self, alloc: &SmartAlloc) -> usize {
        self.mesh.get_or_insert_with(build).len() + *alloc.frame_box(1)
    }

    #[frame_system]
    pub fn play(&mut self, alloc: &SmartAlloc) -> usize {
        match self.stage {
            Stage::Loading(seed) => {
                self.slots = vec![vec![u32::from(seed)]];
                self.stage = Stage::Playing;
                1
            }
            Stage::Playing => self.slots.len() + *alloc.frame_box(1),
        }
    }

    #[frame_system]
    pub fn spawn(&mut self, alloc: &SmartAlloc) -> usize {
        let at = slot(&mut self.slots, &mut self.free);
        self.free.push(at);
        at + *alloc.frame_box(1)
    }
}

#[frame_system]
pub fn in_a_closure(alloc: &SmartAlloc, atlas: &mut Atlas) -> usize {
    with(atlas, |atlas| match atlas.stage {
        Stage::Loading(_) => {
            atlas.slots = vec![vec![1, 2]];
            atlas.stage = Stage::Playing;
        }
        Stage::Playing => {}
    });
    *alloc.frame_box(1)
}
