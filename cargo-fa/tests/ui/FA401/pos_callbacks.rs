//! Closures and functions that were put somewhere at startup, and run in the frame.
use std::collections::HashMap;

use framealloc::{SmartAlloc, frame_system};

pub struct Hooks {
    list: Vec<Box<dyn FnMut(u32)>>,
}
impl Hooks {
    pub fn setup(&mut self) {
        self.list.push(Box::new(|v| {
            std::hint::black_box(v.to_string()); //~ FA401
        }));
    }
    #[frame_system]
    pub fn run(&mut self, alloc: &SmartAlloc) -> u32 {
        for hook in &mut self.list {
            hook(1);
        }
        *alloc.frame_box(1)
    }
}

pub struct Button {
    on: fn(u32) -> usize,
}
fn clicked(v: u32) -> usize {
    v.to_string().len() //~ FA401
}
pub fn button() -> Button {
    Button { on: clicked }
}
#[frame_system]
pub fn presses(alloc: &SmartAlloc, button: &Button) -> usize {
    (button.on)(7) + *alloc.frame_box(1_usize)
}

pub type Listener = Box<dyn Fn(&str) -> usize>;
pub struct Events {
    listeners: HashMap<u32, Listener>,
}
impl Events {
    pub fn subscribe(&mut self, id: u32, listener: impl Fn(&str) -> usize + 'static) {
        self.listeners.insert(id, Box::new(listener));
    }
}
pub fn wire(events: &mut Events) {
    events.subscribe(1, |name| format!("{name}!").len()); //~ FA401
}
#[frame_system]
pub fn emits(alloc: &SmartAlloc, events: &Events) -> usize {
    let mut sum = *alloc.frame_box(0_usize);
    if let Some(listener) = events.listeners.get(&1) {
        sum += listener("hit");
    }
    sum
}

fn open(v: u32) -> usize {
    vec![v; 4].len() //~ FA401
}
fn close(v: u32) -> usize {
    v as usize
}
const HANDLERS: [fn(u32) -> usize; 2] = [open, close];
#[frame_system]
pub fn table(alloc: &SmartAlloc, at: usize) -> usize {
    HANDLERS[at](3) + *alloc.frame_box(1_usize)
}

fn doubled(v: u32) -> usize {
    format!("{v}{v}").len() //~ FA401
}
fn apply(f: impl Fn(u32) -> usize, v: u32) -> usize {
    f(v)
}
fn twice<F: Fn(u32) -> usize>(f: F, v: u32) -> usize {
    apply(&f, v) + f(v)
}
#[frame_system]
pub fn by_name(alloc: &SmartAlloc) -> usize {
    twice(doubled, 2) + *alloc.frame_box(1_usize)
}

fn shouted(v: u32) -> usize {
    v.to_string().to_uppercase().len() //~ FA401
}
#[frame_system]
pub fn in_a_variable(alloc: &SmartAlloc, loud: bool) -> usize {
    let say: fn(u32) -> usize = if loud { shouted } else { close };
    say(2) + *alloc.frame_box(1_usize)
}

pub struct Timer {
    left: f32,
    done: Option<Box<dyn FnMut() -> usize>>,
}
impl Timer {
    pub fn new(left: f32, done: impl FnMut() -> usize + 'static) -> Self {
        Timer { left, done: Some(Box::new(done)) }
    }
}
pub fn level(timers: &mut Vec<Timer>) {
    timers.push(Timer::new(1.0, || Vec::<u8>::with_capacity(8).capacity())); //~ FA401
}
#[frame_system]
pub fn ticks(alloc: &SmartAlloc, timers: &mut Vec<Timer>) -> usize {
    let mut sum = *alloc.frame_box(0_usize);
    for timer in timers.iter_mut() {
        timer.left -= 0.1;
        if let Some(done) = &mut timer.done {
            sum += done();
        }
    }
    sum
}

/// A function that a pattern takes out of where it is kept, and one that a static holds.
pub enum Shader {
    Cpu(fn(u32) -> usize),
}

pub fn shader() -> Shader {
    Shader::Cpu(filled)
}

fn filled(count: u32) -> usize {
    vec![0_u8; count as usize].len() //~ FA401
}

#[frame_system]
pub fn dispatched(alloc: &SmartAlloc, shader: &Shader) -> usize {
    match shader {
        Shader::Cpu(run) => run(3) + *alloc.frame_box(1_usize),
    }
}

static NAMED: fn(u32) -> usize = named;

fn named(number: u32) -> usize {
    number.to_string().len() //~ FA401
}

#[frame_system]
pub fn of_a_static(alloc: &SmartAlloc) -> usize {
    NAMED(3) + *alloc.frame_box(1_usize)
}

/// A value that knows how it is copied, which happens in the frame.
pub enum Cell {
    Value { value: u32, copy: fn(&u32) -> Box<u32> },
    Empty,
}

pub fn cell(value: u32) -> Cell {
    Cell::Value { value, copy: |value| Box::new(*value) } //~ FA401
}

impl Clone for Cell {
    fn clone(&self) -> Self {
        match self {
            Self::Value { value, copy } => Self::Value { value: *copy(value), copy: *copy },
            Self::Empty => Self::Empty,
        }
    }
}

#[frame_system]
pub fn copied_in_the_frame(alloc: &SmartAlloc, cell: &Cell) -> u32 {
    let copy = cell.clone();
    match copy {
        Cell::Value { value, .. } => value + *alloc.frame_box(1),
        Cell::Empty => 0,
    }
}
