//! Tags that are named elsewhere than where they are opened.
use framealloc::{SmartAlloc, Tag, alloc_tag, frame_system};

fn in_tag(alloc: &SmartAlloc, tag: &'static str) {
    println!("{}", alloc.tagged(tag).frame_box(1_u32));
}

pub fn handed_over(alloc: &SmartAlloc) {
    in_tag(alloc, "handed");
}

const LAYERS: [&str; 2] = ["ground", "sky"];

pub fn of_a_table(alloc: &SmartAlloc) {
    for layer in LAYERS {
        alloc.with_tag(layer, |frame| println!("{}", frame.frame_box(1_u32)));
    }
}

pub fn chosen(alloc: &SmartAlloc, on: bool) {
    println!("{}", alloc.tagged(if on { "on" } else { "off" }).frame_box(1_u32));
}

pub struct Particles;

impl Particles {
    pub const TAG: Tag = Tag::new("particles");
    const NAME: &'static str = "sparks";

    pub fn step(&self, alloc: &SmartAlloc) {
        println!("{}", alloc.tagged(Self::NAME).frame_box(1_u32));
    }

    #[alloc_tag(Self::SMOKE)]
    pub fn smoke(&self, alloc: &SmartAlloc) {
        println!("{}", alloc.frame_box(1_u32));
    }

    const SMOKE: Tag = Tag::new("smoke");
}

pub trait Layer {
    const NAME: &'static str;

    fn draw(&self, alloc: &SmartAlloc) {
        println!("{}", alloc.tagged(Self::NAME).frame_box(1_u32));
    }
}

pub struct Clouds;

impl Layer for Clouds {
    const NAME: &'static str = "clouds";
}
