//! Frame work that is done before the suspension, or begins after it.
use framealloc::{FrameBox, SmartAlloc, alloc_tag};

async fn other() -> u32 {
    1
}

async fn add(value: u32) -> u32 {
    value + 1
}

pub async fn in_a_block(alloc: &SmartAlloc) -> u32 {
    let sum = {
        let value = alloc.frame_box(1_u32);
        *value
    };
    other().await + sum
}

pub async fn dropped(alloc: &SmartAlloc) -> u32 {
    let value = alloc.frame_box(1_u32);
    let copy = *value;
    drop(value);
    other().await + copy
}

pub async fn moved(alloc: &SmartAlloc) -> u32 {
    let value = alloc.frame_box(1_u32);
    let inner = FrameBox::into_inner(value);
    other().await + inner
}

pub async fn copied_argument(alloc: &SmartAlloc) -> u32 {
    let copy = *alloc.frame_box(1_u32);
    add(copy).await
}

pub async fn afterwards(alloc: &SmartAlloc) -> u32 {
    let number = other().await;
    *alloc.frame_box(number)
}

pub async fn only_the_allocator(alloc: &SmartAlloc) -> u32 {
    other().await;
    other().await;
    *alloc.frame_box(1)
}

#[alloc_tag("net")]
pub async fn tagged(alloc: &SmartAlloc) -> u32 {
    let number = other().await;
    *alloc.frame_box(number)
}

pub async fn each_round(alloc: &SmartAlloc) -> u32 {
    let mut sum = 0;
    for round in 0..3 {
        sum += *alloc.frame_box(round);
        other().await;
    }
    sum
}

pub async fn pooled(alloc: &SmartAlloc) -> u32 {
    let value = alloc.pool_box(1_u32);
    other().await;
    *value
}

pub async fn transferred(alloc: &SmartAlloc) -> u32 {
    let handle = alloc.frame_box_for_transfer(1_u32);
    other().await;
    *handle.receive()
}

pub fn sync(alloc: &SmartAlloc) -> u32 {
    let value = alloc.frame_box(1_u32);
    *value
}
