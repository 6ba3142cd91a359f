//! A type of unknown size.

use framealloc::Pooled;

#[derive(Pooled)]
struct Text(str);

fn main() {
    let _: Option<&Text> = None::<&Text>.filter(|text| !text.0.is_empty());
}
