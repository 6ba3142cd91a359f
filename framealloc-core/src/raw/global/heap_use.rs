//! The heap where it is off limits: what is counted, kept and said about it.

use core::fmt;
use core::sync::atomic::{AtomicU8, Ordering};
use std::backtrace::Backtrace;
use std::io::Write;
use std::panic::catch_unwind;
use std::sync::{Arc, Mutex, PoisonError};

use super::zone::{self, ZoneOwner};
use crate::strict::Strict;

/// What a [`HeapGuard`](super::heap_guard::HeapGuard) does when the heap is used where it is off limits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeapGuardMode {
    /// Counts it, and keeps the first few sites of each system: [`HeapGuard::sites`](super::heap_guard::HeapGuard::sites).
    #[default]
    Count,
    /// Also writes those sites, with a backtrace, to the standard error output.
    Report,
    /// Writes the first one and ends the program (abort: nothing may unwind out of an allocator). What a panic allocates
    /// is counted only, so that its own message is seen.
    Abort,
}

/// 0 until the mode was set or looked up, else 1 + the mode.
static MODE: AtomicU8 = AtomicU8::new(0);

impl HeapGuardMode {
    const ALL: [Self; 3] = [Self::Count, Self::Report, Self::Abort];

    /// FA007 is an error: both of the strict levels end the program.
    fn of_environment() -> Self {
        if Strict::from_environment() == Strict::Off { Self::Count } else { Self::Abort }
    }

    /// The mode, if it was set or looked up before: for the allocator, which must not read the environment.
    pub(super) fn known() -> Self {
        Self::ALL.get(usize::from(MODE.load(Ordering::Relaxed)).wrapping_sub(1)).copied().unwrap_or_default()
    }

    /// Sets the mode from now on, on all threads.
    pub(super) fn set(self) {
        MODE.store(self as u8 + 1, Ordering::Relaxed);
    }

    /// Looks the mode up in the environment, once, unless it has been set.
    #[inline]
    pub(crate) fn prepare() {
        if MODE.load(Ordering::Relaxed) == 0 {
            Self::look_up();
        }
    }

    #[cold]
    fn look_up() {
        let mode = Self::of_environment();
        // Whoever was faster, or has set it meanwhile, is right.
        let _ = MODE.compare_exchange(0, mode as u8 + 1, Ordering::Relaxed, Ordering::Relaxed);
    }
}

/// One use of the heap where it is off limits.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct HeapSite {
    /// The name of the system, or `no_heap`.
    pub system: &'static str,
    /// The file of the system, or of the call of `no_heap`.
    pub file: &'static str,
    /// The line there.
    pub line: u32,
    /// The tag of the system; `(untagged)` if it has none.
    pub tag: &'static str,
    /// Bytes that were asked for.
    pub bytes: usize,
    /// The stack at the allocation: with the feature `debug`, or in the modes that report.
    pub backtrace: Option<Arc<Backtrace>>,
}

impl fmt::Display for HeapSite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { system, file, line, tag, bytes, .. } = self;
        write!(
            f,
            "FA007: {bytes} bytes taken from the heap in `{system}` ({file}:{line}, tag {tag}), which is `no_heap`"
        )?;
        match &self.backtrace {
            Some(backtrace) => write!(f, "\n{backtrace}"),
            None => Ok(()),
        }
    }
}

/// Sites that are kept in all, and of one system.
const KEPT: usize = 128;
const KEPT_OF_ONE: usize = 4;

type Sites = [Option<HeapSite>; KEPT];
const NO_SITES: Sites = [const { None }; KEPT];

/// An array, so that nothing is allocated under the lock.
static SITES: Mutex<Sites> = Mutex::new(NO_SITES);

fn kept() -> std::sync::MutexGuard<'static, Sites> {
    SITES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The sites that are kept.
pub(super) fn sites() -> Vec<HeapSite> {
    // Cloned by hand under the lock, into memory that was taken before: the lock is never held in an allocation.
    let mut sites = Vec::with_capacity(KEPT);
    sites.extend(kept().iter().flatten().cloned());
    sites
}

/// Forgets the sites.
pub(super) fn clear_sites() {
    let old = core::mem::replace(&mut *kept(), NO_SITES);
    drop(old);
}

/// Whether another site of the system is of interest.
fn is_wanted(sites: &Sites, owner: &ZoneOwner) -> bool {
    let same = |site: &&HeapSite| site.system == owner.system && site.line == owner.line && site.file == owner.file;
    sites.iter().any(Option::is_none) && sites.iter().flatten().filter(same).count() < KEPT_OF_ONE
}

/// Called by the allocator when `bytes` bytes are asked for where the heap is off limits.
pub(super) fn report(bytes: usize) {
    zone::used(bytes, |owner, calls| {
        // Nothing may unwind out of an allocator. Should reporting fail, the call is counted all the same.
        let noticed_it = catch_unwind(|| noticed(owner, bytes, calls));
        if let Err(payload) = noticed_it {
            core::mem::forget(payload);
        }
    });
}

/// Reports with the watch switched off. `calls` counts those of this call of the system.
fn noticed(owner: ZoneOwner, bytes: usize, calls: usize) {
    let mode = HeapGuardMode::known();
    let aborts = mode == HeapGuardMode::Abort && !std::thread::panicking();
    if !aborts && (calls > KEPT_OF_ONE || !is_wanted(&kept(), &owner)) {
        return;
    }
    let seen = cfg!(feature = "debug") || mode != HeapGuardMode::Count;
    // A panic prints its own, under a lock that a second one would wait for.
    let backtrace = (seen && !std::thread::panicking()).then(|| Arc::new(Backtrace::force_capture()));
    let ZoneOwner { system, file, line, tag } = owner;
    let site = HeapSite { system, file, line, tag, bytes, backtrace };
    if mode != HeapGuardMode::Count {
        let end = if aborts { "the program ends: FRAMEALLOC_STRICT, or HeapGuardMode::Abort\n" } else { "" };
        // In one piece, and whatever becomes of it: there is nobody to report to.
        let _ = std::io::stderr().write_all(format!("framealloc: {site}\n{end}").as_bytes());
    }
    if aborts {
        std::process::abort();
    }
    let mut sites = kept();
    if is_wanted(&sites, &owner) {
        if let Some(place) = sites.iter_mut().find(|place| place.is_none()) {
            *place = Some(site);
        }
    }
}
