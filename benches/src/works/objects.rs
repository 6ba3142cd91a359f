//! f and g: objects that come and go, on one thread and from one thread to another.

use std::hint::black_box;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Instant;

use crate::harness::{Contender, Work};
use crate::peers::objects::{Boxes, Heap, Home, Keys, Limited, Own, Sized};

/// Boxes of the global allocator.
pub(crate) const BOX: &str = "Box";
/// A `slab::Slab`.
pub(crate) const SLAB: &str = "slab";
/// The pool of the size.
pub(crate) const SIZED: &str = "framealloc pool_box";
/// The pool of the type.
pub(crate) const OWN: &str = "framealloc pooled";
/// The pool of the type, with a fixed capacity.
pub(crate) const FIXED: &str = "framealloc pooled, fixed";
/// The heap, counted.
const HEAP: &str = "framealloc heap_box";

const COUNT: usize = 1000;

/// Numbers that look random, the same in every run: of which of `limit` objects it is the turn.
fn turns(limit: impl Fn(usize) -> usize) -> Vec<usize> {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let next = |step| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % limit(step)
    };
    (0..COUNT).map(next).collect()
}

#[inline(always)]
fn make<H: Home>(home: &mut H, number: usize) -> H::Kept {
    home.make([black_box(number as u64); 8])
}

#[inline(never)]
fn pairs<H: Home>(home: &mut H) {
    for number in 0..COUNT {
        let kept = black_box(make(home, number));
        home.free(kept);
    }
}

#[inline(never)]
fn at_random<H: Home>(home: &mut H, kept: &mut Vec<H::Kept>, turns: &[usize]) {
    for number in 0..COUNT {
        kept.push(make(home, number));
    }
    for turn in turns {
        home.free(kept.swap_remove(*turn));
    }
}

#[inline(never)]
fn churn<H: Home>(home: &mut H, kept: &mut [H::Kept], turns: &[usize]) {
    for (number, turn) in turns.iter().enumerate() {
        let new = make(home, number);
        home.free(std::mem::replace(&mut kept[*turn], new));
    }
}

fn pair_of<H: Home>(name: &'static str, mut home: H) -> Contender {
    Contender::new(name, move || pairs(&mut home))
}

fn random_of<H: Home>(name: &'static str, mut home: H) -> Contender {
    let (mut kept, turns) = (Vec::with_capacity(COUNT), turns(|step| COUNT - step));
    Contender::new(name, move || at_random(&mut home, &mut kept, &turns))
}

fn churn_of<H: Home>(name: &'static str, mut home: H) -> Contender {
    let mut kept: Vec<_> = (0..COUNT).map(|number| make(&mut home, number)).collect();
    let turns = turns(|_| COUNT);
    Contender::new(name, move || churn(&mut home, &mut kept, &turns))
}

/// Objects in one shipment: many, or it is the channel that is measured.
const BATCH: usize = 1000;
/// Shipments under way, so that neither thread has to wait for the other all the time.
const SHIPMENTS: usize = 4;

/// A thread that frees what it is sent, and sends the crate back.
struct Consumer<K> {
    sender: Option<SyncSender<Vec<K>>>,
    empties: Receiver<Vec<K>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl<K: Send + 'static> Consumer<K> {
    fn start<H: Home<Kept = K>>(mut home: impl FnMut() -> H + Send + 'static) -> Self {
        let (sender, shipments) = sync_channel::<Vec<K>>(SHIPMENTS);
        let (back, empties) = sync_channel(SHIPMENTS);
        for _ in 0..SHIPMENTS {
            let _ = back.send(Vec::with_capacity(BATCH));
        }
        let thread = std::thread::spawn(move || {
            let mut home = home();
            for mut shipment in shipments {
                for kept in shipment.drain(..) {
                    home.free(kept);
                }
                if back.send(shipment).is_err() {
                    break;
                }
            }
        });
        Self { sender: Some(sender), empties, thread: Some(thread) }
    }
}

impl<K> Drop for Consumer<K> {
    fn drop(&mut self) {
        self.sender = None;
        if let Some(thread) = self.thread.take() {
            // A consumer that panicked has said so already.
            let _ = thread.join();
        }
    }
}

fn shipped<H: Home>(name: &'static str, home: impl Fn() -> H + Send + Clone + 'static) -> Contender {
    let consumer = Consumer::start(home.clone());
    let mut home = home();
    Contender::timed(name, move |times| {
        let start = Instant::now();
        for _ in 0..times * (COUNT / BATCH) as u64 {
            let Ok(mut shipment) = consumer.empties.recv() else { break };
            for number in 0..BATCH {
                shipment.push(make(&mut home, number));
            }
            let _ = consumer.sender.as_ref().map(|sender| sender.send(shipment));
        }
        start.elapsed().as_secs_f64() * 1e9
    })
}

macro_rules! on_one_thread {
    ($contender:ident) => {
        || {
            vec![
                $contender(BOX, Boxes),
                $contender(SLAB, Keys::new(COUNT + 1)),
                $contender(SIZED, Sized),
                $contender(OWN, Own),
                $contender(FIXED, Limited),
                $contender(HEAP, Heap),
            ]
        }
    };
}

pub(super) fn works() -> Vec<Work> {
    let work = |name, about, base, contenders| {
        let operations = COUNT as f64;
        Work { name, about, operations, unit: "object", base, contenders }
    };
    vec![
        work("f1", "an object of 64 bytes made and freed at once", BOX, on_one_thread!(pair_of)),
        work("f2", "1000 objects of 64 bytes made, then freed in random order", SLAB, on_one_thread!(random_of)),
        work("f3", "one of 1000 objects of 64 bytes replaced at random", BOX, on_one_thread!(churn_of)),
        work(
            "g",
            "objects of 64 bytes made on one thread and freed on another, by the thousand: wall time",
            BOX,
            || {
                vec![
                    shipped(BOX, || Boxes),
                    shipped(SIZED, || Sized),
                    shipped(OWN, || Own),
                    shipped(FIXED, || Limited),
                    shipped(HEAP, || Heap),
                ]
            },
        ),
    ]
}
