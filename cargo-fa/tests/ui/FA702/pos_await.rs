//! Frame values that live across a suspension.
//@ compile-fail
use framealloc::{Frame, FrameBox, SmartAlloc, frame_system};

async fn other() -> u32 {
    1
}

async fn look(value: &u32) -> u32 {
    *value
}

pub async fn used_after(alloc: &SmartAlloc) -> u32 {
    let value = alloc.frame_box(1_u32); //~ FA702
    other().await;
    *value
}

pub async fn only_held(alloc: &SmartAlloc) -> u32 {
    let value = alloc.frame_box(1_u32); //~ FA701
    println!("{}", *value);
    other().await
}

pub async fn parameter(value: FrameBox<'_, u32>) -> u32 { //~ FA702
    other().await;
    *value
}

pub async fn view(frame: &Frame) -> u32 { //~ FA702
    other().await;
    *frame.frame_box(1)
}

pub async fn argument(alloc: &SmartAlloc) -> u32 {
    look(&alloc.frame_box(1)).await //~ FA702
}

pub async fn in_a_loop(alloc: &SmartAlloc) -> u32 {
    let mut values = alloc.frame_vec::<u32>(); //~ FA702
    for round in 0..3 {
        values.push(round);
        other().await;
    }
    0
}

pub async fn scope(alloc: &SmartAlloc) -> u32 {
    let scope = alloc.frame_scope(); //~ FA701
    println!("{}", *scope.frame_box(1_u32));
    other().await
}

pub async fn in_a_branch(alloc: &SmartAlloc, on: bool) -> u32 {
    let value = alloc.frame_box(1_u32); //~ FA702
    if on {
        other().await;
    }
    *value
}

pub async fn block(alloc: &SmartAlloc) -> u32 {
    let work = async {
        let value = alloc.frame_box(1_u32); //~ FA702
        other().await;
        *value
    };
    work.await
}

fn make(frame: &SmartAlloc) -> FrameBox<'_, u32> {
    frame.frame_box(1)
}

pub async fn from_helper(alloc: &SmartAlloc) -> u32 {
    let value = make(alloc); //~ FA702
    other().await;
    *value
}

#[frame_system]
pub async fn system(alloc: &SmartAlloc) -> u32 { //~ FA701
    *alloc.frame_box(1)
}
