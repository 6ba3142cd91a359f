//! Diagnostics: what went wrong in a frame, with a code that `cargo fa explain` knows.
//!
//! They are found or raised during a frame and told at its turn, with nothing locked: to subscribers, to `tracing` (feature
//! `diagnostics`), and by a panic in strict mode. Nothing is printed otherwise: a library does not write to a program's
//! standard error unasked.

use core::fmt;
use core::hash::{BuildHasher, Hash};
use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use rustc_hash::FxBuildHasher;

use super::watch::SharedWatch;
use crate::raw::frames::allocator::SmartAlloc;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Level {
    /// Worth knowing: a soft limit was passed.
    Hint,
    /// Probably a mistake, but everything was served.
    Warning,
    /// Something was refused or lost.
    Error,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Hint => "hint",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// Something that went wrong in a frame.
///
/// ```
/// use framealloc_core::{Diagnostic, Level};
///
/// let diagnostic = Diagnostic::new("FA002", Level::Error, "the budget of tag `ai` refused 4096 bytes").with_tag("ai");
/// assert_eq!(
///     diagnostic.to_string(),
///     "FA002 error: the budget of tag `ai` refused 4096 bytes (frame 0, tag `ai`); see `cargo fa explain FA002`"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnostic {
    /// The code, for example `FA002`: see `cargo fa explain`.
    pub code: &'static str,
    /// How bad it is.
    pub level: Level,
    /// What happened, with the figures.
    pub message: Cow<'static, str>,
    /// What can be done about it; may be empty.
    pub help: Cow<'static, str>,
    /// The frame in which it happened.
    pub frame: u64,
    /// The path of the tag that it is about, if it is about one.
    pub tag: Option<&'static str>,
    /// The name of the thread that it is about, if it is about one.
    pub thread: Option<Arc<str>>,
    /// How often the same happened since it was last told: see [`Repeats`].
    pub left_out: u64,
    /// With the code, what repetitions are known by.
    subject: u64,
}

impl Diagnostic {
    /// Makes a diagnostic that is about no tag and no thread. [`SmartAlloc::raise`] adds the frame.
    #[must_use]
    pub fn new(code: &'static str, level: Level, message: impl Into<Cow<'static, str>>) -> Self {
        let (message, help) = (message.into(), Cow::Borrowed(""));
        Self { code, level, message, help, frame: 0, tag: None, thread: None, left_out: 0, subject: 0 }
    }

    /// Says what can be done about it.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<Cow<'static, str>>) -> Self {
        self.help = help.into();
        self
    }

    /// Says which tag it is about.
    #[must_use]
    pub fn with_tag(mut self, path: &'static str) -> Self {
        self.tag = Some(path);
        self.with_subject(path)
    }

    /// Says which thread it is about.
    #[must_use]
    pub fn with_thread(mut self, name: impl Into<Arc<str>>) -> Self {
        let name = name.into();
        let subject = subject_of(&*name);
        self.thread = Some(name);
        self.with_subject(subject)
    }

    /// Says what else it is about (a system, a pool, a type): diagnostics of one code that are about the same are
    /// repetitions, whatever their messages say. The tag and the thread are part of it already.
    #[must_use]
    pub fn with_subject(mut self, subject: impl Hash) -> Self {
        self.subject = subject_of((self.subject, subject));
        self
    }

    /// Tells a diagnostic that belongs to no allocator, at once: to `tracing` (feature `diagnostics`), and by a panic where
    /// the environment is strict ([`Strict::from_environment`]).
    ///
    /// # Panics
    /// In strict mode, unless the thread is panicking already.
    pub fn tell(&self) {
        #[cfg(feature = "tracing")]
        self.trace();
        assert!(!Strict::from_environment().panics_at(self.level) || std::thread::panicking(), "{self}");
    }

    pub(super) fn subject(&self) -> u64 {
        self.subject
    }

    pub(super) fn in_frame(mut self, frame: u64) -> Self {
        self.frame = frame;
        self
    }

    pub(super) fn saying(mut self, message: String) -> Self {
        self.message = message.into();
        self
    }

    pub(super) fn and_left_out(mut self, left_out: u64) -> Self {
        self.left_out += left_out;
        self
    }

    /// Writes an event of the target `framealloc`.
    #[cfg(feature = "tracing")]
    pub(super) fn trace(&self) {
        let Self { code, level, frame, tag, thread, .. } = self;
        let thread = thread.as_deref();
        macro_rules! event {
            ($level:ident) => {
                tracing::$level!(target: "framealloc", code, frame, tag, thread, "{self}")
            };
        }
        match level {
            Level::Hint => event!(info),
            Level::Warning => event!(warn),
            Level::Error => event!(error),
        }
    }
}

