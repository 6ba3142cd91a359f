//! What is alive when its frame ends.

use core::fmt;
use core::panic::Location;
use std::collections::HashMap;

use rustc_hash::FxBuildHasher;

use super::site::AllocSite;
use super::table::Table;
use crate::raw::global::quiet::quietly;
use crate::sync::Mutex;
use crate::tag::TagId;

/// Something that was alive when its frame, or scope, ended.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FrameValue {
    /// Why it was alive.
    pub kind: FrameValueKind,
    /// The type of the value, or of the elements' slice.
    pub type_name: &'static str,
    /// Its bytes; of a scope, what was used in it.
    pub bytes: usize,
    /// The path of the tag it was attributed to.
    pub tag: &'static str,
    /// Who made it.
    pub site: AllocSite,
}

/// Why a value was alive when its frame ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FrameValueKind {
    /// It was shared, or kept in a scratch region: the end of the frame has dropped it. Values without a drop are not listed.
    Shared,
    /// It was retained: the end of the frame has dropped or promoted it.
    Retained,
    /// Its box or vector was forgotten or leaked: its drop will never run.
    Forgotten,
    /// A scope that was forgotten instead of closed: its memory was taken back by the end of the frame.
    OpenScope,
}

impl fmt::Display for FrameValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, type_name, bytes, tag, site } = self;
        let fate = match kind {
            FrameValueKind::Shared => "was shared until the end of the frame",
            FrameValueKind::Retained => "was retained at the end of the frame",
            FrameValueKind::Forgotten => "was forgotten: its drop did not run",
            FrameValueKind::OpenScope => "was not closed",
        };
        write!(f, "{type_name} ({bytes} bytes, {tag}), made at {}, {fate}", site.location)?;
        match &site.backtrace {
            Some(backtrace) => write!(f, "\n{backtrace}"),
            None => Ok(()),
        }
    }
}

/// What is remembered of one frame: more is a flood, of which the first drops tell enough.
const MOST: usize = 4096;

#[derive(Default)]
struct Frames {
    running: Vec<FrameValue>,
    last: Vec<FrameValue>,
}

/// By the number of the allocator.
static FRAMES: Mutex<HashMap<u64, Frames, FxBuildHasher>> = Mutex::new(HashMap::with_hasher(FxBuildHasher));

/// Boxes and vectors in frame memory whose values have a drop that did not run yet, by the address of the first value.
static PENDING: Table<Pending> = Table::new();

struct Pending {
    type_name: &'static str,
    bytes: usize,
    site: AllocSite,
}

/// A value is alive although its frame ends.
pub(crate) fn outlived(
    allocator: u64,
    kind: FrameValueKind,
    type_name: &'static str,
    bytes: usize,
    tag: TagId,
    site: AllocSite,
) {
    quietly(|| {
        let tag = tag.path();
        let value = FrameValue { kind, type_name, bytes, tag, site };
        let mut frames = FRAMES.lock();
        if frames.try_reserve(1).is_err() {
            return;
        }
        let running = &mut frames.entry(allocator).or_default().running;
        if running.len() < MOST && running.try_reserve(1).is_ok() {
            running.push(value);
        }
    });
}

/// The frame of the allocator has ended.
pub(crate) fn ended(allocator: u64) {
    super::objects::count_frame();
    quietly(|| {
        if let Some(frames) = FRAMES.lock().get_mut(&allocator) {
            core::mem::swap(&mut frames.last, &mut frames.running);
            frames.running.clear();
        }
    });
}

/// The allocator is gone.
pub(crate) fn forget(allocator: u64) {
    quietly(|| drop(FRAMES.lock().remove(&allocator)));
}

/// A box or vector in frame memory has a value, at `address`, whose drop is to run.
#[track_caller]
pub(crate) fn value_made(address: usize, bytes: usize, type_name: &'static str) {
    if bytes == 0 {
        // An empty vector with memory was known, the empty slice that it became is not.
        return value_gone(address);
    }
    let Some(site) = AllocSite::here() else { return };
    quietly(|| PENDING.insert(address, Pending { type_name, bytes, site }));
}

/// The drop of the value at `address` runs, or the value went elsewhere.
pub(crate) fn value_gone(address: usize) {
    quietly(|| PENDING.with(address, |known| known.remove(&address)));
}

/// The memory at `address` is taken back: if a drop has not run, it will not.
pub(crate) fn memory_ends(address: usize, allocator: u64, tag: TagId) {
    let pending = quietly(|| PENDING.with(address, |known| known.remove(&address)));
    if let Some(Some(Pending { type_name, bytes, site })) = pending {
        outlived(allocator, FrameValueKind::Forgotten, type_name, bytes, tag, site);
    }
}

/// Where the first of the scopes was opened that the last frame left open.
pub(crate) fn first_open_scope(allocator: u64) -> Option<&'static Location<'static>> {
    let place = quietly(|| {
        let frames = FRAMES.lock();
        let mut scopes = frames.get(&allocator)?.last.iter().filter(|value| value.kind == FrameValueKind::OpenScope);
        scopes.next().map(|scope| scope.site.location)
    });
    place.flatten()
}

/// What was alive when the last frame of the allocator ended.
pub(crate) fn last_of(allocator: u64) -> Vec<FrameValue> {
    let last = quietly(|| FRAMES.lock().get(&allocator).map(|frames| frames.last.clone()));
    last.flatten().unwrap_or_default()
}
