//! A drain borrows its queue.

use framealloc::SmartAlloc;

fn main() {
    let alloc = SmartAlloc::default();
    let mut queue = alloc.frame_deque::<u8>();
    let drain = queue.drain(..);
    drop(queue);
    println!("{}", drain.count());
}
