//! The face of the pools for loom: one pool, its registry, and threads, over the very code that programs run. Only the
//! thread-local shell is left out.

use core::ptr::NonNull;

use loom::sync::Arc;

use crate::budget::Budget;
use crate::error::Limit;
use crate::pool_settings::{PoolGrowth, PoolSettings};
use crate::raw::epochs::list::{List, Node};
use crate::raw::epochs::pin;
use crate::raw::frames::accounts::Account;
use crate::raw::frames::transfers::{Receipt, TransferCounters, TransferStats};
use crate::raw::pools::magazine;
use crate::raw::pools::pool::RawPool;
use crate::raw::pools::registry::Registry;
use crate::raw::pools::retire::RetiredList;
use crate::raw::pools::slab::{Slot, header_of};
use crate::raw::pools::thread_cache::{Member, POOLS, Positions, ThreadCache};

pub use crate::raw::global::ambient::model::{
    CellBlock, CellThread, ZoneBlock, ZoneBook, ZoneRegion, ZoneThread, Zones,
};
pub use crate::raw::global::by_tag::model::{HeapRows, HeapThread};
pub use crate::raw::global::followed::model::FollowedBlocks;

/// Slots of a magazine in models.
pub const MAGAZINE: usize = magazine::CAPACITY;

/// Bytes of a slot in models.
const SLOT: usize = 64;

/// A pool and the registry of its threads.
#[derive(Debug)]
pub struct Pool {
    registry: Registry,
    pool: Box<RawPool>,
}

impl Pool {
    /// A pool with index 1, without slabs.
    #[must_use]
    pub fn new() -> Arc<Self> {
        let settings =
            PoolSettings { name: "model", tag: None, capacity: 0, growth: PoolGrowth::Single, prewarm: false };
        let pool = Box::new(RawPool::with_index(SLOT, align_of::<usize>(), settings, 1));
        let mut pools = [core::ptr::null(); POOLS];
        pools[1] = &raw const *pool;
        Arc::new(Self { registry: Registry::new(&pools, POOLS), pool })
    }

    /// Live objects, as statistics tell them.
    #[must_use]
    pub fn live(&self) -> usize {
        self.registry.figures(&self.pool).1
    }

    /// Slots outside of the depot.
    #[must_use]
    pub fn outside(&self) -> usize {
        self.pool.depot().outside()
    }

    /// Slabs.
    #[must_use]
    pub fn slabs(&self) -> usize {
        self.pool.depot().slabs()
    }

    /// Caches of threads that are listed.
    #[must_use]
    pub fn caches(&self) -> usize {
        self.registry.caches()
    }

    /// Gives whole slabs back.
    #[must_use]
    pub fn trim(&self) -> usize {
        self.pool.depot().trim()
    }

    /// One slot, as a thread without thread-locals takes it.
    #[must_use]
    pub fn take_one(&self) -> Object {
        Object(self.pool.depot().take_one(&self.pool.origin()).expect("there is memory").into_pointer())
    }

    /// Gives a slot back as a thread without thread-locals does.
    pub fn give_one(&self, object: Object) {
        // SAFETY: an object is a slot that is in no other place, and ends here.
        self.pool.depot().give_one(unsafe { Slot::from_pointer(object.0) });
    }

    /// Calls [`RawPool::admit`], the exact count of fixed pools, whose capacity is 0 in models unless `capacity` is given.
    #[must_use]
    pub fn fixed(capacity: usize) -> Arc<Self> {
        let settings = PoolSettings { name: "model", tag: None, capacity, growth: PoolGrowth::Fixed, prewarm: false };
        let pool = Box::new(RawPool::with_index(SLOT, align_of::<usize>(), settings, 1));
        let mut pools = [core::ptr::null(); POOLS];
        pools[1] = &raw const *pool;
        Arc::new(Self { registry: Registry::new(&pools, POOLS), pool })
    }

    /// Whether one more object was let in.
    #[must_use]
    pub fn admit(&self) -> bool {
        self.pool.admit().is_ok()
    }

    /// One object less.
    pub fn dismiss(&self) {
        self.pool.dismiss();
    }
}

/// A pool of a type that was not used yet, with room for one index.
#[derive(Debug)]
pub struct Unused {
    registry: Registry,
    pool: &'static RawPool,
}

impl Unused {
    /// Such a pool, which is leaked, as pools of types live for ever.
    #[must_use]
    pub fn new() -> Arc<Self> {
        let settings =
            PoolSettings { name: "model", tag: None, capacity: 0, growth: PoolGrowth::Single, prewarm: false };
        let pool = Box::leak(Box::new(RawPool::new(SLOT, align_of::<usize>(), settings)));
        Arc::new(Self { registry: Registry::new(&[core::ptr::null(); POOLS], 1), pool })
    }

    /// The first use: tells the index of the pool.
    #[must_use]
    pub fn enter(&self) -> usize {
        self.registry.enter(self.pool)
    }

    /// How often the pool is listed.
    #[must_use]
    pub fn listed(&self) -> usize {
        self.registry.own().count()
    }
}

/// A slot that is in use.
#[derive(Debug)]
pub struct Object(NonNull<u8>);

// SAFETY: whoever has the object has the slot.
unsafe impl Send for Object {}

impl Object {
    /// Which slot of its slab this is; models have but one slab.
    #[must_use]
    pub fn number(&self) -> usize {
        (self.0.as_ptr().addr() - header_of(self.0).addr()) / SLOT
    }
}

