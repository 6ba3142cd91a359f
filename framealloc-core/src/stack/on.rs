//! The feature `stacks`: the return addresses of the calling thread, by the unwinder. Names are looked up later, by whoever
//! reads them: that opens the program's debug information, and takes milliseconds.

use core::ffi::c_void;
use core::hash::BuildHasher as _;
use std::sync::{Mutex, MutexGuard, PoisonError};

use hashbrown::HashTable;
use rustc_hash::{FxBuildHasher, FxHashMap};

use super::{StackCall, StackId};
use crate::raw::global::zone::HeapZone;
use crate::raw::mem::unwind::walk;

/// The most calls of a stack that are kept.
const DEEPEST: usize = 128;

/// The most stacks that are told apart; what comes after has none.
const MOST: usize = 1 << 16;

struct Known {
    /// By number: where its addresses are in `addresses`.
    stacks: Vec<(u32, u32)>,
    addresses: Vec<usize>,
    by_hash: HashTable<u32>,
}

static KNOWN: Mutex<Known> = Mutex::new(Known { stacks: Vec::new(), addresses: Vec::new(), by_hash: HashTable::new() });

/// Calls by return address.
static NAMES: Mutex<FxHashMap<usize, Vec<StackCall>>> = Mutex::new(FxHashMap::with_hasher(FxBuildHasher));

/// Where on the stack a function was called.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OpenedAt(usize);

impl OpenedAt {
    pub(crate) const NOWHERE: Self = Self(usize::MAX);

    /// In a function that has this variable.
    #[inline(always)]
    pub(crate) fn of(variable: *const u8) -> Self {
        Self(variable.addr())
    }
}

/// The stack of the caller, with at most `depth` calls of it, up to the function that was called at `opened_at`:
/// a call is a fifth of a microsecond, and those that led to a system say nothing of it.
pub(crate) fn here(depth: usize, opened_at: OpenedAt) -> StackId {
    let (addresses, len) = addresses(depth, opened_at);
    lock(&KNOWN).number_of(&addresses[..len])
}

/// The whole stack for a global allocator, which may be called by whoever has what is known locked, this thread too: there
/// is none then.
pub(crate) fn try_here(depth: usize) -> StackId {
    let (addresses, len) = addresses(depth, OpenedAt::NOWHERE);
    match KNOWN.try_lock() {
        Ok(mut known) => known.number_of(&addresses[..len]),
        Err(_) => StackId::NONE,
    }
}

fn addresses(depth: usize, opened_at: OpenedAt) -> ([usize; DEEPEST], usize) {
    let mut addresses = [0; DEEPEST];
    let mut len = 0;
    walk(|frame| {
        addresses[len] = frame.ip().addr();
        len += 1;
        // Stacks grow downwards: the frame of that function begins above.
        len < depth.min(DEEPEST) && frame.sp().addr() <= opened_at.0
    });
    (addresses, len)
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic below (the unwinder's, the allocator's) leaves what is known as it was, or without the newest.
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Known {
    fn number_of(&mut self, addresses: &[usize]) -> StackId {
        let Self { stacks, addresses: all, by_hash } = self;
        let of = |index: u32| {
            let (start, len) = stacks[index as usize];
            &all[start as usize..][..len as usize]
        };
        let hash = FxBuildHasher.hash_one(addresses);
        if let Some(index) = by_hash.find(hash, |index| of(*index) == addresses) {
            return StackId(index + 1);
        }
        let (index, start, len) =
            (u32::try_from(stacks.len()), u32::try_from(all.len()), u32::try_from(addresses.len()));
        let (Ok(index), Ok(start), Ok(len)) = (index, start, len) else { return StackId::NONE };
        if stacks.len() == MOST || addresses.is_empty() {
            return StackId::NONE;
        }
        let rehash = |index: &u32| {
            let (start, len) = stacks[*index as usize];
            FxBuildHasher.hash_one(&all[start as usize..][..len as usize])
        };
        // Where the global allocator refuses, the sample has no stack.
        let room = by_hash.try_reserve(1, rehash).is_ok();
        if !room || stacks.try_reserve(1).is_err() || all.try_reserve(addresses.len()).is_err() {
            return StackId::NONE;
        }
        all.extend_from_slice(addresses);
        stacks.push((start, len));
        by_hash.insert_unique(hash, index, |_| unreachable!("there is room"));
        StackId(index + 1)
    }

    fn addresses_of(&self, stack: StackId) -> &[usize] {
        let index = (stack.0 as usize).wrapping_sub(1);
        self.stacks.get(index).map_or(&[], |(start, len)| &self.addresses[*start as usize..][..*len as usize])
    }
}

/// The calls of a stack, the innermost first: from the one that called framealloc on, to where the thread or `main` began.
pub(crate) fn calls_of(stack: StackId) -> Vec<StackCall> {
    let addresses = lock(&KNOWN).addresses_of(stack).to_vec();
    let mut calls: Vec<StackCall> = addresses.iter().flat_map(|address| calls_at(*address)).collect();
    // What is outside of it is the standard library's, which calls what the program gave it by this function.
    if let Some(begin) = calls.iter().position(|call| call.function.contains("__rust_begin_short_backtrace")) {
        calls.truncate(begin);
    }
    let inner = calls.iter().take_while(|call| is_ours(call)).count();
    calls.split_off(if inner == calls.len() { 0 } else { inner })
}

/// Whether the call is framealloc's, or one of the standard library in the middle of it. Names of inlined functions have no
/// path, so their file tells.
fn is_ours(call: &StackCall) -> bool {
    // The folder of these sources.
    let sources = file!().replace('\\', "/");
    let sources = sources.trim_end_matches("stack/on.rs");
    let path = call.function.trim_start_matches(['<', '&']);
    let is_in = |folder: &str| call.file.as_ref().is_some_and(|file| file.replace('\\', "/").contains(folder));
    path.starts_with("framealloc_core::")
        || path.starts_with("backtrace::")
        || path.starts_with("core::")
        || is_in(sources)
        || is_in("/backtrace-")
        || is_in("/library/core/src/")
}

/// The calls that end at a return address: several where functions were inlined, the innermost first.
#[cold]
#[inline(never)]
fn calls_at(address: usize) -> Vec<StackCall> {
    if let Some(known) = lock(&NAMES).get(&address) {
        return known.clone();
    }
    // What is known of the program's symbols stays: in a zone it would pin a chunk for each of its blocks.
    let _growth = HeapZone::growth();
    let mut calls = Vec::new();
    // The call is before the address that it returns to.
    let inside: *mut c_void = core::ptr::without_provenance_mut(address.saturating_sub(1));
    backtrace::resolve(inside, |symbol| {
        // `{:#}` leaves out the hash behind the path.
        let function = symbol.name().map_or_else(|| format!("{address:#x}"), |name| format!("{name:#}"));
        let file = symbol.filename().map(|path| path.display().to_string());
        calls.push(StackCall { function, file, line: symbol.lineno() });
    });
    if calls.is_empty() {
        calls.push(StackCall { function: format!("{address:#x}"), file: None, line: None });
    }
    lock(&NAMES).insert(address, calls.clone());
    calls
}
