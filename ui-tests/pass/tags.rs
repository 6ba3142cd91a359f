//! What a tagged function allocates is attributed to its tag, wherever it is written.

use std::sync::Arc;

use framealloc::{Frame, FrameBox, SmartAlloc, Tag, alloc_tag, frame_system};

static NAV: Tag = Tag::new("nav");

#[alloc_tag("physics")]
fn function(alloc: &SmartAlloc) -> FrameBox<'_, [u8; 64]> {
    alloc.frame_box([1; 64])
}

#[alloc_tag(NAV)]
fn constant(alloc: &Frame) -> FrameBox<'_, [u8; 64]> {
    alloc.frame_box([2; 64])
}

#[alloc_tag("ai")]
fn outer(alloc: &SmartAlloc) {
    alloc.frame_box([0; 16]);
    inner(alloc);
}

#[alloc_tag("ai::pathfinding")]
fn inner(alloc: &SmartAlloc) {
    alloc.frame_box([0; 32]);
}

#[alloc_tag("before")]
#[frame_system]
fn tag_then_system(alloc: &SmartAlloc) {
    alloc.frame_box([0; 8]);
}

#[frame_system]
#[alloc_tag("after")]
fn system_then_tag(alloc: &SmartAlloc) {
    alloc.frame_box([0; 8]);
}

#[frame_system(tag = "option")]
fn option(alloc: &SmartAlloc) {
    alloc.frame_box([0; 8]);
}

#[frame_system(tag = NAV)]
fn option_path(alloc: &SmartAlloc) {
    alloc.frame_box([0; 8]);
}

struct World {
    memory: Arc<SmartAlloc>,
}

#[alloc_tag("world", alloc = self.memory)]
impl World {
    const SIZE: usize = 8;

    fn new() -> Self {
        Self { memory: Arc::default() }
    }

    fn method(&self) -> u8 {
        memory.frame_box([3; Self::SIZE])[0]
    }

    #[alloc_tag("mine", alloc = self.memory)]
    fn with_a_tag_of_its_own(&self) -> u8 {
        memory.frame_box([4; 8])[0]
    }
}

#[alloc_tag("block")]
impl World {
    const fn constant() -> usize {
        Self::SIZE
    }

    fn without(&self) -> usize {
        Self::constant()
    }

    fn with<T: Copy>(alloc: &SmartAlloc, value: T) -> T {
        *alloc.frame_box(value)
    }
}

trait System {
    #[alloc_tag("provided")]
    fn provided(&self, alloc: &SmartAlloc) {
        alloc.frame_box([0; 8]);
    }
    fn required(&self, alloc: &SmartAlloc);
}

#[alloc_tag("required")]
impl System for World {
    fn required(&self, alloc: &SmartAlloc) {
        alloc.frame_box([0; 8]);
    }
}

macro_rules! tagged {
    ($name:ident, $tag:literal, $path:path) => {
        #[alloc_tag($tag)]
        fn $name(alloc: &SmartAlloc) {
            #[alloc_tag($path)]
            fn inner(alloc: &SmartAlloc) {
                alloc.frame_box([0; 8]);
            }
            alloc.frame_box([0; 8]);
            inner(alloc);
        }
    };
}
tagged!(of_a_macro, "macro", NAV);

fn main() {
    let mut alloc = SmartAlloc::default();
    alloc.begin_frame();
    let physics = function(&alloc);
    let nav = constant(alloc.frame());
    assert_eq!((physics[0], nav[0]), (1, 2));
    drop((physics, nav));
    outer(&alloc);
    tag_then_system(&alloc);
    system_then_tag(&alloc);
    option(&alloc);
    option_path(&alloc);
    let mut world = World::new();
    world.provided(&alloc);
    world.required(&alloc);
    assert_eq!(World::with(&alloc, 5u64), 5);
    assert_eq!(world.without(), 8);
    of_a_macro(&alloc);
    assert_eq!((world.method(), world.with_a_tag_of_its_own()), (3, 4));

    alloc.end_frame();
    let stats = alloc.stats();
    let high = |path: &str| stats.tag(path).map_or(0, |tag| tag.high_water);
    assert!(high("physics") >= 64);
    assert!(high("nav") >= 64);
    assert!(high("ai") >= 16);
    assert!(high("ai::pathfinding") >= 32);
    for path in ["before", "after", "option", "provided", "required", "block", "macro"] {
        assert!(high(path) >= 8, "{path}: {stats:?}");
    }
    let memory = Arc::get_mut(&mut world.memory).unwrap();
    memory.end_frame();
    let stats = memory.stats();
    assert!(stats.tag("world").is_some_and(|tag| tag.high_water >= 8));
    assert!(stats.tag("mine").is_some_and(|tag| tag.high_water >= 8));
    assert!(stats.tag("world::mine").is_none());
}
