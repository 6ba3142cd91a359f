//! A published frame is held by its reader.

use framealloc::FramePublisher;

fn main() {
    let publisher = FramePublisher::<String>::new();
    let mut reader = publisher.reader();
    let text = reader.latest();
    drop(reader);
    println!("{text:?}");
}
