//! What macros of the program become allocates; a finding stands at the call.
use framealloc::{SmartAlloc, frame_system};

macro_rules! label {
    ($($part:tt)*) => { format!($($part)*) };
}
#[frame_system]
pub fn an_expression(alloc: &SmartAlloc, v: u32) -> usize {
    label!("{v}").len() + *alloc.frame_box(1_usize) //~ FA401
}

macro_rules! heapy {
    ($value:expr) => {
        Box::new($value)
    };
}
#[frame_system]
pub fn boxes(alloc: &SmartAlloc) -> usize {
    *heapy!(3_usize) + *alloc.frame_box(1_usize) //~ FA401
}

macro_rules! system {
    ($name:ident) => {
        #[frame_system]
        pub fn $name(alloc: &SmartAlloc, v: u32) -> usize {
            format!("{v}").len() + *alloc.frame_box(1_usize)
        }
    };
}
system!(made); //~ FA401

macro_rules! systems {
    ($($name:ident => $body:block),* $(,)?) => {
        $(#[frame_system] pub fn $name(alloc: &SmartAlloc) -> usize { let sum: usize = $body; sum + *alloc.frame_box(1_usize) })*
    };
}
systems! {
    given => {
        String::from("given").len() //~ FA401
    },
    quiet => { 1 },
}

macro_rules! declare {
    ($name:ident, $text:expr) => {
        let $name = $text.to_owned();
    };
}
#[frame_system]
pub fn a_statement(alloc: &SmartAlloc) -> usize {
    declare!(name, "orc"); //~ FA401
    let again = name.clone(); //~ FA401
    name.len() + again.len() + *alloc.frame_box(1_usize)
}

macro_rules! list {
    ($($item:expr),* $(,)?) => {{
        let mut list = Vec::with_capacity(8);
        $(list.push($item);)*
        list
    }};
}
#[frame_system]
pub fn a_block(alloc: &SmartAlloc) -> usize {
    list![1, 2, 3].len() + *alloc.frame_box(1_usize) //~ FA401
}

macro_rules! count {
    () => { 0 };
    ($head:tt $($tail:tt)*) => { 1 + count!($($tail)*) };
}
macro_rules! slots {
    ($($name:ident)*) => { vec![0_u8; count!($($name)*)] };
}
#[frame_system]
pub fn one_in_another(alloc: &SmartAlloc) -> usize {
    slots!(head body legs).len() + *alloc.frame_box(1_usize) //~ FA401
}

macro_rules! named {
    ($($type:ident => $text:literal),*) => {
        $(
            pub struct $type;
            impl $type {
                pub fn text(&self) -> String {
                    String::from($text)
                }
            }
        )*
    };
}
named!(Sword => "sword", Shield => "shield"); //~ FA401
#[frame_system]
pub fn a_type_of_a_macro(alloc: &SmartAlloc, sword: &Sword) -> usize {
    sword.text().len() + *alloc.frame_box(1_usize)
}

pub struct Stats(u32);
macro_rules! getters {
    ($($name:ident),*) => {
        $(pub fn $name(&self) -> String { self.0.to_string() })*
    };
}
impl Stats {
    getters!(health, mana); //~ FA401
}
#[frame_system]
pub fn methods_of_a_macro(alloc: &SmartAlloc, stats: &Stats) -> usize {
    stats.health().len() + *alloc.frame_box(1_usize)
}

mod inner {
    macro_rules! shout {
        ($text:expr) => {
            $text.to_uppercase()
        };
    }
    pub(crate) use shout;
}
#[frame_system]
pub fn by_a_path(alloc: &SmartAlloc) -> usize {
    inner::shout!("hey").len() + *alloc.frame_box(1_usize) //~ FA401
}

macro_rules! definer {
    ($name:ident, $size:literal) => {
        macro_rules! $name {
            ($value:expr) => {
                vec![$value; $size]
            };
        }
    };
}
definer!(four, 4);
#[frame_system]
pub fn defined_by_a_macro(alloc: &SmartAlloc) -> usize {
    four!(1_u32).len() + *alloc.frame_box(1_usize) //~ FA401
}

macro_rules! each {
    ($list:expr, $item:ident, $body:block) => {
        for $item in $list {
            $body
        }
    };
}
#[frame_system]
pub fn a_loop_of_a_macro(alloc: &SmartAlloc, list: &[u32]) -> usize {
    let mut sum = 0;
    each!(list, item, {
        sum += item.to_string().len(); //~ FA401
    });
    sum + *alloc.frame_box(1_usize)
}

macro_rules! string_type {
    () => { String };
}
#[frame_system]
pub fn a_type(alloc: &SmartAlloc, text: &str) -> usize {
    let owned: string_type!() = text.into(); //~ FA401
    owned.len() + *alloc.frame_box(1_usize)
}
