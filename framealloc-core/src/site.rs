//! Sites: what an attribute knows about the function it is on.

use core::num::NonZeroU32;
use core::sync::atomic::{AtomicU8, AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::closed::{self, Owner};
use crate::raw::global::heap_use::HeapGuardMode;
use crate::raw::global::zone::{HeapZone, ZoneOwner};
use crate::tag::{Tag, TagId};

static SITES: Mutex<Known> = Mutex::new(Known { sites: Vec::new(), counting: 0 });

/// The sites that were called.
struct Known {
    sites: Vec<&'static Site>,
    /// How many want the heap counted in all of them.
    counting: usize,
}

/// The static description of an annotated function; made by the attribute macros.
#[derive(Debug)]
pub struct Site {
    name: &'static str,
    file: &'static str,
    line: u32,
    tag: SiteTag,
    budget: usize,
    /// What it declares about the heap, and whether its use is counted. Changed while calls run, under the lock of the list;
    /// nothing is published through it.
    heap: AtomicU8,
    /// 1 + the index in the list of sites; 0 until the first call.
    number: AtomicU32,
    /// The same while the site has neither a budget nor a word about the heap; else 0. Most have none, and begin with one look.
    plain: AtomicU32,
}

#[derive(Debug)]
enum SiteTag {
    None,
    Own(Tag),
    Path(&'static Tag),
}

impl Site {
    const NO_HEAP: u8 = 1;
    const AMBIENT: u8 = 2;
    /// What it takes from the heap is counted, though it may.
    const COUNTED: u8 = 4;

    /// Describes a function: its name with its module path, and where it stands.
    #[must_use]
    pub const fn new(name: &'static str, file: &'static str, line: u32) -> Self {
        Self {
            name,
            file,
            line,
            tag: SiteTag::None,
            budget: usize::MAX,
            heap: AtomicU8::new(0),
            number: AtomicU32::new(0),
            plain: AtomicU32::new(0),
        }
    }

    /// Opens the frame under the tag with this path.
    #[must_use]
    pub const fn with_tag(mut self, path: &'static str) -> Self {
        self.tag = SiteTag::Own(Tag::new(path));
        self
    }

    /// Opens the frame under a tag that is a constant.
    #[must_use]
    pub const fn with_tag_path(mut self, tag: &'static Tag) -> Self {
        self.tag = SiteTag::Path(tag);
        self
    }

    /// Limits the bytes of one call.
    #[must_use]
    pub const fn with_budget(mut self, bytes: usize) -> Self {
        self.budget = bytes;
        self
    }

    /// Declares that the function does not use the heap.
    #[must_use]
    pub const fn no_heap(self) -> Self {
        self.declaring(Self::NO_HEAP)
    }

    /// Has what the function asks of the heap bumped: see [`SmartAlloc::ambient`](crate::SmartAlloc::ambient).
    #[must_use]
    pub const fn ambient(self) -> Self {
        self.declaring(Self::AMBIENT)
    }

    const fn declaring(mut self, flag: u8) -> Self {
        let declared = self.heap.into_inner();
        self.heap = AtomicU8::new(declared | flag);
        self
    }

    /// Returns the name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the file and the line.
    #[must_use]
    pub const fn location(&self) -> (&'static str, u32) {
        (self.file, self.line)
    }

    /// Returns the budget of one call in bytes, if there is one.
    #[must_use]
    pub const fn budget(&self) -> Option<usize> {
        if self.budget == usize::MAX { None } else { Some(self.budget) }
    }

    /// Returns whether the function declares that it does not use the heap.
    #[must_use]
    pub fn is_no_heap(&self) -> bool {
        self.heap.load(Ordering::Relaxed) & Self::NO_HEAP != 0
    }

    /// Returns whether what the function asks of the heap is bumped.
    #[must_use]
    pub fn is_ambient(&self) -> bool {
        self.heap.load(Ordering::Relaxed) & Self::AMBIENT != 0
    }

    /// Returns the tag that the frame is opened under, if the attribute names one.
    #[must_use]
    #[inline]
    pub fn tag(&self) -> Option<TagId> {
        match &self.tag {
            SiteTag::None => None,
            SiteTag::Own(tag) => Some(tag.id()),
            SiteTag::Path(tag) => Some(tag.id()),
        }
    }

    /// Its number, if it has neither a budget nor a word about the heap. `None` for others, and before the first call.
    #[inline(always)]
    pub(crate) fn plain_number(&self) -> Option<NonZeroU32> {
        NonZeroU32::new(self.plain.load(Ordering::Relaxed))
    }

    /// 1 + the index in the list of sites.
    #[inline]
    pub(crate) fn number(&'static self) -> NonZeroU32 {
        // Relaxed: it is only a number; the list it points into is behind a lock.
        NonZeroU32::new(self.number.load(Ordering::Relaxed)).unwrap_or_else(|| self.register())
    }

    #[cold]
    #[inline(never)]
    fn register(&'static self) -> NonZeroU32 {
        let _growth = HeapZone::growth();
        let mut known = SITES.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = NonZeroU32::new(self.number.load(Ordering::Relaxed)) {
            // Another thread was faster.
            return number;
        }
        if known.sites.len() == known.sites.capacity() {
            closed::table_grows(Owner::Process, "annotated systems", size_of::<&Self>());
        }
        known.sites.push(self);
        // Before the number, by which others begin at once.
        self.count_heap(known.counting > 0);
        let number = u32::try_from(known.sites.len()).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MAX);
        self.number.store(number.get(), Ordering::Relaxed);
        self.tell_whether_plain();
        number
    }

    fn count_heap(&self, counts: bool) {
        if counts {
            self.heap.fetch_or(Self::COUNTED, Ordering::Relaxed);
        } else {
            self.heap.fetch_and(!Self::COUNTED, Ordering::Relaxed);
        }
        self.tell_whether_plain();
    }

    /// Under the lock of the list.
    fn tell_whether_plain(&self) {
        let is_plain = self.heap.load(Ordering::Relaxed) == 0 && self.budget().is_none();
        self.plain.store(if is_plain { self.number.load(Ordering::Relaxed) } else { 0 }, Ordering::Relaxed);
    }
}

/// The time in which the heap is counted in all systems: theirs is what they ask for between their begin and their end, without
/// what systems ask for that run on their stack.
pub(crate) struct HeapBySystem(());

impl HeapBySystem {
    /// Begins it; `None` where no [`HeapGuard`](crate::HeapGuard) is the program's global allocator, so that nobody counts.
    #[inline(never)]
    pub(crate) fn begin() -> Option<Self> {
        if !HeapZone::is_counted() {
            return None;
        }
        let _growth = HeapZone::growth();
        let mut known = SITES.lock().unwrap_or_else(PoisonError::into_inner);
        known.counting += 1;
        known.sites.iter().for_each(|site| site.count_heap(true));
        Some(Self(()))
    }
}

impl Drop for HeapBySystem {
    fn drop(&mut self) {
        let mut known = SITES.lock().unwrap_or_else(PoisonError::into_inner);
        known.counting -= 1;
        if known.counting == 0 {
            known.sites.iter().for_each(|site| site.count_heap(false));
        }
    }
}

/// What an annotated function declares of its body, to be found in the linked program.
///
/// `cargo fa prove` looks for the first bytes and reads what follows, so this is a format. The body of the function, a
/// function of its own there, is the only one that holds the address. Symbols would not do: release builds drop a third.
#[derive(Debug)]
#[repr(C)]
pub struct EffectMark {
    magic: [u8; 16],
    name: &'static str,
    file: &'static str,
    line: u32,
    effects: u32,
}

impl EffectMark {
    /// The last byte is the version of the format.
    const MAGIC: [u8; 16] = *b"framealloc fx \0\x01";
    const NO_HEAP: u32 = 1;
    const NO_BLOCK: u32 = 1 << 1;

    /// Describes a function that declares nothing yet: its name with its module path, and where it stands.
    #[must_use]
    pub const fn new(name: &'static str, file: &'static str, line: u32) -> Self {
        Self { magic: Self::MAGIC, name, file, line, effects: 0 }
    }

    /// Declares that the function does not use the heap.
    #[must_use]
    pub const fn no_heap(mut self) -> Self {
        self.effects |= Self::NO_HEAP;
        self
    }

    /// Declares that the function never waits. It then uses no heap, either: a heap may wait for other threads.
    #[must_use]
    pub const fn no_block(mut self) -> Self {
        self.effects |= Self::NO_BLOCK;
        self
    }

    /// Keeps the address of the mark in the function that calls this.
    #[inline(always)]
    pub fn hold(&'static self) {
        core::hint::black_box(self);
    }
}

/// Calls the body of a function that declares an effect, which is not inlined into anything: what is judged is the body.
#[inline(never)]
#[cfg_attr(feature = "rtsan", sanitize(realtime = "nonblocking"))]
pub(crate) fn apart<A, R>(body: impl FnOnce(A) -> R, argument: A) -> R {
    body(argument)
}

impl HeapZone {
    /// Begins the time of a call of a function with `#[frame_system]`; of those that are [plain](Site::plain_number) it is
    /// [`interrupt`](Self::interrupt).
    ///
    /// In place: what it puts aside is large, and most systems put nothing aside.
    #[inline(never)]
    pub(crate) fn begin(&mut self, site: &'static Site, tag: TagId) {
        let heap = site.heap.load(Ordering::Relaxed);
        if heap & Site::NO_HEAP != 0 {
            self.watch_system(site, tag);
        } else if heap & Site::COUNTED != 0 {
            self.count();
        } else {
            // It may have been counted a moment ago.
            self.interrupt();
        }
        if heap & Site::AMBIENT != 0 {
            self.serve(tag.index());
        }
    }

    fn watch_system(&mut self, site: &'static Site, tag: TagId) {
        // Here, since the allocator must not read the environment.
        HeapGuardMode::prepare();
        let (file, line) = site.location();
        self.watch(ZoneOwner { system: site.name(), file, line, tag: tag.path() });
    }
}

/// The name of the site with this index.
pub(crate) fn name_of(index: usize) -> &'static str {
    site_of(index).map_or("(unknown)", |site| site.name)
}

/// The budget of one call of the site with this index, in bytes.
pub(crate) fn budget_of(index: usize) -> Option<usize> {
    site_of(index).and_then(Site::budget)
}

/// Whether the site with this index may not use the heap.
pub(crate) fn is_no_heap(index: usize) -> bool {
    site_of(index).is_some_and(Site::is_no_heap)
}

fn site_of(index: usize) -> Option<&'static Site> {
    SITES.lock().unwrap_or_else(PoisonError::into_inner).sites.get(index).copied()
}
