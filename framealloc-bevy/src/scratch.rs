//! A collection of a system's own, empty whenever the system runs.

use core::fmt;
use core::hash::{BuildHasher, Hash};
use core::ops::{Deref, DerefMut};
use core::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, LinkedList, VecDeque};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use bevy_ecs::entity::{Entity, EntityHash, EntityHashMap, EntityHashSet};
use bevy_ecs::system::{Local, SystemParam};
use bevy_ecs::world::{FromWorld, World};
use bevy_platform::collections::{HashMap, HashSet};

/// After so many runs it is looked whether a collection holds far more than the runs needed.
const WINDOW: u32 = 64;

/// A collection on the heap that is a system's own, empty at each run, and keeps its memory from run to run: what a
/// `Local<Vec<T>>` is that is cleared first. It derefs to the collection.
///
/// Unlike that `Local`, it gives back what a burst took, 128 to 192 runs later, and is counted ([`scratch_stats`]). For most
/// scratch [frame memory](crate::FrameAlloc) is better, which also knows tags and budgets; this is for collections of other crates, and for values
/// that code with `'static` bounds wants.
///
/// ```
/// use bevy_app::prelude::*;
/// use bevy_ecs::entity::EntityHashSet;
/// use bevy_ecs::prelude::*;
/// use framealloc_bevy::Scratch;
///
/// fn twins(names: Query<(Entity, &Name)>, mut seen: Scratch<Vec<Name>>, mut twins: Scratch<EntityHashSet>) {
///     for (entity, name) in &names {
///         if seen.contains(name) {
///             twins.insert(entity);
///         } else {
///             seen.push(name.clone());
///         }
///     }
///     assert_eq!((seen.len(), twins.len()), (1, 1)); // in every update
/// }
///
/// let mut app = App::new();
/// app.add_systems(Update, twins);
/// app.world_mut().spawn_batch([Name::new("Ann"), Name::new("Ann")]);
/// app.update();
/// app.update();
/// ```
///
/// The collection is cleared when the parameter is dropped at the end of the run, a panic included, so that what is in it lives no
/// longer. The names are those that are proposed for Bevy itself (bevyengine/bevy#23775): a system that moves there changes its `use`.
#[derive(SystemParam)]
pub struct Scratch<'s, T: ClearableCollection + FromWorld + Send + 'static> {
    state: Local<'s, Kept<T>>,
}

/// The collection between runs.
struct Kept<T> {
    values: T,
    /// The most elements in this window, and in the one before.
    most: usize,
    most_before: usize,
    runs: u32,
    /// The capacity when it was last looked at.
    capacity: usize,
    figures: Arc<Figures>,
}

impl<T: ClearableCollection + FromWorld> FromWorld for Kept<T> {
    fn from_world(world: &mut World) -> Self {
        let values = T::from_world(world);
        let capacity = values.capacity();
        let figures = Arc::new(Figures::new(core::any::type_name::<T>(), capacity));
        let mut all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|figures| figures.strong_count() > 0);
        all.push(Arc::downgrade(&figures));
        Self { values, most: 0, most_before: 0, runs: 0, capacity, figures }
    }
}

impl<T: ClearableCollection> Kept<T> {
    /// Ends a run: empties the collection and gives memory back that two windows of runs did not need.
    fn end_run(&mut self) {
        let capacity = self.values.capacity();
        // A collection that does not say how full it is is taken for half full: it halves until it grows again.
        let used = self.values.occupied().unwrap_or(if capacity > self.capacity { capacity } else { capacity / 8 });
        self.values.clear();
        self.figures.ran(used, capacity > self.capacity);
        self.most = self.most.max(used);
        self.runs += 1;
        if self.runs >= WINDOW {
            let needed = self.most.max(self.most_before);
            if capacity / 4 > needed {
                self.values.shrink_to(needed);
                self.figures.shrank();
            }
            (self.most_before, self.most, self.runs) = (self.most, 0, 0);
        }
        self.capacity = self.values.capacity();
        self.figures.keeps(self.capacity, self.values.bytes());
    }
}

