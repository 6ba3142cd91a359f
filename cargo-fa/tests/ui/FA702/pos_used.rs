//! Frame memory is used after a suspension.
use framealloc::{FrameBox, SmartAlloc};

async fn tick() -> u32 {
    7
}

pub async fn local(alloc: &SmartAlloc) {
    let value = alloc.frame_box(1_u32); //~ FA702
    let number = tick().await;
    println!("{} {number}", value);
}

pub async fn slice(alloc: &SmartAlloc) {
    let values = alloc.frame_slice_copy(&[1_u32, 2]); //~ FA702
    println!("{}", tick().await);
    println!("{}", values.len());
}

pub async fn parameter(value: FrameBox<'_, u32>) { //~ FA702
    println!("{}", tick().await);
    println!("{value}");
}

pub async fn borrowed(alloc: &SmartAlloc) {
    let values = alloc.frame_slice_from_iter([1_u32, 2]); //~ FA701
    let first = &values[0]; //~ FA702
    println!("{}", tick().await);
    println!("{first}");
}

pub async fn in_a_loop(alloc: &SmartAlloc) {
    let mut values = alloc.frame_vec::<u32>(); //~ FA702
    for _ in 0..2 {
        values.push(tick().await);
    }
}

pub async fn on_one_path(alloc: &SmartAlloc, on: bool) {
    let value = alloc.frame_box(1_u32); //~ FA702
    if on {
        println!("{}", tick().await);
    }
    println!("{value}");
}

pub fn block(alloc: &SmartAlloc) -> impl Future<Output = ()> {
    async move {
        let value = alloc.frame_box(1_u32); //~ FA702
        println!("{}", tick().await);
        println!("{value}");
    }
}

async fn consume(value: &u32) {
    println!("{} {value}", tick().await);
}

pub async fn given_to_a_future(alloc: &SmartAlloc) {
    let value = alloc.frame_box(1_u32); //~ FA701
    consume(&value).await; //~ FA702
}
