//! Every shape of function that `#[frame_system]` takes.

use std::collections::HashMap;
use std::fmt::Display;
use std::pin::Pin;
use std::sync::Arc;

use framealloc::{Frame, SmartAlloc, frame_system};

#[frame_system]
fn early_return(alloc: &SmartAlloc, n: u32) -> Option<u32> {
    if n == 0 {
        return None;
    }
    Some(*alloc.frame_box(n))
}

#[frame_system]
fn question_mark(alloc: &SmartAlloc, text: &str) -> Result<u32, std::num::ParseIntError> {
    let copy = alloc.frame_str(text);
    let parsed: u32 = copy.parse()?;
    Ok(parsed + 1)
}

#[frame_system]
fn loops(alloc: &SmartAlloc, limit: u32) -> u32 {
    let mut sum = 0;
    'outer: for n in 0..limit {
        for m in 0..n {
            if m == 3 {
                continue 'outer;
            }
            if n == 6 {
                break 'outer;
            }
            sum += *alloc.frame_box(m);
        }
    }
    let labelled = 'block: {
        if sum > 3 {
            break 'block 1;
        }
        2
    };
    sum + labelled
}

#[frame_system]
fn by_value(alloc: &SmartAlloc, mut names: Vec<String>, mut n: u32) -> Vec<String> {
    n += *alloc.frame_box(1);
    names.push(n.to_string());
    names
}

#[frame_system]
fn borrows_of_others<'w>(alloc: &SmartAlloc, words: &'w mut Vec<String>) -> &'w mut String {
    words.push(alloc.frame_str("new").to_string());
    words.last_mut().unwrap()
}

#[frame_system]
fn generic<T: Display, F>(alloc: &SmartAlloc, value: T, mut show: F) -> usize
where
    F: FnMut(&str) -> usize,
{
    show(alloc.frame_str(&value.to_string()))
}

#[frame_system]
fn constant<const N: usize>(alloc: &SmartAlloc) -> [u8; N] {
    *alloc.frame_box([1; N])
}

#[frame_system]
fn opaque<'w>(alloc: &SmartAlloc, values: &'w [u32]) -> impl Iterator<Item = u32> + use<'w> {
    let offset = *alloc.frame_box(1);
    values.iter().map(move |value| value + offset)
}

#[frame_system]
fn opaque_inside(alloc: &SmartAlloc, n: u32) -> Result<impl Iterator<Item = u32> + use<>, ()> {
    let n = *alloc.frame_box(n);
    Ok(0..n)
}

#[frame_system]
fn boxed(alloc: &SmartAlloc, n: u32) -> Box<dyn Fn(u32) -> u32> {
    let n = *alloc.frame_box(n);
    Box::new(move |m| n + m)
}

#[frame_system]
fn never(alloc: &SmartAlloc) -> ! {
    panic!("{}", *alloc.frame_box(1))
}

#[frame_system]
extern "C" fn foreign(alloc: &SmartAlloc) -> u32 {
    *alloc.frame_box(1)
}

/// # Safety
/// `value` must be valid for reads.
#[frame_system]
unsafe fn pointer(alloc: &SmartAlloc, value: *const u32) -> u32 {
    // SAFETY: the caller promises it.
    *alloc.frame_box(unsafe { *value })
}

#[frame_system]
fn recursive(alloc: &SmartAlloc, depth: u32) -> u32 {
    let here = alloc.frame_box(depth);
    if depth == 0 { 0 } else { recursive(alloc, depth - 1) + *here }
}

#[frame_system]
fn of_a_frame(alloc: &Frame) -> u32 {
    *alloc.frame_box(1)
}

#[frame_system]
fn of_an_arc(alloc: Arc<SmartAlloc>) -> u32 {
    *alloc.frame_box(1)
}

#[frame_system]
fn of_a_borrowed_arc(alloc: &Arc<SmartAlloc>) -> u32 {
    *alloc.frame_box(1)
}

#[frame_system]
fn destructured((alloc, n): (&SmartAlloc, u32)) -> u32 {
    *alloc.frame_box(n)
}

#[frame_system(alloc = memory)]
fn of_other_name(memory: &SmartAlloc) -> u32 {
    *memory.frame_box(1)
}

