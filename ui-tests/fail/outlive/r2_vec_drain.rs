//! A drain borrows its vector.

use framealloc::SmartAlloc;

fn main() {
    let alloc = SmartAlloc::default();
    let mut vec = alloc.frame_vec::<u8>();
    let drain = vec.drain(..);
    drop(vec);
    println!("{}", drain.count());
}
