//! Tags that nest under others, modules that were renamed, constants of types.
use framealloc::SmartAlloc;

pub struct Bodies;

impl Bodies {
    pub const TAG: framealloc::Tag = framealloc::Tag::new("bodies");
}

pub mod audio {
    use framealloc::{Frame, SmartAlloc, Tag, alloc_tag, frame_system};

    pub static TAG: Tag = Tag::new("physics::contacts");

    pub fn under_an_open_tag(alloc: &SmartAlloc) {
        alloc.with_tag("physics", |frame| { //~ FA801
            frame.with_tag("contacts", |frame| println!("{}", frame.frame_box(1_u32))); //~ FA801
        });
    }

    pub fn in_a_view(alloc: &SmartAlloc) {
        let physics = alloc.tagged("physics"); //~ FA801
        println!("{}", physics.tagged("contacts").frame_box(1_u32)); //~ FA801
    }

    #[frame_system(tag = "physics")] //~ FA801
    pub fn system(alloc: &SmartAlloc) {
        alloc.with_tag("contacts", |frame| println!("{}", frame.frame_box(1_u32))); //~ FA801
    }

    pub fn helper(frame: &Frame) {
        frame.with_tag("contacts", |frame| println!("{}", frame.frame_box(1_u32))); //~ FA801
    }

    #[alloc_tag(TAG)] //~ FA801
    pub fn of_this_module(alloc: &SmartAlloc) {
        println!("{}", alloc.frame_box(1_u32));
    }

    #[alloc_tag(super::Bodies::TAG)] //~ FA801
    pub fn of_a_type(alloc: &SmartAlloc) {
        println!("{}", alloc.frame_box(1_u32));
    }
}

pub mod physics {
    use framealloc::{SmartAlloc, Tag};

    pub fn collide(alloc: &SmartAlloc) {
        println!("{}", alloc.tagged("collision").frame_box(1_u32));
    }

    /// Another one of the same name.
    pub static TAG: Tag = Tag::new("physics");

    pub fn step(alloc: &SmartAlloc) {
        alloc.with_tag(&TAG, |frame| super::audio::helper(frame));
    }
}

pub fn mixer(alloc: &SmartAlloc) {
    println!("{}", alloc.tagged("mixer").frame_box(1_u32)); //~ FA801
}
