//! What boxes have in common with `Box`, and with each other.

/// Implements the traits of a box over `self.0`, an owner of a value: those that ask nothing but the value.
macro_rules! value_traits {
    ($Box:ident $(<$frame:lifetime>)?) => {
        impl<$($frame,)? T: ?Sized> core::ops::Deref for $Box<$($frame,)? T> {
            type Target = T;

            #[inline(always)]
            fn deref(&self) -> &T {
                &self.0
            }
        }

        impl<$($frame,)? T: ?Sized> core::ops::DerefMut for $Box<$($frame,)? T> {
            #[inline(always)]
            fn deref_mut(&mut self) -> &mut T {
                &mut self.0
            }
        }

        impl<$($frame,)? T: ?Sized> AsRef<T> for $Box<$($frame,)? T> {
            fn as_ref(&self) -> &T {
                self
            }
        }

        impl<$($frame,)? T: ?Sized> AsMut<T> for $Box<$($frame,)? T> {
            fn as_mut(&mut self) -> &mut T {
                self
            }
        }

        impl<$($frame,)? T: ?Sized> core::borrow::Borrow<T> for $Box<$($frame,)? T> {
            fn borrow(&self) -> &T {
                self
            }
        }

        impl<$($frame,)? T: ?Sized> core::borrow::BorrowMut<T> for $Box<$($frame,)? T> {
            fn borrow_mut(&mut self) -> &mut T {
                self
            }
        }

        impl<$($frame,)? T: ?Sized + core::fmt::Debug> core::fmt::Debug for $Box<$($frame,)? T> {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                (**self).fmt(f)
            }
        }

        impl<$($frame,)? T: ?Sized + core::fmt::Display> core::fmt::Display for $Box<$($frame,)? T> {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                (**self).fmt(f)
            }
        }

        impl<$($frame,)? T: ?Sized + PartialEq> PartialEq for $Box<$($frame,)? T> {
            fn eq(&self, other: &Self) -> bool {
                **self == **other
            }
        }

        impl<$($frame,)? T: ?Sized + Eq> Eq for $Box<$($frame,)? T> {}

        impl<$($frame,)? T: ?Sized + PartialOrd> PartialOrd for $Box<$($frame,)? T> {
            fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
                (**self).partial_cmp(&**other)
            }
        }

        impl<$($frame,)? T: ?Sized + Ord> Ord for $Box<$($frame,)? T> {
            fn cmp(&self, other: &Self) -> core::cmp::Ordering {
                (**self).cmp(&**other)
            }
        }

        impl<$($frame,)? T: ?Sized + core::hash::Hash> core::hash::Hash for $Box<$($frame,)? T> {
            fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
                (**self).hash(state);
            }
        }

        impl<$($frame,)? T: ?Sized> core::fmt::Pointer for $Box<$($frame,)? T> {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                core::fmt::Pointer::fmt(&core::ptr::from_ref::<T>(self), f)
            }
        }

        impl<$($frame,)? T: ?Sized + core::error::Error> core::error::Error for $Box<$($frame,)? T> {
            fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
                (**self).source()
            }
        }

        impl<$($frame,)? T: ?Sized + core::hash::Hasher> core::hash::Hasher for $Box<$($frame,)? T> {
            fn finish(&self) -> u64 {
                (**self).finish()
            }

            fn write(&mut self, bytes: &[u8]) {
                (**self).write(bytes);
            }
        }

        impl<$($frame,)? T: ?Sized + Future + Unpin> Future for $Box<$($frame,)? T> {
            type Output = T::Output;

            fn poll(
                mut self: core::pin::Pin<&mut Self>,
                context: &mut core::task::Context<'_>,
            ) -> core::task::Poll<T::Output> {
                core::pin::Pin::new(&mut **self).poll(context)
            }
        }
    };
}
pub(crate) use value_traits;

/// Implements the methods and traits of a box that may live as long as the program.
macro_rules! box_traits {
    ($Box:ident) => {
        impl<T: ?Sized> $Box<T> {
            /// Gives the value up without dropping it; [`from_raw`](Self::from_raw) takes it back.
            #[inline]
            #[must_use = "the value is leaked if nobody takes the pointer back"]
            pub fn into_raw(this: Self) -> *mut T {
                this.0.into_raw()
            }

            /// Keeps the value, and its memory, for as long as its type allows, and never drops it.
            #[inline]
            #[must_use = "the value is leaked; to drop it, drop the box"]
            pub fn leak<'a>(this: Self) -> &'a mut T
            where
                T: 'a,
            {
                this.0.leak()
            }
        }

        impl<T> $Box<T> {
            /// Moves the value out; the memory is free again.
            #[inline]
            #[must_use]
            pub fn into_inner(this: Self) -> T {
                this.0.into_inner()
            }
        }

        crate::box_traits::value_traits!($Box);

        impl<T: ?Sized + Iterator> Iterator for $Box<T> {
            type Item = T::Item;

            fn next(&mut self) -> Option<T::Item> {
                (**self).next()
            }

            fn size_hint(&self) -> (usize, Option<usize>) {
                (**self).size_hint()
            }
        }
    };
}
pub(crate) use box_traits;
