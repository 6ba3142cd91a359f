//! Every parameter is told.

use framealloc::Pooled;

#[derive(Pooled)]
struct Many<'a, T, const N: usize> {
    values: [&'a T; N],
}

fn main() {
    let _ = Many { values: [&1; 4] }.values;
}
