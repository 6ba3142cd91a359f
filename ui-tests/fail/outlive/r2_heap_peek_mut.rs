//! Who changes the greatest element has the queue until its rank is seen to.

use framealloc::SmartAlloc;

fn main() {
    let alloc = SmartAlloc::default();
    let mut heap = alloc.frame_heap::<u8>();
    let greatest = heap.peek_mut();
    heap.push(1);
    drop(greatest);
}
