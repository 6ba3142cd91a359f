//! Tags in modules that are theirs, and words that are no tags.
pub mod physics {
    use framealloc::{SmartAlloc, alloc_tag, frame_system};

    #[alloc_tag("physics")]
    pub fn attribute(alloc: &SmartAlloc) {
        println!("{}", alloc.frame_number());
    }

    #[frame_system(tag = "physics")]
    pub fn system(alloc: &SmartAlloc) {
        println!("{}", alloc.frame_number());
    }

    pub mod broad {
        use framealloc::SmartAlloc;

        pub fn below(alloc: &SmartAlloc) {
            println!("{}", alloc.tagged("physics").frame_number());
        }
    }
}

pub mod world {
    pub mod solver {
        use framealloc::SmartAlloc;

        pub fn by_pattern(alloc: &SmartAlloc) {
            alloc.with_tag("physics", |frame| println!("{}", frame.frame_number()));
        }
    }
}

pub mod audio {
    use framealloc::SmartAlloc;

    pub fn right(alloc: &SmartAlloc) {
        println!("{}", alloc.tagged("audio").frame_number());
    }

    pub struct Labels;

    impl Labels {
        pub fn with_tag(&self, tag: &str) -> usize {
            tag.len()
        }
    }

    pub fn another_type(labels: &Labels) -> usize {
        labels.with_tag("physics")
    }

    pub fn only_a_word() -> &'static str {
        "physics"
    }

    pub fn not_known(alloc: &SmartAlloc, tag: &'static str) {
        println!("{}", alloc.tagged(tag).frame_number());
    }
}
