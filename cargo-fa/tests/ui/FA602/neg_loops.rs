//! Loops that are not hot, or whose memory is made once or given back in each round.
use framealloc::{SmartAlloc, frame_system};

#[frame_system]
pub fn few(alloc: &SmartAlloc) -> u32 {
    let mut sum = 0;
    for round in 0..4 {
        sum += *alloc.frame_box(round);
    }
    for value in [1_u32, 2, 3] {
        sum += *alloc.frame_box(value);
    }
    sum
}

#[frame_system]
pub fn hoisted(alloc: &SmartAlloc, inputs: &[u32]) -> u32 {
    let mut scratch = alloc.frame_vec::<u32>();
    let mut sum = 0;
    for input in inputs {
        scratch.clear();
        scratch.push(*input);
        sum += scratch.iter().sum::<u32>();
    }
    sum
}

#[frame_system]
pub fn scope_in_each_round(alloc: &SmartAlloc, inputs: &[u32]) -> u32 {
    let mut sum = 0;
    for input in inputs {
        sum += alloc.scoped(|frame| *frame.frame_box(*input));
    }
    sum
}

#[frame_system]
pub fn guard_in_each_round(alloc: &SmartAlloc, inputs: &[u32]) -> u32 {
    let mut sum = 0;
    for input in inputs {
        let scope = alloc.frame_scope();
        sum += *scope.frame_box(*input);
    }
    sum
}

#[frame_system]
pub fn first_match(alloc: &SmartAlloc, inputs: &[u32]) -> u32 {
    for input in inputs {
        if *input > 7 {
            let found = alloc.frame_box(*input);
            return *found;
        }
    }
    0
}

#[frame_system]
pub fn first_break(alloc: &SmartAlloc, inputs: &[u32]) -> u32 {
    let mut result = 0;
    for input in inputs {
        if *input > 7 {
            result = *alloc.frame_box(*input);
            break;
        }
    }
    result
}

#[frame_system]
pub fn batched(alloc: &SmartAlloc, inputs: &[u32]) -> u32 {
    let doubled = alloc.frame_slice_from_iter(inputs.iter().map(|input| input * 2));
    doubled.iter().sum()
}

#[frame_system]
pub fn taken(alloc: &SmartAlloc, inputs: &[u32]) -> u32 {
    let mut sum = 0;
    for input in inputs.iter().take(8) {
        sum += *alloc.frame_box(*input);
    }
    sum
}

pub fn game_loop(alloc: &mut SmartAlloc, frames: u32) -> u32 {
    let mut sum = 0;
    for frame in 0..frames {
        alloc.begin_frame();
        sum += *alloc.frame_box(frame);
        alloc.end_frame();
    }
    for frame in 0..frames {
        sum += alloc.whole_frame(|alloc| *alloc.frame_box(frame));
    }
    sum
}

#[frame_system]
pub fn system(alloc: &SmartAlloc, input: u32) -> u32 {
    *alloc.frame_box(input)
}

pub fn systems_in_a_loop(alloc: &mut SmartAlloc, inputs: &[u32]) -> u32 {
    let mut sum = 0;
    alloc.begin_frame();
    for input in inputs {
        sum += system(alloc, *input);
    }
    alloc.end_frame();
    sum
}

pub fn outside_of_frames(inputs: &[u32]) -> Vec<Box<u32>> {
    let mut boxes = Vec::new();
    for input in inputs {
        boxes.push(Box::new(*input));
    }
    boxes
}

#[frame_system]
pub fn once_for_each_key(alloc: &SmartAlloc, pairs: &[(u32, u32)]) -> usize {
    let mut groups = alloc.frame_map();
    for (key, value) in pairs {
        groups.entry(*key).or_insert_with(|| alloc.frame_vec()).push(*value);
    }
    groups.len()
}