impl<T: ClearableCollection + FromWorld + Send + 'static> Scratch<'_, T> {
    /// Counts it under a tag in [`scratch_stats`]. The first name stays.
    ///
    /// What it asks of the heap is counted by tag where the system has one (`#[frame_system(tag = "ai")]`) and an
    /// [`AmbientAlloc<A, Tags>`](framealloc_core::AmbientAlloc) is the global allocator; this tells what each collection keeps.
    ///
    /// ```
    /// use bevy_ecs::prelude::*;
    /// use framealloc_bevy::{Scratch, scratch_stats};
    ///
    /// fn think(mut open: Scratch<Vec<u64>>) {
    ///     open.set_tag("ai");
    ///     open.extend(0..100);
    /// }
    ///
    /// fn report(_: Scratch<Vec<u64>>) {
    ///     let mut kept = 0;
    ///     scratch_stats(|stats| kept += if stats.tag == Some("ai") { stats.bytes } else { 0 });
    ///     assert!(kept >= 800);
    /// }
    ///
    /// let mut world = World::new();
    /// let mut schedule = Schedule::default();
    /// schedule.add_systems((think, report).chain());
    /// schedule.run(&mut world);
    /// ```
    pub fn set_tag(&mut self, tag: &'static str) {
        self.state.figures.tag.get_or_init(|| tag);
    }
}

impl<T: ClearableCollection + FromWorld + Send + 'static> Drop for Scratch<'_, T> {
    fn drop(&mut self) {
        self.state.end_run();
    }
}

impl<T: ClearableCollection + FromWorld + Send + 'static> Deref for Scratch<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.state.values
    }
}

impl<T: ClearableCollection + FromWorld + Send + 'static> DerefMut for Scratch<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        &mut self.state.values
    }
}

#[expect(clippy::into_iter_without_iter, reason = "the collection has its own, by `Deref`")]
impl<'b, T: ClearableCollection + FromWorld + Send + 'static> IntoIterator for &'b Scratch<'_, T>
where
    &'b T: IntoIterator,
{
    type Item = <&'b T as IntoIterator>::Item;
    type IntoIter = <&'b T as IntoIterator>::IntoIter;

    fn into_iter(self) -> Self::IntoIter {
        (&self.state.values).into_iter()
    }
}

#[expect(clippy::into_iter_without_iter, reason = "the collection has its own, by `Deref`")]
impl<'b, T: ClearableCollection + FromWorld + Send + 'static> IntoIterator for &'b mut Scratch<'_, T>
where
    &'b mut T: IntoIterator,
{
    type Item = <&'b mut T as IntoIterator>::Item;
    type IntoIter = <&'b mut T as IntoIterator>::IntoIter;

    fn into_iter(self) -> Self::IntoIter {
        (&mut self.state.values).into_iter()
    }
}

impl<T: ClearableCollection + FromWorld + Send + fmt::Debug + 'static> fmt::Debug for Scratch<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.state.values.fmt(f)
    }
}

/// A collection that [`Scratch`] can keep.
pub trait ClearableCollection {
    /// Returns how many elements it has room for; 0 if it takes memory for each.
    fn capacity(&self) -> usize;

    /// Gives memory back, as far as `capacity` elements do not need it.
    fn shrink_to(&mut self, capacity: usize);

    /// Removes all elements.
    fn clear(&mut self);

    /// Returns how many elements there are, if it is known: what a collection shrinks to after a burst. Without it, it shrinks a
    /// little at a time while it does not grow.
    fn occupied(&self) -> Option<usize> {
        None
    }

    /// Returns about how many bytes it has from the global allocator; 0 if it does not say. What its elements have is not among them.
    fn bytes(&self) -> usize {
        0
    }
}

macro_rules! clearable {
    ($([$($generics:tt)*] $Collection:ty => $Inner:ty, $Element:ty;)+) => {$(
        impl<$($generics)*> ClearableCollection for $Collection {
            fn capacity(&self) -> usize {
                <$Inner>::capacity(self)
            }

            fn shrink_to(&mut self, capacity: usize) {
                <$Inner>::shrink_to(self, capacity);
            }

            fn clear(&mut self) {
                <$Inner>::clear(self);
            }

            fn occupied(&self) -> Option<usize> {
                Some(self.len())
            }

            fn bytes(&self) -> usize {
                self.capacity().saturating_mul(size_of::<$Element>())
            }
        }
    )+};
}

