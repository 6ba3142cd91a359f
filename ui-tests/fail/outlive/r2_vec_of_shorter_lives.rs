//! A vector cannot be dropped after what its elements look at.

use framealloc::SmartAlloc;

struct Look<'a>(&'a u8);

impl Drop for Look<'_> {
    fn drop(&mut self) {
        println!("{}", self.0);
    }
}

fn main() {
    let alloc = SmartAlloc::default();
    let mut vec = alloc.frame_vec();
    let value = 1;
    vec.push(Look(&value));
}
