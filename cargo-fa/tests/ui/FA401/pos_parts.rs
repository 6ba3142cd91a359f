//! What std gives of a part: a range of a slice, the ends of a queue, each element of an array, text that is mended.
use std::collections::VecDeque;
use std::sync::Arc;

use framealloc::{SmartAlloc, frame_system};

pub struct Clip {
    samples: Arc<[f32]>,
    at: usize,
    snapshots: VecDeque<(u32, Vec<u8>)>,
    text: String,
}

impl Clip {
    #[frame_system]
    pub fn range(&mut self, alloc: &SmartAlloc) -> Option<Vec<f32>> {
        let until = self.at + *alloc.frame_box(64);
        let block = self.samples.get(self.at..until)?.to_owned(); //~ FA401
        self.at = until;
        Some(block)
    }

    #[frame_system]
    pub fn end_of_a_queue(&mut self, alloc: &SmartAlloc) -> usize {
        let Some((_, confirmed)) = self.snapshots.front() else { return *alloc.frame_box(0) };
        let world = confirmed.clone(); //~ FA401
        world.len()
    }

    #[frame_system]
    pub fn array(&mut self, alloc: &SmartAlloc, seconds: u32) {
        let parts = [seconds / *alloc.frame_box(60), seconds % 60].map(|part| format!("{part:02}")); //~ FA401
        self.text = parts.join(":"); //~ FA401
    }

    #[frame_system]
    pub fn mended(&mut self, alloc: &SmartAlloc, digits: &[u8]) -> usize {
        let groups = alloc.frame_box(3);
        digits.rchunks(*groups).map(|group| String::from_utf8_lossy(group).into_owned().len()).sum() //~ FA401
    }
}
