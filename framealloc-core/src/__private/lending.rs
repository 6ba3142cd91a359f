//! `alloc = context.alloc`: a field that is itself a borrow is copied out of its owner, so that the body has all of the owner.

use crate::{Frame, SmartAlloc};

/// A borrow of an allocator, which lends for as long as it was lent itself.
///
/// `Owner` says what it borrows from; it is here so that the crate of the owner may implement this for the pointers of another crate.
pub trait Lends<Owner: ?Sized> {
    /// What derefs to the allocator.
    type Lent;

    /// Lends it. Named so that the compiler does not offer it for a method that is misspelt.
    fn __framealloc_lend(&self) -> Self::Lent;
}

impl<'a> Lends<SmartAlloc> for &'a SmartAlloc {
    type Lent = &'a SmartAlloc;

    #[inline]
    fn __framealloc_lend(&self) -> &'a SmartAlloc {
        self
    }
}

impl<'a> Lends<Frame> for &'a Frame {
    type Lent = &'a Frame;

    #[inline]
    fn __framealloc_lend(&self) -> &'a Frame {
        self
    }
}

/// A field, of which the expansion does not know the type. `(&Lending(&field)).lent()` is the lending of [`Lends`] if the type has it, else
/// the borrow of the field, which the compiler finds one reference later.
#[derive(Debug)]
pub struct Lending<'a, T: ?Sized>(pub &'a T);

/// The first choice.
pub trait LentLonger<Owner: ?Sized> {
    /// What derefs to the allocator.
    type Lent;

    /// Lends for longer than the field is borrowed.
    fn lent(&self) -> Self::Lent;
}

impl<T: Lends<Owner>, Owner: ?Sized> LentLonger<Owner> for Lending<'_, T> {
    type Lent = T::Lent;

    #[inline]
    fn lent(&self) -> T::Lent {
        self.0.__framealloc_lend()
    }
}

/// The second choice.
pub trait LentAsItIs<'a> {
    /// The type of the field.
    type Field: ?Sized;

    /// Borrows the field.
    fn lent(&self) -> &'a Self::Field;
}

impl<'a, T: ?Sized> LentAsItIs<'a> for &Lending<'a, T> {
    type Field = T;

    #[inline]
    fn lent(&self) -> &'a T {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::{Lending, LentAsItIs as _, LentLonger as _};
    use crate::SmartAlloc;

    #[test]
    #[expect(clippy::needless_borrow, reason = "as the macros write it: the borrow decides which trait is asked first")]
    fn a_borrow_is_copied_out_and_an_owner_is_borrowed() {
        struct Context<'a> {
            alloc: &'a SmartAlloc,
            own: SmartAlloc,
            count: u32,
        }
        let alloc = SmartAlloc::default();
        let mut context = Context { alloc: &alloc, own: SmartAlloc::default(), count: 0 };
        let lent = (&Lending(&context.alloc)).lent();
        let all = &mut context; // while `lent` is in use
        all.count += 1;
        assert_eq!(lent.frame_number(), u64::from(all.count) - 1);
        let own: &SmartAlloc = (&Lending(&context.own)).lent();
        assert!(!core::ptr::eq(own, lent));
    }
}
