//! So does the iterator over what is taken out.

use framealloc::SmartAlloc;

fn main() {
    let alloc = SmartAlloc::default();
    let mut vec = alloc.frame_vec::<u8>();
    let odd = vec.extract_if(.., |value| *value % 2 == 1);
    vec.push(3);
    println!("{}", odd.count());
}
