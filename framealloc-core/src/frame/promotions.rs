//! What became of retained values when their frame ended.

use core::fmt;
use core::ops::{Deref, DerefMut};

use super::retain::RetainKey;
use crate::raw::frames::promotions::{
    FailedPromotion, Name, Promotion, PromotionFailure, PromotionSummary, Promotions,
};
use crate::raw::frames::report::FrameReport;
use crate::raw::pools::boxes::{HeapBox, PoolBox};
use crate::raw::pools::promoted::Typed;
use crate::tag::TagId;

/// A retained value in its new home.
#[derive(Debug)]
#[non_exhaustive]
pub enum Promoted<T> {
    /// In the pool of its size.
    Pool(PoolBox<T>),
    /// On the heap.
    Heap(HeapBox<T>),
}

impl<T> Promoted<T> {
    /// Moves the value out.
    #[must_use]
    pub fn into_inner(self) -> T {
        match self {
            Self::Pool(value) => PoolBox::into_inner(value),
            Self::Heap(value) => HeapBox::into_inner(value),
        }
    }
}

impl<T> Deref for Promoted<T> {
    type Target = T;

    fn deref(&self) -> &T {
        match self {
            Self::Pool(value) => value,
            Self::Heap(value) => value,
        }
    }
}

impl<T> DerefMut for Promoted<T> {
    fn deref_mut(&mut self) -> &mut T {
        match self {
            Self::Pool(value) => value,
            Self::Heap(value) => value,
        }
    }
}

impl<T> From<Typed<T>> for Promoted<T> {
    fn from(value: Typed<T>) -> Self {
        match value {
            Typed::Pool(value) => Self::Pool(value),
            Typed::Heap(value) => Self::Heap(value),
        }
    }
}

impl Promotion {
    /// Returns the tag it was retained under.
    #[must_use]
    pub fn tag(&self) -> TagId {
        self.tag
    }

    /// Returns the size of the value in bytes, without what it owns elsewhere.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Returns the name of its type.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        self.type_name
    }

    /// Returns the value, if it is a `T`.
    #[must_use]
    pub fn downcast_ref<T: 'static>(&self) -> Option<&T> {
        self.value.value().downcast_ref()
    }

    /// Returns the value with its type.
    ///
    /// # Errors
    /// The promotion, if the value is not a `T`.
    pub fn downcast<T: 'static>(self) -> Result<Promoted<T>, Self> {
        let Self { name, value, tag, bytes, type_name } = self;
        value.downcast().map(Promoted::from).map_err(|value| Self { name, value, tag, bytes, type_name })
    }
}

impl fmt::Debug for Promotion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Promotion")
            .field("type", &self.type_name)
            .field("tag", &self.tag.path())
            .finish_non_exhaustive()
    }
}

impl fmt::Display for PromotionFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BudgetExceeded => f.write_str("the promotion budget of the frame is exceeded"),
            Self::NoScratch(name) => write!(f, "there is no scratch region `{name}`"),
            Self::Refused(error) => error.fmt(f),
        }
    }
}

/// Values among which one is found by looking at all of them.
const FEW: usize = 32;

impl Promotions {
    /// Takes the value that `key` names, unless it was taken, was not promoted, or went to a scratch region.
    ///
    /// A key whose type was weakened (`RetainKey<fn(&u8)>` is a `RetainKey<fn(&'static u8)>`) finds nothing and changes nothing.
    #[must_use]
    pub fn take<T: 'static>(&mut self, key: RetainKey<T>) -> Option<Promoted<T>> {
        let index = self.place_of(key.name())?;
        // Before it is removed: what is not a `T` stays for its own key.
        if !self.values[index].value.value().is::<T>() {
            return None;
        }
        let taken = self.values.swap_remove(index);
        if let Some(places) = &mut self.places {
            places.remove(&taken.name);
            if let Some(moved) = self.values.get(index) {
                places.insert(moved.name, index);
            }
        }
        taken.downcast().ok()
    }

    /// Where the value of this name is.
    fn place_of(&mut self, name: Name) -> Option<usize> {
        if self.places.is_none() && self.values.len() <= FEW {
            return self.values.iter().position(|promotion| promotion.name == name);
        }
        let values = &self.values;
        let places =
            self.places.get_or_insert_with(|| values.iter().map(|promotion| promotion.name).zip(0..).collect());
        places.get(&name).copied()
    }

    /// Returns the values that have not been taken, in no particular order.
    pub fn iter(&self) -> core::slice::Iter<'_, Promotion> {
        self.values.iter()
    }

    /// Returns how many values have not been taken.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Returns whether all values have been taken, or none was promoted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Returns the values that could not be promoted and were dropped.
    #[must_use]
    pub fn failures(&self) -> &[FailedPromotion] {
        &self.failures
    }

    /// Returns what became of the values, in figures.
    #[must_use]
    pub fn summary(&self) -> &PromotionSummary {
        &self.summary
    }

    /// Returns what the frame used: as [`SmartAlloc::end_frame`](crate::SmartAlloc::end_frame) does.
    #[must_use]
    pub fn report(&self) -> FrameReport {
        self.report
    }
}

impl IntoIterator for Promotions {
    type Item = Promotion;
    type IntoIter = std::vec::IntoIter<Promotion>;

    fn into_iter(self) -> Self::IntoIter {
        self.values.into_iter()
    }
}

impl<'a> IntoIterator for &'a Promotions {
    type Item = &'a Promotion;
    type IntoIter = core::slice::Iter<'a, Promotion>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
