//! The numbers of functions in what is kept for the next run, which may number them otherwise.

use std::cell::RefCell;
use std::sync::Arc;

use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::FnId;

#[derive(Clone, Default)]
enum Numbering {
    /// Numbers of functions mean nothing here: what holds one is neither written nor read.
    #[default]
    None,
    Own,
    /// What the functions of the run that wrote are called in this one, [`GONE`] where they are not there any more.
    Of(Arc<[u32]>),
}

/// A function that is not there any more.
pub(crate) const GONE: u32 = u32::MAX;

thread_local! {
    static NUMBERING: RefCell<Numbering> = const { RefCell::new(Numbering::None) };
}

fn within<R>(numbering: Numbering, run: impl FnOnce() -> R) -> R {
    struct Restore(Numbering);
    impl Drop for Restore {
        fn drop(&mut self) {
            NUMBERING.replace(std::mem::take(&mut self.0));
        }
    }
    let _restore = Restore(NUMBERING.replace(numbering));
    run()
}

/// Functions that are written in `run` have the numbers of this run.
pub(crate) fn writing<R>(run: impl FnOnce() -> R) -> R {
    within(Numbering::Own, run)
}

/// Functions that are read in `run` had other numbers when they were written.
pub(crate) fn reading<R>(now: &Arc<[u32]>, run: impl FnOnce() -> R) -> R {
    within(Numbering::Of(Arc::clone(now)), run)
}

impl Serialize for FnId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if NUMBERING.with_borrow(|numbering| matches!(numbering, Numbering::Own)) {
            self.0.serialize(serializer)
        } else {
            Err(S::Error::custom("numbers of functions are not the same in every run"))
        }
    }
}

impl<'de> Deserialize<'de> for FnId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = u32::deserialize(deserializer)?;
        let now = NUMBERING.with_borrow(|numbering| match numbering {
            Numbering::Of(now) => now.get(written as usize).copied().filter(|now| *now != GONE),
            Numbering::Own | Numbering::None => None,
        });
        now.map(Self).ok_or_else(|| D::Error::custom("a function that is not there any more"))
    }
}
