//! A union.

use framealloc::Pooled;

#[derive(Pooled)]
union Bits {
    float: f32,
    bits: u32,
}

fn main() {
    let _ = Bits { float: 1.0 };
    let _ = Bits { bits: 1 };
}
