//! Systems that take from the heap in each run, each in another way.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet, VecDeque};
use std::fmt::{self, Write as _};
use std::hint::black_box;
use std::rc::Rc;
use std::sync::{Arc, mpsc};

use framealloc::{SmartAlloc, frame_system};

use crate::world::{Body, Farewell, Loud, Quiet, Think, Wordy, World};

thread_local! {
    static LOG: RefCell<Vec<u32>> = RefCell::new(Vec::new());
}

macro_rules! boxed {
    ($value:expr) => {
        *black_box(Box::new($value))
    };
}

#[frame_system(no_heap)]
fn breaks_vec(alloc: &SmartAlloc, world: &World) -> u32 {
    let ids: Vec<u32> = world.ids.iter().map(|id| id + 1).collect();
    black_box(&ids).len() as u32
}

#[frame_system(no_heap)]
fn breaks_format(alloc: &SmartAlloc, world: &World) -> u32 {
    format!("{}:{}", world.ids.len(), world.text).len() as u32
}

#[frame_system(no_heap)]
fn breaks_macro(alloc: &SmartAlloc, world: &World) -> u32 {
    boxed!(world.ids[0]) + 1
}

#[frame_system(no_heap)]
fn breaks_clone(alloc: &SmartAlloc, world: &World) -> u32 {
    black_box(world.bodies[0].clone()).name.len() as u32
}

#[frame_system(no_heap)]
fn breaks_generic_clone(alloc: &SmartAlloc, world: &World) -> u32 {
    fn twice<T: Clone>(value: &T) -> (T, T) {
        (value.clone(), value.clone())
    }
    let (a, b) = black_box(twice(&world.bodies[1]));
    (a.name.len() + b.name.len()) as u32
}

#[frame_system(no_heap)]
fn breaks_vtable(alloc: &SmartAlloc, world: &World) -> u32 {
    world.thinkers.iter().map(|thinker| thinker.think(5)).sum()
}

#[frame_system(no_heap)]
fn breaks_pointer(alloc: &SmartAlloc, world: &World) -> u32 {
    (world.hooks.wordy)(11) + (world.hooks.calm)(11)
}

#[frame_system(no_heap)]
fn breaks_drop(alloc: &SmartAlloc, world: &World) -> u32 {
    let farewell = Farewell(world.ids[0]);
    farewell.0 + 1
}

#[frame_system(no_heap)]
fn breaks_thread_local(alloc: &SmartAlloc, world: &World) -> u32 {
    LOG.with_borrow_mut(|log| {
        *log = Vec::with_capacity(world.ids.len());
        log.push(1);
        log.len() as u32
    })
}

#[frame_system(no_heap)]
fn breaks_println(alloc: &SmartAlloc, world: &World) -> u32 {
    eprint!("{}", black_box(world.text.replace(',', "")).get(..0).unwrap_or(""));
    1
}

#[frame_system(no_heap)]
fn breaks_sort(alloc: &SmartAlloc, world: &World) -> u32 {
    let mut order = black_box(world.ids.clone());
    order.sort_by_key(|id| id ^ 0x33);
    order[0]
}

#[frame_system(no_heap)]
fn breaks_string(alloc: &SmartAlloc, world: &World) -> u32 {
    let mut line = String::new();
    for word in world.text.split(',') {
        line += word;
    }
    black_box(&line).len() as u32
}

#[frame_system(no_heap)]
fn breaks_write(alloc: &SmartAlloc, world: &World) -> u32 {
    let mut line = String::new();
    let _ = write!(line, "{:?}", world.points[0]);
    black_box(&line).len() as u32
}

#[frame_system(no_heap)]
fn breaks_join(alloc: &SmartAlloc, _world: &World) -> u32 {
    black_box(["a", "bc"].join("/")).len() as u32
}

#[frame_system(no_heap)]
fn breaks_tree(alloc: &SmartAlloc, world: &World) -> u32 {
    let tree: BTreeMap<u32, u32> = world.ids.iter().map(|id| (*id, id * 2)).collect();
    black_box(&tree).len() as u32
}

#[frame_system(no_heap)]
fn breaks_set(alloc: &SmartAlloc, world: &World) -> u32 {
    let set: HashSet<u32> = world.ids.iter().copied().collect();
    black_box(&set).len() as u32
}

#[frame_system(no_heap)]
fn breaks_queue(alloc: &SmartAlloc, world: &World) -> u32 {
    let mut open = VecDeque::new();
    open.push_back(world.ids[0]);
    black_box(&open).len() as u32
}

#[frame_system(no_heap)]
fn breaks_arc(alloc: &SmartAlloc, world: &World) -> u32 {
    *black_box(Arc::new(world.ids[0])) + 1
}

#[frame_system(no_heap)]
fn breaks_rc_slice(alloc: &SmartAlloc, world: &World) -> u32 {
    black_box(Rc::<[u32]>::from(world.ids.as_slice())).len() as u32
}