#[frame_system]
fn inner_attributes(alloc: &SmartAlloc) -> u32 {
    #![allow(unused_variables)]
    let unused = 1;
    *alloc.frame_box(1)
}

#[frame_system]
fn inner_items(alloc: &SmartAlloc) -> u32 {
    const SITE: u32 = 3;
    fn double(n: u32) -> u32 {
        n * 2
    }
    double(*alloc.frame_box(SITE))
}

#[frame_system]
#[must_use]
#[inline]
/// Attributes and documentation stay on the function.
fn with_attributes(alloc: &SmartAlloc) -> u32 {
    *alloc.frame_box(1)
}

#[frame_system]
fn unused(alloc: &SmartAlloc) {}

#[frame_system]
fn closures(alloc: &SmartAlloc, values: &[u32]) -> u32 {
    let boxes: Vec<_> = values.iter().map(|value| alloc.frame_box(*value)).collect();
    boxes.iter().map(|value| **value).sum()
}

#[frame_system]
fn scoped_threads(alloc: &SmartAlloc) -> u32 {
    let value = alloc.frame_box(20);
    std::thread::scope(|threads| threads.spawn(|| *value + 1).join().unwrap())
}

trait System {
    #[frame_system]
    fn provided(&self, alloc: &SmartAlloc) -> u32 {
        *alloc.frame_box(1)
    }

    fn required(&mut self, alloc: &SmartAlloc) -> Option<&u32>;
}

struct World {
    alloc: Arc<SmartAlloc>,
    cache: HashMap<u32, u32>,
}

impl System for World {
    #[frame_system]
    fn required(&mut self, alloc: &SmartAlloc) -> Option<&u32> {
        self.cache.insert(1, *alloc.frame_box(2));
        self.cache.get(&1)
    }
}

/// A parameter of the user's own: what it borrows is copied out of it, so that the body has all of it.
struct Context<'a> {
    alloc: &'a SmartAlloc,
    frame: &'a Frame,
    sum: u32,
}

impl Context<'_> {
    fn add(&mut self, value: u32) -> u32 {
        self.sum += value;
        self.sum
    }

    #[frame_system(alloc = self.alloc)]
    fn own(&mut self) -> u32 {
        self.add(*alloc.frame_box(1))
    }
}

#[frame_system(alloc = context.alloc, out = results)]
fn of_a_context(context: &mut Context) -> u32 {
    let one = alloc.frame_box(1);
    context.add(*one + *results.frame_box(1))
}

#[frame_system(alloc = context.frame)]
fn of_a_frame_in_a_context(mut context: Context) -> u32 {
    let one = frame.frame_box(1);
    context.add(*one)
}

impl World {
    #[frame_system]
    fn exclusive(&mut self, alloc: &SmartAlloc) -> &mut u32 {
        let key = *alloc.frame_box(1);
        self.cache.entry(key).or_default()
    }

    #[frame_system(alloc = self.alloc)]
    pub(crate) fn own(&self) -> u32 {
        *alloc.frame_box(self.cache.len() as u32)
    }

    /// What a method lends leaves the rest to the body.
    #[frame_system(alloc = self.lend())]
    fn lent(&mut self) -> u32 {
        self.remember(*alloc.frame_box(5))
    }

    #[frame_system(alloc = self.lend(), out = results)]
    fn lent_with_results(&mut self) -> u32 {
        self.remember(*results.frame_box(*alloc.frame_box(5)))
    }

    #[framealloc::alloc_tag("lent", alloc = self.lend())]
    fn lent_with_a_tag(&mut self) -> u32 {
        self.remember(*alloc.frame_box(5))
    }

    fn lend(&self) -> Arc<SmartAlloc> {
        Arc::clone(&self.alloc)
    }

    fn remember(&mut self, value: u32) -> u32 {
        self.cache.insert(value, value);
        value
    }

    #[frame_system(alloc = self.alloc)]
    fn pinned(self: Pin<&mut Self>) -> u32 {
        *alloc.frame_box(self.cache.len() as u32)
    }

    #[frame_system]
    fn consumed(self, alloc: &SmartAlloc) -> HashMap<u32, u32> {
        drop(alloc.frame_box(1));
        self.cache
    }

