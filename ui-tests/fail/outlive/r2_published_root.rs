//! A published frame is held as long as its reader is not used for another.

use framealloc::FramePublisher;

fn main() {
    let publisher = FramePublisher::<[u32]>::new();
    let mut reader = publisher.reader();
    let before = reader.latest();
    let after = reader.latest();
    println!("{before:?} {after:?}");
}