#[frame_system(no_heap)]
fn breaks_channel(alloc: &SmartAlloc, world: &World) -> u32 {
    let (sender, receiver) = mpsc::channel();
    let _ = sender.send(world.ids[0]);
    receiver.try_recv().unwrap_or(0) + 1
}

#[frame_system(no_heap)]
fn breaks_cow(alloc: &SmartAlloc, world: &World) -> u32 {
    let mut name = Cow::Borrowed(world.text.as_str());
    name.to_mut().push('!');
    black_box(&name).len() as u32
}

#[frame_system(no_heap)]
fn breaks_closure(alloc: &SmartAlloc, world: &World) -> u32 {
    let name = |body: &Body| body.name.to_uppercase();
    world.bodies.iter().map(name).map(|name| name.len() as u32).sum()
}

#[frame_system(no_heap)]
fn breaks_boxed_closure(alloc: &SmartAlloc, world: &World) -> u32 {
    let id = world.ids[0];
    let add: Box<dyn Fn(u32) -> u32> = black_box(Box::new(move |value| value + id));
    add(1)
}

#[frame_system(no_heap)]
fn breaks_static_dispatch(alloc: &SmartAlloc, _world: &World) -> u32 {
    Wordy.think(black_box(77))
}

#[frame_system(no_heap)]
fn breaks_error(alloc: &SmartAlloc, _world: &World) -> u32 {
    let error: Result<u32, Box<dyn std::error::Error>> = black_box("no number").parse::<u32>().map_err(Into::into);
    u32::from(error.is_err())
}

#[frame_system(no_heap)]
fn breaks_caught(alloc: &SmartAlloc, world: &World) -> u32 {
    let ids = world.ids.as_slice();
    std::panic::catch_unwind(|| black_box(ids.to_vec()).len() as u32).unwrap_or(0)
}

#[frame_system(no_heap)]
fn breaks_display(alloc: &SmartAlloc, world: &World) -> u32 {
    let mut line = alloc.frame_string();
    let _ = write!(line, "{}", Loud(world.ids[0]));
    line.len() as u32
}

#[frame_system(no_heap)]
fn breaks_writer(alloc: &SmartAlloc, out: &mut dyn fmt::Write) -> u32 {
    u32::from(write!(out, "{}", alloc.is_in_frame()).is_ok())
}

#[frame_system(no_heap)]
fn breaks_arguments(alloc: &SmartAlloc, words: fmt::Arguments<'_>) -> u32 {
    let mut line = alloc.frame_string();
    let _ = line.write_fmt(words);
    line.len() as u32
}

#[frame_system(no_heap)]
fn breaks_nested(alloc: &SmartAlloc, words: fmt::Arguments<'_>) -> u32 {
    let mut line = alloc.frame_string();
    let _ = write!(line, "{words} and {}", Quiet(1));
    line.len() as u32
}

#[frame_system(no_heap)]
fn breaks_formatter(alloc: &SmartAlloc, f: &mut fmt::Formatter<'_>) -> u32 {
    u32::from(f.pad("a line that is longer than the first room of a string").is_ok())
}

#[frame_system(no_heap)]
fn breaks_list(alloc: &SmartAlloc, f: &mut fmt::Formatter<'_>, world: &World) -> u32 {
    u32::from(f.debug_list().entries(&world.ids).finish().is_ok())
}

struct Formats<'a>(&'a SmartAlloc, &'a World);

impl fmt::Display for Formats<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        breaks_formatter(self.0, f);
        breaks_list(self.0, f, self.1);
        Ok(())
    }
}

/// Runs each of them once.
pub fn run(alloc: &SmartAlloc, world: &mut World) {
    let mut sum = 0_u32;
    for system in [
        breaks_vec,
        breaks_format,
        breaks_macro,
        breaks_clone,
        breaks_generic_clone,
        breaks_vtable,
        breaks_pointer,
        breaks_drop,
        breaks_thread_local,
        breaks_println,
        breaks_sort,
        breaks_string,
        breaks_write,
        breaks_join,
        breaks_tree,
        breaks_set,
        breaks_queue,
        breaks_arc,
        breaks_rc_slice,
        breaks_channel,
        breaks_cow,
        breaks_closure,
        breaks_boxed_closure,
        breaks_static_dispatch,
        breaks_error,
        breaks_caught,
        breaks_display,
    ] {
        sum = sum.wrapping_add(system(alloc, world));
    }
    sum = sum.wrapping_add(breaks_writer(alloc, &mut String::new()));
    sum = sum.wrapping_add(breaks_arguments(alloc, format_args!("{} and {}", Loud(1), Loud(sum))));
    sum = sum.wrapping_add(breaks_nested(alloc, format_args!("{} and {}", Loud(1), Loud(sum))));
    sum = sum.wrapping_add(black_box(format!("{}", Formats(alloc, world))).len() as u32);
    world.sum = world.sum.wrapping_add(u64::from(sum));
}
