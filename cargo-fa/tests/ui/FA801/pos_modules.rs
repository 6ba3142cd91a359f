//! Tags in modules that are not theirs.
use framealloc::{SmartAlloc, Tag, alloc_tag, frame_system};

static PHYSICS: Tag = Tag::new("physics");
const NAME: &str = "physics";

pub mod audio {
    use framealloc::{SmartAlloc, alloc_tag, frame_system};

    #[alloc_tag("physics")] //~ FA801
    pub fn attribute(alloc: &SmartAlloc) {
        println!("{}", alloc.frame_number());
    }

    #[frame_system(tag = "physics")] //~ FA801
    pub fn system(alloc: &SmartAlloc) {
        println!("{}", alloc.frame_number());
    }

    pub fn call(alloc: &SmartAlloc) {
        alloc.with_tag("physics", |frame| println!("{}", frame.frame_number())); //~ FA801
    }

    pub fn view(alloc: &SmartAlloc) {
        println!("{}", alloc.tagged("physics").frame_number()); //~ FA801
    }

    pub fn constant(alloc: &SmartAlloc) {
        println!("{}", alloc.tagged(&super::PHYSICS).frame_number()); //~ FA801
    }

    pub mod inner {
        use framealloc::SmartAlloc;

        pub fn below(alloc: &SmartAlloc) {
            println!("{}", alloc.tagged("physics").frame_number()); //~ FA801
        }
    }

    pub fn right(alloc: &SmartAlloc) {
        println!("{}", alloc.tagged("audio").frame_number());
    }
}

#[alloc_tag("audio")] //~ FA801
pub fn at_the_root(alloc: &SmartAlloc) {
    println!("{}", alloc.frame_number());
}

pub fn named(alloc: &SmartAlloc) {
    println!("{}", alloc.tagged(NAME).frame_number()); //~ FA801
}

pub struct Mixer;

impl Mixer {
    #[frame_system(tag = "audio")] //~ FA801
    pub fn method(&self, alloc: &SmartAlloc) {
        println!("{}", alloc.frame_number());
    }
}

pub mod physics {
    use framealloc::SmartAlloc;

    pub fn right(alloc: &SmartAlloc) {
        println!("{}", alloc.tagged("physics").frame_number());
    }
}
