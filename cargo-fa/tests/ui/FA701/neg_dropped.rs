//! Nothing of the frame is left at the suspension.
use framealloc::{FrameBox, SmartAlloc};

async fn tick() -> u32 {
    7
}

pub async fn in_a_block(alloc: &SmartAlloc) {
    {
        let value = alloc.frame_box(1_u32);
        println!("{value}");
    }
    println!("{}", tick().await);
}

pub async fn dropped(alloc: &SmartAlloc) {
    let value = alloc.frame_box(1_u32);
    println!("{value}");
    drop(value);
    println!("{}", tick().await);
}

pub async fn temporary(alloc: &SmartAlloc) {
    println!("{}", alloc.frame_box(1_u32));
    println!("{}", tick().await);
}

pub async fn copied(alloc: &SmartAlloc) {
    let number = *alloc.frame_box(1_u32);
    println!("{} {number}", tick().await);
}

pub async fn moved_out(alloc: &SmartAlloc) {
    let number = FrameBox::into_inner(alloc.frame_box(1_u32));
    println!("{} {number}", tick().await);
}

pub async fn after_the_last_suspension(alloc: &SmartAlloc) {
    let number = tick().await;
    let value = alloc.frame_box(number);
    println!("{value}");
}

pub async fn in_a_scope(alloc: &SmartAlloc) {
    let sum: u32 = alloc.scoped(|frame| frame.frame_slice_copy(&[1_u32, 2]).iter().sum());
    println!("{} {sum}", tick().await);
}

pub async fn pooled(alloc: &SmartAlloc) {
    let value = alloc.pool_box(1_u32);
    println!("{} {value}", tick().await);
}

pub fn not_async(alloc: &SmartAlloc) {
    let value = alloc.frame_box(1_u32);
    println!("{value}");
}

pub async fn used_up_by_a_loop(alloc: &SmartAlloc) -> u32 {
    let mut list = alloc.frame_vec::<u32>();
    list.push(1);
    let mut sum = 0;
    for number in list {
        sum += number;
    }
    sum + tick().await
}

pub async fn used_up_by_an_iterator(alloc: &SmartAlloc) -> u32 {
    let mut list = alloc.frame_vec::<u32>();
    list.push(1);
    let sum: u32 = list.into_iter().map(|number| number + 1).sum();
    sum + tick().await
}

pub async fn plain_slices_are_not_held(alloc: &SmartAlloc) -> u32 {
    let numbers = alloc.frame_slice_copy(&[1_u32, 2]);
    let sum = numbers[0] + numbers[1];
    sum + tick().await
}

pub async fn used_up_by_a_closure(alloc: &SmartAlloc) -> u32 {
    let mut list = alloc.frame_vec::<u32>();
    list.push(1);
    let sum = || list.into_iter().sum::<u32>();
    let sum = sum();
    sum + tick().await
}