/// What a thread has of the pool. Dropping it is the end of the thread.
#[derive(Debug)]
pub struct Thread {
    pool: Arc<Pool>,
    positions: Box<Positions>,
    cache: NonNull<Member>,
}

impl Thread {
    /// A thread that uses `pool` for the first time.
    #[must_use]
    pub fn new(pool: &Arc<Pool>) -> Self {
        let positions = Box::new(Positions::new());
        let cache = ThreadCache::make(&raw const *positions).expect("there is memory");
        // SAFETY: the positions live until the cache leaves, on drop.
        unsafe { pool.registry.join(cache) };
        Self { pool: pool.clone(), positions, cache }
    }

    /// Takes a slot.
    #[must_use]
    pub fn take(&self) -> Object {
        // SAFETY: models use a `Thread` on its thread only.
        let slot = unsafe { magazine::pop(&self.positions.0[1]) };
        // SAFETY: models use a `Thread` on its thread only; the cache is live.
        let slot = slot.or_else(|| unsafe { self.cache.as_ref().refill(&self.pool.pool, 1) });
        Object(slot.expect("there is memory"))
    }

    /// Gives a slot back.
    #[expect(clippy::needless_pass_by_value, reason = "the object ends here")]
    pub fn give(&self, object: Object) {
        // SAFETY: models use a `Thread` on its thread only; the object is a slot in no other place.
        if !unsafe { magazine::push(&self.positions.0[1], object.0) } {
            // SAFETY: models use a `Thread` on its thread only; the cache is live.
            unsafe { self.cache.as_ref().unload(&self.pool.pool, 1, object.0) };
        }
    }

    /// Gives the magazines back.
    pub fn flush(&self) {
        // SAFETY: models use a `Thread` on its thread only.
        unsafe { self.pool.registry.flush(self.cache) };
    }
}

impl Drop for Thread {
    fn drop(&mut self) {
        // SAFETY: this is the end of the thread.
        unsafe { self.pool.registry.leave(self.cache) };
        // They go with the thread.
        self.positions.1.exclusive();
    }
}

/// A list that is walked while it changes.
#[derive(Debug)]
pub struct SharedList(List<usize>);

/// A number's place in the list.
#[derive(Debug)]
pub struct Place(NonNull<Node<usize>>);

// SAFETY: a place is used once, to take the number out, on any thread.
unsafe impl Send for Place {}

impl SharedList {
    /// An empty list.
    #[must_use]
    pub fn new() -> Arc<Self> {
        Arc::new(Self(List::new()))
    }

    /// Adds a number.
    #[must_use]
    pub fn add(&self, number: usize) -> Place {
        let node = Node::make(number).expect("there is memory");
        // SAFETY: the node is new.
        unsafe { self.0.add(node) };
        Place(node)
    }

    /// Adds a number that stays.
    pub fn push(&self, number: usize) {
        self.0.push(number);
    }

    /// What is another one after each push.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.0.changes()
    }

    /// Takes a number out.
    #[expect(clippy::needless_pass_by_value, reason = "it is taken out once")]
    pub fn remove(&self, place: Place) {
        // SAFETY: it is in the list, and taken out once.
        unsafe { self.0.remove(place.0, &pin()) };
    }

    /// The numbers that a walk meets.
    #[must_use]
    pub fn walk(&self) -> Vec<usize> {
        self.0.walk(&pin()).copied().collect()
    }
}

/// Values that wait to be dropped elsewhere.
pub struct Retiring(RetiredList);

impl core::fmt::Debug for Retiring {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Retiring").finish_non_exhaustive()
    }
}

impl Retiring {
    /// An empty queue.
    #[must_use]
    pub fn new() -> Arc<Self> {
        Arc::new(Self(RetiredList::new()))
    }

    /// Adds a value.
    pub fn retire(&self, value: impl Send + 'static) {
        assert!(self.0.add(value).is_ok(), "there is memory");
    }

    /// Takes in what was added. Returns how many wait.
    pub fn collect(&self) -> usize {
        self.0.collect()
    }

    /// Drops the oldest; `false` if there is none.
    pub fn drop_one(&self) -> bool {
        self.0.take().is_some()
    }
}

/// A budget that threads share.
#[derive(Debug)]
pub struct SharedBudget(Account);

impl SharedBudget {
    /// A budget of so many bytes.
    #[must_use]
    pub fn new(bytes: usize) -> Self {
        Self(Account::shared(Limit::Global, Budget::new(bytes)))
    }

    /// Opens up to `open` bytes, at least `need`.
    ///
    /// # Errors
    /// The bytes that were left, if they were less.
    pub fn charge(&self, need: usize, open: usize) -> Result<usize, usize> {
        self.0.charge(need, open)
    }

    /// Gives bytes back.
    pub fn give_back(&self, bytes: usize) {
        self.0.give_back(bytes);
    }

    /// Bytes that are held.
    #[must_use]
    pub fn held(&self) -> usize {
        self.0.held()
    }
}

/// The transfers of an allocator.
#[derive(Clone, Debug, Default)]
pub struct Transfers(std::sync::Arc<TransferCounters>);

/// One that is under way.
#[derive(Debug)]
pub struct Transfer(Receipt);

impl Transfers {
    /// Sends something.
    #[must_use]
    pub fn send(&self) -> Transfer {
        Transfer(TransferCounters::send(&self.0, "thing"))
    }

    /// Ends a frame.
    pub fn end_frame(&self, stats: &mut TransferStats) {
        self.0.end_frame(stats);
    }
}

impl Transfer {
    /// Receives it.
    pub fn receive(mut self) {
        self.0.give();
    }
}
