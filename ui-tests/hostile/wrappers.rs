//! A wrapper around an allocator, and a trait in scope, have methods of the names that the runtime has: expansions call none of them.

#![deny(warnings)]
#![forbid(unsafe_code)]
#![allow(dead_code, clippy::should_implement_trait)]

use std::future::Future;
use std::ops::{Deref, DerefMut};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use framealloc::{Frame, Pooled, SmartAlloc, alloc_tag, frame_system};

struct Wrapper(SmartAlloc);

impl Deref for Wrapper {
    type Target = SmartAlloc;

    fn deref(&self) -> &SmartAlloc {
        &self.0
    }
}

impl DerefMut for Wrapper {
    fn deref_mut(&mut self) -> &mut SmartAlloc {
        &mut self.0
    }
}

macro_rules! hijacked {
    ($($name:ident)*) => {
        /// What is nearest by name.
        impl Wrapper {
            $(fn $name(&self, _: impl Sized, _: impl Sized) -> ! { panic!(concat!("Wrapper::", stringify!($name))) })*
        }
    };
}
hijacked!(with_tag tagged frame scoped whole_frame with_frame frame_scope resolve tagged_handle outer tag id as_ref borrow);

/// What every value has while the trait is in scope.
trait Everything {
    fn with_tag(&self, _: impl Sized, _: impl Sized) -> ! {
        panic!("Everything::with_tag")
    }
    fn tagged(&self) -> ! {
        panic!("Everything::tagged")
    }
    fn frame(&self) -> ! {
        panic!("Everything::frame")
    }
    fn with_tag_path(&self) -> ! {
        panic!("Everything::with_tag_path")
    }
    fn with_budget(&self) -> ! {
        panic!("Everything::with_budget")
    }
    fn no_heap(&self) -> ! {
        panic!("Everything::no_heap")
    }
    fn capacity(&self) -> ! {
        panic!("Everything::capacity")
    }
    fn prewarm(&self) -> ! {
        panic!("Everything::prewarm")
    }
}
impl<T: ?Sized> Everything for T {}

/// `deref` as a method of its own, which is not the trait's.
struct Named(Arc<SmartAlloc>);

impl Named {
    fn deref(&self) -> ! {
        panic!("Named::deref")
    }
}

impl Deref for Named {
    type Target = Arc<SmartAlloc>;

    fn deref(&self) -> &Arc<SmartAlloc> {
        &self.0
    }
}

#[alloc_tag("function")]
fn function(alloc: &Wrapper) -> u64 {
    *alloc.frame_box(1)
}

#[alloc_tag("by_value")]
fn by_value(alloc: Named) -> u64 {
    *alloc.frame_box(1)
}

#[alloc_tag("exclusive")]
fn exclusive(alloc: &mut Wrapper) -> u64 {
    *alloc.frame_box(1)
}

#[alloc_tag("of_the_scope")]
fn of_the_scope(alloc: &Frame) -> usize {
    alloc.frame_box([1_u64; 4]);
    alloc.used_bytes()
}

#[alloc_tag("future")]
async fn future(alloc: &Wrapper) -> u64 {
    *alloc.frame_box(1)
}

#[frame_system(tag = "system", budget = "64KiB", no_heap, out = whole)]
fn system(alloc: &Wrapper) -> u64 {
    *alloc.frame_box(*whole.frame_box(1))
}

#[frame_system(tag = "frame")]
fn frame(alloc: &mut Wrapper) -> u64 {
    *alloc.frame_box(1)
}

struct World {
    alloc: Wrapper,
}

#[alloc_tag("world", alloc = self.alloc)]
impl World {
    fn method(&self) -> u64 {
        *alloc.frame_box(1)
    }

    #[frame_system(alloc = self.alloc)]
    fn system(&self) -> u64 {
        *alloc.frame_box(1)
    }
}

#[derive(Pooled)]
#[pooled(capacity = 8, tag = "entities", prewarm)]
struct Foe(u32);

fn main() {
    let mut alloc = Wrapper(SmartAlloc::default());
    assert_eq!(function(&alloc) + exclusive(&mut alloc) + system(&alloc), 3);
    {
        let mut running = pin!(future(&alloc));
        assert_eq!(running.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(1));
    }
    let mut bytes = 0;
    SmartAlloc::scoped(&alloc, |frame| bytes = of_the_scope(frame));
    assert!(bytes >= 32);
    SmartAlloc::end_frame(&mut alloc);
    let stats = alloc.stats();
    for path in ["function", "exclusive", "of_the_scope", "future", "system"] {
        assert!(stats.tag(path).is_some_and(|tag| tag.bytes >= 8), "{path}: {stats:?}");
    }

    assert_eq!(frame(&mut alloc), 1);
    assert!(alloc.stats().tag("frame").is_some_and(|tag| tag.bytes >= 8));

    let named = Arc::new(SmartAlloc::default());
    assert_eq!(by_value(Named(Arc::clone(&named))), 1);
    let mut world = World { alloc: Wrapper(Arc::try_unwrap(named).unwrap()) };
    assert_eq!(world.method() + world.system(), 2);
    SmartAlloc::end_frame(&mut world.alloc);
    let stats = world.alloc.stats();
    assert!(stats.tag("by_value").is_some() && stats.tag("world").is_some());
    assert_eq!(Foe(1).pooled().0, 1);
}
