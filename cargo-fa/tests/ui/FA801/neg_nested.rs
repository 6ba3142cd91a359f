//! Tags as the run time nests them, in modules that are theirs.
use framealloc::{SmartAlloc, Tag};

static LEVEL: Tag = Tag::new("level");

pub mod physics {
    use framealloc::{Frame, SmartAlloc, Tag, alloc_tag};

    pub static TAG: Tag = Tag::new("physics");

    pub struct Contacts;

    impl Contacts {
        const TAG: &'static str = "contacts";

        pub fn solve(&self, frame: &Frame) {
            frame.with_tag(Self::TAG, |frame| println!("{}", frame.frame_box(1_u32)));
        }
    }

    #[alloc_tag(TAG)]
    pub fn step(alloc: &SmartAlloc) {
        alloc.with_tag("contacts", |frame| println!("{}", frame.frame_box(1_u32)));
    }

    pub fn all(alloc: &SmartAlloc, contacts: &Contacts) {
        alloc.with_tag(&TAG, |frame| contacts.solve(frame));
    }

    /// Its own name under itself is itself.
    pub fn again(alloc: &SmartAlloc) {
        alloc.with_tag("physics", |frame| println!("{}", frame.tagged("physics").frame_box(1_u32)));
    }
}

pub mod audio {
    use framealloc::{Frame, SmartAlloc, Tag, alloc_tag};

    /// Of the same name, and another tag.
    static TAG: Tag = Tag::new("audio");

    #[alloc_tag(TAG)]
    pub fn mix(alloc: &SmartAlloc) {
        println!("{}", alloc.frame_box(1_u32));
    }

    /// `audio::contacts` is not the tag `physics::contacts`.
    #[alloc_tag(self::TAG)]
    pub fn own_contacts(alloc: &SmartAlloc) {
        alloc.with_tag("contacts", |frame| println!("{}", frame.frame_box(1_u32)));
    }

    pub fn calls(alloc: &SmartAlloc) {
        alloc.with_tag("audio", |frame| helper(frame));
    }

    pub fn helper(frame: &Frame) {
        frame.with_tag("mixing", |frame| println!("{}", frame.frame_box(1_u32)));
    }
}

pub fn level(alloc: &SmartAlloc) {
    println!("{}", alloc.tagged(&LEVEL).frame_box(1_u32));
}
