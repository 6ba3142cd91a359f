//! The options of the attributes, as names: what rust-analyzer offers where one is typed, and shows of one that is there.
//!
//! Expansions name every option through `options!`, which is nothing for the compiler.

/// Leads the options of an attribute, and what they name, to something that an editor can look up.
#[cfg(not(rust_analyzer))]
#[doc(hidden)]
#[macro_export]
macro_rules! __framealloc_options {
    ($($tokens:tt)*) => {};
}

/// The last `use` is there so that what stands before an option that is being typed is the same with it and without.
#[cfg(rust_analyzer)]
#[doc(hidden)]
#[macro_export]
macro_rules! __framealloc_options {
    ($attribute:ident [$($key:ident)*] $(($($value:tt)*))*) => {
        const _: () = {
            $(let _ = &$($value)*;)*
        };
        const _: () = {
            $(use $crate::__private::options::$attribute::$key as _;)*
            use $crate::__private::options::$attribute::*;
        };
    };
}

macro_rules! options {
    ($attribute:ident: $($(#[$doc:meta])* $option:ident)*) => {
        #[doc = concat!("Options of `#[", stringify!($attribute), "]`.")]
        pub mod $attribute {
            $($(#[$doc])* #[expect(non_upper_case_globals, reason = "an option is written so")] pub const $option: () = ();)*
        }
    };
}

options! { alloc_tag:
    /// `alloc = self.alloc`: where the allocator is, if no parameter is called `alloc`.
    alloc
}

options! { frame_system:
    /// `alloc = self.alloc`: where the allocator is, if no parameter is called `alloc`.
    alloc
    /// `ambient`: what the system asks of the heap is bumped, by the program's `AmbientAlloc`.
    ambient
    /// `budget = "64KiB"`: the most bytes that one call may hold, as a size or a `const` of type `usize`.
    budget
    /// `in_flight`: the frame ends in flight, and the function returns the flight beside its result.
    in_flight
    /// `name = "physics.step"`: the name in reports; otherwise the path of the function.
    name
    /// `no_block`: the system must not wait for anything, and must not use the heap.
    no_block
    /// `no_heap`: the system must not use the heap.
    no_heap
    /// `out = frame`: a name for the whole frame, for results that later systems of this frame read.
    out
    /// `tag = "physics"`, `tag = tags::PHYSICS`: the tag that the memory is attributed to.
    tag
}

options! { pooled:
    /// `capacity = 1024`: the values that the pool is made for.
    capacity
    /// `grow = double`, `grow = fixed`: when they are in use, take more memory (the default) or refuse the next value.
    grow
    /// `name = "bullets"`: the name in reports; otherwise the name of the type.
    name
    /// `prewarm`: take the memory for the whole capacity at the first use, at once.
    prewarm
    /// `tag = "entities"`: the tag that the memory is attributed to.
    tag
}