/// What repetitions are known by.
pub(super) fn subject_of(subject: impl Hash) -> u64 {
    FxBuildHasher.hash_one(subject)
}

/// One line: the words of a panic in strict mode.
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, level, message, help, frame, tag, thread, left_out, .. } = self;
        write!(f, "{code} {level}: {message} (frame {frame}")?;
        if let Some(tag) = tag {
            write!(f, ", tag `{tag}`")?;
        }
        if let Some(thread) = thread {
            write!(f, ", thread `{thread}`")?;
        }
        f.write_str(")")?;
        if *left_out > 0 {
            write!(f, "; the same {left_out} times since it was last told")?;
        }
        if !help.is_empty() {
            write!(f, "; {help}")?;
        }
        write!(f, "; see `cargo fa explain {code}`")
    }
}

/// Which diagnostics panic: see [`SmartAlloc::set_strict`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Strict {
    /// None.
    #[default]
    Off,
    /// Those of [`Level::Error`].
    Errors,
    /// Those of [`Level::Warning`] and [`Level::Error`].
    Warnings,
}

impl Strict {
    /// What the environment variable `FRAMEALLOC_STRICT` says, which every allocator starts with: `0`, `off`, `false` for
    /// [`Off`](Self::Off); `1`, `error`, `true` for [`Errors`](Self::Errors); `2`, `warning`, `all` for
    /// [`Warnings`](Self::Warnings). It is read once. An unknown value is reported on standard error, and is `Off`.
    #[must_use]
    pub fn from_environment() -> Self {
        static STRICT: LazyLock<Strict> = LazyLock::new(|| {
            let Some(value) = std::env::var_os("FRAMEALLOC_STRICT") else { return Strict::Off };
            let value = value.to_string_lossy();
            match value.trim().to_ascii_lowercase().as_str() {
                "" | "0" | "off" | "false" => Strict::Off,
                "1" | "error" | "errors" | "true" => Strict::Errors,
                "2" | "warning" | "warnings" | "all" => Strict::Warnings,
                _ => {
                    eprintln!(
                        "error: FRAMEALLOC_STRICT is `{value}`, which means nothing, so diagnostics will not panic; \
                         use 0, off, false (none panics), 1, error, true (errors do), or 2, warning, all (warnings too)"
                    );
                    Strict::Off
                }
            }
        });
        *STRICT
    }

    pub(super) fn panics_at(self, level: Level) -> bool {
        match self {
            Self::Off => false,
            Self::Errors => level >= Level::Error,
            Self::Warnings => level >= Level::Warning,
        }
    }
}

/// Which repetitions of a diagnostic are told: those of one code about the same subject (tag, thread, system, pool, type).
///
/// What has not happened for 600 frames is new when it happens again. In strict mode a diagnostic that panics is never
/// left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Repeats {
    /// The first, second, fourth, eighth and so on; [`Diagnostic::left_out`] counts those between.
    #[default]
    Doubling,
    /// The first only.
    Once,
    /// All.
    All,
}

/// What has not happened for this many turns is forgotten.
const QUIET: u64 = 600;

/// Subjects that are remembered; the one that was quiet for longest makes room.
const REMEMBERED: usize = 1024;

/// Knows what was told before.
#[derive(Default)]
pub(super) struct Limiter(Vec<Seen>);

struct Seen {
    code: &'static str,
    subject: u64,
    count: u64,
    left_out: u64,
    /// The turn at which it last happened.
    last: u64,
}

