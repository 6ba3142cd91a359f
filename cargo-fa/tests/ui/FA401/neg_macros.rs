//! Macros of the program that allocate nothing where they are called.
use framealloc::{SmartAlloc, frame_system};

macro_rules! square {
    ($x:expr) => {
        $x * $x
    };
}
#[frame_system]
pub fn a_number(alloc: &SmartAlloc, x: u32) -> u32 {
    square!(x + 1) + *alloc.frame_box(1)
}

// What a macro throws away does not run.
macro_rules! trace_event {
    ($($part:tt)*) => {};
}
#[frame_system]
pub fn thrown_away(alloc: &SmartAlloc, v: u32) -> u32 {
    trace_event!("{}", format!("{v}"));
    *alloc.frame_box(v)
}

macro_rules! in_debug {
    ($body:expr) => {
        if cfg!(feature = "never") {
            panic!("{}", $body)
        }
    };
}
#[frame_system]
pub fn on_a_cold_path(alloc: &SmartAlloc, v: u32) -> u32 {
    in_debug!(v.to_string());
    *alloc.frame_box(v)
}

macro_rules! text {
    ($alloc:expr, $($part:tt)*) => { framealloc::frame_format!($alloc, $($part)*) };
}
#[frame_system]
pub fn frame_text(alloc: &SmartAlloc, v: u32) -> usize {
    text!(alloc, "{v}").len()
}

mod one {
    macro_rules! make {
        () => {
            1_u32
        };
    }
    pub fn number() -> u32 {
        make!()
    }
}
mod other {
    macro_rules! make {
        () => {
            vec![1_u32].len() as u32
        };
    }
    pub fn number() -> u32 {
        make!()
    }
}
#[frame_system]
pub fn the_macro_in_scope(alloc: &SmartAlloc) -> u32 {
    one::number() + *alloc.frame_box(1)
}
pub fn at_startup() -> u32 {
    other::number()
}

// Named as one of std, and not it.
macro_rules! vec {
    ($($x:expr),*) => { [$($x),*] };
}
#[frame_system]
pub fn named_like_std(alloc: &SmartAlloc) -> usize {
    vec![1, 2, 3].len() + *alloc.frame_box(1_usize)
}

macro_rules! loads {
    ($($name:ident),*) => { $(pub fn $name() -> String { String::from(stringify!($name)) })* };
}
loads!(level_one, level_two);

macro_rules! setup {
    ($name:ident) => {
        pub fn $name() -> Vec<u32> {
            std::vec![1, 2, 3]
        }
    };
}
setup!(prepare);

macro_rules! either {
    (heap $x:expr) => { $x.to_string().len() };
    (plain $x:expr) => { $x as usize };
}
#[frame_system]
pub fn the_other_rule(alloc: &SmartAlloc, v: u32) -> usize {
    either!(plain v) + *alloc.frame_box(1_usize)
}
pub fn in_a_menu(v: u32) -> usize {
    either!(heap v)
}
