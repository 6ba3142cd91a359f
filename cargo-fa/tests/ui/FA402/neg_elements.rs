//! Lists in a map or list whose memory is used again: somebody empties each of them, or takes them out and puts them back; a
//! value that is made for the call with room.
use std::collections::HashMap;

use framealloc::{SmartAlloc, frame_system};

#[derive(Default)]
pub struct Buckets {
    cells: HashMap<(i32, i32), Vec<u32>>,
    rows: Vec<Vec<u32>>,
    columns: Vec<Vec<u32>>,
}

impl Buckets {
    pub fn leave_the_level(&mut self) {
        self.cells.clear();
        self.rows.clear();
    }

    #[frame_system]
    pub fn each_is_cleared(&mut self, alloc: &SmartAlloc, units: &[(u32, (i32, i32))]) -> u32 {
        for cell in self.cells.values_mut() {
            cell.clear();
        }
        for (id, cell) in units {
            if let Some(cell) = self.cells.get_mut(cell) {
                cell.push(*id);
            }
        }
        *alloc.frame_box(1)
    }

    #[frame_system]
    pub fn each_row_is_cleared(&mut self, alloc: &SmartAlloc, units: &[(u32, usize)]) -> u32 {
        self.rows.iter_mut().for_each(Vec::clear);
        for (id, row) in units {
            self.rows[*row].push(*id);
        }
        *alloc.frame_box(1)
    }

    #[frame_system]
    pub fn those_that_are_taken_out_are_put_back(&mut self, alloc: &SmartAlloc, id: u32) -> u32 {
        if let Some(mut column) = self.columns.pop() {
            column.clear();
            column.push(id);
            self.columns.push(column);
        }
        *alloc.frame_box(1)
    }
}

fn cast(from: u32, hits: &mut Vec<u32>) {
    hits.clear();
    for at in 0..from {
        hits.push(at);
    }
}

#[frame_system]
pub fn a_list_that_is_lent_and_kept(alloc: &SmartAlloc, from: u32, hits: &mut Vec<u32>) -> u32 {
    cast(from, hits);
    *alloc.frame_box(1)
}

pub struct Route {
    steps: Vec<u32>,
}

impl Route {
    fn new() -> Self {
        Self { steps: Vec::with_capacity(8) } //~ FA401
    }

    fn walk(&mut self) -> u32 {
        self.steps.push(1);
        self.steps.pop().unwrap_or(0)
    }
}

#[frame_system]
pub fn a_value_with_room(alloc: &SmartAlloc) -> u32 {
    *alloc.frame_box(Route::new().walk())
}

#[derive(Default)]
pub struct World {
    bullets: Vec<u32>,
}

impl World {
    fn fire(&mut self, at: u32) {
        self.bullets.push(at);
    }
}

/// What a main loop has made outlives its frames.
pub fn main_loop(alloc: &mut SmartAlloc, frames: u32) {
    let mut world = World::default();
    let mut hits = Vec::new();
    for frame in 0..frames {
        alloc.begin_frame();
        world.bullets.retain(|bullet| bullet % 2 == 0);
        world.fire(frame);
        cast(frame, &mut hits);
        alloc.end_frame();
    }
}
