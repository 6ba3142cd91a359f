//! Nothing is declared: slips of the keyboard.
use framealloc::{SmartAlloc, alloc_tag};

#[alloc_tag("physics")] //~ FA802
pub fn step(alloc: &SmartAlloc) {
    println!("{}", alloc.frame_box(1_u32));
}

#[alloc_tag("phsyics")] //~ FA802
pub fn settle(alloc: &SmartAlloc) {
    println!("{}", alloc.frame_box(1_u32));
}

pub fn sound(alloc: &SmartAlloc) {
    println!("{}", alloc.tagged("audio").frame_box(1_u32));
    println!("{}", alloc.tagged("audio").frame_box(2_u32));
    println!("{}", alloc.tagged("adio").frame_box(3_u32)); //~ FA802
    println!("{}", alloc.tagged("auido").frame_box(3_u32)); //~ FA802
}

pub fn nested(alloc: &SmartAlloc) {
    alloc.with_tag("ai", |ai| {
        println!("{}", ai.tagged("steering").frame_box(1_u32));
        println!("{}", ai.tagged("steering").frame_box(2_u32));
        println!("{}", ai.tagged("steerign").frame_box(3_u32)); //~ FA802
    });
}
