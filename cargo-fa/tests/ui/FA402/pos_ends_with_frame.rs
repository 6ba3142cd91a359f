//! Memory that ends with the frame although somebody empties the container, or one of its kind: lists in a map that is cleared,
//! lists that the caller has just made, containers of a value that the caller has just made.
use std::collections::{BinaryHeap, HashMap};

use framealloc::{SmartAlloc, frame_system};

#[derive(Default)]
pub struct Buckets {
    cells: HashMap<(i32, i32), Vec<u32>>,
    rows: Vec<Vec<u32>>,
}

impl Buckets {
    #[frame_system]
    pub fn lists_of_a_map_that_is_cleared(&mut self, alloc: &SmartAlloc, units: &[(u32, (i32, i32))]) -> u32 {
        self.cells.clear();
        for (id, cell) in units {
            self.cells.entry(*cell).or_default().push(*id); //~ FA402
        }
        *alloc.frame_box(1)
    }

    #[frame_system]
    pub fn lists_of_a_list_that_is_made_anew(&mut self, alloc: &SmartAlloc, units: &[(u32, usize)]) -> u32 {
        self.rows.clear();
        self.rows.resize_with(8, Vec::new);
        for (id, row) in units {
            self.rows[*row].push(*id); //~ FA402
        }
        *alloc.frame_box(1)
    }
}

fn cast(from: u32, hits: &mut Vec<u32>) {
    hits.clear();
    for at in 0..from {
        hits.push(at); //~ FA402
    }
}

#[frame_system]
pub fn a_list_that_is_lent_and_new(alloc: &SmartAlloc, from: u32) -> u32 {
    let mut hits = Vec::new();
    cast(from, &mut hits);
    *alloc.frame_box(hits.first().copied().unwrap_or(0))
}

pub struct Search {
    to: u32,
    open: BinaryHeap<u32>,
    seen: HashMap<u32, u32>,
}

impl Search {
    fn new(to: u32) -> Self {
        Self { to, open: BinaryHeap::new(), seen: HashMap::new() }
    }

    fn visit(&mut self, at: u32) {
        self.open.push(at); //~ FA402
        self.seen.insert(at, self.to); //~ FA402
    }

    fn run(&mut self, from: u32) -> u32 {
        self.visit(from);
        while let Some(at) = self.open.pop() {
            if at > self.to {
                self.visit(at / 2);
            }
        }
        self.to
    }
}

#[frame_system]
pub fn a_value_that_is_made_for_the_call(alloc: &SmartAlloc, from: u32) -> u32 {
    *alloc.frame_box(Search::new(7).run(from))
}
