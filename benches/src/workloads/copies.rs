//! c: slices and strings copied in.

use super::{everyone, frames};
use crate::arena::{Arena, Program};
use crate::harness::{Contender, Workload};
use crate::peers::Fixed;

const SLICES: usize = 32;
const STRINGS: usize = 1000;
const SMALL_SLICES: usize = 1000;

static SOURCE: [f32; 2048] = [1.5; 2048];
const LENGTH: usize = 1024;
static WORDS: &str = "spawn wave 17 at the northern gate before dusk";

#[derive(Clone, Copy)]
struct Slices;

impl Program for Slices {
    #[inline(always)]
    fn run<'f, A: Arena<'f>>(&self, mut arena: A) {
        for index in 0..SLICES {
            // From everywhere: how source and place lie to each other in their pages decides how fast a copy is, and a
            // single source would favour those whose places happen to lie well.
            let start = index * 331 % (SOURCE.len() - LENGTH);
            arena.copy(&std::hint::black_box(SOURCE.as_slice())[start..start + LENGTH]);
        }
    }
}

/// Slices of 4 to 64 elements, as lists of contacts or of indices are.
#[derive(Clone, Copy)]
struct SmallSlices;

impl Program for SmallSlices {
    #[inline(always)]
    fn run<'f, A: Arena<'f>>(&self, mut arena: A) {
        let source = std::hint::black_box(SOURCE.as_slice());
        for index in 0..SMALL_SLICES {
            let start = index * 331 % (SOURCE.len() - 64);
            arena.copy(&source[start..start + 4 + index * 37 % 61]);
        }
    }
}

#[derive(Clone, Copy)]
struct Strings;

impl Program for Strings {
    #[inline(always)]
    fn run<'f, A: Arena<'f>>(&self, mut arena: A) {
        for index in 0..STRINGS {
            arena.text(&WORDS[..=index * 7 % 40]);
        }
    }
}

fn with_floor(program: impl Program + Copy + 'static) -> Vec<Contender> {
    let mut contenders = everyone(program);
    contenders.push(frames(super::names::FIXED, Fixed::new(0), program));
    contenders
}

pub(super) fn workloads() -> Vec<Workload> {
    let workload = |name, about, operations, unit, contenders| Workload {
        name,
        about,
        operations,
        unit,
        base: super::names::BUMPALO,
        contenders,
    };
    vec![
        workload(
            "c1",
            "slices of 4 KiB copied",
            SLICES as f64,
            "slice",
            (|| with_floor(Slices)) as fn() -> Vec<Contender>,
        ),
        workload("c2", "strings of 1 to 40 bytes copied", STRINGS as f64, "string", || with_floor(Strings)),
        workload("c3", "slices of 4 to 64 numbers copied", SMALL_SLICES as f64, "slice", || with_floor(SmallSlices)),
    ]
}
