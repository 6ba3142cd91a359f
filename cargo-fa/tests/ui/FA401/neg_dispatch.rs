//! Other implementations allocate, those at hand do not.
use std::fmt;
use std::ops::{Add, Deref};

use framealloc::{SmartAlloc, frame_system};

pub trait Command {
    fn apply(self);
    fn name(&self) -> String {
        String::from("command")
    }
}
pub struct Save;
impl Command for Save {
    fn apply(self) {
        std::fs::write("save", format!("{}", 1)).unwrap();
    }
}
pub struct Despawn(pub u32);
impl Command for Despawn {
    fn apply(self) {
        std::hint::black_box(self.0);
    }
    fn name(&self) -> String {
        String::new()
    }
}
fn run<C: Command>(command: C) {
    command.apply();
}
fn boxed(command: impl Command) -> usize {
    command.name().len()
}
#[frame_system]
pub fn despawns(alloc: &SmartAlloc) -> u32 {
    run(Despawn(3));
    *alloc.frame_box(1)
}
#[frame_system]
pub fn overridden(alloc: &SmartAlloc) -> usize {
    boxed(Despawn(3)) + *alloc.frame_box(1_usize)
}
pub fn at_startup() {
    run(Save);
    boxed(Save);
}

pub struct Queue<C> {
    list: Vec<C>,
}
impl<C: Command> Queue<C> {
    fn flush(&mut self) {
        while let Some(command) = self.list.pop() {
            command.apply();
        }
    }
}
#[frame_system]
pub fn bound_of_a_field(alloc: &SmartAlloc, queue: &mut Queue<Despawn>) -> u32 {
    queue.flush();
    *alloc.frame_box(1)
}

pub trait Condition<M>: Sized {
    fn or_else(self, other: M) -> String {
        let _ = other;
        format!("condition")
    }
    fn min(self, other: M) -> String {
        let _ = other;
        format!("condition")
    }
}
impl<F: FnMut() -> bool, M> Condition<M> for F {}
pub struct Ext;
impl Ext {
    pub fn find(&self) -> Option<u32> {
        None
    }
}
#[frame_system]
pub fn or_else_of_an_option(alloc: &SmartAlloc, list: &[(Ext, u32)]) -> u32 {
    let most = list.iter().filter_map(|e| e.0.find().or_else(|| Some(e.1))).max().unwrap_or(0);
    most.min(3) + *alloc.frame_box(1)
}

mod left {
    pub trait Step {
        fn step(&self) -> usize;
    }
    impl Step for super::Foot {
        fn step(&self) -> usize {
            1
        }
    }
}
mod right {
    pub trait Step {
        fn step(&self) -> usize;
    }
    pub struct Hand;
    impl Step for Hand {
        fn step(&self) -> usize {
            vec![1_u8; 4].len()
        }
    }
}
pub struct Foot;
fn steps(step: &dyn left::Step) -> usize {
    step.step()
}
#[frame_system]
pub fn traits_of_one_name(alloc: &SmartAlloc, foot: &Foot) -> usize {
    steps(foot) + *alloc.frame_box(1_usize)
}
pub fn other_step() -> usize {
    right::Step::step(&right::Hand)
}

pub struct Id(u32);
impl From<u32> for Id {
    fn from(number: u32) -> Self {
        Id(number)
    }
}
impl From<&str> for Id {
    fn from(text: &str) -> Self {
        Id(text.to_owned().len() as u32)
    }
}
#[frame_system]
pub fn the_other_from(alloc: &SmartAlloc, number: u32) -> u32 {
    let id: Id = number.into();
    let same = Id::from(number);
    id.0 + same.0 + *alloc.frame_box(1)
}
pub fn loads(text: &str) -> Id {
    Id::from(text)
}

#[derive(Clone, Copy)]
pub struct V(f32, f32);
impl Add for V {
    type Output = V;
    fn add(self, other: V) -> V {
        V(self.0 + other.0, self.1 + other.1)
    }
}
impl Add<&[f32]> for V {
    type Output = V;
    fn add(self, other: &[f32]) -> V {
        let all = other.to_vec();
        V(all[0], all[1])
    }
}
#[frame_system]
pub fn the_other_add(alloc: &SmartAlloc, a: V, b: V) -> f32 {
    (a + b).0 + *alloc.frame_box(1.0_f32)
}

pub struct Name(u32);
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}
impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&format!("Name({})", self.0))
    }
}
#[frame_system]
pub fn displays(alloc: &SmartAlloc, name: &Name) -> usize {
    framealloc::frame_format!(alloc, "{name}").len()
}

pub struct Guard<'a>(&'a mut u32);
impl Drop for Guard<'_> {
    fn drop(&mut self) {
        *self.0 += 1;
    }
}
#[frame_system]
pub fn drops_without_heap(alloc: &SmartAlloc, count: &mut u32) -> u32 {
    let _guard = Guard(count);
    *alloc.frame_box(1)
}

pub struct Report(u32);
impl Drop for Report {
    fn drop(&mut self) {
        std::hint::black_box(self.0.to_string());
    }
}
#[frame_system]
pub fn hands_it_on(alloc: &SmartAlloc, out: &mut Option<Report>, report: Report) -> u32 {
    std::mem::forget(out.replace(report));
    *alloc.frame_box(1)
}
#[frame_system]
pub fn only_looks(alloc: &SmartAlloc, reports: &[Report]) -> u32 {
    let mut sum = 0;
    for report in reports {
        let Report(number) = report;
        sum += number;
    }
    sum + *alloc.frame_box(1)
}

pub struct Countdown(u32);
impl Iterator for Countdown {
    type Item = u32;
    fn next(&mut self) -> Option<u32> {
        self.0 = self.0.checked_sub(1)?;
        Some(self.0)
    }
}
#[frame_system]
pub fn iterates(alloc: &SmartAlloc) -> u32 {
    let mut sum = 0;
    for number in Countdown(3) {
        sum += number;
    }
    sum + Countdown(2).map(|number| number * 2).sum::<u32>() + *alloc.frame_box(1)
}

pub struct View<'a>(&'a [u32]);
impl<'a> Deref for View<'a> {
    type Target = [u32];
    fn deref(&self) -> &[u32] {
        self.0
    }
}
#[frame_system]
pub fn behind_a_view(alloc: &SmartAlloc, view: &View<'_>) -> u32 {
    view.iter().sum::<u32>() + view[0] + view.first().copied().unwrap_or(0) + *alloc.frame_box(1)
}

fn duplicate<T: Clone>(value: &T) -> T {
    value.clone()
}
#[derive(Clone)]
pub struct Flat(u32);
#[frame_system]
pub fn clones_a_number(alloc: &SmartAlloc, flat: &Flat) -> u32 {
    duplicate(flat).0 + duplicate(&3_u32) + *alloc.frame_box(1)
}
pub fn clones_a_text(text: &String) -> String {
    duplicate(text)
}

fn named(text: impl Into<String>) -> usize {
    let text: String = text.into();
    text.len()
}
#[frame_system]
pub fn gives_a_string(alloc: &SmartAlloc, text: &mut String) -> usize {
    let text = std::mem::take(text);
    named(text) + *alloc.frame_box(1_usize)
}

// A box of nothing has no memory.
#[frame_system]
pub fn boxes_nothing(alloc: &SmartAlloc) -> u32 {
    let call: Box<dyn Fn() -> u32> = Box::new(|| 1);
    call() + *alloc.frame_box(1)
}
