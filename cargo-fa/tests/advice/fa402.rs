use std::collections::HashMap;
use std::fmt::Write;
use std::sync::mpsc::SyncSender;

use framealloc::{Frame, FrameVec, PoolBox, SmartAlloc, frame_system};

//# use `alloc.frame_vec()`, `frame_map()`, `frame_string()` and their kin: what ends with the frame can be in its memory
pub mod before {
    use super::*;

    #[frame_system]
    pub fn counted(alloc: &SmartAlloc, numbers: &[u32]) -> usize {
        let mut list = Vec::new();
        let mut map = HashMap::new();
        let mut text = String::new();
        for number in numbers {
            list.push(*number);
            *map.entry(*number).or_insert(0) += 1;
            let _ = write!(text, "{number}");
        }
        list.len() + map.len() + text.len() + *alloc.frame_box(1_usize)
    }
}

pub mod after {
    use super::*;

    #[frame_system]
    pub fn counted(alloc: &SmartAlloc, numbers: &[u32]) -> usize {
        let mut list = alloc.frame_vec();
        let mut map = alloc.frame_map();
        let mut text = alloc.frame_string();
        for number in numbers {
            list.push(*number);
            *map.entry(*number).or_insert(0) += 1;
            let _ = write!(text, "{number}");
        }
        list.len() + map.len() + text.len() + *alloc.frame_box(1_usize)
    }
}

//# use its memory again: empty it in each frame (`clear`, `drain`), or make it with room (`with_capacity`)
pub mod before {
    use super::*;

    #[derive(Default)]
    pub struct World {
        events: Vec<u32>,
        log: Vec<u32>,
    }

    #[frame_system]
    pub fn noted(alloc: &SmartAlloc, world: &mut World) {
        world.events.push(*alloc.frame_box(1));
        world.log.push(2);
    }
}

pub mod after {
    use super::*;

    pub struct World {
        events: Vec<u32>,
        log: Vec<u32>,
    }

    impl Default for World {
        fn default() -> Self {
            Self { events: Vec::new(), log: Vec::with_capacity(1024) }
        }
    }

    #[frame_system]
    pub fn noted(alloc: &SmartAlloc, world: &mut World) {
        world.events.clear();
        world.events.push(*alloc.frame_box(1));
        world.log.push(2);
    }
}

//# use frame memory (`alloc.frame_vec()`), or make it with room for the largest frame and say so: `// fa: allow(FA402, reason = "…")`
pub mod before {
    use super::*;

    pub struct World {
        events: Vec<u32>,
        hits: Vec<u32>,
    }

    #[frame_system(no_heap)]
    pub fn noted(alloc: &SmartAlloc, world: &mut World) -> usize {
        world.events.clear();
        world.events.push(*alloc.frame_box(1));
        world.hits.clear();
        world.hits.push(2);
        world.hits.len()
    }
}

pub mod after {
    use super::*;

    pub struct World {
        events: Vec<u32>,
    }

    impl Default for World {
        fn default() -> Self {
            Self { events: Vec::with_capacity(1024) }
        }
    }

    #[frame_system(no_heap)]
    pub fn noted(alloc: &SmartAlloc, world: &mut World) -> usize {
        world.events.clear();
        // fa: allow(FA402, reason = "no frame has more than 1024 events")
        world.events.push(*alloc.frame_box(1));
        let mut hits = alloc.frame_vec();
        hits.push(2);
        hits.len()
    }
}

//# let the function take `&Frame`, and give back what `frame.frame_vec()` and its kin make
pub mod before {
    use super::*;

    fn even(numbers: &[u32]) -> Vec<u32> {
        let mut even = Vec::new();
        for number in numbers {
            if number % 2 == 0 {
                even.push(*number);
            }
        }
        even
    }

    #[frame_system]
    pub fn used(alloc: &SmartAlloc, numbers: &[u32]) -> usize {
        even(numbers).len() + *alloc.frame_box(1_usize)
    }
}

pub mod after {
    use super::*;

    fn even<'f>(frame: &'f Frame, numbers: &[u32]) -> FrameVec<'f, u32> {
        let mut even = frame.frame_vec();
        for number in numbers {
            if number % 2 == 0 {
                even.push(*number);
            }
        }
        even
    }

    #[frame_system]
    pub fn used(alloc: &SmartAlloc, numbers: &[u32]) -> usize {
        even(alloc, numbers).len() + *alloc.frame_box(1_usize)
    }
}

//# let the caller lend a container that it keeps: clear it and fill it
pub mod before {
    use super::*;

    #[frame_system]
    pub fn even(alloc: &SmartAlloc, numbers: &[u32]) -> Vec<u32> {
        let mut even = Vec::new();
        for number in alloc.frame_slice_copy(numbers).iter() {
            if number % 2 == 0 {
                even.push(*number);
            }
        }
        even
    }
}

pub mod after {
    use super::*;

    #[frame_system]
    pub fn even(alloc: &SmartAlloc, numbers: &[u32], even: &mut Vec<u32>) {
        even.clear();
        for number in alloc.frame_slice_copy(numbers).iter() {
            if number % 2 == 0 {
                even.push(*number);
            }
        }
    }
}

//# fill one of the frame, and hand on a copy from a pool: `alloc.pool_slice_copy(…)`, `alloc.pool_str(…)`
pub mod before {
    use super::*;

    #[frame_system]
    pub fn sent(alloc: &SmartAlloc, to: &SyncSender<Vec<u32>>, text_to: &SyncSender<String>, numbers: &[u32]) {
        let mut list = Vec::new();
        let mut text = String::new();
        for number in numbers {
            list.push(*number);
            let _ = write!(text, "{number}");
        }
        println!("{}", *alloc.frame_box(1));
        let _ = to.send(list);
        let _ = text_to.send(text);
    }
}

pub mod after {
    use super::*;

    #[frame_system]
    pub fn sent(alloc: &SmartAlloc, to: &SyncSender<PoolBox<[u32]>>, text_to: &SyncSender<PoolBox<str>>, numbers: &[u32]) {
        let mut list = alloc.frame_vec();
        let mut text = alloc.frame_string();
        for number in numbers {
            list.push(*number);
            let _ = write!(text, "{number}");
        }
        println!("{}", *alloc.frame_box(1));
        let _ = to.send(alloc.pool_slice_copy(&list));
        let _ = text_to.send(alloc.pool_str(&text));
    }
}

//# let the function take `&Frame`, and use `frame.frame_vec()` and its kin
pub mod before {
    use super::*;

    fn even(numbers: &[u32]) -> usize {
        let mut even = Vec::new();
        for number in numbers {
            if number % 2 == 0 {
                even.push(*number);
            }
        }
        even.len()
    }

    #[frame_system]
    pub fn used(alloc: &SmartAlloc, numbers: &[u32]) -> usize {
        even(numbers) + *alloc.frame_box(1_usize)
    }
}

pub mod after {
    use super::*;

    fn even(frame: &Frame, numbers: &[u32]) -> usize {
        let mut even = frame.frame_vec();
        for number in numbers {
            if number % 2 == 0 {
                even.push(*number);
            }
        }
        even.len()
    }

    #[frame_system]
    pub fn used(alloc: &SmartAlloc, numbers: &[u32]) -> usize {
        even(alloc, numbers) + *alloc.frame_box(1_usize)
    }
}
