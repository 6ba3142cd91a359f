//! e1, e2: the mixture of a game's frame, with and without lists that grow.

use std::hint::black_box;

use framealloc::{Frame, SmartAlloc, Tag};

use super::{everyone, frames};
use crate::arena::{Arena, Program, Push};
use crate::harness::{Contender, Workload};
use crate::peers::{Fixed, allocator};

const ENTITIES: usize = 400;
/// Lists that grow one after the other, and pairs that grow in turns.
const LISTS: usize = 16;
const PAIRS: usize = 2;
/// No list gets longer than this.
const LONGEST: usize = 200;

/// Sizes that depend on the data, as in a game.
struct Inputs {
    lengths: [usize; 64],
    names: [&'static str; 8],
    path: [f32; 64],
}

static INPUTS: Inputs = {
    let mut lengths = [0; 64];
    let mut index = 0;
    while index < lengths.len() {
        lengths[index] = 4 + index * 11 % 29;
        index += 1;
    }
    let names = ["ork", "goblin", "wolf_rider", "catapult", "troll_of_the_bridge", "bat", "archer_17", "captain"];
    Inputs { lengths, names, path: [0.25; 64] }
};

#[derive(Clone, Copy)]
struct Game {
    inputs: &'static Inputs,
    lists: bool,
}

impl Game {
    fn new(lists: bool) -> Self {
        Self { inputs: black_box(&INPUTS), lists }
    }

    #[inline(always)]
    fn objects<'f, A: Arena<'f>>(&self, arena: &mut A) {
        for entity in 0..ENTITIES {
            let id = entity as u32;
            arena.put([id as f32; 16]); // a transform
            arena.put([id; 6]); // a contact
            arena.put([entity as u64; 2]); // an event
            if entity % 2 == 0 {
                arena.put([id; 8]); // a draw command
            }
            if entity % 4 == 0 {
                arena.copy(&self.inputs.path[..self.inputs.lengths[entity % 64]]);
            }
            if entity % 8 == 0 {
                arena.text(self.inputs.names[entity / 8 % 8]);
            }
        }
        for buffer in 0..8 {
            arena.zeroes(self.inputs.lengths[buffer] * 32);
            arena.filled(self.inputs.lengths[buffer] * 4, |index| index as u32 ^ buffer as u32);
        }
    }

    #[inline(always)]
    fn length(&self, list: usize) -> usize {
        (self.inputs.lengths[list] * self.inputs.lengths[list + 20] / 4).min(LONGEST)
    }

    #[inline(always)]
    fn grow<'f, A: Arena<'f>>(&self, arena: &mut A) {
        for number in 0..LISTS / 2 {
            let mut visible = arena.list();
            for index in 0..self.length(number) as u32 {
                visible.push(index);
            }
            visible.done();
            let mut positions = arena.list();
            for index in 0..self.length(number + 8) {
                positions.push([index as f32; 4]);
            }
            positions.done();
        }
        for number in 0..PAIRS {
            let (mut near, mut far) = (arena.list(), arena.list());
            for index in 0..self.length(number + 16) as u32 {
                if index % 3 == 0 {
                    near.push(index);
                } else {
                    far.push(index);
                }
                if index % 8 == 0 {
                    arena.put([u64::from(index); 3]);
                }
            }
            near.done();
            far.done();
        }
    }
}

impl Program for Game {
    #[inline(always)]
    fn run<'f, A: Arena<'f>>(&self, mut arena: A) {
        self.objects(&mut arena);
        if self.lists {
            self.grow(&mut arena);
        }
    }
}

fn contenders(lists: bool) -> Vec<Contender> {
    let mut contenders = everyone(Game::new(lists));
    contenders.push(frames(super::names::FIXED, Fixed::new(LONGEST), Game::new(lists)));
    contenders
}

/// One function for all, never inlined: what differs is the arena, not where the compiler placed a loop.
#[inline(never)]
fn play(frame: &Frame, game: &Game) {
    game.run(frame);
}

fn seen() -> Vec<Contender> {
    static PHYSICS: Tag = Tag::new("physics");
    let of = |name, frame: fn(&SmartAlloc) -> &Frame, is_read: bool| {
        let (mut alloc, game) = (allocator(), Game::new(true));
        Contender::new(name, move || {
            play(frame(black_box(&alloc)), &game);
            alloc.end_frame();
            if is_read {
                let mut bytes = 0;
                alloc.for_each_tag(|tag| bytes += tag.bytes);
                black_box((bytes, alloc.frame_report()));
            }
        })
    };
    vec![
        of(super::names::HOISTED, SmartAlloc::frame, false),
        of(super::names::TAGGED, |alloc| alloc.tagged(&PHYSICS), false),
        of(super::names::READ, |alloc| alloc.tagged(&PHYSICS), true),
    ]
}

pub(super) fn workloads() -> Vec<Workload> {
    let workload = |name, about, contenders| Workload {
        name,
        about,
        operations: 1.0,
        unit: "frame",
        base: super::names::BUMPALO,
        contenders,
    };
    vec![
        workload("e1", "a frame of 1600 mixed values and 20 growing lists", (|| contenders(true)) as fn() -> _),
        Workload {
            base: super::names::HOISTED,
            ..workload("e1s", "e1 without and with a tag, and with the figures read after every frame", seen)
        },
        workload("e2", "a frame of 1600 mixed values", || contenders(false)),
    ]
}
