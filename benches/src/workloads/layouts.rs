//! e3: memory of layouts that are not known before run time.

use std::alloc::Layout;
use std::hint::black_box;
use std::sync::LazyLock;

use super::{arenas, frames, names, ours};
use crate::arena::{Arena, Program};
use crate::harness::{Contender, Workload};
use crate::peers::{BumpaloAligned, Fixed};

const COUNT: usize = 1000;

/// 8 to 128 bytes; one in four is aligned to 16.
static LAYOUTS: LazyLock<Vec<Layout>> = LazyLock::new(|| {
    (0..64_usize)
        .filter_map(|index| {
            let align = if index % 4 == 3 { 16 } else { 8 };
            Layout::from_size_align(8 + index * 37 % 121, align).ok()
        })
        .collect()
});

#[derive(Clone, Copy)]
struct Layouts(&'static [Layout]);

impl Program for Layouts {
    /// The address goes into a table, as that of a command into its queue. (Writing through it would need unsafe code
    /// for most peers.)
    #[inline(always)]
    fn run<'f, A: Arena<'f>>(&self, mut arena: A) {
        let mut queue = [0_usize; 64];
        for index in 0..COUNT {
            let slot = index % 64;
            queue[slot] = arena.raw(self.0[slot]);
        }
        black_box(&queue);
    }
}

fn contenders() -> Vec<Contender> {
    let program = Layouts(black_box(&LAYOUTS));
    let mut contenders = arenas(program);
    contenders.insert(1, frames("bumpalo <8>", BumpaloAligned::new(), program));
    contenders.extend(ours(program));
    contenders.push(frames(names::FIXED, Fixed::new(0), program));
    contenders
}

pub(super) fn workloads() -> Vec<Workload> {
    vec![Workload {
        name: "e3",
        about: "1000 blocks of layouts known at run time only, end of the frame",
        operations: COUNT as f64,
        unit: "block",
        base: names::BUMPALO,
        contenders,
    }]
}
