//! One diagnostic: what went wrong, with a code that `cargo fa explain` knows.

use core::fmt;
use core::hash::{BuildHasher, Hash};
use std::borrow::Cow;
use std::sync::Arc;

use rustc_hash::FxBuildHasher;

use crate::strict::{Level, Strict};

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
    /// How often the same happened since it was last reported: see [`Repeats`](crate::Repeats).
    pub left_out: u64,
    /// With the code, what repetitions are known by.
    subject: u64,
}

impl Diagnostic {
    /// Makes a diagnostic that is about no tag and no thread. [`SmartAlloc::raise`](crate::SmartAlloc::raise) adds the frame.
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

    /// Reports a diagnostic that belongs to no allocator, at once: to `tracing` (feature `diagnostics`), and by a panic where
    /// the environment is strict ([`Strict::from_environment`]).
    ///
    /// # Panics
    /// In strict mode, unless the thread is panicking already.
    pub fn report(&self) {
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
            write!(f, "; the same {left_out} times since it was last reported")?;
        }
        if !help.is_empty() {
            write!(f, "; {help}")?;
        }
        write!(f, "; see `cargo fa explain {code}`")
    }
}
