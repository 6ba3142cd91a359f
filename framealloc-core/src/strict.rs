//! How bad a diagnostic is, and from where on it ends the program: asked of the environment once.

use core::fmt;
use std::sync::LazyLock;

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

/// Which diagnostics panic: see [`SmartAlloc::set_strict`](crate::SmartAlloc::set_strict).
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

    pub(crate) fn panics_at(self, level: Level) -> bool {
        match self {
            Self::Off => false,
            Self::Errors => level >= Level::Error,
            Self::Warnings => level >= Level::Warning,
        }
    }
}
