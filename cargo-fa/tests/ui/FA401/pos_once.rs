//! Branches that look like those that run once.
use framealloc::{SmartAlloc, frame_system};

#[derive(Default)]
pub struct Mesh {
    dirty: bool,
    target: Option<Vec<u32>>,
    label: Option<String>,
    list: Vec<u32>,
    visible: bool,
    stale: bool,
}

impl Mesh {
    pub fn set(&mut self) {
        self.dirty = true;
    }

    #[frame_system]
    pub fn whenever_it_changed(&mut self, alloc: &SmartAlloc) -> u32 {
        if self.dirty {
            self.dirty = false;
            self.list = vec![1, 2, *alloc.frame_box(3)]; //~ FA401
        }
        self.list[0]
    }

    #[frame_system]
    pub fn set_by_others(&mut self, alloc: &SmartAlloc) -> u32 {
        if self.stale {
            self.list = vec![1, 2, *alloc.frame_box(3)]; //~ FA401
            self.stale = false;
        }
        self.list[0]
    }

    #[frame_system]
    pub fn taken_again(&mut self, alloc: &SmartAlloc) -> usize {
        if self.target.is_none() {
            self.target = Some(vec![*alloc.frame_box(3)]); //~ FA401
        }
        self.target.take().map_or(0, |target| target.len())
    }

    #[frame_system]
    pub fn another_is_filled(&mut self, alloc: &SmartAlloc) {
        if self.label.is_none() {
            self.list = vec![*alloc.frame_box(3)]; //~ FA401
        }
    }

    #[frame_system]
    pub fn of_this_frame(&mut self, alloc: &SmartAlloc, names: &[u32]) -> usize {
        let mut found: Option<String> = None;
        for name in names {
            if found.is_none() {
                found = Some(format!("{name} {}", *alloc.frame_box(1))); //~ FA401 FA602
            }
        }
        found.map_or(0, |found| found.len())
    }

    #[frame_system]
    pub fn while_it_is_seen(&mut self, alloc: &SmartAlloc) -> usize {
        if self.visible {
            return 0;
        }
        let text = format!("{}", *alloc.frame_box(1)); //~ FA401
        text.len()
    }
}
