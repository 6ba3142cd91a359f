//! Making boxes of values that are there: clones, defaults, conversions.

/// Implements these for a box that may live as long as the program; `$clone` is the method of
/// [`CloneBoxed`](crate::pool::CloneBoxed) that clones its value.
macro_rules! box_values {
    ($Box:ident, $clone:ident) => {
        impl<T: ?Sized + crate::pool::CloneBoxed> $Box<T> {
            /// A box of a clone of the value, in memory from where this box has its own: the same pool, the same tag.
            ///
            /// # Errors
            /// When there is none, as a fixed pool is full or the global allocator refuses. The value is not cloned then.
            #[cfg_attr(feature = "debug", track_caller)]
            pub fn try_clone(this: &Self) -> Result<Self, crate::error::AllocError> {
                T::$clone(this)
            }
        }

        /// The clone has memory from where the original has its own: the same pool, the same tag.
        impl<T: ?Sized + crate::pool::CloneBoxed> Clone for $Box<T> {
            /// A box of a clone of the value.
            ///
            /// # Panics
            /// When there is no memory, as a fixed pool is full or the global allocator refuses: see
            /// [`try_clone`](Self::try_clone).
            #[cfg_attr(feature = "debug", track_caller)]
            fn clone(&self) -> Self {
                match Self::try_clone(self) {
                    Ok(clone) => clone,
                    Err(error) => panic!("{error}"),
                }
            }
        }

        impl<T: Default> Default for $Box<T> {
            fn default() -> Self {
                Self::new(T::default())
            }
        }

        impl Default for $Box<str> {
            fn default() -> Self {
                Self::from("")
            }
        }

        impl<T> From<T> for $Box<T> {
            fn from(value: T) -> Self {
                Self::new(value)
            }
        }
    };
}
pub(crate) use box_values;
