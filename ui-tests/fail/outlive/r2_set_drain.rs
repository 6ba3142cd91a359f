//! A drain borrows its set.

use framealloc::SmartAlloc;

fn main() {
    let alloc = SmartAlloc::default();
    let mut set = alloc.frame_set::<u8>();
    let values = set.drain();
    drop(set);
    println!("{}", values.count());
}
