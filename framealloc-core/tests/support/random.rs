//! Random numbers of a seed that is printed.
#![allow(dead_code, reason = "each program uses a part")]

/// Marsaglia's xorshift64: only the seed matters.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        // Seeds that follow each other begin far apart, and none is zero, which would stay zero.
        Self(seed.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// Begins with what `FRAMEALLOC_SEED` says, or with `otherwise`; prints what repeats the run.
    pub(crate) fn seeded(otherwise: u64) -> Self {
        Self::new(seed_or(|| otherwise))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below `bound`, of the upper half of the bits: the lower ones follow each other.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() >> 33).expect("31 bits fit") % bound
    }
}

/// What `FRAMEALLOC_SEED` says, or something else; printed.
pub(crate) fn seed_or(otherwise: impl FnOnce() -> u64) -> u64 {
    let seed = std::env::var("FRAMEALLOC_SEED")
        .map_or_else(|_| otherwise(), |seed| seed.parse().expect("FRAMEALLOC_SEED is a number"));
    println!("FRAMEALLOC_SEED={seed}");
    seed
}
