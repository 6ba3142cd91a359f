use framealloc::{SmartAlloc, alloc_tag, frame_system};

async fn tick() -> u32 {
    7
}

//# drop `value` before the `.await`, or put its use into a block of its own
pub mod before {
    use super::*;

    pub async fn held(alloc: &SmartAlloc) -> u32 {
        let value = alloc.frame_box(1_u32);
        println!("{value}");
        tick().await
    }
}

pub mod after {
    use super::*;

    pub async fn dropped(alloc: &SmartAlloc) -> u32 {
        let value = alloc.frame_box(1_u32);
        println!("{value}");
        drop(value);
        tick().await
    }

    pub async fn in_a_block(alloc: &SmartAlloc) -> u32 {
        {
            let value = alloc.frame_box(1_u32);
            println!("{value}");
        }
        tick().await
    }
}

//# finish with it before the `.await`, or copy out what is needed afterwards
pub mod before {
    use super::*;

    pub async fn used(alloc: &SmartAlloc) -> u32 {
        let value = alloc.frame_box(1_u32);
        tick().await + *value
    }
}

pub mod after {
    use super::*;

    pub async fn copied(alloc: &SmartAlloc) -> u32 {
        let value = *alloc.frame_box(1_u32);
        tick().await + value
    }
}

//# [refused] make the frame's work a plain function that the async one calls, or use `#[alloc_tag]`
pub mod before {
    use super::*;

    #[frame_system]
    pub async fn system(alloc: &SmartAlloc) -> u32 {
        let value = *alloc.frame_box(1_u32);
        tick().await + value
    }
}

pub mod after {
    use super::*;

    #[frame_system]
    fn work(alloc: &SmartAlloc) -> u32 {
        *alloc.frame_box(1_u32)
    }

    #[alloc_tag("network")]
    pub async fn system(alloc: &SmartAlloc) -> u32 {
        let value = work(alloc);
        tick().await + value
    }
}
