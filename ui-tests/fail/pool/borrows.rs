//! A type that borrows.

use framealloc::Pooled;

#[derive(Pooled)]
struct Label<'a> {
    text: &'a str,
}

fn main() {
    let _ = Label { text: "" }.text;
}
