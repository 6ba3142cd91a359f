//! Nothing allocates, or only when something went wrong, or not in a frame.
use std::sync::Arc;

use framealloc::{SmartAlloc, frame_format, frame_system};

#[derive(Clone, Copy)]
pub struct Point {
    x: f32,
}

#[frame_system]
pub fn empty(alloc: &SmartAlloc) -> usize {
    let list: Vec<u32> = Vec::new();
    let text = String::new();
    let none: Vec<u32> = vec![];
    list.len() + text.len() + none.len() + *alloc.frame_box(1_usize)
}

#[frame_system]
pub fn errors(alloc: &SmartAlloc, input: Option<u32>) -> Result<u32, String> {
    let input = input.ok_or_else(|| "no input".to_string())?;
    if input > 10 {
        return Err(format!("{input} is too much"));
    }
    Ok(*alloc.frame_box(input))
}

#[frame_system]
pub fn panics(alloc: &SmartAlloc, input: u32) -> u32 {
    assert!(input < 10, "{} is too much", input.to_string());
    if input == 7 {
        panic!("{}", input.to_string());
    }
    *alloc.frame_box(input)
}

#[frame_system]
pub fn mapped_error(alloc: &SmartAlloc, input: Result<u32, u32>) -> Result<u32, String> {
    let input = input.map_err(|error| error.to_string())?;
    Ok(*alloc.frame_box(input))
}

#[frame_system]
pub fn matched_error(alloc: &SmartAlloc, input: Result<u32, u32>) -> u32 {
    match input {
        Ok(input) => *alloc.frame_box(input),
        Err(error) => {
            eprintln!("{}", error.to_string());
            0
        }
    }
}

#[cold]
fn report(number: u32) -> String {
    format!("{number}")
}

#[frame_system]
pub fn cold_helper(alloc: &SmartAlloc, input: u32) -> u32 {
    if input > 100 {
        println!("{}", report(input));
    }
    *alloc.frame_box(input)
}

#[frame_system]
pub fn debug_only(alloc: &SmartAlloc, input: u32) -> u32 {
    debug_assert!(input < 10, "{}", input.to_string());
    #[cfg(debug_assertions)]
    println!("{}", input.to_string());
    *alloc.frame_box(input)
}

#[frame_system]
pub fn cheap_clones(alloc: &SmartAlloc, shared: &Arc<u32>, point: &Point) -> f32 {
    let shared = shared.clone();
    let again = Arc::clone(&shared);
    let point = point.clone();
    point.x + *alloc.frame_box(*again) as f32
}

#[frame_system]
pub fn in_frame_memory(alloc: &SmartAlloc, inputs: &[u32]) -> usize {
    let label = frame_format!(alloc, "{}", inputs.len());
    let copied = alloc.frame_slice_copy(inputs);
    let mut list = alloc.frame_vec::<u32>();
    list.push(1);
    label.len() + copied.len() + list.len()
}

#[frame_system]
pub fn from_a_pool(alloc: &SmartAlloc) -> u32 {
    *alloc.pool_box(1_u32)
}

pub fn at_start(inputs: &[u32]) -> Vec<String> {
    inputs.iter().map(|input| input.to_string()).collect()
}

pub fn before_the_frame(alloc: &mut SmartAlloc) -> usize {
    let text = format!("{}", 1);
    alloc.begin_frame();
    let value = *alloc.frame_box(text.len());
    alloc.end_frame();
    let after = format!("{value}");
    after.len()
}

pub struct Own;

impl Own {
    pub fn to_string(&self) -> u32 {
        1
    }
}

#[frame_system]
pub fn own_method(alloc: &SmartAlloc, own: &Own) -> u32 {
    *alloc.frame_box(own.to_string())
}

#[frame_system]
pub fn errors_of_what_is_not_known(alloc: &SmartAlloc, input: impl Source) -> Result<u32, String> {
    let input = input.take_one().ok_or_else(|| "no input".to_owned())?;
    let input = input.checked().map_err(|error| format!("{error}"))?;
    Ok(*alloc.frame_box(input))
}

pub trait Source {
    type Item: Checked;
    fn take_one(&self) -> Option<Self::Item>;
}

pub trait Checked {
    fn checked(self) -> Result<u32, u32>;
}