    #[frame_system]
    fn associated(alloc: &SmartAlloc) -> Self {
        Self { alloc: Arc::new(SmartAlloc::default()), cache: HashMap::from([(0, *alloc.frame_box(1))]) }
    }
}

macro_rules! system {
    ($name:ident, $alloc:ident, $tag:literal, $budget:expr, $body:block) => {
        #[frame_system(alloc = $alloc, tag = $tag, budget = $budget)]
        fn $name($alloc: &SmartAlloc) -> u32 $body
    };
}
system!(of_a_macro, memory, "macro", "64KiB", { *memory.frame_box(4) });

macro_rules! with_item {
    ($item:item) => {
        #[frame_system]
        $item
    };
}
with_item! {
    #[must_use]
    fn item_of_a_macro(alloc: &SmartAlloc) -> u32 {
        *alloc.frame_box(5)
    }
}

fn main() {
    let mut alloc = SmartAlloc::default();
    alloc.begin_frame();
    assert_eq!(early_return(&alloc, 0), None);
    assert_eq!(early_return(&alloc, 2), Some(2));
    assert_eq!(question_mark(&alloc, "41"), Ok(42));
    assert!(question_mark(&alloc, "x").is_err());
    assert_eq!(loops(&alloc, 9), 11);
    let mut context = Context { alloc: &alloc, frame: alloc.frame(), sum: 0 };
    assert_eq!((context.own(), of_a_context(&mut context)), (1, 3));
    assert_eq!(of_a_frame_in_a_context(context), 4);
    assert_eq!(by_value(&alloc, vec!["a".into()], 1), ["a", "2"]);
    let mut words = Vec::new();
    borrows_of_others(&alloc, &mut words).push('!');
    assert_eq!(words, ["new!"]);
    assert_eq!(generic(&alloc, 1234, str::len), 4);
    assert_eq!(constant::<3>(&alloc), [1; 3]);
    assert_eq!(opaque(&alloc, &[1, 2]).sum::<u32>(), 5);
    assert_eq!(opaque_inside(&alloc, 3).unwrap().count(), 3);
    assert_eq!(boxed(&alloc, 1)(2), 3);
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| never(&alloc))).is_err());
    assert_eq!(foreign(&alloc), 1);
    // SAFETY: a reference is valid for reads.
    assert_eq!(unsafe { pointer(&alloc, &5) }, 5);
    assert_eq!(recursive(&alloc, 4), 10);
    assert_eq!(of_a_frame(alloc.frame()), 1);
    assert_eq!(destructured((&alloc, 2)), 2);
    assert_eq!(of_other_name(&alloc), 1);
    assert_eq!(inner_attributes(&alloc), 1);
    assert_eq!(inner_items(&alloc), 6);
    assert_eq!(with_attributes(&alloc), 1);
    unused(&alloc);
    assert_eq!(closures(&alloc, &[1, 2, 3]), 6);
    assert_eq!(scoped_threads(&alloc), 21);
    assert_eq!(of_a_macro(&alloc), 4);
    assert_eq!(item_of_a_macro(&alloc), 5);

    let shared = Arc::new(SmartAlloc::default());
    assert_eq!(of_an_arc(Arc::clone(&shared)), 1);
    assert_eq!(of_a_borrowed_arc(&shared), 1);

    let mut world = World::associated(&alloc);
    assert_eq!(world.provided(&alloc), 1);
    assert_eq!(world.required(&alloc), Some(&2));
    *world.exclusive(&alloc) += 1;
    assert_eq!(world.own(), 2);
    assert_eq!(world.lent() + world.lent_with_results() + world.lent_with_a_tag(), 15);
    assert_eq!(Pin::new(&mut world).pinned(), 3);
    assert_eq!(world.consumed(&alloc)[&1], 3);

    // A system is a plain function with the signature that was written.
    let systems: [fn(&SmartAlloc, u32) -> Option<u32>; 1] = [early_return];
    assert_eq!(systems[0](&alloc, 1), Some(1));
    drop((systems, words));
    alloc.end_frame();
    let report = alloc.stats();
    let called = |name: &str| report.systems.iter().find(|system| system.name.ends_with(name)).map(|system| system.calls);
    assert_eq!(called("::recursive"), Some(5));
    assert_eq!(called("::never"), Some(1), "a call that panicked is booked");
}
