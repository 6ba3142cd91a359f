//! What of the standard library looks as if it took memory of the heap.
use std::borrow::Cow;
use std::collections::BinaryHeap;
use std::fmt::Write as _;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use framealloc::{SmartAlloc, frame_system};

#[derive(Clone, Copy)]
pub struct Point {
    x: f32,
}

#[derive(Default)]
pub struct Pair {
    left: u32,
    right: u32,
}

impl Extend<u32> for Pair {
    fn extend<I: IntoIterator<Item = u32>>(&mut self, numbers: I) {
        numbers.into_iter().for_each(|number| self.left += number);
    }
}

#[frame_system]
pub fn owned_in_place(alloc: &SmartAlloc, point: &Point) -> f32 {
    let owned = point.to_owned();
    owned.x + *alloc.frame_box(1.0_f32)
}

#[frame_system]
pub fn partitions_of_numbers(alloc: &SmartAlloc, numbers: &[u32]) -> u32 {
    let (small, large): (Pair, Pair) = numbers.iter().copied().partition(|number| *number < 10);
    small.left + large.right + *alloc.frame_box(1_u32)
}

#[frame_system]
pub fn sorts_in_place(alloc: &SmartAlloc, depths: &mut [u64], few: &mut [u64; 8]) -> usize {
    depths.sort_unstable();
    depths.sort_unstable_by_key(|depth| depth % 3);
    few.sort();
    depths.len() + few.len() + *alloc.frame_box(1_usize)
}

#[frame_system]
pub fn sorts_what_may_be_short(alloc: &SmartAlloc, layers: &mut [u32]) -> usize {
    layers.sort_by_key(|layer| layer % 3);
    layers.len() + *alloc.frame_box(1_usize)
}

#[frame_system]
pub fn texts_that_are_borrowed(alloc: &SmartAlloc, bytes: &[u8], name: &str) -> usize {
    let text = String::from_utf8_lossy(bytes);
    let path = Path::new(name);
    let extension = path.extension().map_or(0, |extension| extension.len());
    let quoted = name.escape_debug().count();
    let letters = 'ß'.to_uppercase().count();
    text.len() + extension + quoted + letters + *alloc.frame_box(1_usize)
}

#[frame_system]
pub fn owners(alloc: &SmartAlloc, heap: BinaryHeap<u32>, boxed: Box<[u32]>, shared: &mut Rc<u32>) -> usize {
    let list = heap.into_vec();
    let more = boxed.into_vec();
    let alone = Rc::get_mut(shared).is_some();
    list.len() + more.len() + usize::from(alone) + *alloc.frame_box(1_usize)
}

#[frame_system]
pub fn numbers_inside(alloc: &SmartAlloc, shared: Arc<u32>, text: Cow<'_, str>) -> usize {
    let number = Arc::unwrap_or_clone(shared);
    number as usize + text.len() + *alloc.frame_box(1_usize)
}

#[frame_system]
pub fn formats_in_the_frame(alloc: &SmartAlloc, number: u32) -> usize {
    let mut line = alloc.frame_string();
    let _ = line.write_fmt(format_args!("{number}"));
    line.len() + *alloc.frame_box(1_usize)
}

pub fn at_start() -> (String, Vec<u8>) {
    let (sender, receiver) = std::sync::mpsc::channel::<u32>();
    drop((sender, receiver));
    (std::env::var("HOME").unwrap_or_default(), std::fs::read("save.bin").unwrap_or_default())
}
