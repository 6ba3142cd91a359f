//! A thread gets a reader of its own, not what another one reads.

use framealloc::FramePublisher;

fn main() {
    let publisher = FramePublisher::<String>::new();
    let mut reader = publisher.reader();
    let text = reader.latest();
    std::thread::spawn(move || println!("{text:?}"));
}
