//! What a signature lets out of the frame does get out.
//@ compile-fail
use framealloc::{Frame, FrameBox, FrameVec, SmartAlloc, frame_system};

fn made<'f>(frame: &'f Frame, numbers: &[u32]) -> &'f [&'f u32] {
    let mut list = frame.frame_vec();
    for number in numbers {
        list.push(&*frame.frame_ref(*number)); //~ FA602
    }
    list.into_shared_slice()
}

fn first<'a>(list: &'a [u32]) -> &'a u32 {
    &list[0]
}

fn remember<'w>(list: &mut Vec<&'w u32>, number: &'w u32) {
    list.push(number); //~ FA402
}

fn boxes<'f>(frame: &'f Frame) -> FrameVec<'f, FrameBox<'f, u32>> {
    let mut list = frame.frame_vec();
    list.push(frame.frame_box(1_u32));
    list
}

#[frame_system]
pub fn element_that_is_of_the_frame_too<'w>(alloc: &'w SmartAlloc, numbers: &[u32]) -> &'w u32 {
    made(alloc, numbers)[0] //~ FA601
}

#[frame_system]
pub fn part_of_a_list<'w>(alloc: &'w SmartAlloc) -> &'w u32 {
    let list = alloc.frame_slice_copy(&[1_u32, 2]);
    first(list) //~ FA601
}

#[frame_system]
pub fn kept_by_a_helper<'w>(alloc: &'w SmartAlloc, out: &mut Vec<&'w u32>) {
    let number = alloc.frame_ref(1_u32);
    remember(out, number); //~ FA601
}

#[frame_system]
pub fn box_out_of_a_list<'w>(alloc: &'w SmartAlloc) -> Option<FrameBox<'w, u32>> {
    boxes(alloc).pop() //~ FA601
}
