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
