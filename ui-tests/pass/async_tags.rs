//! The tag of an `async fn` holds in every poll, for the heap as well, leaks into no other task, and lets the future go to any thread.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use framealloc::{AmbientAlloc, SmartAlloc, Tags, alloc_tag};

#[global_allocator]
static GLOBAL: AmbientAlloc<std::alloc::System, Tags> = AmbientAlloc::system();

trait Shape {}
impl Shape for u32 {}

/// What it returns early is coerced, and what it owns and only reads need not be shared between threads.
#[alloc_tag("coerced")]
async fn coerced(alloc: &SmartAlloc, early: std::cell::Cell<bool>) -> Result<Box<dyn Shape + Send>, String> {
    if early.get() {
        return Ok(Box::new(*alloc.frame_box(1_u32)));
    }
    suspend().await;
    Err("late".to_owned())
}

/// It has blocks of its own across suspension points.
#[alloc_tag("heap")]
async fn heap(alloc: &SmartAlloc) -> Vec<u8> {
    let mut bytes = vec![0; 1000];
    suspend().await;
    bytes.extend_from_slice(alloc.frame_slice_zeroed::<u8>(10));
    bytes.shrink_to_fit();
    let more = vec![1; 500];
    suspend().await;
    drop(bytes);
    more
}

struct Exclusive {
    alloc: SmartAlloc,
    count: u32,
}

impl Exclusive {
    #[alloc_tag("exclusive", alloc = self.alloc)]
    async fn step(&mut self) -> u32 {
        self.count += *alloc.frame_box(1_u32);
        suspend().await;
        self.count
    }
}

async fn suspend() {
    let mut again = true;
    poll_fn(|_| if std::mem::take(&mut again) { Poll::Pending } else { Poll::Ready(()) }).await;
}

#[alloc_tag("left")]
async fn left(alloc: &SmartAlloc) -> u32 {
    let first = *alloc.frame_box(1u64);
    suspend().await;
    let second = *alloc.frame_box([2u64; 4]);
    suspend().await;
    first as u32 + second[0] as u32
}

#[alloc_tag("right")]
async fn right(alloc: &SmartAlloc) {
    suspend().await;
    alloc.frame_box([0u64; 16]);
}

#[alloc_tag("early")]
async fn early(alloc: &SmartAlloc, n: u32) -> Result<u32, String> {
    if n == 0 {
        return Err("zero".to_owned());
    }
    let text = alloc.frame_str("41").to_string();
    suspend().await;
    let parsed: u32 = text.parse().map_err(|_| "text")?;
    Ok(parsed + n)
}

#[alloc_tag("never")]
async fn never(alloc: &SmartAlloc) -> u32 {
    drop(alloc.frame_box(1));
    panic!("as it should")
}

#[alloc_tag("opaque")]
async fn opaque(alloc: &SmartAlloc, n: u32) -> impl Fn(u32) -> u32 + use<> {
    let n = *alloc.frame_box(n);
    suspend().await;
    move |m| n + m
}

struct World {
    alloc: SmartAlloc,
}

impl World {
    #[alloc_tag("method", alloc = self.alloc)]
    async fn step(&self) -> u32 {
        suspend().await;
        *alloc.frame_box(3)
    }
}

fn poll<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    std::pin::Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
}

fn run<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = poll(&mut future) {
            return value;
        }
    }
}

fn is_send<T: Send>(value: T) -> T {
    value
}

fn main() {
    let mut alloc = SmartAlloc::default();
    alloc.begin_frame();
    {
        let mut one = pin!(is_send(left(&alloc)));
        let mut two = pin!(is_send(right(&alloc)));
        assert!(poll(&mut one).is_pending());
        assert!(poll(&mut two).is_pending());
        alloc.frame_box([0u8; 200]);
        assert!(poll(&mut one).is_pending());
        assert!(poll(&mut two).is_ready());
        assert_eq!(poll(&mut one), Poll::Ready(3));
    }
    assert_eq!(run(early(&alloc, 0)), Err("zero".to_owned()));
    assert_eq!(run(early(&alloc, 1)), Ok(42));
    assert_eq!(run(opaque(&alloc, 1))(2), 3);
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run(never(&alloc)))).is_err());
    assert_eq!(run(World { alloc: SmartAlloc::default() }.step()), 3);
    assert_eq!(run(Exclusive { alloc: SmartAlloc::default(), count: 1 }.step()), 2);
    assert!(run(is_send(coerced(&alloc, std::cell::Cell::new(true)))).is_ok());
    {
        let live = |path: &str| alloc.stats().heap_tag(path).map_or((0, 0), |tag| (tag.bytes, tag.blocks));
        let mut one = pin!(heap(&alloc));
        assert!(poll(&mut one).is_pending());
        let between = vec![0_u8; 77];
        assert_eq!(live("heap"), (1000, 1));
        assert!(poll(&mut one).is_pending());
        assert_eq!(live("heap"), (1510, 2));
        let Poll::Ready(more) = poll(&mut one) else { panic!("it is over") };
        assert_eq!((live("heap"), more.len(), between.len()), ((500, 1), 500, 77));
    }

    alloc.end_frame();
    let stats = alloc.stats();
    let bytes = |path: &str| stats.tag(path).map_or(0, |tag| tag.bytes);
    assert_eq!(bytes("left"), 8 + 32, "{stats:?}");
    assert_eq!(bytes("right"), 128, "{stats:?}");
}
