//! Allocations in every round of a loop inside a frame.
use framealloc::{Frame, SmartAlloc, frame_format, frame_system, frame_vec};

#[frame_system]
pub fn boxes(alloc: &SmartAlloc, inputs: &[u32]) -> u32 {
    let mut sum = 0;
    for input in inputs {
        let value = alloc.frame_box(*input); //~ FA602
        sum += *value;
    }
    sum
}

#[frame_system]
pub fn vectors(alloc: &SmartAlloc, inputs: &Vec<u32>) -> usize {
    let mut count = 0;
    for input in inputs.iter().filter(|input| **input > 1) {
        let mut values = alloc.frame_vec::<u32>(); //~ FA602
        values.push(*input);
        count += values.len();
    }
    count
}

#[frame_system]
pub fn counted(alloc: &SmartAlloc, rounds: u32) -> u32 {
    let mut sum = 0;
    let mut round = 0;
    while round < rounds {
        sum += *alloc.frame_box(round); //~ FA602
        round += 1;
    }
    sum
}

#[frame_system]
pub fn range(alloc: &SmartAlloc) -> u32 {
    let mut sum = 0;
    for round in 0..1000 {
        sum += *alloc.frame_ref(round); //~ FA602
    }
    sum
}

#[frame_system]
pub fn nested(alloc: &SmartAlloc) -> u32 {
    let mut sum = 0;
    for row in 0..8 {
        for column in 0..8 {
            sum += *alloc.frame_box(row * column); //~ FA602
        }
    }
    sum
}

#[frame_system]
pub fn closure(alloc: &SmartAlloc, inputs: &[u32]) -> u32 {
    inputs.iter().map(|input| *alloc.frame_box(*input)).sum() //~ FA602
}

#[frame_system]
pub fn for_each(alloc: &SmartAlloc, inputs: &[u32]) {
    inputs.iter().for_each(|input| {
        let _text = frame_format!(alloc, "{input}"); //~ FA602
    });
}

#[frame_system]
pub fn lists(alloc: &SmartAlloc, inputs: &[u32]) -> usize {
    let mut most = 0;
    for input in inputs {
        let list = frame_vec![in alloc; *input; 3]; //~ FA602
        most = most.max(list.len());
    }
    most
}

fn helper(frame: &Frame, input: u32) -> u32 {
    *frame.frame_box(input)
}

#[frame_system]
pub fn by_helper(alloc: &SmartAlloc, inputs: &[u32]) -> u32 {
    let mut sum = 0;
    for input in inputs {
        sum += helper(alloc, *input); //~ FA602
    }
    sum
}

pub fn between_begin_and_end(alloc: &mut SmartAlloc, inputs: &[u32]) -> u32 {
    let mut sum = 0;
    alloc.begin_frame();
    for input in inputs {
        sum += *alloc.frame_box(*input); //~ FA602
    }
    alloc.end_frame();
    sum
}

pub fn in_scope(alloc: &SmartAlloc, inputs: &[u32]) -> u32 {
    alloc.scoped(|frame| {
        let mut sum = 0;
        for input in inputs {
            sum += *frame.frame_box(*input); //~ FA602
        }
        sum
    })
}

#[frame_system]
pub fn in_match(alloc: &SmartAlloc, inputs: &[Option<u32>]) -> u32 {
    let mut sum = 0;
    for input in inputs {
        sum += match input {
            Some(input) => *alloc.frame_box(*input), //~ FA602
            None => 0,
        };
    }
    sum
}

#[frame_system]
pub fn counted_up(alloc: &SmartAlloc, inputs: &[u32]) -> u32 {
    let mut count = 0;
    for input in inputs {
        count += *input;
    }
    let mut sum = 0;
    for round in 0..count {
        sum += *alloc.frame_box(round); //~ FA602
    }
    sum
}
