use framealloc::{Frame, FrameBox, FrameHandle, Importance, RetentionPolicy, SmartAlloc, alloc_tag, frame_system};

//# bracket the frame with `alloc.whole_frame(|alloc| …)`, `alloc.frame_guard()` or `#[frame_system]` on `alloc: &mut SmartAlloc`: they end it on every path
pub mod before {
    use super::*;

    pub fn tick(alloc: &mut SmartAlloc, paused: bool) {
        alloc.begin_frame();
        if paused {
            return;
        }
        println!("{}", *alloc.frame_box(1));
        alloc.end_frame();
    }
}

pub mod after {
    use super::*;

    pub fn tick(alloc: &mut SmartAlloc, paused: bool) {
        alloc.whole_frame(|alloc| {
            if !paused {
                println!("{}", *alloc.frame_box(1));
            }
        });
    }

    pub fn guarded(alloc: &mut SmartAlloc, paused: bool) {
        let frame = alloc.frame_guard();
        if paused {
            return;
        }
        println!("{}", *frame.frame_box(1));
    }

    #[frame_system]
    pub fn system(alloc: &mut SmartAlloc, paused: bool) {
        if paused {
            return;
        }
        println!("{}", *alloc.frame_box(1));
    }
}

//# call `alloc.begin_frame()` and `alloc.end_frame()` in each round, or wrap it in `alloc.whole_frame(|alloc| …)`
pub mod before {
    use super::*;

    pub fn run() {
        let mut alloc = SmartAlloc::default();
        loop {
            println!("{}", *alloc.frame_box(1));
        }
    }
}

pub mod after {
    use super::*;

    pub fn run() {
        let mut alloc = SmartAlloc::default();
        loop {
            alloc.begin_frame();
            println!("{}", *alloc.frame_box(1));
            alloc.end_frame();
        }
    }
}

//# call `begin_frame` first, or use `alloc.whole_frame(|alloc| …)`
pub mod before {
    use super::*;

    pub fn tick() {
        let mut alloc = SmartAlloc::default();
        alloc.end_frame();
    }
}

pub mod after {
    use super::*;

    pub fn tick() {
        let mut alloc = SmartAlloc::default();
        alloc.begin_frame();
        alloc.end_frame();
        alloc.whole_frame(|_| ());
    }
}

//# take it from the promotions of `end_frame_with_promotions`, or allocate it with `frame_box`
pub mod before {
    use super::*;

    pub fn tick(alloc: &mut SmartAlloc) {
        alloc.begin_frame();
        println!("{}", *alloc.frame_retain(1_u32, RetentionPolicy::PromoteToPool));
        alloc.end_frame();
    }
}

pub mod after {
    use super::*;

    pub fn tick(alloc: &mut SmartAlloc) {
        alloc.begin_frame();
        let kept = alloc.frame_retain(1_u32, RetentionPolicy::PromoteToPool);
        let key = kept.key();
        drop(kept);
        println!("{}", *alloc.frame_box(1_u32));
        let mut promotions = alloc.end_frame_with_promotions();
        println!("{}", promotions.take(key).is_some());
    }
}

//# retain it with `PromoteToPool` or `PromoteToHeap`
pub mod before {
    use super::*;

    pub fn tick(alloc: &mut SmartAlloc) -> bool {
        alloc.begin_frame();
        let kept = alloc.frame_retain(1_u32, RetentionPolicy::Discard);
        let key = kept.key();
        drop(kept);
        let mut promotions = alloc.end_frame_with_promotions();
        promotions.take(key).is_some()
    }
}

pub mod after {
    use super::*;

    pub fn tick(alloc: &mut SmartAlloc) -> bool {
        alloc.begin_frame();
        let kept = alloc.frame_retain(1_u32, RetentionPolicy::PromoteToPool);
        let key = kept.key();
        drop(kept);
        let mut promotions = alloc.end_frame_with_promotions();
        promotions.take(key).is_some()
    }
}

//# let `sum` take `&Frame`, or say `frame.whole()` where that is meant
pub mod before {
    use super::*;

    fn sum(alloc: &SmartAlloc, numbers: &[u32]) -> u32 {
        alloc.frame_slice_copy(numbers).iter().sum()
    }

    pub fn scoped(alloc: &SmartAlloc) -> u32 {
        alloc.scoped(|frame| sum(frame, &[1, 2]))
    }
}

pub mod after {
    use super::*;

    fn sum(frame: &Frame, numbers: &[u32]) -> u32 {
        frame.frame_slice_copy(numbers).iter().sum()
    }

    fn whole(alloc: &SmartAlloc, numbers: &[u32]) -> u32 {
        alloc.frame_slice_copy(numbers).iter().sum()
    }

    pub fn scoped(alloc: &SmartAlloc) -> u32 {
        alloc.scoped(|frame| sum(frame, &[1, 2]) + whole(frame.whole(), &[3]))
    }
}

//# use `frame_box`, whose drop runs, or a type without a destructor
pub mod before {
    use super::*;

    #[frame_system]
    pub fn leaked(alloc: &SmartAlloc) -> usize {
        alloc.frame_ref(String::new()).len()
    }
}

pub mod after {
    use super::*;

    #[frame_system]
    pub fn leaked(alloc: &SmartAlloc) -> usize {
        alloc.frame_box(String::new()).len() + alloc.frame_ref("text").len()
    }
}

//# handle `None` (`if let Some(value) = handle.get(&alloc)`), or share the value again in each frame
pub mod before {
    use super::*;

    pub fn tick(alloc: &mut SmartAlloc) {
        alloc.begin_frame();
        let handle = alloc.frame_share(1_u32);
        alloc.end_frame();
        println!("{}", handle.get(alloc).unwrap());
    }
}

pub mod after {
    use super::*;

    pub fn tick(alloc: &mut SmartAlloc) {
        alloc.begin_frame();
        let handle = alloc.frame_share(1_u32);
        println!("{}", handle.get(alloc).unwrap());
        alloc.end_frame();
        if let Some(value) = handle.get(alloc) {
            println!("{value}");
        }
    }
}

//# fill what is kept there again (`clear`, then `push_str` or `extend`), or make it outside of the zone: what was made outside and grows is outside
pub mod before {
    use framealloc::{SmartAlloc, frame_system};

    pub struct Hud {
        pub title: String,
    }

    #[frame_system(ambient)]
    pub fn titled(alloc: &SmartAlloc, hud: &mut Hud, score: u32) {
        hud.title = format!("score {score}");
    }
}

pub mod after {
    use framealloc::{SmartAlloc, frame_system};

    pub struct Hud {
        pub title: String,
    }

    #[frame_system(ambient)]
    pub fn titled(alloc: &SmartAlloc, hud: &mut Hud, score: u32) {
        let text = format!("score {score}");
        hud.title.clear();
        hud.title.push_str(&text);
    }

    pub fn renamed(alloc: &SmartAlloc, hud: &mut Hud, name: &str) -> usize {
        hud.title = name.to_owned();
        alloc.ambient(|| hud.title.to_uppercase().len())
    }
}

//# make what is kept outside of the zone, or copy it there; `alloc.stats().ambient` says how much is pinned
pub mod before {
    use framealloc::SmartAlloc;

    pub fn title(alloc: &SmartAlloc, score: u32) -> String {
        alloc.ambient(|| format!("score {score}"))
    }
}

pub mod after {
    use framealloc::SmartAlloc;

    pub fn title(alloc: &SmartAlloc, score: u32) -> String {
        let width = alloc.ambient(|| format!("score {score}").len());
        format!("{score:width$}")
    }
}