impl Limiter {
    /// Counts one more at turn `now`. Returns how many were left out before it, if it is to be told.
    pub(super) fn admit(
        &mut self,
        (code, subject): (&'static str, u64),
        now: u64,
        repeats: Repeats,
        always: bool,
    ) -> Option<u64> {
        let position = self.0.iter().position(|seen| seen.subject == subject && seen.code == code);
        let new = Seen { code, subject, count: 0, left_out: 0, last: now };
        let seen = if let Some(position) = position {
            let seen = &mut self.0[position];
            if now - seen.last > QUIET {
                *seen = new;
            }
            seen
        } else if self.0.len() < REMEMBERED {
            self.0.push(new);
            self.0.last_mut()?
        } else {
            let oldest = self.0.iter_mut().min_by_key(|seen| seen.last)?;
            *oldest = new;
            oldest
        };
        seen.last = now;
        seen.count += 1;
        let is_told = always
            || match repeats {
                Repeats::All => true,
                Repeats::Once => seen.count == 1,
                Repeats::Doubling => seen.count.is_power_of_two(),
            };
        if is_told {
            Some(core::mem::take(&mut seen.left_out))
        } else {
            seen.left_out += 1;
            None
        }
    }
}

/// Restores the strictness of an allocator when it is dropped: see [`SmartAlloc::strict_guard`].
#[must_use = "the strictness is restored when this is dropped"]
pub struct StrictGuard {
    watch: SharedWatch,
    before: Strict,
}

impl Drop for StrictGuard {
    fn drop(&mut self) {
        self.watch.set_strict(self.before);
    }
}

impl fmt::Debug for StrictGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StrictGuard").field("before", &self.before).finish_non_exhaustive()
    }
}

impl SmartAlloc {
    /// Raises a diagnostic, from any thread: it is told at the next turn, to subscribers
    /// ([`SmartAlloc::on_frame_event`]), to `tracing` (feature `diagnostics`) and by a panic in strict mode. Where nobody
    /// would hear of it, it is dropped at once.
    ///
    /// At most 256 wait for a turn; more are counted.
    ///
    /// ```
    /// use framealloc_core::{Diagnostic, FrameEvent, Level, SmartAlloc};
    /// use std::sync::mpsc;
    ///
    /// let mut alloc = SmartAlloc::default();
    /// let (heard, events) = mpsc::channel();
    /// let _subscription = alloc.on_frame_event(move |_, event| {
    ///     if let FrameEvent::Diagnostic(diagnostic) = event {
    ///         heard.send(diagnostic.message.to_string()).ok();
    ///     }
    /// });
    /// alloc.whole_frame(|alloc| alloc.raise(Diagnostic::new("GAME1", Level::Hint, "9 bodies sleep")));
    /// assert_eq!(events.try_recv().as_deref(), Ok("9 bodies sleep"));
    /// ```
    pub fn raise(&self, diagnostic: Diagnostic) {
        let watch = &self.inner().watch;
        if watch.is_watched() {
            watch.raise(diagnostic.in_frame(self.frame_number()));
        }
    }

    /// Decides which diagnostics panic from now on, whichever thread asks. They do so at the turn, when all subscribers have
    /// heard of them, the frame has turned and nothing is locked; never while another panic unwinds.
    ///
    /// An allocator starts with what the environment says ([`Strict::from_environment`]), a scratch region with
    /// [`Strict::Off`].
    ///
    /// ```should_panic
    /// use framealloc_core::{Diagnostic, Level, SmartAlloc, Strict};
    ///
    /// let mut alloc = SmartAlloc::default();
    /// alloc.set_strict(Strict::Errors);
    /// alloc.whole_frame(|alloc| alloc.raise(Diagnostic::new("GAME1", Level::Error, "the level has no exit")));
    /// ```
    pub fn set_strict(&self, strict: Strict) {
        self.inner().watch.set_strict(strict);
    }

    /// Returns which diagnostics panic.
    #[must_use]
    pub fn strict(&self) -> Strict {
        self.inner().watch.strict()
    }

    /// As [`SmartAlloc::set_strict`], until the guard is dropped: it puts back what was. Guards of one allocator are
    /// dropped in the reverse order, as those of a scope are.
    ///
    /// ```
    /// use framealloc_core::{SmartAlloc, Strict};
    ///
    /// let alloc = SmartAlloc::default();
    /// let before = alloc.strict();
    /// {
    ///     let _guard = alloc.strict_guard(Strict::Warnings);
    ///     assert_eq!(alloc.strict(), Strict::Warnings);
    /// }
    /// assert_eq!(alloc.strict(), before);
    /// ```
    pub fn strict_guard(&self, strict: Strict) -> StrictGuard {
        let watch = Arc::clone(&self.inner().watch);
        let before = watch.set_strict(strict);
        StrictGuard { watch, before }
    }

    /// Decides which repetitions of diagnostics are told.
    pub fn set_repeats(&self, repeats: Repeats) {
        self.inner().watch.set_repeats(repeats);
    }
}