clearable! {
    [T] Vec<T> => Vec<T>, T;
    [T] VecDeque<T> => VecDeque<T>, T;
    [T: Ord] BinaryHeap<T> => BinaryHeap<T>, T;
    [] String => String, u8;
    [K: Eq + Hash, V, S: BuildHasher] std::collections::HashMap<K, V, S> => std::collections::HashMap<K, V, S>, (K, V);
    [T: Eq + Hash, S: BuildHasher] std::collections::HashSet<T, S> => std::collections::HashSet<T, S>, T;
    [K: Eq + Hash, V, S: BuildHasher] HashMap<K, V, S> => HashMap<K, V, S>, (K, V);
    [T: Eq + Hash, S: BuildHasher] HashSet<T, S> => HashSet<T, S>, T;
    [V] EntityHashMap<V> => HashMap<Entity, V, EntityHash>, (Entity, V);
    [] EntityHashSet => HashSet<Entity, EntityHash>, Entity;
}

macro_rules! clearable_nodes {
    ($([$($generics:tt)*] $Collection:ty;)+) => {$(
        impl<$($generics)*> ClearableCollection for $Collection {
            fn capacity(&self) -> usize {
                0
            }

            fn shrink_to(&mut self, _: usize) {}

            fn clear(&mut self) {
                self.clear();
            }

            fn occupied(&self) -> Option<usize> {
                Some(self.len())
            }
        }
    )+};
}

clearable_nodes! {
    [K, V] BTreeMap<K, V>;
    [T] BTreeSet<T>;
    [T] LinkedList<T>;
}

/// All that are alive.
static ALL: Mutex<Vec<Weak<Figures>>> = Mutex::new(Vec::new());

/// What is known of one parameter, for others to read.
struct Figures {
    collection: &'static str,
    tag: OnceLock<&'static str>,
    capacity: AtomicUsize,
    bytes: AtomicUsize,
    most: AtomicUsize,
    runs: AtomicU64,
    grown: AtomicU64,
    shrunk: AtomicU64,
}

impl Figures {
    fn new(collection: &'static str, capacity: usize) -> Self {
        let (runs, grown, shrunk) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
        let (most, bytes) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Self { collection, tag: OnceLock::new(), capacity: capacity.into(), bytes, most, runs, grown, shrunk }
    }

    fn ran(&self, used: usize, grew: bool) {
        self.runs.fetch_add(1, Relaxed);
        self.most.fetch_max(used, Relaxed);
        self.grown.fetch_add(u64::from(grew), Relaxed);
    }

    fn shrank(&self) {
        self.shrunk.fetch_add(1, Relaxed);
    }

    /// What it keeps until the next run.
    fn keeps(&self, capacity: usize, bytes: usize) {
        self.capacity.store(capacity, Relaxed);
        self.bytes.store(bytes, Relaxed);
    }
}

/// What one [`Scratch`] parameter of a system has done: see [`scratch_stats`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScratchStats {
    /// The type of the collection.
    pub collection: &'static str,
    /// The tag that its system gave it by [`Scratch::set_tag`].
    pub tag: Option<&'static str>,
    /// Elements that it has room for after its last run.
    pub capacity: usize,
    /// About how many bytes that is: [`ClearableCollection::bytes`].
    pub bytes: usize,
    /// The most elements of any run.
    pub most: usize,
    /// How often its system ran.
    pub runs: u64,
    /// Runs in which it grew, and so called the system's allocator.
    pub grown: u64,
    /// How often it gave memory back.
    pub shrunk: u64,
}

/// Calls `visit` with the figures of each [`Scratch`] parameter of the process, of all worlds.
///
/// ```
/// use bevy_ecs::prelude::*;
/// use bevy_ecs::system::RunSystemOnce;
/// use framealloc_bevy::{Scratch, scratch_stats};
///
/// fn count(mut seen: Scratch<Vec<u8>>) {
///     seen.extend([1, 2, 3]);
///     let mut most = 0;
///     scratch_stats(|stats| most = most.max(stats.capacity));
/// }
/// World::new().run_system_once(count);
/// ```
pub fn scratch_stats(mut visit: impl FnMut(ScratchStats)) {
    // `visit` may be anything, and may make a world: it is not called under the lock.
    let all: Vec<_> = ALL.lock().unwrap_or_else(PoisonError::into_inner).iter().filter_map(Weak::upgrade).collect();
    for figures in all {
        let Figures { collection, tag, capacity, bytes, most, runs, grown, shrunk } = &*figures;
        visit(ScratchStats {
            collection,
            tag: tag.get().copied(),
            capacity: capacity.load(Relaxed),
            bytes: bytes.load(Relaxed),
            most: most.load(Relaxed),
            runs: runs.load(Relaxed),
            grown: grown.load(Relaxed),
            shrunk: shrunk.load(Relaxed),
        });
    }
}
