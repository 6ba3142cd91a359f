//! Tags that nobody declared.
use framealloc::{SmartAlloc, Tag, alloc_tag, frame_system};

static SOUND: Tag = Tag::new("sound");
const NAME: &str = "musik";

pub fn declared(alloc: &SmartAlloc) {
    println!("{}", alloc.tagged("physics").frame_number());
    println!("{}", alloc.tagged("ai::pathfinding").frame_number());
}

#[alloc_tag("phsyics")] //~ FA802
pub fn attribute(alloc: &SmartAlloc) {
    println!("{}", alloc.frame_number());
}

#[frame_system(tag = "render")] //~ FA802
pub fn system(alloc: &SmartAlloc) {
    println!("{}", alloc.frame_number());
}

pub fn call(alloc: &SmartAlloc) {
    alloc.with_tag("network", |frame| println!("{}", frame.frame_number())); //~ FA802
}

pub fn view(alloc: &SmartAlloc) {
    println!("{}", alloc.tagged("ui").frame_number()); //~ FA802
}

pub fn constant(alloc: &SmartAlloc) {
    println!("{}", alloc.tagged(NAME).frame_number()); //~ FA802
}

pub fn used(alloc: &SmartAlloc) {
    println!("{}", alloc.tagged(&SOUND).frame_number()); //~ FA802
}

pub struct Audio;

impl Audio {
    #[alloc_tag("mixer")] //~ FA802
    pub fn method(&self, alloc: &SmartAlloc) {
        println!("{}", alloc.frame_number());
    }
}

#[alloc_tag("loading")] //~ FA802
pub async fn load(alloc: &SmartAlloc) {
    println!("{}", alloc.frame_number());
}
