//! A type with a constant parameter.

use framealloc::Pooled;

#[derive(Pooled)]
struct Block<const N: usize> {
    bytes: [u8; N],
}

fn main() {
    let _ = Block { bytes: [0; 4] }.bytes;
}
